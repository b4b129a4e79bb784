"""Cases made by commands in the database that the application serves, so that a test begins where it has something to look at."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from sqlalchemy import select

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.commands.auswertung.spuren import refresh
from engine.definitions.forms import Form
from engine.definitions.forms.components import walk
from engine.demo.answers import fill
from engine.demo.people import worker
from engine.model.access import Access
from engine.scheduling.demo_clock import DemoClock
from engine.store.session import Database
from engine.store.tables import Aufgabe

REGION = "SDOL"
PERSON = {"name": "Enzian", "vorname": "Ada", "geburtsdatum": "1988-05-04", "geschlecht": "2", "rolle_ue": "antragstellend"}
ANSWERS = {
    "zustaendig": "ja", "unterlagen_vollstaendig": "ja", "anspruch": "ja", "erwerbsfaehigkeit": "voll", "horizont": "offen",
    "notlage_heute": False, "unterschrift": "ja", "fallfuehrung": "fallfuehrung.sdol",
}  # fmt: skip


class Vorrat:
    """``case()`` opens a case of the household Enzian; with ``until`` it is worked on until that element waits for somebody."""

    def __init__(self, url: str):
        # Playwright's event loop runs in the thread of the tests; the interpreter of FEEL wants one without.
        self._elsewhere = ThreadPoolExecutor(1)
        self._url = url

    def case(self, until: str = "zustaendigkeit_pruefen", **given: Any) -> str:
        """The number of the new case."""
        return self._elsewhere.submit(self._case, until, {**ANSWERS, **given}).result(120)

    def task(self, until: str, **given: Any) -> tuple[str, str]:
        """The number of a new case and the address of the task it waits at."""
        fall_nr = self.case(until, **given)
        return fall_nr, self._elsewhere.submit(self._address, fall_nr, until).result(60)

    def close(self) -> None:
        self._elsewhere.shutdown()

    def _open(self) -> Database:
        database = Database(self._url, clock=DemoClock(lambda: database))
        return database

    def _case(self, until: str, given: dict[str, Any]) -> str:
        database = self._open()
        try:
            with database.begin(_worker(["intake"])) as session:
                form, known = commands.start_form(session), {"personen": [PERSON], "gemeinde_bfs": "2546", "adresse": "Musterweg 1", **given}
                assert form
                asked = {key: known[key] for key in known.keys() & _keys(form)}
                raw = fill(form, form_context(session, form, REGION), given=asked, rng=Random(1), now=session.now)
                fall_nr = commands.open_case(session, REGION, raw).fall_nr
            for _ in range(200):
                waiting = _open_tasks(database, fall_nr)
                if until in [one.element for one in waiting]:
                    refresh(database)  # evaluations know of it, too, not only in the next hour
                    return fall_nr
                if waiting:
                    _complete(database, waiting[0], given)
                else:
                    time.sleep(0.2)  # what the scheduler does by itself comes first
            raise AssertionError(f"{fall_nr} never came to {until}")
        finally:
            database.close()

    def _address(self, fall_nr: str, element: str) -> str:
        database = self._open()
        try:
            return next(f"/aufgaben/{one.key}" for one in _open_tasks(database, fall_nr) if one.element == element)
        finally:
            database.close()


def _worker(groups: list[str]) -> Access:
    found = worker(REGION, groups)
    assert found is not None, groups
    return found


def _open_tasks(database: Database, fall_nr: str) -> list[Aufgabe]:
    with database.read(Access("tabea", {REGION: frozenset({"teamleitung"})})) as session:
        return list(session.scalars(select(Aufgabe).where(Aufgabe.fall_nr == fall_nr, Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)))


def _complete(database: Database, task: Aufgabe, given: dict[str, Any]) -> None:
    with database.begin(_worker(task.candidate_groups)) as session:
        view = queries.task(session, task.key)
        known = {key: value for key, value in given.items() if key in _keys(view.form)}
        commands.complete_task(session, task.key, fill(view.form, view.values, given=known, rng=Random(1), now=session.now) if view.form else {})


def _keys(form: Form | None) -> set[str]:
    """Of every question and list of the form."""
    found = [getattr(component, "key", "") or getattr(component, "path", "") for component in walk(form.components)] if form else []
    return {str(key) for key in found if key}
