"""A family's case through the commands on real databases: each step is one transaction, saved and read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, queries
from engine.model.access import Access, system
from engine.model.calendar import ZURICH
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, Instanz, Segmentzuordnung, Verlauf
from tests.diagrams.test_fall_walk import (
    ABSCHLUSS,
    ANMELDUNG,
    KIND,
    KIND_ABKLAEREN,
    KURZASSESSMENT,
    MUTTER,
    STABILISIEREN,
    STANDORT,
    VATER,
    ZIELE,
)

BPMN = Path("bpmn")


class Fallgeschichte:
    """What the people of one region do with one case."""

    def __init__(self, database: Database, clock: FixedClock, person: Access):
        self.database, self.clock, self.person = database, clock, person
        self.fall_nr = ""

    def opens(self, *personen: dict[str, str]) -> None:
        with self.database.begin(self.person) as session:
            self.fall_nr = commands.open_case(session, "SDOL", {"personen": list(personen), **ANMELDUNG}).fall_nr

    def does(self, element: str, person: str | None = None, **raw: Any) -> None:
        with self.database.begin(self.person) as session:
            task = session.scalars(
                select(Aufgabe).where(Aufgabe.element == element, Aufgabe.zustand == "CREATED", Aufgabe.fall_nr == self.fall_nr)
                .where(Aufgabe.person_id == person if person else Aufgabe.key.is_not(None))
            ).one()
            commands.complete_task(session, task.key, raw)

    def confirms_the_proposal(self, person: str) -> None:
        with self.database.begin(self.person) as session:
            key = session.scalars(select(Aufgabe.key).where(Aufgabe.element == "segment_bestaetigen", Aufgabe.person_id == person)).one()
            entscheid = queries.task(session, key).values["vorschlag"]
            commands.complete_task(session, key, {"entscheid": entscheid})

    def day(self, day: date) -> None:
        """It is eight in the morning; what came due until now has happened, each at its time."""
        self.clock.at = datetime.combine(day, time(8), ZURICH).astimezone(UTC)
        run_due(self.database)

    @property
    def open(self) -> list[tuple[str, str | None]]:
        with self.database.read(self.person) as session:
            tasks = session.scalars(select(Aufgabe).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key))
            return [(task.element, task.person_id) for task in tasks]

    def due(self, element: str) -> date:
        with self.database.read(self.person) as session:
            moment = session.scalars(select(Aufgabe.faellig_am).where(Aufgabe.element == element, Aufgabe.zustand == "CREATED")).one()
            return moment.astimezone(ZURICH).date()

    def view(self) -> queries.CaseView:
        with self.database.read(self.person) as session:
            return queries.case(session, self.fall_nr)


@pytest.fixture
def geschichte(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Fallgeschichte:
    files = {str(path.relative_to(BPMN)): path.read_bytes() for path in sorted(BPMN.rglob("*")) if path.is_file()}
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, files)
        commands.release(session, "Szenario")
    rollen = ("intake", "administration", "fallfuehrung", "teamleitung", "leitung")
    return Fallgeschichte(database, clock, access("keller", region="SDOL", rollen=rollen))


def assessed_family(fall: Fallgeschichte) -> None:
    fall.opens(MUTTER, VATER, KIND)
    fall.does("zustaendigkeit_pruefen", zustaendig="ja")
    fall.does("kurzassessment_durchfuehren", "P1", **KURZASSESSMENT)
    fall.does("kurzassessment_durchfuehren", "P2", **{**KURZASSESSMENT, **STABILISIEREN})
    fall.does("kind_abklaeren", "P3", **KIND_ABKLAEREN)
    fall.does("unterlagen_einfordern", unterlagen_vollstaendig="ja")
    fall.does("subsidiaritaet_pruefen")
    fall.does("anspruch_erfassen", anspruch="ja", anspruch_ab="1.3.2026", anspruch_quelle="Budget vom 2.3.2026")
    fall.does("fall_zuteilen", fallfuehrung="Keller")
    fall.confirms_the_proposal("P1")
    fall.confirms_the_proposal("P2")


def test_a_family_goes_from_anmeldung_to_abschluss(geschichte: Fallgeschichte) -> None:
    fall = geschichte
    assessed_family(fall)
    segmente = {one.person_id: (one.segment, one.regel) for one in fall.view().segmente}
    assert segmente == {"P1": ("ABLOESEN", "A2"), "P2": ("STABILISIEREN", "S1"), "P3": ("STABILISIEREN", "K1")}
    assert fall.open == [("ziele_vereinbaren", None)]
    assert fall.due("ziele_vereinbaren") == date(2026, 4, 1)
    fall.does("ziele_vereinbaren", **ZIELE)

    # The first Standortbestimmung after three months, because one person's segment is Ablösen; summer time began in between.
    fall.day(date(2026, 6, 1))
    assert fall.open == []
    fall.day(date(2026, 6, 2))
    assert fall.open == [("standortbestimmung_durchfuehren", None)]
    fall.does("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="weiter")
    fall.day(date(2026, 9, 2))
    fall.does("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="abloesung")

    # Six months after 31 August is the end of February.
    fall.does("abloesung_erfassen", abloesung_am="31.8.2026", letzte_zahlung="31.8.2026", hauptgrund="erwerb")
    fall.does("abschlussgespraech_fuehren", gespraech_gefuehrt="abgelehnt", nachbegleitung="nein")
    fall.day(date(2027, 2, 27))
    assert fall.open == [] and fall.view().fall.phase == "Nachbegleitung"
    fall.day(date(2027, 2, 28))
    assert fall.open == [("fall_abschliessen", None)]
    fall.does("fall_abschliessen", **ABSCHLUSS)
    view = fall.view()
    assert (view.fall.phase, view.fall.abgeschlossen_am, view.instanz.zustand) == ("Abgeschlossen", date(2027, 2, 28), "completed")
    assert (view.aufgaben, view.timers, view.messages, view.incidents) == ((), (), (), ())


def test_wiederbedarf_reopens_the_same_case(geschichte: Fallgeschichte) -> None:
    fall = geschichte
    assessed_family(fall)
    fall.does("ziele_vereinbaren", **ZIELE)
    fall.day(date(2026, 6, 2))
    fall.does("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="abloesung")
    fall.does("abloesung_erfassen", abloesung_am="31.5.2026", letzte_zahlung="31.5.2026", hauptgrund="erwerb")
    fall.does("abschlussgespraech_fuehren", gespraech_gefuehrt="ja", nachbegleitung="ja")
    fall.day(date(2026, 6, 30))
    assert fall.open == [("kontakt_aufnehmen", None)]
    with fall.database.begin(fall.person) as session:
        commands.correlate(session, "wiederbedarf", fall.fall_nr)
    run_due(fall.database)
    assert fall.open == [("standortbestimmung_durchfuehren", None)]
    fall.day(date(2027, 1, 1))
    assert fall.view().instanz.zustand == "active"


def test_every_step_of_the_story_is_in_its_history(geschichte: Fallgeschichte) -> None:
    assessed_family(geschichte)
    with geschichte.database.read(system()) as session:
        rows = session.scalars(select(Verlauf).order_by(Verlauf.id)).all()
        instanz = session.scalars(select(Instanz)).one()
        assert session.scalars(select(Segmentzuordnung.bis).distinct()).all() == [None]
    assert [row.command for row in rows] == ["open_case", *["complete_task"] * 10]
    assert {row.by for row in rows} == {"keller"} and instanz.revision == len(rows) + 1
