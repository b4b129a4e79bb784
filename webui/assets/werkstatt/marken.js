// Token simulation of a diagram of a draft: who clicks decides which way a token goes. Nothing is evaluated and nothing saved.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import TokenSimulation from "bpmn-js-token-simulation/lib/viewer";
import { german } from "./deutsch.js";

const box = document.querySelector("[data-ws-marken]");
if (box) {
  const response = await fetch(box.dataset.quelle, { credentials: "same-origin" });
  const viewer = new NavigatedViewer({ container: box, additionalModules: [TokenSimulation, german] });
  await viewer.importXML(await response.text());
  viewer.get("canvas").zoom("fit-viewport", "auto");
  if (viewer.get("canvas").zoom() < 0.4) viewer.get("canvas").zoom(0.7);
  viewer.get("toggleMode").toggleMode(true);
  box.dataset.bereit = "ja";
}
