"""Who writes which variable, over all files that are checked together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.definitions.bpmn import BpmnFile
from engine.definitions.forms import Form
from engine.definitions.forms.components import Choice, DynamicList, Field, Group, fields
from engine.definitions.lint.graph import elements
from engine.definitions.parameter import CONTEXT
from engine.definitions.xml import local

# What every case has from its opening, a handover from its beginning, and what the engine itself sets in a multi-instance activity.
WELL_KNOWN = frozenset({
    "fall_nr", "region", "personen", "uebergabe_nr", "loopCounter", CONTEXT,
    "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances", "numberOfTerminatedInstances",
})  # fmt: skip
TARGETS = ("input", "output")
NAMING = {"script": "resultVariable", "calledDecision": "resultVariable"}
LOOPING = ("inputElement", "outputCollection")


@dataclass(frozen=True)
class Writers:
    """``names``: all variables something writes. ``choices``: the values of those that only static choices of forms write.

    ``complete``: diagrams whose variables all come from the files at hand; of any other nothing can be said.
    """

    names: frozenset[str] = frozenset()
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()


def writers(diagrams: Sequence[BpmnFile], forms: Iterable[Form]) -> Writers:
    known = {form.id: form for form in forms}
    offered: dict[str, set[str] | None] = {}
    for form in known.values():
        _offer(offered, form)
    drawn = {name for diagram in diagrams for name in _drawn(diagram)}
    choices = {name: frozenset(values) for name, values in offered.items() if values is not None and name not in drawn}
    return Writers(frozenset({*WELL_KNOWN, *drawn, *offered}), choices, _complete(diagrams, known))


def _offer(offered: dict[str, set[str] | None], form: Form) -> None:
    for part in fields(form.components):
        name = part.key.partition(".")[0]
        values = _static(part) if name == part.key else None
        before = offered.get(name, set())
        offered[name] = None if values is None or before is None else before | values
    for component in form.components:
        if isinstance(component, DynamicList | Group) and component.path:
            offered[component.path.partition(".")[0]] = None


def _static(part: Field) -> set[str] | None:
    if not isinstance(part, Choice) or part.values_key or part.values_expression or part.type == "checklist" or part.is_locked:
        return None
    return {str(option.value) for option in part.options} or None


def _drawn(diagram: BpmnFile) -> Iterator[str]:
    for node in diagram.root.iter("{*}*"):
        name = local(node)
        if name in TARGETS:
            yield node.get("target", "").partition(".")[0]
        elif name in NAMING:
            yield node.get(NAMING[name], "").partition(".")[0]
        elif name == "loopCharacteristics":
            yield from (node.get(attribute, "") for attribute in LOOPING)


def _complete(diagrams: Sequence[BpmnFile], known: Mapping[str, Form]) -> frozenset[str]:
    """Diagrams that start a case or are called by one at hand, when all forms and called processes are at hand too."""
    drawn = {process.id for diagram in diagrams for process in diagram.processes}
    called = {element.called_process for diagram in diagrams for element in elements(diagram, "callActivity")}
    asked = {element.form_id for diagram in diagrams for element in elements(diagram) if element.form_id}
    if not asked <= set(known) or not {name for name in called if name and not name.startswith("=")} <= drawn:
        return frozenset()
    return frozenset(d.file for d in diagrams if d.processes and all(process.start_form_id or process.id in called for process in d.processes))
