// Token simulation of a diagram of a draft: who clicks decides which way a token goes. Nothing is evaluated and nothing saved.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import TokenSimulation from "bpmn-js-token-simulation/lib/viewer";
import { beschriftung } from "../beschriftung.js";
import { german } from "./deutsch.js";

const box = document.querySelector("[data-ws-marken]");
if (box) {
  const response = await fetch(box.dataset.quelle, { credentials: "same-origin" });
  const viewer = new NavigatedViewer({ container: box, additionalModules: [TokenSimulation, german, beschriftung] });
  await viewer.importXML(await response.text());
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  // The buttons of the simulation only show from half size on: a larger drawing begins at its start.
  const begins = viewer.get("elementRegistry").find((one) => one.type === "bpmn:StartEvent");
  if (canvas.zoom() < 0.6) {
    canvas.zoom(0.7);
    if (begins) canvas.scrollToElement(begins, { top: 160, bottom: 160, left: 160, right: 500 });
  }
  viewer.get("toggleMode").toggleMode(true);
  box.dataset.bereit = "ja";
}
