// Dots that run along the sequence flows of a diagram, drawn above it: they zoom and move with it.
const SVG = "http://www.w3.org/2000/svg";
const LAYER = "ff-punkte";
// Above the elements, below their numbers, which are HTML.
const ABOVE = 1000;
// In the units of the diagram; where that is drawn small, at least so many pixels of the screen.
const RADIUS = 6;
const LEAST = 3.5;
// How bpmn-js calls the drawing within a closed sub-process, after the sub-process.
const PLANE = "_plane";

// A line through all the flows, and how far along it each of its points lies. Between an end within a sub-process and the flow that leaves
// it, the line goes straight.
export function line(viewer, flows) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  // What a closed sub-process hides has a drawing of its own.
  const drawn = flows.map((id) => registry.get(id)).filter((flow) => flow && canvas.findRoot(flow) === canvas.getRootElement());
  const points = drawn.flatMap((flow) => flow.waypoints ?? []);
  if (points.length < 2) return null;
  const along = [0];
  for (let at = 1; at < points.length; at += 1) {
    along.push(along[at - 1] + Math.hypot(points[at].x - points[at - 1].x, points[at].y - points[at - 1].y));
  }
  return { points, along, length: along.at(-1) };
}

// The place after a share (0 to 1) of the line.
function place({ points, along, length }, share) {
  const wanted = share * length;
  let at = 1;
  while (at < along.length - 1 && along[at] < wanted) at += 1;
  const part = along[at] === along[at - 1] ? 0 : (wanted - along[at - 1]) / (along[at] - along[at - 1]);
  return [points[at - 1].x + (points[at].x - points[at - 1].x) * part, points[at - 1].y + (points[at].y - points[at - 1].y) * part];
}

export class Dots {
  constructor(viewer) {
    this.layer = viewer.get("canvas").getLayer(LAYER, ABOVE);
    this.layer.setAttribute("aria-hidden", "true");
    this.layer.replaceChildren(); // of the diagram that was shown before
    this.pool = [];
    this.shown = 0;
    this.canvas = viewer.get("canvas");
    viewer.on("canvas.viewbox.changed", () => this.size());
    this.size();
  }

  // As large as to be seen, however far away the diagram is.
  size() {
    this.layer.style.setProperty("--ff-punkt", `${Math.max(RADIUS, LEAST / this.canvas.zoom())}px`);
  }

  // ``running``: [line, share] of each dot. Circles are kept and moved; what is not needed now is hidden.
  draw(running) {
    for (const [index, [path, share]] of running.entries()) {
      const [x, y] = place(path, share);
      const dot = this.pool[index] ?? this.more();
      dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      if (index >= this.shown) dot.removeAttribute("display");
    }
    for (let index = running.length; index < this.shown; index += 1) this.pool[index].setAttribute("display", "none");
    this.shown = running.length;
  }

  more() {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("class", "ff-punkt");
    this.layer.append(dot);
    this.pool.push(dot);
    return dot;
  }
}

// The element itself, or the closed sub-process that hides it in the drawing that is open; nothing where neither is to be seen.
export function visible(viewer, id) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  let shape = registry.get(id);
  while (shape && canvas.findRoot(shape) !== canvas.getRootElement()) shape = registry.get(canvas.findRoot(shape).id.replace(/_plane$/, ""));
  return shape?.parent ? shape.id : null;
}

// The closed sub-processes that hide an element, the innermost first; each has a drawing of its own within.
export function closed(viewer, id) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  const found = [];
  for (let shape = registry.get(id); shape; found.push(shape.id)) {
    const root = canvas.findRoot(shape)?.id ?? "";
    shape = root.endsWith(PLANE) ? registry.get(root.slice(0, -PLANE.length)) : null;
    if (!shape) break;
  }
  return found;
}

// Where a token may go on from here: [shape, flow or nothing], into sub-processes by their starts and out of them by their ends.
function onward(registry, shape) {
  const flows = (shape.outgoing ?? []).filter((one) => one.type === "bpmn:SequenceFlow").map((flow) => [flow.target, flow.id]);
  const inner = (shape.children ?? []).filter((child) => child.type === "bpmn:StartEvent").map((child) => [child, null]);
  const events = (shape.attachers ?? []).map((child) => [child, null]);
  const outer = shape.type === "bpmn:EndEvent" && /SubProcess|Transaction/.test(shape.parent?.type ?? "")
    ? (shape.parent.outgoing ?? []).map((flow) => [flow.target, flow.id])
    : [];
  return [...flows, ...inner, ...events, ...outer].filter(([target]) => registry.get(target.id));
}

// The flows of the shortest way between two elements; null where none leads there.
export function way(viewer, from, isThere) {
  const registry = viewer.get("elementRegistry");
  const first = registry.get(from);
  if (!first) return null;
  const seen = new Set([first.id]);
  let todo = [[first, []]];
  while (todo.length) {
    const next = [];
    for (const [shape, flows] of todo) {
      for (const [target, flow] of onward(registry, shape)) {
        const taken = flow ? [...flows, flow] : flows;
        if (isThere(target)) return taken;
        if (seen.has(target.id)) continue;
        seen.add(target.id);
        next.push([target, taken]);
      }
    }
    todo = next;
  }
  return null;
}
