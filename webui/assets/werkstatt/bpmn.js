// The diagram editor: the cloud modeler of bpmn.io with its properties panel, our lint marks, and the case's variables for FEEL.
import BpmnModeler from "camunda-bpmn-js/lib/camunda-cloud/Modeler";
import VariableProvider from "@bpmn-io/variable-resolver/lib/VariableProvider";
import { beschriftung } from "../beschriftung.js";
import { begin } from "./arbeit.js";
import { german } from "./deutsch.js";
import { variablesOf } from "./variablen.js";

// What the whole application writes, as the server read it from forms, mappings and results of all files.
function caseVariables(variables) {
  class CaseVariables extends VariableProvider {
    getVariables(element) {
      return (element.$type ?? element.type) === "bpmn:Process" ? variables : [];
    }
  }
  CaseVariables.$inject = ["variableResolver"];
  return { __init__: ["caseVariables"], caseVariables: ["type", CaseVariables] };
}

function marks(modeler) {
  const [overlays, canvas, registry] = ["overlays", "canvas", "elementRegistry"].map((name) => modeler.get(name));
  let marked = [];
  return (findings) => {
    overlays.remove({ type: "ws-befund" });
    marked.forEach(([id, marker]) => { if (registry.get(id)) canvas.removeMarker(id, marker); });
    marked = [];
    const by = Map.groupBy ? Map.groupBy(findings, (one) => one.element) : grouped(findings);
    for (const [id, found] of by) {
      const shape = registry.get(id);
      if (!shape || shape === canvas.getRootElement()) continue;
      const isError = found.some((one) => one.schwere === "error");
      const marker = isError ? "ws-fehler" : "ws-hinweis";
      canvas.addMarker(id, marker);
      marked.push([id, marker]);
      const badge = document.createElement("div");
      badge.className = `ws-marke ${marker}-marke`;
      badge.textContent = isError ? "!" : "?";
      badge.title = found.map((one) => one.text).join("\n\n");
      overlays.add(id, "ws-befund", { position: shape.waypoints ? { top: 0, left: 0 } : { top: -11, left: -11 }, html: badge });
    }
  };
}

function grouped(findings) {
  const by = new Map();
  for (const one of findings) by.set(one.element, [...(by.get(one.element) ?? []), one]);
  return by;
}

function goer(modeler) {
  return (id) => {
    const canvas = modeler.get("canvas");
    const shape = modeler.get("elementRegistry").get(id);
    if (!shape) return;
    const root = canvas.findRoot(shape);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    if (canvas.zoom() < 0.7) canvas.zoom(0.9);
    if (shape !== root) canvas.scrollToElement(shape, { top: 120, bottom: 120, left: 160, right: 160 });
    modeler.get("selection").select(shape);
  };
}

begin(async (root, text, changed) => {
  const modeler = new BpmnModeler({
    container: root.querySelector("[data-ws-leinwand]"),
    propertiesPanel: { parent: root.querySelector("[data-ws-eigenschaften]") },
    additionalModules: [caseVariables(await variablesOf(root)), german, beschriftung],
    elementTemplateChooser: false,
    // Saving must not move a drawing that nobody touched.
    disableAdjustOrigin: true,
  });
  await modeler.importXML(text);
  modeler.get("canvas").zoom("fit-viewport", "auto");
  // Larger than the window: begin at a size one can read, with the overview beside it.
  if (modeler.get("canvas").zoom() < 0.35) {
    modeler.get("canvas").zoom(0.6);
    const begins = modeler.get("elementRegistry").find((one) => one.type === "bpmn:StartEvent");
    if (begins) modeler.get("canvas").scrollToElement(begins, { top: 240, bottom: 160, left: 200, right: 600 });
    modeler.get("minimap").open();
  }
  modeler.on("commandStack.changed", ({ trigger }) => { if (trigger !== "clear") changed(); });
  root.querySelector("[data-ws-suche]")?.addEventListener("click", (click) => {
    click.stopPropagation(); // a click anywhere closes the search, and so would this one
    modeler.get("searchPad").toggle();
  });
  for (const button of root.querySelectorAll("[data-ws-befehl]")) {
    button.addEventListener("click", () => modeler.get("editorActions").trigger(button.dataset.wsBefehl));
  }
  globalThis.werkstatt = { modeler };
  return { // With everything undone the file is the one it was, down to its spaces.
    read: async () => (modeler.get("commandStack").canUndo() ? (await modeler.saveXML({ format: true })).xml : text), mark: marks(modeler), go: goer(modeler) };
});
