// Shows where a case stands on its diagram. The page says the same in words beside it.
//
// <div data-diagramm data-quelle="…bpmn" data-stand='{"aktiv": {id: count}, "erledigt": [id], "genommen": [id], "stoerungen": {id: count}}'>
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { beschriftung } from "./beschriftung.js";

// An open sub-process surrounds the steps that are active in it; only those are marked as the place.
const isContainer = (shape) => Boolean(shape?.children?.some((child) => !child.labelTarget));

function mark(viewer, stand) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  const add = (id, marker) => { if (registry.get(id)) canvas.addMarker(id, marker); };
  const badge = (id, text, className, title) => {
    if (!registry.get(id)) return;
    const html = document.createElement("div");
    html.className = className;
    html.textContent = text;
    html.title = title;
    overlays.add(id, { position: { top: -11, right: 11 }, html });
  };
  stand.erledigt.forEach((id) => add(id, "ff-erledigt"));
  stand.genommen.forEach((id) => add(id, "ff-genommen"));
  for (const [id, count] of Object.entries(stand.aktiv)) {
    if (isContainer(registry.get(id))) {
      add(id, "ff-umgebung");
      continue;
    }
    add(id, "ff-aktiv");
    badge(id, String(count), "ff-marke", `${count} × hier`);
  }
  for (const [id, text] of Object.entries(stand.dauer ?? {})) {
    if (!registry.get(id) || isContainer(registry.get(id))) continue;
    const html = Object.assign(document.createElement("div"), { className: "ff-dauer", textContent: text, title: `Mittlere Dauer: ${text}` });
    overlays.add(id, { position: { bottom: 9, left: 6 }, html });
  }
  for (const [id, count] of Object.entries(stand.stoerungen)) {
    add(id, "ff-stoerfall");
    badge(id, `! ${count}`, "ff-marke ff-marke--stoerung", `${count} Störung(en)`);
  }
}

const LEGIBLE = 0.8;

// The whole diagram when it stays legible, otherwise the surroundings of the first active element.
function show(viewer, stand) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  canvas.zoom("fit-viewport", "auto");
  const places = Object.keys(stand.stoerungen).concat(Object.keys(stand.aktiv)).map((id) => registry.get(id));
  // Where somebody has something to do comes before what merely waits.
  const isWork = (shape) => /UserTask|CallActivity/.test(shape.type);
  const here = places.filter((shape) => shape && !isContainer(shape));
  const place = here.find(isWork) ?? here[0];
  if (canvas.zoom() >= LEGIBLE * 0.75 || !place) return;
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / LEGIBLE, outer.height / LEGIBLE];
  // Centred on the place, but never beyond the drawing's edge where there is more of it to show.
  const along = (middle, size, from, whole) => Math.max(from - 20, Math.min(middle - size / 2, from + whole + 20 - size));
  canvas.viewbox({
    x: along(place.x + place.width / 2, width, inner.x, inner.width),
    y: along(place.y + place.height / 2, height, inner.y, inner.height),
    width,
    height,
  });
}

async function start(box) {
  const leinwand = box.querySelector("[data-leinwand]");
  const stand = JSON.parse(box.dataset.stand);
  const response = await fetch(box.dataset.quelle, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`diagram: ${response.status}`);
  const viewer = new NavigatedViewer({ container: leinwand, zoomScroll: { enabled: false }, additionalModules: [beschriftung] });
  await viewer.importXML(await response.text());
  // Scrolling the page must not be caught by the diagram; whoever wants to zoom uses the buttons or Ctrl and the wheel.
  viewer.get("zoomScroll").toggle(false);
  mark(viewer, stand);
  show(viewer, stand);
  const canvas = viewer.get("canvas");
  const actions = {
    ganz: () => canvas.zoom("fit-viewport", "auto"),
    groesser: () => canvas.zoom(canvas.zoom() * 1.25),
    kleiner: () => canvas.zoom(canvas.zoom() / 1.25),
    stelle: () => show(viewer, stand),
  };
  for (const button of box.querySelectorAll("[data-diagramm-aktion]")) {
    button.hidden = false;
    button.addEventListener("click", () => actions[button.dataset.diagrammAktion]());
  }
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  leinwand.addEventListener("keydown", (event) => {
    if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    const [dx, dy] = steps[event.key];
    canvas.scroll({ dx, dy });
    event.preventDefault();
  });
  box.dataset.bereit = "ja";
}

for (const box of document.querySelectorAll("[data-diagramm]")) {
  start(box).catch(() => {
    box.querySelector("[data-leinwand]").textContent = "Das Diagramm konnte nicht geladen werden. Der Stand steht im Text daneben.";
  });
}
