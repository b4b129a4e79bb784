"""Pairs of transactions that may meet: what is prepared, and what the two do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine import commands
from engine.commands import CaseRef, umstellen
from engine.model.access import system
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Umstellung, Umstellungsfall
from tests.commands import drawings as small
from tests.commands.conftest import Desk
from tests.robustness import begegnungen

LEITUNG = ("intake", "fallfuehrung", "teamleitung", "leitung")


@dataclass
class Meeting:
    """Two people's desks and the cases they meet at; ``suffix`` makes names of this meeting unique, ``keys`` are tasks and timers by element."""

    anna: Desk
    beat: Desk
    suffix: str
    refs: list[CaseRef]
    keys: dict[str, int]

    @property
    def fall_nr(self) -> str:
        return self.refs[0].fall_nr

    def as_system(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.anna.database.begin(system("zeitgeber")) as session:
            return command(session, *args, **kwargs)


@dataclass(frozen=True)
class Scenario:
    """``once`` is done to the database before the first meeting. ``in_one``: each of the two is one transaction, not many in a row."""

    prepare: Callable[[Meeting], None]
    works: tuple[Callable[[Meeting], Any], Callable[[Meeting], Any]]
    once: Callable[[Database], None] = lambda database: None
    in_one: bool = True


def opened(process: str = "antrag", days: float = 0, count: int = 1, **completed: Mapping[str, Any]) -> Callable[[Meeting], None]:
    """Open cases, complete the named tasks in each, and wait."""

    def prepare(meeting: Meeting) -> None:
        for _ in range(count):
            meeting.refs.append(meeting.anna.open(process))
        for element, raw in completed.items():
            for task in meeting.anna.tasks(element):
                meeting.anna.do(commands.complete_task, task.key, raw)
        meeting.anna.clock.at += timedelta(days=days)
        meeting.keys.update({task.element: task.key for task in meeting.anna.tasks()})
        meeting.keys.update({name: timer.key for name, timer in meeting.anna.timers().items()})

    return prepare


def complete(who: str, element: str = "pruefen", **raw: Any) -> Callable[[Meeting], Any]:
    return lambda m: getattr(m, who).do(commands.complete_task, m.keys[element], raw)


def do(who: str, command: Callable[..., Any], element: str, *args: Any, **kwargs: Any) -> Callable[[Meeting], Any]:
    return lambda m: getattr(m, who).do(command, m.keys[element], *args, **kwargs)


def fire(element: str) -> Callable[[Meeting], Any]:
    return lambda m: m.as_system(commands.fire_timer, m.keys[element])


def answer(who: str, message_id: str | None = None) -> Callable[[Meeting], Any]:
    def work(m: Meeting) -> Any:
        given = f"{message_id}{m.suffix}" if message_id else None
        return getattr(m, who).do(commands.correlate, "antwort", m.fall_nr, {"von": who}, message_id=given)

    return work


def cancel(who: str) -> Callable[[Meeting], Any]:
    return lambda m: getattr(m, who).do(commands.cancel_case, m.refs[0].fall_id, "Wegzug")


def correct(who: str, **values: Any) -> Callable[[Meeting], Any]:
    return lambda m: getattr(m, who).do(commands.set_variables, m.refs[0].instanz_key, values)


def wake(m: Meeting) -> Any:
    return run_due(m.anna.database).failures


# Definitions that change meanwhile


def diagram(m: Meeting, task: str, field: str) -> dict[str, bytes]:
    """A process with one task and a start form with one field."""
    start = small.node("startEvent", "start", extensions=f'<zeebe:formDefinition formId="beginn{m.suffix}"/>')
    flows = (small.flow("start", task), small.flow(task, "ende"))
    return {
        f"neu{m.suffix}.bpmn": small.drawing(f"neu{m.suffix}", start, small.user(task), small.node("endEvent", "ende"), *flows),
        f"beginn{m.suffix}.form": small.form(f"beginn{m.suffix}", small.text_field(field)),
    }


def deploy(task: str, field: str, *, release: bool = True, backwards: bool = False) -> Callable[[Meeting], Any]:
    def work(m: Meeting) -> Any:
        files = diagram(m, task, field)
        files = dict(reversed(files.items())) if backwards else files
        with m.anna.database.begin(system("prozess")) as session:
            deployed, _ = commands.deploy(session, files)
            if release:
                commands.release(session, keys=[one.key for one in deployed])
        return sorted((one.kind, one.version, one.is_new) for one in deployed)

    return work


def start(who: str, request_id: str | None = None) -> Callable[[Meeting], Any]:
    def work(m: Meeting) -> Any:
        given = f"{request_id}{m.suffix}" if request_id else None
        getattr(m, who).do(commands.open_case, "SDOL", {"alt": "1", "neu": "2"}, process=f"neu{m.suffix}", request_id=given)

    return work


# A case that goes to another release meanwhile


def second_release(database: Database) -> None:
    """The same process with its deadline under another name."""
    with database.begin(system("prozess")) as session:
        commands.deploy(session, {"antrag.bpmn": small.ANTRAG.replace(b'"frist"', b'"ablauf"').replace(b'"frist_mahnen"', b'"ablauf_mahnen"')})
        commands.release(session, "Zweite")


def queued(days: float = 0) -> Callable[[Meeting], None]:
    """A case on the second release, about to be taken to the first."""

    def prepare(m: Meeting) -> None:
        opened(days=days)(m)
        with m.anna.database.begin(system("umsetzung")) as session:
            names = {"antrag": {"nach": {"ablauf": "frist"}}}
            plan = Umstellung(at=session.now, by="petra", quelle=2, ziel=1, note="", regionen=[], abbildung=names, zustand="laeuft")
            session.add(plan)
            session.flush()
            row = Umstellungsfall(umstellung_id=plan.id, instanz_nummer=m.refs[0].instanz_key // 10**9, region="SDOL", gruende=[], urteil="gut", zustand="wartet")
            session.add(row)
            session.flush()
            m.keys["umstellungsfall"] = row.key

    return prepare


def migrate(m: Meeting) -> Any:
    return m.as_system(umstellen.work, m.keys["umstellungsfall"])


def _call(desk: Desk, m: Meeting, case: int) -> Any:
    return desk.do(commands.complete_task, m.refs[case].instanz_key + m.keys["melden"] % 10**9, {})


def _listeners_and_callers(m: Meeting) -> None:
    opened("hoert", count=2)(m)
    opened("ruf", count=2)(m)


FIRST = deploy("alt", "alt")
LOUD = {"pruefen": {"ok": False}}

SCENARIOS: dict[str, Scenario] = {
    "complete and complete": Scenario(opened(), (complete("anna", ok=True), complete("beat", ok=False))),
    "complete and the deadline": Scenario(opened(days=30), (complete("anna", ok=False), fire("frist"))),
    "the deadline twice": Scenario(opened(days=30), (fire("frist"), fire("frist"))),
    "reminder and deadline": Scenario(opened(days=30), (fire("erinnern"), fire("frist"))),
    "two schedulers": Scenario(opened(days=31, count=2), (wake, wake), in_one=False),
    "scheduler and message": Scenario(opened(days=10, **LOUD), (wake, answer("anna"))),
    "message and complete": Scenario(opened(), (answer("anna"), complete("beat", ok=False))),
    "message and timer": Scenario(opened(days=10, **LOUD), (answer("anna"), fire("zehn_tage"))),
    "message and message": Scenario(opened(**LOUD), (answer("anna"), answer("beat"))),
    "one message twice": Scenario(opened(**LOUD), (answer("anna", "brief"), answer("anna", "brief"))),
    "draft and complete": Scenario(
        opened(), (do("anna", commands.save_draft, "pruefen", {"bemerkung": "x"}, revision=0), complete("beat", ok=True))
    ),
    "draft and draft": Scenario(
        opened(),
        (
            do("anna", commands.save_draft, "pruefen", {"bemerkung": "x"}, revision=0),
            do("anna", commands.save_draft, "pruefen", {"bemerkung": "y"}, revision=0),
        ),
    ),
    "claim and claim": Scenario(opened(), (do("anna", commands.claim, "pruefen"), do("beat", commands.claim, "pruefen"))),
    "claim and complete": Scenario(opened(), (do("anna", commands.claim, "pruefen"), complete("beat", ok=False))),
    "claim and delegate": Scenario(
        opened(), (do("anna", commands.claim, "pruefen"), do("beat", commands.assign_task, "pruefen", "carla")), begegnungen.a_third_person
    ),
    "complete and delegate": Scenario(opened(), (complete("anna", ok=False), do("beat", commands.assign_task, "pruefen", "carla")), begegnungen.a_third_person),
    "cancel and complete": Scenario(opened(), (cancel("anna"), complete("beat", ok=True))),
    "cancel and cancel": Scenario(opened(), (cancel("anna"), cancel("beat"))),
    "correction and complete": Scenario(opened("klemmt"), (correct("anna", punkte=9), complete("beat", "erfassen", punkte=3))),
    "two branches of one case": Scenario(opened("phasen"), (complete("anna", "a"), complete("beat", "c"))),
    "two signals": Scenario(
        _listeners_and_callers,
        (lambda m: _call(m.anna, m, -2), lambda m: _call(m.beat, m, -1)),
    ),
    "deploy and start": Scenario(FIRST, (deploy("neu", "neu"), start("anna"))),
    "deploy and deploy": Scenario(FIRST, (deploy("neu", "neu", release=False), deploy("anders", "anders", release=False))),
    "the same deployed twice": Scenario(FIRST, (deploy("neu", "neu", release=False), deploy("neu", "neu", release=False))),
    "deployed in opposite order": Scenario(
        FIRST, (deploy("neu", "neu", release=False), deploy("anders", "anders", release=False, backwards=True))
    ),
    "migrate and complete": Scenario(queued(), (migrate, complete("beat", ok=False)), second_release),
    "migrate and the deadline": Scenario(queued(days=30), (migrate, fire("ablauf")), second_release),
    "release and start": Scenario(begegnungen.proposed(FIRST, lambda m: diagram(m, "neu", "neu")), (begegnungen.approve, start("anna"))),
    "handover and complete": Scenario(begegnungen.about_to_move, (wake, complete("beat", ok=False)), begegnungen.moving_processes),
    "one case opened twice": Scenario(FIRST, (start("anna", "klick"), start("anna", "klick"))),
    "two cases opened": Scenario(FIRST, (start("anna"), start("beat"))),
}
