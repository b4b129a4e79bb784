// The editor of decisions: the overview of requirements, tables and expressions.
import DmnModeler from "dmn-js/lib/Modeler";
import { begin } from "./arbeit.js";
import { germanTables as german } from "./deutsch.js";
import { besides, variablesOf } from "./variablen.js";

const FEW = 6;
// A finding names its decision; which rule of the table it means stands in its text.
const ruleIn = (text) => Number(/Regel (\d+)/.exec(text)?.[1] ?? 0);

// What a decision requires is read under the name of its variable; the library suggests the title, which no expression knows.
function asRead(variable) {
  const name = variable.origin?.variable?.name || variable.origin?.id;
  return name && name !== variable.name ? { ...variable, name, info: variable.name } : variable;
}

// A table reads the case besides what its decisions require.
function caseVariables(variables) {
  class CaseVariables {
    constructor(variableResolver) { variableResolver.registerProvider(this); }
    getVariables(own) { return besides(own.map(asRead), variables); }
  }
  CaseVariables.$inject = ["variableResolver"];
  return { __init__: ["caseVariables"], caseVariables: ["type", CaseVariables] };
}

begin(async (root, text, changed) => {
  const box = root.querySelector("[data-ws-leinwand]");
  const knowing = { additionalModules: [caseVariables(await variablesOf(root)), german] };
  const modeler = new DmnModeler({
    container: box, drd: { propertiesPanel: undefined, additionalModules: [german] }, decisionTable: knowing, literalExpression: knowing, boxedExpression: knowing,
  });
  await modeler.importXML(text);
  const views = () => modeler.getViews();
  let found = [];
  let wanted = 0;

  const tabs = root.querySelector("[data-ws-ansichten]");
  const label = (view) => (view.type === "drd" ? "Übersicht" : view.name || view.id);
  const isFaulty = (view) => found.some((one) => one.element === view.element.id && one.schwere === "error");

  function tab(view) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label(view);
    button.setAttribute("aria-pressed", String(view.element === modeler.getActiveView()?.element));
    if (isFaulty(view)) button.className = "ws-ansicht--fehler";
    button.addEventListener("click", () => modeler.open(view));
    return button;
  }

  // A row of more buttons would take the table's place.
  function choice() {
    const select = document.createElement("select");
    select.setAttribute("aria-label", "Ansicht");
    select.append(...views().map((view, at) => new Option(isFaulty(view) ? `${label(view)} – Fehler` : label(view), at)));
    select.value = views().findIndex((view) => view.element === modeler.getActiveView()?.element);
    select.addEventListener("change", () => modeler.open(views()[select.value]));
    return select;
  }

  function showTabs() {
    tabs.replaceChildren(...(views().length > FEW ? [choice()] : views().map(tab)));
  }

  function markRows() {
    const active = modeler.getActiveView();
    const rows = [...box.querySelectorAll(".tjs-table tbody tr")];
    rows.forEach((row) => row.classList.remove("ws-fehlerzeile", "ws-gesucht"));
    for (const one of found.filter((finding) => finding.element === active?.element.id)) rows[ruleIn(one.text) - 1]?.classList.add("ws-fehlerzeile");
    if (wanted && rows[wanted - 1]) { rows[wanted - 1].classList.add("ws-gesucht"); rows[wanted - 1].scrollIntoView({ block: "center" }); }
  }

  let listening = null;
  function listen() {
    const viewer = modeler.getActiveViewer();
    if (viewer && viewer !== listening) {
      listening = viewer;
      viewer.on("commandStack.changed", ({ trigger } = {}) => { if (trigger !== "clear") changed(); });
    }
    showTabs();
    setTimeout(markRows, 50);
  }
  modeler.on("views.changed", listen);
  // What opens first is the table, not the overview, as long as there is only one.
  const tables = views().filter((view) => view.type !== "drd");
  await modeler.open(tables.length === 1 ? tables[0] : views()[0]);
  listen();
  globalThis.werkstatt = { modeler };
  return {
    read: async () => (await modeler.saveXML({ format: true })).xml,
    mark: (findings) => { found = findings; showTabs(); markRows(); },
    go: async (id, told = "") => {
      const view = views().find((one) => one.element.id === id);
      if (!view) return;
      wanted = ruleIn(told);
      await modeler.open(view);
      setTimeout(markRows, 100);
    },
  };
});
