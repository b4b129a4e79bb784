"""Drives the real diagrams in memory: real runtime, FEEL, decisions and forms, on a clock that travels.

The state is text between all steps, so every command restores what the one before saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.definitions import dmn, forms
from engine.definitions.feel import Feel
from engine.model.calendar import due_at
from engine.model.step import Step, Wait
from engine.runtime import Definition, Runtime, compile_bpmn, complete, fire

BPMN = Path(__file__).parents[2] / "bpmn"
ZURICH = ZoneInfo("Europe/Zurich")
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


class Walk:
    """One case. ``notices`` are the roles and texts of its Hinweise, ``taken`` the sequence flows and ``done`` the elements it passed."""

    def __init__(self, feel: Feel, today: date):
        self.feel = feel
        self.processes, self.decisions, self.forms = load_processes(), load_decisions(), load_forms()
        self.now = datetime.combine(today, time(8), ZURICH).astimezone(UTC)
        self.step: Step | None = None
        self.notices: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.done: list[str] = []
        self._due: dict[int, datetime] = {}
        self._series: dict[int, datetime] = {}

    @property
    def today(self) -> date:
        return self.now.astimezone(ZURICH).date()

    @property
    def variables(self) -> Mapping[str, Any]:
        assert self.step
        return self.step.variables

    @property
    def completed(self) -> bool:
        return bool(self.step and self.step.completed)

    def open_tasks(self) -> list[str]:
        return sorted(wait.element for wait in self._waits("user task"))

    def due_date(self, element: str) -> str:
        return str(self._task(element).request["dueDate"])

    def prefilled(self, element: str) -> dict[str, Any]:
        """What the open task's form shows at first."""
        return self.forms[self._task(element).request["formId"]].prefill(self.sees(element))

    def sees(self, element: str, person: str | None = None) -> dict[str, Any]:
        """All variables of an open task."""
        return self._visible(self._task(element, person))

    def open(self, **raw: Any) -> None:
        """Open a case as the command does: the start form's values, numbered persons, ``fall_nr`` and ``region``."""
        values = self.forms["f10_anmeldung"].validate(raw, {}, feel=self.feel, now=self.now)
        for number, person in enumerate(values["personen"], start=1):
            person["person_id"] = f"P{number}"
        started = {**values, "fall_nr": FALL_NR, "region": "SDOL"}
        self._settle(self._runtime().start(self.processes["fall"], started, key=10**9))

    def complete(self, element: str, *, person: str | None = None, **raw: Any) -> None:
        """Fill in the form of an open task; several persons have the same task open at once."""
        wait = self._task(element, person)
        form = self.forms[wait.request["formId"]]
        values = form.validate(raw, self._visible(wait), feel=self.feel, now=self.now)
        self._apply(complete(wait.key, values))

    def send(self, name: str, **payload: Any) -> None:
        """Correlate a message with this case."""
        (wait,) = [w for w in self._waits("message") if (w.request["value"], w.request["correlation"]) == (name, FALL_NR)]
        self._apply(fire(wait.key, payload))

    def travel(self, to: date) -> None:
        """Let time pass until 08:00 of that day; timers fire in order, each at its own due time."""
        end = datetime.combine(to, time(8), ZURICH).astimezone(UTC)
        while due := sorted((self._due[w.key], w.key) for w in self._waits("timer") if self._due[w.key] <= end):
            when, key = due[0]
            self.now = max(self.now, when)
            self._apply(fire(key), series=self._series[key])
        self.now = end

    def _visible(self, wait: Wait) -> dict[str, Any]:
        assert self.step
        return self._runtime().visible(self.step.state, [wait.key])[wait.key]

    def _task(self, element: str, person: str | None = None) -> Wait:
        found = [wait for wait in self._waits("user task") if wait.element == element]
        if person is not None:
            found = [wait for wait in found if self._visible(wait)["person"]["person_id"] == person]
        assert len(found) == 1, f"{element} ({person}): {len(found)} offen; offen sind {self.open_tasks()}"
        return found[0]

    def _waits(self, kind: str) -> list[Wait]:
        assert self.step
        return [wait for wait in self.step.waits if wait.kind == kind]

    def _runtime(self) -> Runtime:
        return Runtime(
            find=lambda process, _version: self.processes[process],
            resolve=lambda process: self.processes[process],
            feel=self.feel,
            decide=lambda id, variables: dmn.decide(self.decisions, id, variables, feel=self.feel, now=self.now).result,
            now=self.now,
        )

    def _apply(self, command: Any, *, series: datetime | None = None) -> None:
        assert self.step
        self._settle(self._runtime().apply(self.step.state, command), series)

    def _settle(self, step: Step, series: datetime | None = None) -> None:
        """Take a step over: times for new timers, Hinweise at once as the application's own handler does."""
        assert not step.incidents, step.incidents
        self.step = step
        self.taken += [event.element for event in step.events if event.what == "taken"]
        self.done += [event.element for event in step.events if event.what == "completed"]
        for wait in self._waits("timer"):
            if wait.key not in self._due:
                fired = wait.request["fired"]
                self._series[wait.key] = start = series if fired and series else self.now
                self._due[wait.key] = due_at(wait.request["kind"], wait.request["value"], start, fired)
        for job in self._waits("job")[:1]:
            headers = job.request["headers"]
            self.notices.append((headers["an_rolle"], headers["text"]))
            self._apply(complete(job.key, {}))
