// What the kinds of BPMN elements are called, by menus («Timer start event (non-interrupting)») and by the head of the panel
// («Timer Start Event (Non Interrupting)») alike: looked up by their letters only. The words are those of the comparison of two versions.
const KINDS = {
  "Task": "Schritt", "Manual task": "Schritt von Hand", "User task": "Aufgabe", "Service task": "Automatischer Schritt", "Send task": "Versand",
  "Receive task": "Empfang", "Script task": "Berechnung", "Business rule task": "Entscheidung", "Call activity": "Aufruf",
  "Sub-process": "Teilprozess", "Sub-process (collapsed)": "Teilprozess (zugeklappt)", "Sub-process (expanded)": "Teilprozess (aufgeklappt)",
  "Collapsed Sub Process": "Teilprozess (zugeklappt)", "Expanded Sub Process": "Teilprozess (aufgeklappt)", "Event sub-process": "Ereignis-Teilprozess",
  "Ad-hoc sub-process": "Ad-hoc-Teilprozess", "Ad-hoc sub-process (collapsed)": "Ad-hoc-Teilprozess (zugeklappt)",
  "Ad-hoc sub-process (expanded)": "Ad-hoc-Teilprozess (aufgeklappt)", "Collapsed Ad Hoc Sub Process": "Ad-hoc-Teilprozess (zugeklappt)",
  "Expanded Ad Hoc Sub Process": "Ad-hoc-Teilprozess (aufgeklappt)", "Event Ad Hoc Sub Process": "Ad-hoc-Ereignis-Teilprozess", "Transaction": "Transaktion",
  "Gateway": "Verzweigung", "Exclusive gateway": "Verzweigung", "Parallel gateway": "Gabelung", "Inclusive gateway": "Verzweigung (mehrere)",
  "Event-based gateway": "Verzweigung nach Ereignis", "Complex gateway": "Komplexe Verzweigung",
  "Event based instantiating Gateway": "Verzweigung nach Ereignis, eröffnet Fälle", "Parallel Event based instantiating Gateway": "Gabelung nach Ereignissen, eröffnet Fälle",
  "Start event": "Start", "End event": "Ende", "Intermediate throw event": "Zwischenereignis", "Intermediate catch event": "Warten", "Boundary event": "Angeheftetes Ereignis",
  "Sequence flow": "Fluss", "Default flow": "Standardweg", "Conditional flow": "Fluss mit Bedingung", "Message flow": "Meldungsfluss", "Association": "Verbindung",
  "Data input association": "Verbindung von Daten", "Data output association": "Verbindung zu Daten", "Data object reference": "Datenobjekt",
  "Data object": "Datenobjekt", "Data input": "Dateneingang", "Data output": "Datenausgang",
  "Data store reference": "Datenspeicher", "Text annotation": "Anmerkung", "Group": "Gruppe", "Process": "Prozess", "Collaboration": "Zusammenarbeit", "Lane": "Bahn",
  "Participant": "Beteiligte", "Expanded pool/participant": "Beteiligte (aufgeklappt)", "Empty pool/participant": "Beteiligte (leer)",
  "Expanded Participant": "Beteiligte (aufgeklappt)", "Collapsed Participant": "Beteiligte (leer)", "Label": "Beschriftung",
};

const EVENTS = {
  Message: "Meldung", Timer: "Zeit", Conditional: "Bedingung", Signal: "Signal", Error: "Fehler", Escalation: "Eskalation", Compensation: "Kompensation",
  Compensate: "Kompensation", Link: "Verweis", Terminate: "Abbruch", Cancel: "Stornierung", Multiple: "mehrere", "Parallel multiple": "alle von mehreren",
};
const PLACES = {
  "start event": "Start", "intermediate catch event": "Warten", "intermediate throw event": "Zwischenereignis", "end event": "Ende", "boundary event": "Angeheftetes Ereignis",
};

const letters = (text) => text.toLowerCase().replace(/[^a-z]/g, "");
const known = new Map(Object.entries(KINDS).map(([english, german]) => [letters(english), german]));
for (const [event, told] of Object.entries(EVENTS)) {
  for (const [place, where] of Object.entries(PLACES)) {
    known.set(letters(`${event} ${place}`), `${where}: ${told}`);
    known.set(letters(`${event} ${place} non interrupting`), `${where}: ${told} (unterbricht nicht)`);
  }
}

// The German words for a kind of element, or undefined.
export const elementWords = (text) => known.get(letters(text));
