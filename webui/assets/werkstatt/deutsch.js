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
  "Toggle minimap": "Übersicht", "Open minimap": "Übersicht öffnen", "Close minimap": "Übersicht schliessen", "Search": "Suchen",
};

function translate(template, replacements = {}) {
  return (WORDS[template] ?? template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
}

export const german = { translate: ["value", translate] };
