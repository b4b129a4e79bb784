"""What stands under ``bpmn/``, read for tests."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import dmn, forms
from engine.runtime import Definition, compile_bpmn

BPMN = Path(__file__).parents[2] / "bpmn"
FALL_NR = "2026-00001"


def files(pattern: str) -> dict[str, bytes]:
    """Name relative to ``bpmn/`` to content."""
    return {path.relative_to(BPMN).as_posix(): path.read_bytes() for path in sorted(BPMN.rglob(pattern))}


def load_decisions() -> dict[str, dmn.Decision]:
    found: dict[str, dmn.Decision] = {}
    for name, content in files("*.dmn").items():
        found |= dmn.read_decisions(content, name)
    return found


def load_processes() -> dict[str, Definition]:
    return {found.process: found for name, content in files("*.bpmn").items() for found in compile_bpmn(content, 1, name)}


def load_forms() -> dict[str, forms.Form]:
    return {form.id: form for form in (forms.read(content, name) for name, content in files("*.form").items())}
