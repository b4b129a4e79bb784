// Many cases: dots along the flows, as many a month as the server tells, spread evenly over it.
//
// data.strom = {wege: {process: [[flow id, …], …]}, monate: [{von, bis, punkte: {process: [[place in wege, dots], …]}}]}, times in seconds.
import { Dots, line } from "./punkte.js";

// A dot is so long under way on the screen, but never longer than the month it stands for.
const SECONDS_ON_SCREEN = 1.2;
// Ways begin their months a little apart, so that dots do not march in step.
const APART = 0.618;

export class Stream {
  constructor(viewer, data) {
    this.viewer = viewer;
    this.data = data;
  }

  // After another diagram was loaded.
  open(prozess) {
    this.dots = new Dots(this.viewer);
    this.lines = (this.data.wege[prozess] ?? []).map((flows) => line(this.viewer, flows));
    this.months = this.data.monate.map(({ von, bis, punkte }) => ({ von, bis, punkte: punkte[prozess] ?? [] }));
  }

  // ``time`` and the ``pace`` of the film in seconds of the data, the pace for one second on screen.
  draw(time, pace) {
    const running = [];
    for (const { von, bis, punkte } of this.months) {
      const long = Math.min(SECONDS_ON_SCREEN * pace, bis - von);
      if (time < von || time >= bis + long) continue;
      for (const [way, number] of punkte) {
        const path = this.lines[way];
        if (!path) continue;
        const first = (way * APART) % 1;
        for (let dot = 0; dot < number; dot += 1) {
          const share = (time - von - ((dot + first) / number) * (bis - von)) / long;
          if (share >= 0 && share < 1) running.push([path, share]);
        }
      }
    }
    this.dots.draw(running);
  }

  clear() {
    this.dots.draw([]);
  }
}
