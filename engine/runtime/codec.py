"""State to JSON and back. Compaction is not a separate step: only tokens are written, history is not.

A row is ``[number, element, state, parent, data]``. Written are the live tasks and the boundary splits whose activity is still
open; every task whose parent is not written hangs under the root. Successors do not exist before their element is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.model.errors import FallflussError
from engine.runtime.case import Case
from engine.runtime.definition import Definition
from engine.runtime.services import Services
from engine.runtime.tokens import Token, nest, prune
from engine.runtime.variables import Variables

FORMAT = 1


class UnknownState(FallflussError):
    """The saved case was written by another version of this program."""

    def __init__(self, found: Any):
        self.found = found
        super().__init__(
            f"Der gespeicherte Stand des Falls hat das Format {found!r}, dieses Programm liest Format {FORMAT}. Es wurde nichts geändert. "
            "Bitte den Betrieb benachrichtigen: Vermutlich läuft eine ältere Programmfassung als jene, die den Fall zuletzt gespeichert hat."
        )


def dump(case: Case) -> str:
    """The whole case as compact JSON text; the same case always gives the same text."""
    numbers: dict[Any, int] = {}
    flows = [_flow(case, workflow, numbers) for workflow in _outer_first(case)]
    state = {
        "format": FORMAT,
        "counter": case.counter,
        "root": case.root,
        "completed": case.completed,
        "scopes": case.variables.to_json(),
        "flows": flows,
    }
    return json.dumps(state, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _flow(case: Case, workflow: Any, numbers: dict[Any, int]) -> list[Any]:
    rows = []
    prune(workflow)
    for task in workflow.tasks.values():
        if task is not workflow.task_tree:
            numbers[task.id] = len(numbers)
            rows.append([numbers[task.id], task.task_spec.name, task.state, numbers.get(task._parent), task.internal_data])
    owner = None if workflow is case else numbers[workflow.parent_task_id]
    return [owner, *workflow.definition.id, workflow.spec.name, rows]


def read(text: str) -> dict[str, Any]:
    """The saved state as plain data.

    Raises:
        UnknownState: the text was written by another version of this program.
    """
    state: dict[str, Any] = json.loads(text)
    if state.get("format") != FORMAT:
        raise UnknownState(state.get("format"))
    return state


def load(text: str, services: Services) -> Case:
    """Rebuild a case; its definitions come from ``services.find``.

    Raises:
        UnknownState: the text was written by another version of this program; migrate it first.
    """
    state = read(text)
    (_, process, version, _, _), *_ = state["flows"]
    case = Case(services.find(process, version), services)
    case.counter, case.root, case.completed = state["counter"], state["root"], state["completed"]
    case.variables = Variables.from_json(state["scopes"])
    tasks: dict[int, Token] = {}
    for flow in state["flows"]:
        _restore(case, flow, tasks)
    return case


def _restore(case: Case, flow: list[Any], tasks: dict[int, Token]) -> None:
    owner, process, version, name, rows = flow
    workflow = case if owner is None else nest(case, tasks[owner], _definition(case, process, version), name)
    workflow.task_tree = Token(workflow, workflow.spec.start, state=TaskState.COMPLETED)
    for number, element, task_state, parent, data in rows:
        above = workflow.task_tree if parent is None else tasks[parent]
        task = tasks[number] = Token(workflow, workflow.spec.task_specs[element], above, task_state, number)
        task.internal_data = data
        task.triggered = "loop" in data or "fired" in data


def _definition(case: Case, process: str, version: int) -> Definition:
    """Most inner workflows belong to few definitions; asking the caller for each is slow in a wide case."""
    known = case.definitions
    if (process, version) not in known:
        known[process, version] = case.services.find(process, version)
    return known[process, version]


def _outer_first(case: Case) -> Iterator[Any]:
    yield case
    yield from sorted(case.subprocesses.values(), key=lambda workflow: workflow.depth)
