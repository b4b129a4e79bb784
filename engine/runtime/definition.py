"""Definitions: compiled once, never changed afterwards, shared by every case and thread of the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.definitions import xml
from engine.model.errors import DefinitionInvalid, Finding
from engine.runtime.parser import ZeebeParser


@dataclass(frozen=True)
class Definition:
    """One version of a process. ``specs`` holds its graph and those of its embedded sub-processes, by id. Read only.

    ``together`` is the label by which whoever resolves calls knows what came with this version.
    """

    process: str
    version: int
    specs: dict[str, Any]
    together: str = ""

    @property
    def spec(self) -> Any:
        return self.specs[self.process]

    def extensions(self, element: str) -> Mapping[str, Any]:
        """What the diagram adds to an element, in whatever sub-process it stands."""
        return next(spec.task_specs[element].extensions for spec in self.specs.values() if element in spec.task_specs)

    @property
    def id(self) -> tuple[str, int]:
        return self.process, self.version


def compile_bpmn(content: bytes, version: int, file: str = "Diagramm", *, together: str = "") -> list[Definition]:
    """All executable processes of a BPMN file, ready to run; for ``together`` see ``Definition``.

    Raises:
        DefinitionInvalid: not well-formed, or something in it cannot be executed correctly.
    """
    root = xml.parse(content, file)
    try:
        definitions = _definitions(root, version, file, together)
    except ValidationException as error:
        raise _invalid(file, str(error.id or ""), str(error.name or ""), str(error)) from error
    except Exception as error:  # whatever else the library's parser stumbles over is a fault of the file
        raise _invalid(file, "", "", f"Das Diagramm lässt sich nicht lesen ({type(error).__name__}: {error}).") from error
    if not definitions:
        raise _invalid(file, "", "", "Das Diagramm enthält keinen ausführbaren Prozess; bitte «Executable» setzen.")
    return definitions


def _definitions(root: Any, version: int, file: str, together: str) -> list[Definition]:
    parser = ZeebeParser()
    parser.add_bpmn_xml(root, file)
    found = []
    for process in parser.get_process_ids():
        found.append(Definition(process, version, {process: parser.get_spec(process), **parser.get_subprocess_specs(process)}, together))
    return found


def _invalid(file: str, element: str, name: str, message: str) -> DefinitionInvalid:
    return DefinitionInvalid([Finding(file, element, name, "ausfuehrbar", "error", message)])
