// The modeler's own rules in embedded V8, for engine/definitions/lint/modeler.py: what the modeler would show for a diagram.
import { Linter } from '@camunda/linting/lib/Linter';

// Made once: it reads its descriptions of BPMN anew otherwise.
const linter = new Linter({ type: 'cloud', modeler: 'desktop' });

/** What a rule says, without the parsed diagram it points into. */
function told({ id, name, rule, message, category, data }) {
  return { element: id ?? '', name: name ?? '', rule, message, category, kind: data?.type ?? null };
}

function linked(element, direction, flow) {
  const flows = element?.get(direction);
  if (flows && !flows.includes(flow)) flows.push(flow);
}

/** The modeler writes each flow also at its two ends, other tools may not; the rules only look there. */
async function parsed(xml) {
  const { rootElement, elementsById } = await linter._moddle.fromXML(xml);
  for (const flow of Object.values(elementsById).filter(({ $type }) => $type === 'bpmn:SequenceFlow')) {
    linked(flow.sourceRef, 'outgoing', flow);
    linked(flow.targetRef, 'incoming', flow);
  }
  return rootElement;
}

globalThis.fallfluss = {
  answer: null,
  /** Leaves `{reports}` or `{error}` in `answer` as soon as the pending promises have run. */
  lint: (xml) => {
    fallfluss.answer = null;
    parsed(xml).then((root) => linter.lint(root)).then(
      (reports) => { fallfluss.answer = { reports: reports.map(told) }; },
      (error) => { fallfluss.answer = { error: String(error.message ?? error) }; },
    );
  },
};
