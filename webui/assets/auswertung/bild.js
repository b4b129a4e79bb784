// A diagram with numbers on its elements. The table beside it says the same.
//
// <div data-bild data-quelle="…bpmn" data-marken='{"id": {"text": "12", "titel": "12 Fälle", "stufe": 0..4}}'>
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { beschriftung } from "../beschriftung.js";
import { ordered } from "./anordnung.js";
import { follow } from "./finger.js";
import { LEAST, arrange } from "./platz.js";
import { closed, visible } from "./punkte.js";
import { tausender } from "./zahlen.js";

const GRADES = 5;
// A diagram that would have to be smaller than this to be seen whole begins closer by, where most happened.
const SMALLEST = 0.4;
const CLOSER = 0.6;
// So many points a button moves the diagram.
const FAR = 150;
// A low priority: the numbers have been moved by then.
const AFTER_OVERLAYS = 100;

export async function open(box) {
  const leinwand = box.querySelector("[data-leinwand]");
  const viewer = new NavigatedViewer({ container: leinwand, zoomScroll: { enabled: false }, additionalModules: [beschriftung] });
  await load(viewer, box.dataset.quelle);
  // A window that becomes smaller or larger moves the diagram with it.
  new ResizeObserver(() => viewer.get("canvas").resized()).observe(leinwand);
  const canvas = viewer.get("canvas");
  const actions = {
    ganz: () => canvas.zoom("fit-viewport", "auto"),
    groesser: () => canvas.zoom(canvas.zoom() * 1.25),
    kleiner: () => canvas.zoom(canvas.zoom() / 1.25),
    // Without keys and without dragging, as on a telephone.
    links: () => canvas.scroll({ dx: FAR, dy: 0 }),
    rechts: () => canvas.scroll({ dx: -FAR, dy: 0 }),
    hinauf: () => canvas.scroll({ dx: 0, dy: FAR }),
    hinunter: () => canvas.scroll({ dx: 0, dy: -FAR }),
  };
  for (const button of box.querySelectorAll("[data-bild-aktion]")) {
    button.hidden = false;
    button.addEventListener("click", () => actions[button.dataset.bildAktion]());
  }
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  leinwand.addEventListener("keydown", (event) => {
    if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    const [dx, dy] = steps[event.key];
    canvas.scroll({ dx, dy });
    event.preventDefault();
  });
  follow(leinwand, canvas);
  viewer.on("canvas.viewbox.changed", AFTER_OVERLAYS, () => clear(viewer));
  return viewer;
}

export async function load(viewer, address) {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`diagram: ${response.status}`);
  const { text, satz } = await ordered(await response.text());
  await viewer.importXML(text);
  say(viewer.get("canvas").getContainer().closest(".ff-diagramm"), satz);
  viewer.get("zoomScroll").toggle(false);
  viewer.get("canvas").zoom("fit-viewport", "auto");
}

// A sentence below the diagram; none takes it away.
function say(frame, sentence) {
  frame.querySelector(".ff-diagramm__satz")?.remove();
  if (sentence) frame.append(Object.assign(document.createElement("p"), { className: "ff-diagramm__satz", textContent: sentence }));
}

// Where it stands is found when all are there, see ``clear``.
export function badge(viewer, id, { text, titel = "", klasse = "", rang }) {
  if (!viewer.get("elementRegistry").get(id)) return null;
  const html = document.createElement("div");
  html.className = `ff-zahl ${klasse}`;
  html.textContent = text;
  html.title = titel;
  html.dataset.rang = rank({ text, rang });
  return viewer.get("overlays").add(id, "zahl", { position: { top: 0, left: 0 }, html, scale: { min: LEAST } });
}

// By how much one number outdoes another: what it says, unless its page knows better.
const rank = ({ text, rang }) => rang ?? (Number(text.replace(/['+−]/g, "")) || 0);
const size = (number) => Number(number.dataset.rang);

// Of numbers that would hide each other the largest stays; closer by, the others come back. The text beside the diagram has all of them.
export function clear(viewer) {
  arrange(viewer, [...viewer.get("canvas").getContainer().querySelectorAll(".ff-zahl")].sort((a, b) => size(b) - size(a)));
}

// What surrounds others would colour all of them.
const isContainer = (shape) => Boolean(shape?.children?.some((child) => !child.labelTarget));

export function colour(viewer, id, marker) {
  const shape = viewer.get("elementRegistry").get(id);
  if (shape && !isContainer(shape)) viewer.get("canvas").addMarker(id, marker);
}

// A closed sub-process carries the sum of what is inside, so that nobody takes it for one without deviations. Numbers with a rank of their own, such as
// durations, do not add up; their pages have one of the sub-process itself.
function withClosed(viewer, marks) {
  const inside = new Map();
  for (const [id, mark] of marks) {
    if (mark.rang !== undefined) continue;
    for (const place of closed(viewer, id)) inside.set(place, [...(inside.get(place) ?? []), [id, mark]]);
  }
  const own = new Map(marks);
  for (const [place, parts] of inside) own.set(place, sum(viewer, own.get(place), parts));
  return [...own];
}

function sum(viewer, own, inside) {
  const all = [...(own ? [own] : []), ...inside.map(([, mark]) => mark)];
  const signed = (sign) => all.filter(({ text }) => text.replace(/[\d']/g, "") === sign && text !== sign);
  // What is worse outdoes what is better; of what is withheld only that there is some.
  const sign = ["+", "", "−"].find((one) => signed(one).length);
  const counted = sign === undefined ? all : signed(sign);
  const name = (id) => viewer.get("elementRegistry").get(id).businessObject.name || id;
  inside.sort(([, one], [, other]) => rank(other) - rank(one));
  return {
    text: sign === undefined ? all[0].text : sign + tausender(counted.reduce((total, mark) => total + rank(mark), 0)),
    titel: [...(own ? [own.titel] : []), ...inside.map(([id, { titel }]) => `darin ${name(id)}: ${titel}`)].join("; "),
    klasse: counted[0].klasse,
    stufe: all.some(({ stufe }) => stufe !== undefined) ? Math.max(...all.map(({ stufe }) => stufe ?? 0)) : undefined,
  };
}

const isBegin = ({ type, parent }) => type === "bpmn:StartEvent" && parent && !/SubProcess|Transaction/.test(parent.type);
const apart = (a, b) => Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);

// The whole diagram where that can be read, otherwise closer by: numbers of every element where the process begins, others where the largest is.
export function begin(viewer, marks) {
  const canvas = viewer.get("canvas");
  if (canvas.zoom() >= SMALLEST) return;
  const registry = viewer.get("elementRegistry");
  const known = marks.filter(([id]) => visible(viewer, id) === id && !isContainer(registry.get(id)));
  const isEverywhere = known.some(([, mark]) => mark.rang !== undefined);
  const start = isEverywhere ? registry.filter(isBegin).sort((a, b) => a.x - b.x)[0] : null;
  const [most] = known.sort(([a, one], [b, other]) => (start ? apart(start, registry.get(a)) - apart(start, registry.get(b)) : rank(other) - rank(one)));
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / CLOSER, outer.height / CLOSER];
  const place = most ? registry.get(most[0]) : { x: inner.x, y: inner.y, width, height: inner.height };
  const along = (middle, size, from, whole) => Math.max(from - 20, Math.min(middle - size / 2, from + whole + 20 - size));
  canvas.viewbox({ x: along(place.x + place.width / 2, width, inner.x, inner.width), y: along(place.y + place.height / 2, height, inner.y, inner.height), width, height });
}

async function show(box) {
  const viewer = await open(box);
  const marks = withClosed(viewer, Object.entries(JSON.parse(box.dataset.marken)));
  for (const [id, mark] of marks) {
    badge(viewer, id, mark);
    if (mark.stufe !== undefined) colour(viewer, id, `ff-stufe-${Math.min(mark.stufe, GRADES - 1)}`);
  }
  begin(viewer, marks);
  clear(viewer);
  box.dataset.bereit = "ja";
}

for (const box of document.querySelectorAll("[data-bild]")) {
  show(box).catch(() => {
    box.querySelector("[data-leinwand]").textContent = "Das Diagramm konnte nicht geladen werden. Dieselben Zahlen stehen in der Tabelle.";
  });
}
