// Where the numbers of a diagram stand: beside what they are about, on no name and on no other number.

// Events and gateways are so wide at most.
const SMALL = 50;
// Numbers are drawn so large at least, however far away the diagram is.
export const LEAST = 0.9;
// Names that are drawn smaller than this nobody reads: there the numbers alone count.
const READABLE = 0.35;
// Smaller than this they are hard to read: what hides one costs half.
const SMALLER = 0.55;
// So far a number reaches over the edge of what it is about.
const EDGE = 6;
// What it costs to cover so much of a name, of the air around one, of an event or gateway, of another activity.
const [NAME, NEAR, EVENT, OTHER] = [200, 10, 40, 1];
// A number that touches a name is read together with it: so much air belongs to a name, left and right of it and above and below.
const AIR = [5, 2];
// How much a place is worth before the next one, and one's own before all: numbers that change do not jump about.
const [ORDER, OWN] = [0.03, 0.5];

// So many places along an edge are tried besides: events that sit on it leave gaps.
const SLIDES = 24;
// No place is worse for its order than this one.
const LAST = 12;

const known = new WeakMap();

// The size of what both boxes cover.
const common = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
const box = ({ x, y, width, height }) => ({ left: x, top: y, right: x + width, bottom: y + height });

function bounds(shape) {
  if (!shape.waypoints) return shape;
  const [xs, ys] = [shape.waypoints.map(({ x }) => x), shape.waypoints.map(({ y }) => y)];
  return { x: Math.min(...xs), y: Math.min(...ys), width: Math.max(...xs) - Math.min(...xs), height: Math.max(...ys) - Math.min(...ys) };
}

// The names of the open drawing line by line, its events and gateways, and its activities without those that surround others; in its own units.
function obstacles(viewer) {
  const canvas = viewer.get("canvas");
  const root = canvas.getRootElement();
  if (known.has(root)) return known.get(root);
  const { x, y, scale } = canvas.viewbox();
  const frame = canvas.getContainer().getBoundingClientRect();
  const lines = [...canvas.getContainer().querySelectorAll(".djs-visual tspan")].map((line) => line.getBoundingClientRect()).filter(({ width }) => width);
  const names = lines.map((line) => box({ x: (line.left - frame.left) / scale + x, y: (line.top - frame.top) / scale + y, width: line.width / scale, height: line.height / scale }));
  const shapes = viewer.get("elementRegistry").filter((shape) => shape.width && shape.parent && !shape.labelTarget && canvas.findRoot(shape) === root && !shape.children?.some((child) => !child.labelTarget));
  const found = {
    names,
    around: names.map(({ left, top, right, bottom }) => ({ left: left - AIR[0], top: top - AIR[1], right: right + AIR[0], bottom: bottom + AIR[1] })),
    events: shapes.filter(({ width }) => width <= SMALL).map(box),
    activities: shapes.filter(({ width, type }) => width > SMALL && /Task|Activity|SubProcess|Transaction/.test(type)).map((shape) => ({ ...box(shape), id: shape.id })),
  };
  if (names.length) known.set(root, found);
  return found;
}

// The places for a number of this size, the best first, from the left upper corner of what it is about. On an activity it sits on the edge; beside an
// event, which it would hide.
function places({ width, height }, w, h, label) {
  const [above, middle, below] = [EDGE - h, (width - w) / 2, height - EDGE];
  if (width > SMALL) {
    const [left, right] = [-EDGE, width - w + 2 * EDGE];
    const [before, after, beside] = [EDGE - w, width - EDGE, (height - h) / 2];
    const between = Array.from({ length: SLIDES }, (_, at) => before + ((after - before) * (at + 1)) / (SLIDES + 1));
    return [[right, above], [left, above], [middle, above], [right, below], [left, below], [middle, below], [after, above], [before, above], [after, below], [before, below], [after, beside], [before, beside], ...[above, below].flatMap((y) => between.map((x) => [x, y]))];
  }
  const [left, right] = [EDGE - w, width - EDGE];
  const beyond = label ? [[middle, label.bottom + AIR[1]], [middle, label.top - h - AIR[1]]] : [];
  return [[right, above], [middle, 1 - h], [left, above], [right, below], [middle, height - 1], [left, below], ...beyond, [width, (height - h) / 2], [-w, (height - h) / 2]];
}

// The label of an event, up and down from its left upper corner. Where it cannot be read it is no help.
function labelled(shape, isReadable) {
  const label = isReadable && shape.labels?.[0];
  return label ? { top: label.y - shape.y, bottom: label.y + label.height - shape.y } : null;
}

// What it hides; ``names`` are those that can be read, ``around`` is the same with the air that they need, ``worth`` how much they count.
function cost(place, shape, { names, around, events, activities, worth }) {
  const covered = (those) => those.reduce((sum, other) => sum + common(place, other), 0);
  return worth * (NAME * covered(names) + NEAR * covered(around)) + EVENT * covered(events) + OTHER * covered(activities.filter(({ id }) => id !== shape.id));
}

// Gives each number its place, the one that outdoes the others first. One that would cover another has none; closer by it comes back.
export function arrange(viewer, numbers) {
  const registry = viewer.get("elementRegistry");
  const { scale } = viewer.get("canvas").viewbox();
  const drawn = Math.max(LEAST, scale) / scale;
  const isReadable = scale >= READABLE;
  const there = { ...obstacles(viewer), ...(isReadable ? {} : { names: [], around: [] }), worth: scale < SMALLER ? 0.5 : 1 };
  const taken = [];
  for (const number of numbers) {
    const shape = registry.get(number.closest("[data-container-id]").dataset.containerId);
    const [w, h] = [number.offsetWidth * drawn, number.offsetHeight * drawn];
    if (!shape || !w) continue;
    const own = bounds(shape);
    const free = places(own, w, h, labelled(shape, isReadable))
      .map(([x, y], order) => ({ x, y, order, place: box({ x: own.x + x, y: own.y + y, width: w, height: h }) }))
      .filter(({ place }) => !taken.some((other) => common(place, other)));
    number.classList.toggle("ff-zahl--verdeckt", !free.length);
    if (!free.length) continue;
    const worth = ({ place, order }) => cost(place, shape, there) + w * h * (ORDER * Math.min(order, LAST) - (String(order) === number.dataset.platz ? OWN : 0));
    const best = free.map((one) => [worth(one), one]).reduce((a, b) => (b[0] < a[0] ? b : a))[1];
    number.dataset.platz = String(best.order);
    number.style.transform = `translate(${best.x / drawn}px, ${best.y / drawn}px)`;
    taken.push(best.place);
  }
}
