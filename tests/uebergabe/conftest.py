"""Two regions with the real diagrams, and a household in the first one that has come as far as its Standortbestimmung."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.definitions.forms import Form
from engine.demo.answers import fill
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import next_due, run_due
from engine.store.session import Database
from engine.store.tables import Aufgabe, Dossier, Fall, Hinweis, Incident, Instanz, Uebergabeangebot
from tests.freigabe import release_all
from tests.scenarios.wege import pytest_runtest_logreport, remember

__all__ = ["pytest_runtest_logreport"]

ZURICH = ZoneInfo("Europe/Zurich")
ROLLEN = ("intake", "fallfuehrung", "administration", "teamleitung", "leitung")
GRENCHEN, BETTLACH, OLTEN = 2546, 2543, 2581
ALLES = ["kurzassessment", "segmenthistorie", "zielvereinbarung", "massnahmen"]
PERSONEN = [
    {"name": "Muster", "vorname": "Anna", "geburtsdatum": "1985-04-03", "geschlecht": "2", "rolle_ue": "antragstellend"},
    {"name": "Muster", "vorname": "Beat", "geburtsdatum": "1983-09-21", "geschlecht": "1", "rolle_ue": "partner"},
]


class Canton:
    """All offices at once: people of a region act with that region's access only; ``travel`` lets time pass."""

    def __init__(self, database: Database, clock: FixedClock):
        self.database, self.clock = database, clock
        self.rng = Random(7)
        self.parts = ALLES

    @staticmethod
    def access(region: str) -> Access:
        return Access(f"team-{region.lower()}", {region: frozenset(ROLLEN)})

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(ZURICH).date()

    def do(self, region: str, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.database.begin(self.access(region)) as session:
            return command(session, *args, **kwargs)

    def tasks(self, region: str, element: str | None = None) -> list[Aufgabe]:
        query = select(Aufgabe).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)
        with self.database.read(self.access(region)) as session:
            return [task for task in session.scalars(query) if element in (None, task.element)]

    def elements(self, region: str) -> list[str]:
        return [task.element for task in self.tasks(region)]

    def complete(self, region: str, element: str, **raw: Any) -> None:
        """Fill in a task as somebody of that region would, and let the machine do what follows."""
        self.fill_in(region, element, **raw)
        self.work()

    def fill_in(self, region: str, element: str, **raw: Any) -> None:
        """The same, before the machine has done anything."""
        (task,) = self.tasks(region, element)
        with self.database.read(self.access(region)) as session:
            view = queries.task(session, task.key)
        assert view.form
        values = self.changed(region, view.form, fill(view.form, view.values, given=raw, rng=self.rng, now=self.clock.now()))
        self.do(region, commands.complete_task, task.key, values)

    def asked(self, region: str, element: str, *names: str) -> dict[str, Any]:
        """What those fields of an open task hold before anybody fills it in."""
        (task,) = self.tasks(region, element)
        with self.database.read(self.access(region)) as session:
            values = queries.task(session, task.key).values
        return {name: values.get(name) for name in names}

    def changed(self, region: str, form: Form, raw: dict[str, Any]) -> dict[str, Any]:
        """What people of a region really write; a test may say otherwise."""
        return raw

    def move(self, fall_nr: str, *, region: str = "SDOL", **raw: Any) -> None:
        """Record that the household moves on 1 April, to Olten unless ``raw`` says otherwise; ``paket_inhalt`` is for later."""
        self.parts = raw.pop("paket_inhalt", ALLES)
        values = {"wohin": "kanton", "neue_gemeinde_bfs": OLTEN, "per": "2026-04-01", **raw}
        with self.database.read(self.access(region)) as session:
            form = commands.start_form(session, "uebergabe")
        assert form
        self.do(region, commands.begin_move, fall_nr, self.changed(region, form, values))
        self.work()

    def release(self, parts: list[str] | None = None, *, region: str = "SDOL") -> None:
        """Put the package together and let the Teamleitung release it."""
        self.complete(region, "paket_zusammenstellen", paket_inhalt=self.parts if parts is None else parts)
        self.complete(region, "paket_freigeben", freigabe="ja")

    def work(self) -> None:
        run_due(self.database)
        assert self.all(Incident) == []

    def travel(self, to: str) -> None:
        """To 08:00 of that day; what is due in between happens at its own time."""
        end = datetime.combine(date.fromisoformat(to), time(8), ZURICH).astimezone(UTC)
        while (due := next_due(self.database)) is not None and due <= end:
            self.clock.at = max(self.clock.now(), due)
            self.work()
        self.clock.at = end

    def all(self, table: Any, region: str | None = None) -> list[Any]:
        """Every row; with ``region`` those its people can see."""
        with self.database.read(self.access(region) if region else system()) as session:
            return list(session.scalars(select(table).order_by(*table.__mapper__.primary_key)))

    def fall(self, region: str) -> Fall:
        (fall,) = self.all(Fall, region)
        return fall

    def own(self, region: str) -> Instanz:
        (instanz,) = [one for one in self.all(Instanz, region) if not one.neben]
        return instanz

    def dossiers(self, region: str) -> list[tuple[int | None, str, str | None]]:
        return [(d.gemeinde_bfs, d.von.isoformat(), d.bis and d.bis.isoformat()) for d in self.all(Dossier, region)]

    def notices(self, region: str) -> list[str]:
        return [row.text for row in self.all(Hinweis, region)]

    def offer(self) -> Uebergabeangebot:
        (found,) = self.all(Uebergabeangebot)
        return found

    def variables(self, region: str) -> dict[str, Any]:
        """The variables of the case as that region's process holds it."""
        with self.database.read(system()) as session:
            own = select(Instanz).where(Instanz.region == region, Instanz.neben.is_(False)).order_by(Instanz.nummer.desc())
            instanz = session.scalars(own).first()
            assert instanz
            return commands.case_variables(session, instanz)

    def open_household(self, **raw: Any) -> str:
        """A household of two in Grenchen, with segments and aims, waiting for its Standortbestimmung."""
        start = {"personen": [dict(person) for person in PERSONEN], "gemeinde_bfs": GRENCHEN, "adresse": "Bahnhofstrasse 1", **raw}
        with self.database.read(self.access("SDOL")) as session:
            form = commands.start_form(session)
            assert form
            context = form_context(session, form, "SDOL")
        values = self.changed("SDOL", form, fill(form, context, given=start, rng=self.rng, now=self.clock.now()))
        ref = self.do("SDOL", commands.open_case, "SDOL", values)
        for _ in range(40):
            open_tasks = self.tasks("SDOL")
            if not open_tasks:
                break
            self.answer(open_tasks[0])
        assert self.fall("SDOL").phase == "Standortbestimmung"
        return str(ref.fall_nr)

    def answer(self, task: Aufgabe) -> None:
        given = {"zustaendig": "ja", "anspruch": "ja", "unterlagen_vollstaendig": "ja", "unterschrift": "ja", "visum_entscheid": "erteilt"}
        with self.database.read(self.access("SDOL")) as session:
            view = queries.task(session, task.key)
        assert view.form
        given |= {"entscheid": view.values["vorschlag"]} if view.values.get("vorschlag") else {}
        raw = self.changed("SDOL", view.form, fill(view.form, view.values, given=given, rng=self.rng, now=self.clock.now()))
        self.do("SDOL", commands.complete_task, task.key, raw)
        self.work()


@pytest.fixture
def canton(database: Database, clock: FixedClock) -> Iterator[Canton]:
    release_all(database)
    yield Canton(database, clock)
    remember(database, proves=True)
