"""A file holds one executable process; several pools would have to talk to each other."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "one-process"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    executable = [process for process in file.processes if process.executable]
    if not file.processes:
        yield error(file, RULE, None, "Das Diagramm enthält keinen Prozess. Zeichnen Sie einen, oder lassen Sie die Datei weg.")
    for process in file.processes if not executable else executable[1:]:
        if process.elements or not executable:
            yield error(file, RULE, process, SEVERAL if executable else "Der Prozess ist nicht ausführbar. Setzen Sie im Modeler das Häkchen «Executable».")
    for process in file.processes:
        if executable and not process.executable and process.elements:
            yield error(file, RULE, process, "Neben dem ausführbaren Prozess ist ein zweiter Pool ausgezeichnet. Klappen Sie ihn zu, oder legen Sie ihn in eine eigene Datei.")
        if process.executable and not process.elements:
            yield error(file, RULE, process, "Der Prozess ist leer. Zeichnen Sie mindestens ein Start- und ein Endereignis.")
        if not process.id:
            yield error(file, RULE, process, "Der Prozess hat keine Id. Tragen Sie eine ein, zum Beispiel «fall».")


SEVERAL = "Die Datei enthält mehrere ausführbare Prozesse. Legen Sie jeden in eine eigene Datei, und verbinden Sie sie mit Aufrufen oder Meldungen."
