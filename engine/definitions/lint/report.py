"""How a rule words a finding."""

from __future__ import annotations

from typing import Protocol

from engine.definitions.bpmn import BpmnFile
from engine.model.errors import Finding


class Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def error(file: BpmnFile, rule: str, on: Named | None, message: str) -> Finding:
    """The diagram cannot be executed as drawn: its deployment is refused."""
    return finding(file, rule, on, message, "error")


def warning(file: BpmnFile, rule: str, on: Named | None, message: str) -> Finding:
    """Probably not what the author meant."""
    return finding(file, rule, on, message, "warning")


def finding(file: BpmnFile, rule: str, on: Named | None, message: str, severity: str) -> Finding:
    return Finding(file.file, on.id if on else "", on.name if on else "", rule, severity, message)
