"""Whether each token still means the same on the new version, and what its new version asks for besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.runtime.elements import UserTask, label
from engine.runtime.events import BoundaryEvent
from engine.runtime.gateways import EventBasedGateway
from engine.runtime.multi_instance import MultiInstance
from engine.runtime.tokenrows import SPLIT, Row, Rows, host_of, is_boundary, is_catch, is_quiet

Say = Callable[..., None]
_LOOP = ("item", "output", "element")


def fit(rows: Rows, before: Mapping[int, str], moved: Mapping[int, str], mapping: Mapping[str, str], fresh: int, say: Say) -> int:
    """Say which rows do not fit; give the others the boundary events and alternatives they have now. The next free number."""
    for row in rows.all:
        if row[0] not in moved and not before[row[0]].endswith(f".{SPLIT}"):
            _compare(rows, row, before[row[0]], say)
    _fit_gates(rows, say)
    for gate in {row[4]["gate"] for row in rows.all if "gate" in row[4]}:
        fresh = _add_alternatives(rows, gate, fresh)
    return _fit_boundaries(rows, before, mapping, fresh)


def _compare(rows: Rows, row: Row, before: str, say: Say) -> None:
    old, new = rows.old.task_specs[before], rows.new.task_specs.get(row[1])
    if is_quiet(old):
        return
    if new is None:
        say("fehlt", before, f"«{row[1]}» ist offen und hat in der neuen Version kein Gegenstück", needs_decision=True)
    elif type(new) is not type(old) or (is_catch(old) and _awaited(old) != _awaited(new)):
        say("art", before, f"«{row[1]}» ist offen und in der neuen Version von anderer Art", needs_decision=True)
    elif "via" in row[4] and row[4]["via"] not in new._inputs:
        say("zusammenfuehrung", before, f"an der Zusammenführung «{row[1]}» wartet ein Zweig, den es in der neuen Version nicht gibt", needs_decision=True)
    elif is_boundary(new) and not _hangs_right(rows, row):
        say("randereignis", before, f"das Randereignis «{row[1]}» gehört in der neuen Version zu einem anderen Schritt", needs_decision=True)
    elif isinstance(new, MultiInstance) and ([old.loop[k] for k in _LOOP], old.is_sequential) != ([new.loop[k] for k in _LOOP], new.is_sequential):
        say("mehrfach", before, f"«{row[1]}» läuft mehrfach, und die neue Version zählt oder sammelt anders", needs_decision=True)
    elif "listener" in row[4] and old.extensions.get("listeners") != new.extensions.get("listeners"):
        say("listener", before, f"bei «{row[1]}» ist ein Listener an der Arbeit, den die neue Version nicht kennt")


def _awaited(spec: Any) -> str:
    wanted = spec.event_definition
    return "timer" if wanted.is_timer else str(wanted.kind)


def _hangs_right(rows: Rows, row: Row) -> bool:
    split = next((one for one in rows.all if one[0] == row[3]), None)
    if split is None or host_of(split[1]) not in rows.new.task_specs:
        return True  # its activity is missing itself, which is said there
    return split[1] in rows.new.task_specs and row[1] in rows.new.task_specs[split[1]]._outputs


def _gateways(rows: Rows, row: Row) -> set[str]:
    spec = rows.new.task_specs.get(row[1])
    inputs = spec._inputs if spec is not None else ()
    return {name for name in inputs if isinstance(rows.new.task_specs[name], EventBasedGateway)}


def _fit_gates(rows: Rows, say: Say) -> None:
    """The alternatives of one event gateway must still be those of one event gateway."""
    for row in rows.all:
        members = rows.gate_of(row)
        common = set.intersection(*(_gateways(rows, one) for one in members)) if members else set()
        if members and not common:
            if len(members) == 1 and not _gateways(rows, row):
                del row[4]["gate"]
            else:
                say("tor", row[1], f"«{row[1]}» ist eine von mehreren Möglichkeiten, die in der neuen Version nicht mehr beisammen stehen", needs_decision=True)
        elif not members and is_catch(rows.new.task_specs.get(row[1])) and _gateways(rows, row):
            say("tor", row[1], f"«{row[1]}» ist in der neuen Version nur eine von mehreren Möglichkeiten", needs_decision=True)


def _add_alternatives(rows: Rows, gate: int, fresh: int) -> int:
    members = [row for row in rows.all if row[4].get("gate") == gate]
    common = set.intersection(*(_gateways(rows, one) for one in members))
    for gateway in sorted(common)[:1]:
        present = {row[1] for row in members}
        for name in [one for one in rows.new.task_specs[gateway]._outputs if one not in present]:
            rows.all.append([fresh, name, TaskState.WAITING, None, {"gate": gate}])
            fresh += 1
    return fresh


def _fit_boundaries(rows: Rows, before: Mapping[int, str], mapping: Mapping[str, str], fresh: int) -> int:
    """Give every live activity the boundary events that only its new version has; the next step arms them."""
    specs = rows.new.task_specs
    by_number = {row[0]: row for row in rows.all}
    for row in list(rows.all):
        split, above = f"{row[1]}.{SPLIT}", by_number.get(row[3])
        if split not in specs or row[1].endswith(SPLIT) or (above and above[1] == split) or "loop" in row[4]:
            continue
        inserted = [fresh, split, TaskState.COMPLETED, row[3], {}]
        rows.all.insert(rows.all.index(row), inserted)
        by_number[fresh] = inserted
        row[3], fresh = fresh, fresh + 1
    for split_row in [row for row in rows.all if row[1].endswith(SPLIT) and row[1] in specs and row[2] == TaskState.COMPLETED]:
        # What the former version had, too, either waits still or has happened.
        former = rows.old.task_specs.get(before.get(split_row[0], ""))
        known = {mapping.get(name, name) for name in former._outputs} if former is not None else set()
        for event in specs[split_row[1]]._outputs:
            if event not in known and isinstance(specs[event], BoundaryEvent):
                rows.all.append([fresh, event, TaskState.WAITING, split_row[0], {}])
                fresh += 1
    return fresh


def refresh(rows: Rows, before: Mapping[int, str], together: str, *, counts_anew: Callable[[str], bool]) -> None:
    """What the open rows ask for in the words of the new version: forms, jobs and messages; timers only where that is wanted."""
    for row in rows.all:
        old, new = rows.old.task_specs.get(before.get(row[0], "")), rows.new.task_specs.get(row[1])
        if old is None or new is None or "request" not in row[4]:
            continue
        if isinstance(new, UserTask):
            _refresh_form(row[4]["request"], new, together)
        elif is_catch(new) and not is_quiet(new) and old.event_definition != new.event_definition:
            if not new.event_definition.is_timer or counts_anew(before[row[0]]):
                _ask_again(row[4])
        elif job := new.extensions.get("job"):
            _refresh_job(row[4]["request"], job)


def _refresh_form(request: dict[str, Any], new: Any, together: str) -> None:
    form, bound = new.extensions.get("user", {}).get("formId", ""), label(new.extensions.get("form", {}), together)
    if form.startswith("="):
        return
    for name, value in (("formId", form), ("formVersionTag", bound)):
        if value:
            request[name] = value
        else:
            request.pop(name, None)


def _refresh_job(request: dict[str, Any], job: Mapping[str, Any]) -> None:
    if not job["type"].startswith("="):
        request.update(type=job["type"], headers=dict(job["headers"]))


def _ask_again(local: dict[str, Any]) -> None:
    fired = local.pop("request").get("fired", 0)
    if fired:
        local["fired"] = fired
