// The mapping of a migration: the two diagrams beside each other and the table below are one. And the progress of a plan that runs.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { beschriftung } from "../beschriftung.js";

const kindOf = (value) => (value.startsWith("nach:") ? "ff-zugeordnet" : value ? "ff-verlegt" : "ff-offen");
const MARKERS = ["ff-offen", "ff-zugeordnet", "ff-verlegt", "ff-neu"];

async function open(canvas) {
  const response = await fetch(canvas.dataset.quelle, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`diagram: ${response.status}`);
  const viewer = new NavigatedViewer({ container: canvas, zoomScroll: { enabled: false }, additionalModules: [beschriftung] });
  await viewer.importXML(await response.text());
  viewer.get("zoomScroll").toggle(false);
  viewer.get("canvas").zoom("fit-viewport", "auto");
  toolbar(canvas, viewer);
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  canvas.addEventListener("keydown", (event) => {
    const zoom = { "+": 1.25, "-": 0.8 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!steps[event.key] && !zoom)) return;
    const surface = viewer.get("canvas");
    if (zoom) surface.zoom(surface.zoom() * zoom);
    else surface.scroll({ dx: steps[event.key][0], dy: steps[event.key][1] });
    event.preventDefault();
  });
  return viewer;
}

const LEGIBLE = 0.6;

// Legible, with the element in the middle; the whole diagram when it is legible as a whole.
function show(viewer, id) {
  const shape = viewer.get("elementRegistry").get(id);
  const canvas = viewer.get("canvas");
  if (!shape) return;
  const { outer } = canvas.viewbox();
  const scale = Math.max(canvas.zoom(), LEGIBLE);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: shape.x + shape.width / 2 - width / 2, y: shape.y + shape.height / 2 - height / 2, width, height });
}

function toolbar(canvas, viewer) {
  const surface = viewer.get("canvas");
  const actions = { ganz: () => surface.zoom("fit-viewport", "auto"), groesser: () => surface.zoom(surface.zoom() * 1.25), kleiner: () => surface.zoom(surface.zoom() / 1.25) };
  for (const button of canvas.parentElement.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => actions[button.dataset.zoom]());
  }
}

class Mapping {
  constructor(box, older, newer) {
    this.box = box;
    this.older = older;
    this.newer = newer;
    this.rows = new Map([...document.querySelectorAll("[data-zeile]")].map((row) => [row.dataset.zeile, row]));
    this.chosen = null;
    this.note = document.querySelector("[data-hinweis]");
    this.targets = new Map();
    this.fresh = new Set(JSON.parse(box.dataset.neue));
    for (const id of this.fresh) this.mark(newer, id, "ff-neu");
    for (const [id, count] of Object.entries(JSON.parse(box.dataset.faelle))) this.badge(id, count);
    for (const [id, row] of this.rows) {
      const select = row.querySelector("select");
      select.addEventListener("change", () => this.paint(id));
      select.addEventListener("focus", () => this.choose(id, { scroll: false }));
      this.paint(id);
    }
    const first = this.rows.keys().next().value;
    if (first) this.reveal(first);
    older.on("element.click", ({ element }) => this.pick(this.idOf(element)));
    newer.on("element.click", ({ element }) => this.assign(this.idOf(element)));
  }

  reveal(id) {
    show(this.older, id);
    const value = this.rows.get(id).querySelector("select").value;
    show(this.newer, value.split(":")[1] ?? id);
  }

  idOf(element) {
    const shape = element.labelTarget ?? element;
    return shape.parent && !shape.waypoints ? shape.id : null;
  }

  mark(viewer, id, marker) {
    if (!viewer.get("elementRegistry").get(id)) return;
    const canvas = viewer.get("canvas");
    MARKERS.forEach((one) => canvas.removeMarker(id, one));
    if (marker) canvas.addMarker(id, marker);
  }

  badge(id, count) {
    if (!this.older.get("elementRegistry").get(id)) return;
    const html = document.createElement("div");
    html.className = "ff-marke";
    html.textContent = String(count);
    html.title = `${count} × hier`;
    this.older.get("overlays").add(id, { position: { top: -11, right: 11 }, html });
  }

  paint(id) {
    const row = this.rows.get(id);
    const value = row.querySelector("select").value;
    this.mark(this.older, id, kindOf(value));
    const target = value.split(":")[1];
    const former = this.targets.get(id);
    if (former && former !== target) this.mark(this.newer, former, this.fresh.has(former) ? "ff-neu" : null);
    if (target) this.mark(this.newer, target, kindOf(value));
    this.targets.set(id, target);
    const reason = row.querySelector("[data-grund]");
    if (reason) reason.hidden = !value.startsWith("verlegt:");
  }

  pick(id) {
    if (!id) return;
    if (this.rows.has(id)) this.choose(id, { scroll: true });
    else {
      const address = new URL(this.box.dataset.adresse, location.href);
      address.searchParams.append("auch", id);
      this.note.replaceChildren("Dieses Element ist gleich geblieben. ", Object.assign(document.createElement("a"), { className: "govuk-link", href: `${address}#zeile-${id}`, textContent: "Trotzdem darüber entscheiden" }));
    }
  }

  choose(id, { scroll }) {
    for (const [other, row] of this.rows) row.classList.toggle("ff-gewaehlt", other === id);
    this.chosen = id;
    if (!scroll) this.reveal(id);
    const name = this.rows.get(id).querySelector("th").firstChild.textContent.trim();
    this.note.textContent = `Gewählt: «${name}». Klicken Sie rechts auf das Gegenstück, oder wählen Sie es in der Tabelle.`;
    if (scroll) this.rows.get(id).scrollIntoView({ block: "nearest" });
  }

  assign(id) {
    if (!id || !this.chosen) return;
    const select = this.rows.get(this.chosen).querySelector("select");
    const value = [`nach:${id}`, `verlegt:${id}`].find((one) => [...select.options].some((option) => option.value === one));
    if (!value) {
      this.note.textContent = "Dorthin kann dieses Element nicht: Es ist von anderer Art, und dort kann kein Fall beginnen.";
      return;
    }
    select.value = value;
    this.paint(this.chosen);
    this.note.textContent = `«${select.selectedOptions[0].textContent}» gewählt${value.startsWith("verlegt:") ? ": Bitte noch begründen" : ""}. Speichern nicht vergessen.`;
  }
}

async function mapping(box) {
  const [older, newer] = await Promise.all([...box.querySelectorAll("[data-seite]")].map(open));
  new Mapping(box, older, newer);
  box.dataset.bereit = "ja";
}

function follow(box) {
  const look = async () => {
    const response = await fetch(box.dataset.fortschritt, { credentials: "same-origin" });
    if (!response.ok) return;
    const stand = await response.json();
    if (stand.worte !== box.dataset.worte) location.reload();
    box.querySelector("[data-offen]").textContent = stand.offen;
    box.querySelector("progress").value = stand.total - stand.offen;
    setTimeout(look, 1500);
  };
  setTimeout(look, 1000);
}

for (const box of document.querySelectorAll("[data-zuordnung]")) {
  mapping(box).catch(() => { box.querySelectorAll("[data-seite]").forEach((one) => { one.textContent = "Das Diagramm konnte nicht geladen werden. Dasselbe lässt sich in der Tabelle wählen."; }); });
}
for (const box of document.querySelectorAll("[data-fortschritt]")) follow(box);
