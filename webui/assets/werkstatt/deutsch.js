// German words for what people click most; everything else of the editors by others stays as they say it.
const WORDS = {
  "Activate hand tool": "Hand: verschieben", "Activate lasso tool": "Mehrere auswählen", "Activate create/remove space tool": "Platz schaffen",
  "Activate global connect tool": "Verbinden", "Create start event": "Startereignis", "Create end event": "Endereignis",
  "Create intermediate/boundary event": "Zwischenereignis", "Create gateway": "Gateway", "Create task": "Aufgabe",
  "Create expanded sub-process": "Teilprozess", "Create data object reference": "Datenobjekt", "Create data store reference": "Datenspeicher",
  "Create pool/participant": "Pool", "Create group": "Gruppe", "Create element": "Element", "Append element": "Anfügen",
  "Append end event": "Endereignis anfügen", "Append gateway": "Gateway anfügen", "Append task": "Aufgabe anfügen",
  "Append intermediate/boundary event": "Zwischenereignis anfügen", "Add text annotation": "Bemerkung anfügen", "Change element": "Art ändern",
  "Change type": "Art ändern", "Connect to other element": "Verbinden", "Delete": "Löschen", "Remove": "Löschen", "Set color": "Farbe",
  "View DRD": "Übersicht", "Hit policy:": "Trefferregel:", "Hit policy": "Trefferregel", "When": "Wenn", "And": "Und", "Then": "Dann",
  "Annotations": "Bemerkungen", "Annotation": "Bemerkung", "Add rule": "Regel anfügen", "Remove rule": "Regel löschen", "Add input": "Eingabe anfügen",
  "Add output": "Ausgabe anfügen", "Edit input": "Eingabe bearbeiten", "Edit output": "Ausgabe bearbeiten", "Remove input column": "Eingabe löschen",
  "Remove output column": "Ausgabe löschen", "Input": "Eingabe", "Output": "Ausgabe", "Input values": "Mögliche Werte", "Output values": "Mögliche Werte",
  "Input type": "Art", "Output type": "Art", "Input label": "Beschriftung", "Output label": "Beschriftung", "Input label: ": "Beschriftung: ",
  "Output label: ": "Beschriftung: ", "Input expression": "Ausdruck", "Input expression: ": "Ausdruck: ", "Output name": "Name", "Output name: ": "Name: ",
  "Decision name": "Name der Entscheidung", "Decision name: ": "Name der Entscheidung: ", "Variable name:": "Variable:", "Variable type:": "Art:",
  "Variable name": "Variable", "Variable type": "Art", "Expression language:": "Sprache:", "Expression": "Ausdruck", "Enter expression": "Ausdruck eingeben",
  "Append decision": "Entscheidung anfügen", "Append input data": "Eingabe anfügen", "Create decision": "Entscheidung", "Create input data": "Eingabe",
  "Toggle minimap": "Übersicht", "Open minimap": "Übersicht öffnen", "Close minimap": "Übersicht schliessen", "Search": "Suchen",
};

function translate(template, replacements = {}) {
  return (WORDS[template] ?? template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
}

export const german = { translate: ["value", translate] };
