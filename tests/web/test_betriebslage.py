"""The operations page: what is broken, late or stuck by cause, without a case; and retried from there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy import select

from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Incident, Job, Timer, Verlauf
from tests.web.conftest import PASSWORD, Browser
from webui import langsam, words
from webui.api.show import ERRORS


@pytest.fixture
def vera(app: Flask, browser: Callable[..., Browser], database: Database) -> Browser:
    with database.begin(system()) as session:
        create_konto(session, "vera", "Vera Vogt", PASSWORD)
        grant(session, "vera", "betrieb", "*")
    return browser("vera")


@pytest.fixture
def broken(irma: Browser, task: str, fall_nr: str, database: Database) -> int:
    """A case that stands still: its condition is neither true nor false."""
    irma.get(task)
    irma.post(task, {"_aktion": "abschliessen", "entscheid": "nein", "begruendung": "unklar", "ab": "2026-04-01", "betrag": ""})
    page = irma.get(f"/faelle/{fall_nr}").text
    irma.get(re.search(rf'href="(/faelle/{fall_nr}/ereignis/\d+)"', page)[1])
    irma.post(re.search(rf'href="(/faelle/{fall_nr}/ereignis/\d+)"', page)[1], {"_aktion": "melden"})
    with database.read(system()) as session:
        return session.scalars(select(Incident.key)).one()


def test_incidents_are_shown_by_cause_and_no_case_is_named(vera: Browser, broken: int, fall_nr: str) -> None:
    page = vera.get("/betrieb").text
    assert "Eine Bedingung ist weder wahr noch falsch" in page and '<span class="ff-klein">CONDITION_ERROR</span>' in page and "Wiederholen" in page
    assert fall_nr not in page and "Muster" not in page


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if kind not in ("UNSPECIFIED", "UNKNOWN")])
def test_every_kind_of_incident_has_words(kind: str) -> None:
    assert words.stoerung(kind) != kind


def test_what_still_fails_stays_and_the_attempt_is_in_the_history_under_the_operators_name(vera: Browser, broken: int, database: Database) -> None:
    with database.read(system()) as session:
        one = session.scalars(select(Incident)).one()
    vera.get("/betrieb")
    vera.post("/betrieb/stoerungen", {"prozess": one.process, "element": one.element, "art": one.kind})
    assert "0 von 1" in vera.get("/betrieb").text
    with database.read(system()) as session:
        assert [row.by for row in session.scalars(select(Verlauf).where(Verlauf.command == "resolve_incident"))] == ["vera"]


def test_late_deadlines_and_stuck_jobs_are_counted(vera: Browser, task: str, database: Database) -> None:
    with database.begin(system()) as session:
        aufgabe, now = session.scalars(select(Aufgabe)).one(), session.now
        common = {"instanz_nummer": aufgabe.instanz_nummer, "process": aufgabe.process, "element": aufgabe.element, "region": aufgabe.region, "created_at": now}
        hour = timedelta(hours=1)
        session.add(Timer(key=aufgabe.key + 500, due_at=now - hour, started_at=now, next_attempt_at=now + hour, attempts=4, kind="duration", value="PT1H", **common))
        session.add(Timer(key=aufgabe.key + 501, due_at=now + hour, started_at=now, next_attempt_at=now + hour, kind="duration", value="PT1H", **common))
        session.add(Job(key=aufgabe.key + 502, type="brief-drucken", retries=0, headers={}, next_attempt_at=now, **common))
        session.add(Job(key=aufgabe.key + 503, type="brief-drucken", retries=3, headers={}, next_attempt_at=now, locked_until=now - hour, **common))
    page = " ".join(vera.get("/betrieb").text.split())
    assert 'data-kopf="Fristen">1<' in page and 'data-kopf="Versuche">4<' in page
    assert 'data-kopf="Ohne Versuche">1<' in page and 'data-kopf="Programm verstummt">1<' in page


def test_running_cases_are_counted_by_release(vera: Browser, fall_nr: str, database: Database) -> None:
    page = vera.get("/betrieb").text
    assert "Freigabe 1" in page and 'data-kopf="Laufende Fälle">1<' in page


def test_slow_statements_are_told_without_columns_and_values() -> None:
    sent = "SELECT fall.id AS fall_id, fall.region \nFROM fall \nWHERE fall.region IN (%(r_1)s::VARCHAR, %(r_2)s::VARCHAR) AND fall.id = %(id)s"
    assert langsam.shortened(sent) == "SELECT … FROM fall WHERE fall.region IN (…) AND fall.id = %(id)s"


def test_a_statement_that_takes_long_is_on_the_page(vera: Browser, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langsam, "SLOW_SECONDS", 0.0)
    with database.read(system()) as session:
        session.scalars(select(Fall.fall_nr)).all()
    assert "SELECT … FROM fall" in [one.name[:20].strip() for one in langsam.slow_statements(REGISTRY)]
    assert "seit dem Start der Anwendung" in vera.get("/betrieb").text
