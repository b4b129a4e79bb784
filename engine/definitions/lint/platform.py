"""Only the dialect of Camunda 8 is executed; without the mark other tools check nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error, warning
from engine.definitions.xml import CAMUNDA_7, MODELER, namespace
from engine.model.errors import Finding

RULE = "platform"


NEWEST = (8, 9)


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    platform = file.root.get(f"{{{MODELER}}}executionPlatform")
    version = file.root.get(f"{{{MODELER}}}executionPlatformVersion")
    if _is_camunda_7(file):
        yield error(file, RULE, None, "Das Diagramm ist für Camunda 7 gezeichnet (Namensraum camunda:). Legen Sie es im Modeler als «Camunda 8 BPMN diagram» neu an.")
    elif platform != "Camunda Cloud" or not version:
        yield error(file, RULE, None, 'Die Ausführungsplattform fehlt. Wählen Sie im Modeler unten links «Camunda 8.9» (executionPlatform="Camunda Cloud", executionPlatformVersion="8.9.0").')
    elif _numbers(version) > NEWEST:
        yield warning(file, RULE, None, f"Das Diagramm ist für Camunda {version} gezeichnet; unterstützt wird bis 8.9. Wählen Sie im Modeler unten links «Camunda 8.9».")


def _is_camunda_7(file: BpmnFile) -> bool:
    if file.root.get(f"{{{MODELER}}}executionPlatform") == "Camunda Platform":
        return True
    return any(namespace(node) == CAMUNDA_7 or any(CAMUNDA_7 in str(name) for name in node.attrib) for node in file.root.iter("*"))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
