// Plays what happened on the diagram: one case, or many at once. The list of the page says the same in words.
//
// <div data-film="…json"> with a [data-bild-rahmen], and controls [data-film-…]; see templates/auswertung/abspielen.html.
import { badge, clear, colour, load, open } from "./bild.js";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const DAY = 86400;
// At speed 1 a day takes a second.
const TICK = 100;
const LEGIBLE = 0.8;

function words(seconds) {
  const days = Math.floor(seconds / DAY);
  const rest = Math.floor((seconds % DAY) / 60);
  const clock = `${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
  return `Tag ${days}, ${clock}`;
}

class Film {
  constructor(box, data, viewer) {
    this.box = box;
    this.data = data;
    this.viewer = viewer;
    this.frames = data.bilder;
    this.time = 0;
    this.at = -1;
    this.timer = null;
    this.prozess = data.diagramme[0].prozess;
    this.part = (name) => box.querySelector(`[data-film-${name}]`);
    this.list = [...box.querySelectorAll("[data-film-bild]")];
    this.listen();
    this.seek(0);
  }

  listen() {
    const slider = this.part("zeit");
    slider.max = String(this.data.ende);
    slider.step = String(Math.max(1, Math.round(this.data.ende / 2000)));
    slider.addEventListener("input", () => { this.pause(); this.seek(Number(slider.value)); });
    this.part("spielen").addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    this.part("zurueck").addEventListener("click", () => this.step(-1));
    this.part("vor").addEventListener("click", () => this.step(1));
    this.part("folgen")?.addEventListener("change", () => this.draw());
    this.box.querySelector("[data-bild-aktion=ganz]").addEventListener("click", () => { if (this.part("folgen")) this.part("folgen").checked = false; });
    const choice = this.part("diagramm");
    if (choice) choice.addEventListener("change", () => this.change(choice.value));
    for (const [index, item] of this.list.entries()) {
      item.querySelector("button")?.addEventListener("click", () => { this.pause(); this.seek(this.frames[index].t, index); });
    }
    this.box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || !event.altKey) return;
      const keys = { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), p: () => (this.timer ? this.pause() : this.play()) };
      if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
    });
  }

  play() {
    if (this.time >= this.data.ende) this.seek(0);
    this.part("spielen").textContent = "Anhalten";
    const speed = () => Number(this.part("tempo").value) * DAY * (TICK / 1000);
    // Whoever asks for little motion sees still pictures, one event at a time.
    const advance = calm.matches ? () => this.step(1, true) : () => this.seek(Math.min(this.time + speed(), this.data.ende));
    this.timer = setInterval(() => { advance(); if (this.time >= this.data.ende) this.pause(); }, calm.matches ? 1500 : TICK);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.part("spielen").textContent = "Abspielen";
  }

  step(by, keep = false) {
    if (!keep) this.pause();
    const index = Math.max(0, Math.min(this.frames.length - 1, this.at + by));
    this.seek(index === this.frames.length - 1 && by > 0 ? this.data.ende : this.frames[index].t, index);
  }

  seek(time, index) {
    this.time = time;
    this.part("zeit").value = String(time);
    const at = index ?? this.frames.findLastIndex((frame) => frame.t <= time);
    const text = this.data.tage ? this.data.tage[Math.max(at, 0)] : words(time);
    this.part("zeit").setAttribute("aria-valuetext", text);
    this.part("uhr").textContent = text;
    if (at !== this.at) { this.at = at; this.draw(); }
  }

  draw() {
    const frame = this.frames[Math.max(this.at, 0)];
    const overlays = this.viewer.get("overlays");
    const canvas = this.viewer.get("canvas");
    overlays.remove({ type: "zahl" });
    for (const id of this.marked ?? []) canvas.removeMarker(id, "ff-aktiv");
    const tokens = frame.marken[this.prozess] ?? {};
    this.marked = Object.keys(tokens).filter((id) => this.viewer.get("elementRegistry").get(id));
    for (const [id, count] of Object.entries(tokens)) {
      badge(this.viewer, id, { text: String(count), titel: `${count} × hier`, klasse: "ff-zahl--marke", fest: true });
      if (this.marked.includes(id)) canvas.addMarker(id, "ff-aktiv");
    }
    if (frame.abweichung && frame.element) {
      badge(this.viewer, frame.element, { text: `! ${frame.abweichung}`, titel: frame.abweichung, klasse: "ff-zahl--abweichung", fest: true });
    }
    this.follow(frame);
    clear(this.viewer);
    this.part("text").textContent = frame.text;
    for (const [index, item] of this.list.entries()) {
      if (index === this.at) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    }
    const shown = this.list[this.at];
    if (shown) shown.parentElement.scrollTop = shown.offsetTop - shown.parentElement.offsetTop - 60;
  }

  // On a large diagram the place where something happens comes into view, legibly.
  follow(frame) {
    if (!this.part("folgen")?.checked) return;
    const registry = this.viewer.get("elementRegistry");
    const canvas = this.viewer.get("canvas");
    const shape = registry.get(frame.element) ?? registry.get(this.marked[0]);
    const { outer, inner } = canvas.viewbox();
    if (!shape || (inner.width * LEGIBLE <= outer.width && inner.height * LEGIBLE <= outer.height)) return;
    const [width, height] = [outer.width / LEGIBLE, outer.height / LEGIBLE];
    canvas.viewbox({ x: shape.x + shape.width / 2 - width / 2, y: shape.y + shape.height / 2 - height / 2, width, height });
  }

  async change(prozess) {
    this.prozess = prozess;
    this.marked = [];
    await load(this.viewer, this.data.diagramme.find((one) => one.prozess === prozess).quelle);
    this.strays();
    this.draw();
  }

  strays() {
    for (const id of this.data.abweichend ?? []) colour(this.viewer, id, "ff-abweichend");
  }
}

async function start(box) {
  const response = await fetch(box.dataset.film, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`film: ${response.status}`);
  const data = await response.json();
  const frame = box.querySelector("[data-bild-rahmen]");
  frame.dataset.quelle = data.diagramme[0].quelle;
  const viewer = await open(frame);
  const film = new Film(box, data, viewer);
  film.strays();
  box.querySelector("[data-film-leiste]").hidden = false;
  box.dataset.bereit = "ja";
}

for (const box of document.querySelectorAll("[data-film]")) {
  start(box).catch(() => {
    box.querySelector("[data-leinwand]").textContent = "Der Ablauf konnte nicht geladen werden. Derselbe Ablauf steht in der Liste.";
  });
}
