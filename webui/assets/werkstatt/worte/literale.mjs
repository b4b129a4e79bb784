// Words that libraries write into their code instead of asking a translation for them; webui/assets/build.mjs puts these in their place
// and stops when one of them is there no longer. Left out is what nobody meets here: file picker, document preview, table, HTML, iframe.

// bpmn-js-token-simulation
export const marken = {
  "Token Simulation <": "Ausprobieren <", ">No Entries<": ">Noch nichts geschehen<", "'SubProcess'": "'Teilprozess'", "'Process'": "'Prozess'",
  "|| 'Service Task'": "|| 'Automatischer Schritt'", "|| 'User Task'": "|| 'Aufgabe'", "|| 'Call Activity'": "|| 'Aufruf'", "|| 'Script Task'": "|| 'Berechnung'",
  "|| 'Business Rule Task'": "|| 'Entscheidung'", "|| 'Manual Task'": "|| 'Schritt von Hand'", "|| 'Receive Task'": "|| 'Empfang'", "|| 'Send Task'": "|| 'Versand'",
  "|| 'Task'": "|| 'Schritt'", "|| 'Exclusive Gateway'": "|| 'Verzweigung'", "|| 'Parallel Gateway'": "|| 'Gabelung'", "|| 'Inclusive Gateway'": "|| 'Verzweigung (mehrere)'",
  "|| 'Start Event'": "|| 'Start'", "|| 'Intermediate Event'": "|| 'Zwischenereignis'", "|| 'Boundary Event'": "|| 'Angeheftetes Ereignis'", "|| 'End Event'": "|| 'Ende'",
  "\"Toggle Simulation Log\"": "\"Verlauf zeigen\"", "\"Reset Simulation\"": "\"Von vorne\"", "'Reset Simulation'": "'Von vorne'", "\"Play/Pause Simulation\"": "\"Weiter oder anhalten\"",
  "'Pause Simulation'": "'Angehalten'", "'Play Simulation'": "'Läuft weiter'", "'Finished'": "'Zu Ende'", "'Not supported'": "'Lässt sich hier nicht ausprobieren'",
  "'Found unsupported elements'": "'Nicht alles lässt sich hier ausprobieren'", "\"Set animation speed = ${ label }\"": "\"Tempo: ${ label }\"",
  "\"${ wait ? 'Remove' : 'Add' } pause point\"": "\"${ wait ? 'Nicht mehr hier anhalten' : 'Hier anhalten' }\"", "\"Focus process instance ${scope.id}\"": "\"Durchlauf ${scope.id} zeigen\"",
  "\"Trigger Event\"": "\"Auslösen\"", "\"Set Sequence Flow\"": "\"Anderen Weg wählen\"",
};

// dmn-js: the heads of columns that can be dragged
export const spalten = { "`Move ${isInput(col) ? 'Input' : 'Output'}`": "`${isInput(col) ? 'Eingabe' : 'Ausgabe'} verschieben`" };

// @bpmn-io/properties-panel translates what nobody gave it a translation for by itself.
export const ohneUebersetzung = {
  "function translateFallback(template, replacements) {": "function translateFallback(template, replacements) {\n  if (globalThis.inDerWerkstatt) return globalThis.inDerWerkstatt(template, replacements);",
};

// @bpmn-io/form-js-viewer: kinds of fields, and what they say in the editor
export const felder = {
  "name: 'Button'": "name: 'Knopf'", "label: 'Button'": "label: 'Knopf'", "name: 'Checkbox'": "name: 'Kästchen'", "label: 'Checkbox'": "label: 'Kästchen'", "name: 'Checkbox group'": "name: 'Mehrere Kästchen'",
  "label: 'Checkbox group'": "label: 'Mehrfachauswahl'", "name: 'Date time'": "name: 'Datum und Zeit'", "name: 'Group'": "name: 'Gruppe'", "label: 'Group'": "label: 'Gruppe'",
  "name: 'Image view'": "name: 'Bild'", "name: 'Number'": "name: 'Zahl'", "label: 'Number'": "label: 'Zahl'", "name: 'Radio group'": "name: 'Auswahl'", "label: 'Radio group'": "label: 'Auswahl'",
  "name: 'Select'": "name: 'Auswahlliste'", "label: 'Select'": "label: 'Auswahlliste'", "name: 'Separator'": "name: 'Trennlinie'", "name: 'Spacer'": "name: 'Abstand'",
  "name: 'Dynamic list'": "name: 'Liste'", "label: 'Dynamic list'": "label: 'Liste'", "name: 'Tag list'": "name: 'Mehrere, mit Suche'", "label: 'Tag list'": "label: 'Mehrfachauswahl'",
  "name: 'Text view'": "name: 'Text'", "name: 'HTML view'": "name: 'HTML'", "name: 'Expression'": "name: 'Ausdruck'", "name: 'Text field'": "name: 'Textfeld'", "label: 'Text field'": "label: 'Textfeld'",
  "name: 'Text area'": "name: 'Textbereich'", "label: 'Text area'": "label: 'Textbereich'", "name: 'Table'": "name: 'Tabelle'", "label: 'Table'": "label: 'Tabelle'",
  "label: 'File picker'": "label: 'Datei wählen'", "name: 'Document preview'": "name: 'Dokument zeigen'", "label: 'Document preview'": "label: 'Dokument zeigen'",
  "valueLabel || 'Select'": "valueLabel || 'Bitte wählen'", "'No results'": "'Nichts gefunden'", "'All values selected'": "'Alles ist gewählt'", "\"Remove tag\"": "\"Löschen\"", "'Add new'": "'Neu'", "'Nothing to show.'": "'Noch nichts.'",
  "'Date & Time'": "'Datum und Zeit'", "DATE]: 'Date'": "DATE]: 'Datum'", "TIME]: 'Time'": "TIME]: 'Uhrzeit'", "'UTC offset'": "'mit Abstand zur Weltzeit'", "'UTC normalized'": "'als Weltzeit'",
  "'No timezone'": "'ohne Zeitzone'", "STATIC]: 'Static'": "STATIC]: 'Feste Liste'", "'Input data'": "'Aus dem Fall'", "EXPRESSION]: 'Expression'": "EXPRESSION]: 'Ausdruck'",
  "'Field is required.'": "'Bitte ausfüllen.'", "'Value is not a number.'": "'Bitte eine Zahl angeben.'", "label: 'Value'": "label: 'Wert'",
};

// @bpmn-io/form-js-editor: palette, empty form, properties
export const formulare = {
  ...ohneUebersetzung,
  "return 'Form';": "return 'Formular';", "'Select a form field to edit its properties.'": "'Wählen Sie ein Feld, um es zu bearbeiten.'",
  "'Multiple form fields are selected. Select a single form field to edit its properties.'": "'Mehrere Felder sind gewählt. Wählen Sie eines, um es zu bearbeiten.'",
  "label: 'Input'": "label: 'Eingabe'", "label: 'Selection'": "label: 'Auswahl'", "label: 'Presentation'": "label: 'Darstellung'", "label: 'Containers'": "label: 'Gruppen'", "label: 'Action'": "label: 'Knöpfe'",
  "title: \"Components\"": "title: \"Felder\"", "children: \"Components\"": "children: \"Felder\"", "\"Search components\"": "\"Feld suchen\"", "\"Clear content\"": "\"Leeren\"", "\"No components found.\"": "\"Kein solches Feld.\"",
  "`Create ${getIndefiniteArticle(type)} ${label} element`": "`${label} einfügen`", "'Remove form field'": "'Feld löschen'", "`Remove ${entry.label}`": "`${entry.label} löschen`",
  "\"Drag and drop components here.\"": "\"Felder hierher ziehen.\"", "\"Build your form\"": "\"Das Formular ist noch leer\"", "\"Drag and drop components here to start designing.\"": "\"Ziehen Sie die ersten Felder hierher.\"",
  "\"Use the preview window to test your form.\"": "\"Unter «Ausprobieren» sehen Sie, wie es den Leuten gezeigt wird.\"",
  "\"Text view is empty\"": "\"Text ist leer\"", "\"Text view is populated by an expression\"": "\"Text aus einem Ausdruck\"", "\"Text view is templated\"": "\"Text mit Platzhaltern\"",
  "'Expression is empty'": "'Ausdruck ist leer'", "`Expression for '${key}'`": "`Ausdruck für '${key}'`", "\"Repeatable\"": "\"Mehrfach\"", "\"Opened in popup\"": "\"Wird gross bearbeitet\"",
  "'Close popup'": "'Schliessen'", "\"Save and close\"": "\"Speichern und schliessen\"",
  "'<none>'": "'(keine)'", "label: 'General'": "label: 'Allgemein'", "label: 'Serialization'": "label: 'Schreibweise'", "label: 'Constraints'": "label: 'Grenzen'", "label: 'Validation'": "label: 'Prüfung'", "label: 'Appearance'": "label: 'Aussehen'",
  "label: 'Layout'": "label: 'Anordnung'", "label: 'Condition'": "label: 'Bedingung'", "label: 'Custom properties'": "label: 'Weitere Angaben'", "label: 'Options source'": "label: 'Woher die Auswahl kommt'",
  "label: 'Dynamic options'": "label: 'Auswahl aus dem Fall'", "label: 'Static options'": "label: 'Feste Auswahl'", "label: 'Options expression'": "label: 'Auswahl aus einem Ausdruck'",
  "'Field label'": "'Beschriftung'", "'Group label'": "'Beschriftung'", "'Table label'": "'Beschriftung'", "return 'Title';": "return 'Titel';", "label: 'Field description'": "label: 'Hinweis'", "label: 'Default value'": "label: 'Vorgabe'",
  "label: 'Checked'": "label: 'Angekreuzt'", "label: 'Not checked'": "label: 'Nicht angekreuzt'", "label: 'Disabled'": "label: 'Gesperrt'", "label: 'Read only'": "label: 'Nur lesen'",
  "'Disable this field when it should not be interactive for end-users. Its data will not be submitted. This setting takes precedence over read-only.'": "'Das Feld lässt sich nicht ausfüllen, und sein Wert wird nicht gespeichert. Geht vor «Nur lesen».'",
  "'Make this field read-only when it cannot be edited by the end-user, but its content is important for them to see. Its data will still be submitted.'": "'Man sieht den Wert und kann ihn nicht ändern; er wird mit gespeichert.'",
  "label: 'Key'": "label: 'Schlüssel'", "'Binds to a form variable'": "'So heisst die Variable im Fall'",
  "'Use a unique \"key\" to link the form element and the related input/output data. When dealing with nested data, break it down in the user task\\'s input mapping before using it.'": "'Unter diesem Schlüssel steht der Wert im Fall; jeder nur einmal im Formular.'",
  "label: 'Path'": "label: 'Pfad'", "'Where the child variables of this component are pathed to.'": "'Worunter die Felder darin im Fall stehen.'",
  "'Routes the children of this component into a form variable, may be left empty to route at the root level.'": "'Die Felder darin stehen im Fall unter dieser Variablen; leer: zuoberst.'",
  "'Routes the children of this component into a form variable.'": "'Die Felder darin stehen im Fall unter dieser Variablen.'",
  "label: 'ID'": "label: 'Kennung'", "label: 'Version tag'": "label: 'Versions-Tag'", "\"Version tag by which this form can be referenced.\"": "\"Mit diesem Versions-Tag lässt sich das Formular holen.\"",
  "label: 'Show outline'": "label: 'Mit Rahmen'", "label: 'Date label'": "label: 'Beschriftung'", "label: 'Time label'": "label: 'Beschriftung der Zeit'", "label: 'Height'": "label: 'Höhe'", "'Height of the container in pixels.'": "'Höhe in Bildpunkten.'",
  "label: 'Columns'": "label: 'Breite in Spalten'", "label: 'Auto'": "label: 'von selbst'", "label: 'Alternative text'": "label: 'Ersatztext'", "'Descriptive text for screen reader accessibility.'": "'Was vorgelesen wird.'",
  "label: 'Image source'": "label: 'Bild'", "'Expression or static value (link/data URI)'": "'Ausdruck, Adresse oder das Bild selbst als data-Adresse'",
  "'Link referring to a hosted image, or use a data URI directly to embed image data into the form.'": "'Die Adresse eines Bildes, oder das Bild selbst als data-Adresse.'",
  "label: 'Text'": "label: 'Text'", "label: 'Content'": "label: 'Inhalt'", "\"Supports markdown and templating.\"": "\"Mit Markdown und Platzhaltern.\"", "\"Learn more\"": "\"Mehr dazu (englisch)\"",
  "label: 'Decimal digits'": "label: 'Nachkommastellen'", "label: 'Increment'": "label: 'Schrittweite'", "label: 'Output as string'": "label: 'Als Text speichern'", "'Allows arbitrary precision values'": "'Für beliebig genaue Zahlen'",
  "label: 'Target value'": "label: 'Ergebnis'", "'Define an expression to calculate the value of this field'": "'Der Ausdruck, der den Wert rechnet'", "label: 'Compute on'": "label: 'Gerechnet wird'",
  "label: 'Value changes'": "label: 'bei jeder Änderung'", "label: 'Form submission'": "label: 'beim Absenden'", "label: 'Submit'": "label: 'Absenden'", "label: 'Reset'": "label: 'Zurücksetzen'",
  "label: 'Subtype'": "label: 'Datum oder Zeit'", "label: 'Use 24h'": "label: '24 Stunden'", "label: 'Disallow past dates'": "label: 'Keine vergangenen Tage'", "label: 'Time interval'": "label: 'Zeitschritte'",
  "label: 'Time format'": "label: 'Schreibweise der Zeit'", "label: 'Searchable'": "label: 'Mit Suche'", "label: 'Label'": "label: 'Beschriftung'", "label: 'Value'": "label: 'Wert'", "label: 'Type'": "label: 'Art'",
  "label: 'Input values key'": "label: 'Auswahl aus'", "'Define which input property to populate the values from'": "'Die Variable des Falls mit der Auswahl'", "label: 'Prefix'": "label: 'Vor dem Feld'", "label: 'Suffix'": "label: 'Nach dem Feld'",
  "'Define an expression to populate the options from.'": "'Der Ausdruck, der die Auswahl ergibt.'", "'Hide if'": "'Ausblenden, wenn'", "'Condition under which the field is hidden'": "'Wann das Feld nicht erscheint'",
  "'Deactivate if'": "'Nicht ausführen, wenn'", "'Condition under which the field is deactivated'": "'Wann nichts gerechnet wird'",
  "\"The expression may result in an array of simple values or alternatively follow this schema:\"": "\"Der Ausdruck ergibt eine Liste von Werten, oder eine Liste nach diesem Muster:\"",
  "\"The input property may be an array of simple values or alternatively follow this schema:\"": "\"Die Variable ist eine Liste von Werten, oder eine Liste nach diesem Muster:\"",
  "'\"Static\" defines a constant, predefined set of form options.\\n\\n'": "'«Feste Liste»: immer dieselbe Auswahl.\\n\\n'",
  "'\"Input data\" defines options that are populated dynamically, adjusting based on variable data for flexible responses to different conditions or inputs.\\n\\n'": "'«Aus dem Fall»: eine Variable des Falls ist die Auswahl.\\n\\n'",
  "'\"Expression\" defines options that are populated from a FEEL expression.'": "'«Ausdruck»: ein FEEL-Ausdruck ergibt sie.'",
  "label: 'Vertical alignment'": "label: 'Ausrichtung'", "label: 'Top'": "label: 'oben'", "label: 'Center'": "label: 'mitte'", "label: 'Bottom'": "label: 'unten'",
  "label: 'Default number of items'": "label: 'Zeilen zu Beginn'", "label: 'Allow add/delete items'": "label: 'Zeilen hinzufügen und entfernen'", "label: 'Disable collapse'": "label: 'Nicht zuklappen'",
  "label: 'Number of non-collapsing items'": "label: 'Zeilen, die offen bleiben'", "label: 'Required'": "label: 'Pflichtfeld'", "label: 'Minimum length'": "label: 'Mindestlänge'", "label: 'Maximum length'": "label: 'Höchstlänge'",
  "label: 'Custom regular expression'": "label: 'Eigenes Muster'", "label: 'Custom error message'": "label: 'Eigene Meldung'", "'The error message to display when the input does not match the regular expression.'": "'Was steht, wenn die Eingabe dem Muster nicht entspricht.'",
  "label: 'Minimum'": "label: 'Mindestwert'", "label: 'Maximum'": "label: 'Höchstwert'", "label: 'Validation pattern'": "label: 'Muster'", "label: 'Custom'": "label: 'Eigenes'", "label: 'Email'": "label: 'E-Mail'", "label: 'Phone'": "label: 'Telefon'",
  "'Add properties directly to the form schema, useful to configure functionality in custom-built task applications and form renderers.'": "'Zum Beispiel «validierung» für die Prüfung einer AHV-Nummer.'",
  "'Must not be empty.'": "'Bitte ausfüllen.'", "'Must not be empty'": "'Bitte ausfüllen'", "'Must be unique.'": "'Das gibt es schon.'", "'Must not contain spaces.'": "'Bitte ohne Leerzeichen.'", "'Must be a variable or a dot separated path.'": "'Bitte ein Name, oder mehrere mit Punkten dazwischen.'",
  "'Must not conflict with other key/path assignments.'": "'Ein anderes Feld heisst schon so.'", "'Should be an integer.'": "'Bitte eine ganze Zahl.'", "'Should be greater than zero.'": "'Bitte eine Zahl über null.'", "'Should be a valid number.'": "'Bitte eine Zahl.'",
  "'Should be a valid number'": "'Bitte eine Zahl'", "`Should be at least ${min}.`": "`Mindestens ${min}.`", "`Should be at most ${max}.`": "`Höchstens ${max}.`", "'A number is required.'": "'Bitte eine Zahl.'",
  "'Must not contain numerical path segments.'": "'Bitte keine Zahl zwischen den Punkten.'", "'Must not be a prohibited path.'": "'Dieser Name ist nicht erlaubt.'",
};

// Every word has to be found: an update of the library that calls something otherwise is noticed when building, not by a process owner.
export function inGerman(source, words, library) {
  for (const [english, german] of Object.entries(words)) {
    if (!source.includes(english)) throw new Error(`${library} does not say ${english} any more`);
    source = source.replaceAll(english, german);
  }
  return source;
}
