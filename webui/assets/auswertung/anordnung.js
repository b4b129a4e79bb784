// A diagram that says nothing usable about where its elements lie (none, or all on a heap) gets an order for display; the file stays as it is.
import { layoutProcess } from "bpmn-auto-layout";

const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const DI = "http://www.omg.org/spec/BPMN/20100524/DI";
const DC = "http://www.omg.org/spec/DD/20100524/DC";

const SENTENCE = "Die Datei sagt nicht brauchbar, wo die Elemente liegen. Diese Anordnung hat das Programm gemacht; am Ablauf ändert sie nichts.";

// Fewer places than half the shapes: they lie on each other. Elements without any shape are not drawn at all.
export function isUsable(xml) {
  const shapes = [...xml.getElementsByTagNameNS(DI, "BPMNShape")];
  const places = shapes.map((shape) => shape.getElementsByTagNameNS(DC, "Bounds")[0]).filter(Boolean).map((one) => `${Number(one.getAttribute("x"))} ${Number(one.getAttribute("y"))}`);
  return shapes.length > 0 && new Set(places).size * 2 > shapes.length;
}

// The library follows what elements say of their flows, which a file may leave to the flows alone.
function joined(xml) {
  const byId = new Map([...xml.getElementsByTagNameNS(BPMN, "*")].map((one) => [one.getAttribute("id"), one]));
  for (const flow of xml.getElementsByTagNameNS(BPMN, "sequenceFlow")) {
    for (const [end, name] of [["sourceRef", "outgoing"], ["targetRef", "incoming"]]) {
      const element = byId.get(flow.getAttribute(end));
      if (!element) continue;
      const known = [...element.children].some((child) => child.localName === name && child.textContent.trim() === flow.getAttribute("id"));
      if (known) continue;
      const prefix = element.prefix ? `${element.prefix}:` : "";
      const child = xml.createElementNS(BPMN, prefix + name);
      child.textContent = flow.getAttribute("id");
      element.append(child);
    }
  }
  return xml;
}

// What the drawing leaves out, in words.
function sentence(xml) {
  const has = (name, least) => xml.getElementsByTagNameNS(BPMN, name).length >= least;
  const inner = has("subProcess", 1) ? " Teilprozesse sind zugeklappt; ihr blaues Zeichen öffnet sie." : "";
  const pools = has("participant", 2) || has("process", 2) ? " Von mehreren Prozessen ist nur der erste gezeichnet." : "";
  return SENTENCE + inner + pools;
}

// The file itself, or with an order of its own and what is to be said of that.
export async function ordered(text) {
  const xml = new DOMParser().parseFromString(text, "application/xml");
  if (xml.querySelector("parsererror") || isUsable(xml)) return { text, satz: "" };
  return { text: await layoutProcess(new XMLSerializer().serializeToString(joined(xml))), satz: sentence(xml) };
}
