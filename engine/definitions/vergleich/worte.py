"""What process owners call the parts and properties of diagrams and forms."""

from __future__ import annotations

TYPES = {
    "process": "Prozess", "participant": "Beteiligte", "lane": "Bahn", "sequenceFlow": "Fluss", "messageFlow": "Meldungsfluss",
    "association": "Verbindung", "textAnnotation": "Anmerkung", "group": "Gruppe", "dataObjectReference": "Datenobjekt", "dataObject": "Datenobjekt",
    "dataStoreReference": "Datenspeicher", "task": "Schritt", "manualTask": "Schritt von Hand", "userTask": "Aufgabe", "serviceTask": "Automatischer Schritt",
    "sendTask": "Versand", "receiveTask": "Empfang", "scriptTask": "Berechnung", "businessRuleTask": "Entscheidung", "callActivity": "Aufruf",
    "subProcess": "Teilprozess", "adHocSubProcess": "Ad-hoc-Teilprozess", "transaction": "Transaktion", "startEvent": "Start", "endEvent": "Ende",
    "intermediateCatchEvent": "Warten", "intermediateThrowEvent": "Zwischenereignis", "boundaryEvent": "Angeheftetes Ereignis",
    "exclusiveGateway": "Verzweigung", "inclusiveGateway": "Verzweigung (mehrere)", "parallelGateway": "Gabelung", "eventBasedGateway": "Verzweigung nach Ereignis",
    "complexGateway": "Komplexe Verzweigung",
}  # fmt: skip
ATTRIBUTES = {
    "name": "Name", "default": "Standardweg", "attachedToRef": "Angeheftet an", "cancelActivity": "Unterbricht", "isInterrupting": "Unterbricht",
    "sourceRef": "Anfang", "targetRef": "Ziel", "isExecutable": "Ausführbar", "triggeredByEvent": "Durch Ereignis ausgelöst", "processRef": "Prozess",
    "gatewayDirection": "Richtung", "dataObjectRef": "Datenobjekt", "associationDirection": "Richtung",
}  # fmt: skip
EVENTS = {"timer": "Zeit", "message": "Meldung", "signal": "Signal", "error": "Fehler", "escalation": "Eskalation", "terminate": "Abbruch",
          "compensate": "Kompensation", "conditional": "Bedingung", "link": "Verweis", "cancel": "Stornierung"}  # fmt: skip
TIMES = {"timeDuration": "Frist", "timeDate": "Zeitpunkt", "timeCycle": "Wiederholung"}
EXTENSIONS = {
    ("taskDefinition", "type"): "Auftrag", ("taskDefinition", "retries"): "Versuche",
    ("formDefinition", "formId"): "Formular", ("formDefinition", "bindingType"): "Bindung des Formulars", ("formDefinition", "versionTag"): "Versions-Tag des Formulars",
    ("formDefinition", "externalReference"): "Externes Formular",
    ("assignmentDefinition", "assignee"): "Zuständige Person", ("assignmentDefinition", "candidateGroups"): "Zuständig",
    ("assignmentDefinition", "candidateUsers"): "Mögliche Personen",
    ("taskSchedule", "dueDate"): "Fällig", ("taskSchedule", "followUpDate"): "Wiedervorlage", ("priorityDefinition", "priority"): "Priorität",
    ("calledDecision", "decisionId"): "Entscheidungstabelle", ("calledDecision", "resultVariable"): "Ergebnis als",
    ("calledDecision", "bindingType"): "Bindung der Entscheidung", ("calledDecision", "versionTag"): "Versions-Tag der Entscheidung",
    ("calledElement", "processId"): "Aufgerufener Prozess", ("calledElement", "bindingType"): "Bindung des Prozesses", ("calledElement", "versionTag"): "Versions-Tag des Prozesses",
    ("calledElement", "propagateAllChildVariables"): "Gibt alle Variablen zurück", ("calledElement", "propagateAllParentVariables"): "Bekommt alle Variablen",
    ("script", "expression"): "Berechnung", ("script", "resultVariable"): "Ergebnis als", ("subscription", "correlationKey"): "Korrelation",
    ("loopCharacteristics", "inputCollection"): "Mehrfach über", ("loopCharacteristics", "inputElement"): "Mehrfach, je Eintrag als",
    ("loopCharacteristics", "outputCollection"): "Mehrfach, gesammelt als", ("loopCharacteristics", "outputElement"): "Mehrfach, gesammelt wird",
    ("versionTag", "value"): "Versions-Tag",
}  # fmt: skip
COMPONENTS = {
    "textfield": "Textfeld", "textarea": "Textbereich", "number": "Zahl", "checkbox": "Kästchen", "radio": "Auswahl", "select": "Auswahlliste",
    "checklist": "Mehrfachauswahl", "taglist": "Mehrfachauswahl", "datetime": "Datum", "text": "Text", "group": "Gruppe", "dynamiclist": "Liste",
    "separator": "Trennlinie", "spacer": "Abstand", "form": "Formular",
}  # fmt: skip
FIELDS = {
    "key": "Schlüssel", "label": "Beschriftung", "dateLabel": "Beschriftung", "timeLabel": "Beschriftung der Zeit", "description": "Hinweis", "text": "Text",
    "path": "Pfad", "type": "Art", "subtype": "Datumsart", "readonly": "Nur lesen", "disabled": "Gesperrt", "defaultValue": "Vorgabe",
    "conditional.hide": "Ausblenden wenn", "validate.required": "Pflichtfeld", "validate.minLength": "Mindestlänge", "validate.maxLength": "Höchstlänge",
    "validate.min": "Mindestwert", "validate.max": "Höchstwert", "validate.pattern": "Muster", "validate.validationType": "Prüfung",
    "valuesKey": "Auswahl aus", "valuesExpression": "Auswahl aus", "appearance.prefixAdorner": "Vor dem Feld", "appearance.suffixAdorner": "Nach dem Feld",
    "decimalDigits": "Nachkommastellen", "properties.validierung": "Prüfung", "properties.nicht_vor": "Nicht vor", "properties.gueltig_am": "Gültig am", "properties.meldung": "Meldung",
    "disallowPassedDates": "Keine vergangenen Tage", "properties.tage_voraus": "Tage im Voraus", "title": "Titel", "versionTag": "Versions-Tag", "defaultRepetitions": "Zeilen zu Beginn",
    "allowAddRemove": "Zeilen hinzufügen und entfernen", "properties.minItems": "Mindestzahl Zeilen", "properties.maxItems": "Höchstzahl Zeilen",
}  # fmt: skip
