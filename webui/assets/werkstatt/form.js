// The form editor: palette, form and properties.
import { FormEditor } from "@bpmn-io/form-js-editor";
import { begin } from "./arbeit.js";
import { german } from "./deutsch.js";
import { besides, variablesOf } from "./variablen.js";

begin(async (root, text, changed) => {
  const box = root.querySelector("[data-ws-leinwand]");
  const schema = JSON.parse(text);
  const variables = await variablesOf(root);
  // Asked by the properties panel whenever it draws, see `case-variables` in build.mjs. Another list would close what is being suggested,
  // so it only changes with the form's fields, not with every letter of an expression.
  let told = { key: null };
  globalThis.caseVariables = () => {
    const fields = globalThis.werkstatt?.editor.get("formFieldRegistry").getAll() ?? [];
    const own = [...new Set(fields.map((one) => one.key).filter(Boolean))];
    if (told.key !== own.join()) told = { key: own.join(), variables: besides(own.map((name) => ({ name })), variables) };
    return told.variables;
  };
  const editor = new FormEditor({ container: box, additionalModules: [german] });
  await editor.importSchema(schema);
  let found = [];
  const registry = () => editor.get("formFieldRegistry");
  // The linter names a field by its id or by its key.
  const field = (name) => registry().get(name) ?? registry().getAll().find((one) => one.key === name || one.path === name);

  function mark() {
    box.querySelectorAll(".ws-formfehler").forEach((one) => one.classList.remove("ws-formfehler"));
    for (const one of found) {
      const id = field(one.element)?.id;
      if (id) box.querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.add("ws-formfehler");
    }
  }
  editor.on("changed", () => { changed(); setTimeout(mark, 50); });
  globalThis.werkstatt = { editor };
  return {
    // Written as the files in the repository are, so that a change shows as what it is.
    read: async () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`,
    mark: (findings) => { found = findings; mark(); },
    go: (name) => {
      const wanted = field(name);
      if (!wanted) return;
      editor.get("selection").set(wanted);
      box.querySelector(`[data-id="${CSS.escape(wanted.id)}"]`)?.scrollIntoView({ block: "center" });
    },
  };
});
