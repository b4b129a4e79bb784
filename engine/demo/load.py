"""Fills an empty installation for a demonstration, and knows whether one may be filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select

from engine import commands
from engine.demo.history import MONTHS, History
from engine.demo.people import add_people, worker_of
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.model.errors import FallflussError, NotAllowed, TaskClaimed
from engine.store.session import Database
from engine.store.tables import Aufgabe, Einstellung, Fall, Konto

SEED = 2026
MARK = "demo_daten"
BEGUN = "begonnen"


class NotADemo(FallflussError):
    """The database holds people or cases that are not from the demonstration."""

    def __init__(self) -> None:
        super().__init__(
            "Diese Datenbank enthält Konten oder Fälle, die nicht aus den Beispieldaten stammen. Es wurde nichts geändert. "
            "Für die Vorführung eine andere Datenbank wählen: DATABASE_URL=sqlite:///var/demo.db"
        )


class DemoIncomplete(FallflussError):
    """Somebody stopped the loading of the demonstration's data midway."""

    def __init__(self) -> None:
        super().__init__(
            "In dieser Datenbank sind die Beispieldaten nur zum Teil geladen, weil das Laden abgebrochen wurde. Es wurde nichts geändert. "
            "Die Datenbank löschen und leer neu anlegen oder eine andere wählen: DATABASE_URL=sqlite:///var/demo.db"
        )


def is_loaded(database: Database) -> bool:
    """Whether the demonstration's data is there.

    Raises:
        NotADemo: other data is.
        DemoIncomplete: a part of it is.
    """
    with database.read(system("demo")) as session:
        if (mark := session.get(Einstellung, MARK)) is not None:
            if mark.value == BEGUN:
                raise DemoIncomplete
            return True
        if session.scalar(select(func.count()).select_from(Konto)) or session.scalar(select(func.count(Fall.id))):
            raise NotADemo
    return False


def load(database: Database, *, cases: int, progress: Callable[[float], None], seed: int = SEED) -> None:
    """Demo people, and ``cases`` cases from the last months up to now. Definitions must be released, regions loaded.

    ``progress`` is told the part done, from 0 to 1. Deterministic for the same seed and the same minute.
    """
    with database.begin(system("demo")) as session:
        add_people(session)
        session.add(Einstellung(name=MARK, value=BEGUN))
        until: datetime = session.now
    clock = FixedClock(until - timedelta(days=MONTHS * 31))
    past, began = Database(database.url.render_as_string(hide_password=False), clock=clock), clock.at
    try:
        for moment in History(past, clock, seed=seed).run(until, cases=cases):
            progress((moment - began) / (until - began))
    finally:
        past.close()
    _take_over_some_tasks(database, Random(seed))
    with database.begin(system("demo")) as session:
        session.merge(Einstellung(name=MARK, value=str(seed)))
    progress(1.0)


def _take_over_some_tasks(database: Database, rng: Random) -> None:
    """A third of the open tasks is somebody's already, as in any office."""
    with database.read(system("demo")) as session:
        keys = session.scalars(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)).all()
        tasks = [(key, worker_of(session, key)) for key in keys]
    for key, access in tasks:
        if access is None or rng.random() > 1 / 3:
            continue
        try:
            with database.begin(access) as session:
                commands.claim(session, key)
        except (NotAllowed, TaskClaimed):
            continue
