// One case: when it goes on, its tokens run along the flows to where they are next.
import { Dots, line, way } from "./punkte.js";

const MILLISECONDS = 700;
const MOST = 40;

export class Moves {
  constructor(viewer) {
    this.viewer = viewer;
  }

  // After another diagram was loaded.
  open() {
    this.stop();
    this.dots = new Dots(this.viewer);
  }

  // From the tokens before to those after; what was done between is tried first as where a token comes from. Who plays fast sees several at once.
  run(before, after, done) {
    const lines = this.found(before, after, done).map((flows) => line(this.viewer, flows)).filter(Boolean);
    this.running = [...this.running, ...lines.map((path) => ({ path, begun: null }))].slice(-MOST);
    if (this.running.length && !this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    for (const one of this.running) one.begun ??= now;
    this.running = this.running.filter(({ begun }) => now - begun < MILLISECONDS);
    this.dots.draw(this.running.map(({ path, begun }) => [path, (now - begun) / MILLISECONDS]));
    this.frame = this.running.length ? requestAnimationFrame((next) => this.tick(next)) : null;
  }

  stop() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.running = [];
    this.dots?.draw([]);
  }

  found(before, after, done) {
    const gone = Object.keys(before).filter((id) => before[id] > (after[id] ?? 0));
    const come = Object.keys(after).filter((id) => after[id] > (before[id] ?? 0));
    const origins = [...new Set([done, ...gone])].filter(Boolean);
    if (!come.length) return gone.map((id) => way(this.viewer, id, (shape) => shape.type === "bpmn:EndEvent" && !shape.outgoing?.length)).filter(Boolean);
    return come.map((id) => this.shortest(origins, id)).filter(Boolean);
  }

  shortest(origins, target) {
    const ways = origins.map((id) => way(this.viewer, id, (shape) => shape.id === target)).filter((flows) => flows?.length);
    return ways.sort((a, b) => a.length - b.length)[0] ?? null;
  }
}
