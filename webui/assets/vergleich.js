// Two versions of a diagram side by side: changes coloured, moved and zoomed together, a click in the list jumps to its element.
//
// <div data-vergleich data-aenderungen='[["neu", "id"], …]'> with two [data-seite], each with data-quelle (an address) or data-xml.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { beschriftung } from "./beschriftung.js";

async function open(leinwand) {
  let xml = leinwand.dataset.xml;
  if (xml === undefined) {
    const response = await fetch(leinwand.dataset.quelle, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`diagram: ${response.status}`);
    xml = await response.text();
  }
  const viewer = new NavigatedViewer({ container: leinwand, zoomScroll: { enabled: false }, additionalModules: [beschriftung] });
  await viewer.importXML(xml);
  // Scrolling the page must not be caught by the diagram; whoever wants to zoom uses the buttons.
  viewer.get("zoomScroll").toggle(false);
  return viewer;
}

const shows = (seite, art) => (art === "neu" ? seite === "nachher" : art === "weg" ? seite === "vorher" : true);

function mark(viewer, seite, changes) {
  const [canvas, registry] = [viewer.get("canvas"), viewer.get("elementRegistry")];
  for (const [art, id] of changes) {
    const shape = registry.get(id);
    // A process or lane that is merely called otherwise would colour everything in it.
    if (shape && shape.parent && shows(seite, art) && !/Participant|Lane/.test(shape.type)) canvas.addMarker(id, `ff-v-${art}`);
  }
}

// What one side shows, the other shows too; `busy` keeps the answer from coming back.
function together(viewers) {
  let busy = false;
  for (const viewer of viewers) {
    viewer.on("canvas.viewbox.changed", ({ viewbox }) => {
      if (busy) return;
      busy = true;
      for (const other of viewers) {
        if (other === viewer) continue;
        const { x, y, width, height } = viewbox;
        other.get("canvas").viewbox({ x, y, width, height });
      }
      busy = false;
    });
  }
}

const LEGIBLE = 0.9;

function middle(shape) {
  if (shape.waypoints) {
    const [a, b] = [shape.waypoints[0], shape.waypoints[shape.waypoints.length - 1]];
    return [(a.x + b.x) / 2, (a.y + b.y) / 2];
  }
  return [shape.x + shape.width / 2, shape.y + shape.height / 2];
}

function jump(sides, id) {
  let lead = null;
  for (const { viewer } of sides) {
    const [canvas, registry] = [viewer.get("canvas"), viewer.get("elementRegistry")];
    for (const other of registry.getAll()) if (other.parent) canvas.removeMarker(other, "ff-v-hier");
    const shape = registry.get(id);
    if (!shape || !shape.parent) continue;
    canvas.addMarker(shape, "ff-v-hier");
    lead = { canvas, shape };
  }
  if (!lead) return false;
  const [x, y] = middle(lead.shape);
  const { outer } = lead.canvas.viewbox();
  const [width, height] = [outer.width / LEGIBLE, outer.height / LEGIBLE];
  lead.canvas.viewbox({ x: x - width / 2, y: y - height / 2, width, height });
  return true;
}

function offer(box, sides) {
  const known = new Set(sides.flatMap(({ viewer }) => viewer.get("elementRegistry").getAll().filter((one) => one.parent).map((one) => one.id)));
  for (const row of document.querySelectorAll("[data-liste] [data-element]")) {
    if (!known.has(row.dataset.element)) continue;
    for (const text of row.querySelectorAll(".ff-satz")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ff-sprung ff-satz";
      button.textContent = text.textContent;
      button.addEventListener("click", () => {
        jump(sides, row.dataset.element);
        box.scrollIntoView({ block: "start" });
      });
      text.replaceWith(button);
    }
  }
  return known;
}

async function start(box) {
  const changes = JSON.parse(box.dataset.aenderungen);
  const sides = [];
  for (const leinwand of box.querySelectorAll("[data-seite]")) {
    sides.push({ seite: leinwand.dataset.seite, leinwand, viewer: await open(leinwand) });
  }
  for (const { viewer, seite } of sides) mark(viewer, seite, changes);
  const viewers = sides.map(({ viewer }) => viewer);
  const canvas = viewers[viewers.length - 1].get("canvas");
  together(viewers);
  const known = offer(box, sides);
  const isPlace = (id) => viewers.some((viewer) => known.has(id) && /^(?!.*(Participant|Lane))/.test(viewer.get("elementRegistry").get(id)?.type ?? "Lane"));
  const places = changes.filter(([art, id]) => art !== "verschoben" && isPlace(id)).map(([, id]) => id);
  let at = -1;
  const actions = {
    naechste: () => { at = (at + 1) % places.length; jump(sides, places[at]); },
    ganz: () => canvas.zoom("fit-viewport", "auto"),
    groesser: () => canvas.zoom(canvas.zoom() * 1.25),
    kleiner: () => canvas.zoom(canvas.zoom() / 1.25),
  };
  for (const button of box.querySelectorAll("[data-aktion]")) {
    button.hidden = button.dataset.aktion === "naechste" && places.length === 0;
    button.addEventListener("click", () => actions[button.dataset.aktion]());
  }
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  for (const { leinwand, viewer } of sides) {
    leinwand.addEventListener("keydown", (event) => {
      if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      const [dx, dy] = steps[event.key];
      viewer.get("canvas").scroll({ dx, dy });
      event.preventDefault();
    });
  }
  actions.ganz();
  if (places.length) actions.naechste();
  box.dataset.bereit = "ja";
}

for (const box of document.querySelectorAll("[data-vergleich]")) {
  start(box).catch(() => {
    for (const leinwand of box.querySelectorAll("[data-seite]")) {
      leinwand.textContent = "Das Diagramm konnte nicht geladen werden. Die Änderungen stehen darunter in Worten.";
    }
  });
}
