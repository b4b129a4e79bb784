// Plays what happened on the diagram: one case, or many at once. The list of the page says the same in words.
//
// <div data-film="…json"> with a [data-bild-rahmen], and controls [data-film-…]; see templates/auswertung/abspielen.html.
import { badge, begin, clear, colour, load, open } from "./bild.js";
import { visible } from "./punkte.js";
import { tausender } from "./zahlen.js";
import { Moves } from "./schritt.js";
import { Stream } from "./strom.js";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const DAY = 86400;
// Whoever asks for little motion sees so many milliseconds of each still picture.
const STILL = 1500;
const LEGIBLE = 0.8;
// So many seconds a film should take at least.
const SEEN = 5;

// Of a film of less than two hours the seconds, too.
function words(seconds, end) {
  const days = Math.floor(seconds / DAY);
  const rest = Math.floor((seconds % DAY) / 60);
  const clock = `${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
  const exact = end < 7200 ? `:${String(Math.floor(seconds % 60)).padStart(2, "0")}` : "";
  return `Tag ${days}, ${clock}${exact}`;
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
    this.isPlaying = false;
    this.prozess = data.diagramme[0].prozess;
    this.stream = data.strom ? new Stream(viewer, data.strom) : null;
    this.moves = new Moves(viewer);
    this.badges = new Map();
    this.begin();
    viewer.on("root.set", () => { this.begin(); if (this.at >= 0) this.draw(); });
    this.part = (name) => box.querySelector(`[data-film-${name}]`);
    this.list = [...box.querySelectorAll("[data-film-bild]")];
    this.listen();
    this.near();
    this.seek(0);
  }

  listen() {
    const slider = this.part("zeit");
    // The last step ends at the film's end or a little behind it: a slider stops at full steps only.
    const step = Math.max(1, Math.round(this.data.ende / 2000));
    slider.step = String(step);
    slider.max = String(Math.ceil(this.data.ende / step) * step);
    slider.addEventListener("input", () => { this.pause(); this.seek(Math.min(Number(slider.value), this.data.ende)); });
    this.fit(this.part("tempo"));
    this.part("spielen").addEventListener("click", () => (this.isPlaying ? this.pause() : this.play()));
    this.part("tempo").addEventListener("change", () => this.run());
    calm.addEventListener("change", () => { this.pause(); this.run(); });
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
      const keys = { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), p: () => (this.isPlaying ? this.pause() : this.play()) };
      if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
    });
  }

  // A case of an hour would be over at once: as slow as leaves something to see.
  fit(tempo) {
    const speeds = [...tempo.options].map((option) => Number(option.value)).filter((speed) => speed <= Number(tempo.value));
    tempo.value = String(speeds.findLast((speed) => this.data.ende / (speed * DAY) >= SEEN) ?? speeds[0]);
  }

  // At speed 1 a day takes a second.
  pace() {
    return Number(this.part("tempo").value) * DAY;
  }

  play() {
    if (this.time >= this.data.ende) this.seek(0);
    this.isPlaying = true;
    this.part("spielen").textContent = "Anhalten";
    // Somebody who listens hears where it stands when it stands.
    this.part("text").setAttribute("aria-live", "off");
    if (calm.matches) this.timer = setInterval(() => { this.step(1, true); this.rest(); }, STILL);
    else requestAnimationFrame((now) => this.tick(now, now));
  }

  tick(before, now) {
    if (!this.isPlaying || calm.matches) return;
    this.seek(Math.min(this.time + this.pace() * ((now - before) / 1000), this.data.ende));
    this.rest();
    requestAnimationFrame((next) => this.tick(now, next));
  }

  rest() {
    if (this.time >= this.data.ende) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.isPlaying = false;
    this.part("spielen").textContent = "Abspielen";
    this.part("text").setAttribute("aria-live", "polite");
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
    const text = this.data.tage ? this.data.tage[Math.max(at, 0)] : words(time, this.data.ende);
    this.part("zeit").setAttribute("aria-valuetext", text);
    this.part("uhr").textContent = text;
    if (at !== this.at) {
      const before = this.at;
      this.at = at;
      this.draw();
      if (!this.stream && !calm.matches && at > before && before >= 0) this.moves.run(this.tokens(before), this.tokens(at), this.frames[at].element);
      else this.moves.stop();
    }
    this.run();
  }

  // Dots where they are at this time; none for those who ask for little motion.
  run() {
    if (!this.stream) return;
    if (calm.matches) this.stream.clear();
    else this.stream.draw(this.time, this.pace());
  }

  // A diagram is open, the first one or another.
  begin() {
    this.stream?.open(this.prozess);
    this.moves.open();
    for (const { overlay } of this.badges.values()) this.viewer.get("overlays").remove(overlay);
    this.badges.clear();
  }

  // A film that does not follow one case begins legibly, where the first cases are with somebody: most of all merely wait for something.
  near() {
    if (this.part("folgen")) return;
    const isTask = ([id]) => this.viewer.get("elementRegistry").get(id)?.type === "bpmn:UserTask";
    const moments = this.frames.map(({ marken }) => Object.entries(marken[this.prozess] ?? {}));
    const counts = moments.map((one) => one.filter(isTask)).find((one) => one.length) ?? moments.find((one) => one.length) ?? [];
    begin(this.viewer, counts.map(([id, count]) => [id, { text: String(count) }]));
  }

  tokens(at) {
    return this.frames[Math.max(at, 0)].marken[this.prozess] ?? {};
  }

  draw() {
    const frame = this.frames[Math.max(this.at, 0)];
    this.number(this.tokens(this.at));
    if (this.stray) this.viewer.get("overlays").remove(this.stray);
    this.stray = frame.abweichung && frame.element
      ? badge(this.viewer, visible(this.viewer, frame.element) ?? frame.element, { text: `! ${frame.abweichung}`, titel: frame.abweichung, klasse: "ff-zahl--abweichung", rang: Infinity })
      : null;
    this.follow(frame);
    clear(this.viewer);
    this.part("text").textContent = frame.text;
    for (const [index, item] of this.list.entries()) {
      if (index === this.at) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    }
    const shown = this.list[this.at];
    if (shown) shown.parentElement.scrollTop = shown.offsetTop - shown.parentElement.offsetTop - 60;
  }

  // The number of tokens at each element; a number that stays where it was is not made anew.
  number(tokens) {
    const canvas = this.viewer.get("canvas");
    const overlays = this.viewer.get("overlays");
    const seen = this.seen(tokens);
    for (const [id, { overlay }] of this.badges) {
      if (id in seen) continue;
      overlays.remove(overlay);
      canvas.removeMarker(id, "ff-aktiv");
      this.badges.delete(id);
    }
    for (const [id, count] of Object.entries(seen)) {
      const text = tausender(count);
      const title = `${text} × hier`;
      const known = this.badges.get(id);
      if (known) {
        Object.assign(overlays.get(known.overlay).html, { textContent: text, title });
        continue;
      }
      const overlay = badge(this.viewer, id, { text, titel: title, klasse: "ff-zahl--marke", rang: count });
      if (!overlay) continue;
      this.badges.set(id, { overlay });
      canvas.addMarker(id, "ff-aktiv");
    }
  }

  // A closed sub-process stands for what it hides, and does not count itself beside that.
  seen(tokens) {
    const own = {};
    const hidden = {};
    for (const [id, count] of Object.entries(tokens)) {
      const place = visible(this.viewer, id);
      const where = place === id ? own : hidden;
      if (place) where[place] = (where[place] ?? 0) + count;
    }
    return { ...own, ...hidden };
  }

  // On a large diagram the place where something happens comes into view, legibly.
  follow(frame) {
    if (!this.part("folgen")?.checked) return;
    const registry = this.viewer.get("elementRegistry");
    const canvas = this.viewer.get("canvas");
    const shape = registry.get(frame.element) ?? registry.get(this.badges.keys().next().value);
    const { outer, inner } = canvas.viewbox();
    if (!shape || (inner.width * LEGIBLE <= outer.width && inner.height * LEGIBLE <= outer.height)) return;
    const [width, height] = [outer.width / LEGIBLE, outer.height / LEGIBLE];
    canvas.viewbox({ x: shape.x + shape.width / 2 - width / 2, y: shape.y + shape.height / 2 - height / 2, width, height });
  }

  async change(prozess) {
    const wasPlaying = this.isPlaying;
    this.pause();
    this.prozess = prozess;
    this.stray = null;
    await load(this.viewer, this.data.diagramme.find((one) => one.prozess === prozess).quelle);
    this.begin();
    this.near();
    this.strays();
    this.draw();
    this.run();
    if (wasPlaying) this.play();
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
