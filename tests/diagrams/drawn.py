"""What stands under ``bpmn/``, read for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.definitions import bpmn, dmn, forms
from engine.definitions.feel import Feel
from engine.definitions.parameter import CONTEXT, defaults
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


def load_start_forms() -> dict[str, str]:
    """Process id to the id of the form it begins with, where it has one."""
    processes = [process for name, content in files("*.bpmn").items() for process in bpmn.read(content, name).processes]
    return {process.id: process.start_form_id for process in processes if process.start_form_id}


def load_forms() -> dict[str, forms.Form]:
    return {form.id: form for form in (forms.read(content, name) for name, content in files("*.form").items())}


def decide(decisions: Mapping[str, dmn.Decision], decision: str, variables: Mapping[str, Any], *, feel: Feel, now: datetime) -> dmn.Decided:
    """As the engine decides: with every parameter's default unless ``variables`` set some of them."""
    seen = {**variables, CONTEXT: {**defaults(), **variables.get(CONTEXT, {})}}
    return dmn.decide(decisions, decision, seen, feel=feel, now=now)
