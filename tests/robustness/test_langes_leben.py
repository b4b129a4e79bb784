"""Cases and databases that grow old: centuries of reviews, and a hundred thousand closed cases beside those at work."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from engine import commands
from engine.cli.deploy import collect
from engine.definitions.forms import Form, walk
from engine.demo.simulation import DECISION, Course, Effects, Simulation
from engine.model.access import system
from engine.model.clock import FixedClock, SystemClock
from engine.queries.consistency import check
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Instanz, Person, Verlauf
from tests import kanton
from webui.app import create_app
from webui.config import Config

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
REVIEW, REVIEWS = "standort_bewerten", 2000
CLOSED = 100_000


class Ewig(Simulation):
    """A life in which nobody is ever detached."""

    def _course(self, region: str, household: Any) -> Course:
        return Course(region, self.opened, household, datetime(9000, 1, 1, tzinfo=UTC), None)

    def _decided(self, fall_id: int, form: Form | None) -> dict[str, Any]:
        decides = form is not None and DECISION in {getattr(one, "key", None) for one in walk(form.components)}
        return {DECISION: "weiter"} if decides else {}

    def _starts(self, until: datetime, cases: int) -> list[datetime]:
        return [self.clock.at + timedelta(hours=1)]


def release(database: Database) -> None:
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, collect((BPMN,)))
        commands.release(session, "Test")


@pytest.mark.soak
def test_a_case_of_two_thousand_reviews_costs_in_the_end_what_it_cost_in_the_beginning(database: Database, clock: FixedClock) -> None:
    """On the real diagrams, with everything that a case does beside its reviews."""
    release(database)
    began, marks = clock.at, {}
    life = Ewig(database, clock, seed=3, regions=["SDOL"], effects=Effects())
    at = time.process_time()  # the machine is shared with others
    for number, moment in enumerate(life.run(datetime(9000, 1, 1, tzinfo=UTC), cases=1)):
        if number % 200:
            continue
        done, instance = reviews(database)
        marks[done] = (round((time.process_time() - at) / 200 * 1000, 1), len(instance.state), (moment - began).days // 365)
        print(f"{done}: {marks[done]}", file=sys.stderr, flush=True)  # with -s: how far it is
        at = time.process_time()
        if done >= REVIEWS:
            break
    print({done: f"{ms} ms je Ereignis, Zustand {size} Bytes, Jahr {year}" for done, (ms, size, year) in marks.items()})
    assert max(marks) >= REVIEWS, "the case ended before"
    times, sizes = [ms for ms, _, _ in marks.values()][1:], [size for _, size, _ in marks.values()][1:]
    # What is guarded against is growth with every round.
    assert median(times[-5:]) < 2 * median(times[:5]) and max(sizes[-5:]) < 1.5 * max(sizes[:5])
    with database.begin(system()) as session:
        assert check(session) == []


def reviews(database: Database) -> tuple[int, Instanz]:
    with database.read(system()) as session:
        done = session.scalar(select(func.count()).select_from(Aufgabe).where(Aufgabe.element == REVIEW, Aufgabe.zustand == "COMPLETED")) or 0
        return done, session.scalars(select(Instanz).order_by(Instanz.nummer)).first()  # type: ignore[return-value]


@pytest.mark.soak
def test_lists_stay_fast_beside_a_hundred_thousand_closed_cases(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.clock = SystemClock()
    release(database)
    made = kanton.fill(database, cases=440, tasks=2000, persons=750)
    client = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False)).test_client()
    client.application.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/anmelden", data={"login": made.teamleitung, "passwort": made.passwort}).status_code == 303
    before = {path: took(client, path) for path in PAGES}
    add_closed(database, made.region)
    after = {path: took(client, path) for path in PAGES}
    print({path: f"{before[path]:.0f} → {after[path]:.0f} ms" for path in PAGES})
    assert all(after[path] < max(2 * before[path], 300) for path in PAGES)


PAGES = ("/aufgaben?wer=alle", "/aufgaben?sicht=ueberfaellig", "/faelle", "/faelle?sicht=alle", "/faelle?sicht=alle&suche=Tanne77", "/faelle?suche=Tanne", "/leitung")


def took(client: FlaskClient, path: str) -> float:
    """Milliseconds, the middle of nine."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        assert client.get(path).status_code == 200, path
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def add_closed(database: Database, region: str) -> None:
    """Closed cases with a person, a finished instance, three done tasks and ten lines of history each, most of them in one region."""
    with database.read(system()) as session:
        patterns = {table: {column.key: getattr(row, column.key) for column in table.__table__.columns} for table in (Fall, Instanz, Person, Aufgabe, Verlauf) for row in session.scalars(select(table).limit(1))}
        ids = {table: (session.scalar(select(func.max(table.id))) or 0) + 1 for table in (Fall, Person, Verlauf)}
        nummer, today = (session.scalar(select(func.max(Instanz.nummer))) or 0) + 1, session.now.date()
    for start in range(0, CLOSED, 5000):
        rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in patterns}
        for number in range(start, start + 5000):
            where = region if number % 2 else "SRO"
            fall, own = ids[Fall] + number, {"fall_id": ids[Fall] + number, "region": where}
            closed = today - timedelta(days=number % 3000 + 1)
            rows[Fall].append(patterns[Fall] | {"id": fall, "region": where, "fall_nr": f"ALT-{number}", "bezeichnung": f"Tanne{number}, Alt", "eroeffnet_am": closed - timedelta(days=400), "abgeschlossen_am": closed, "phase": "abgeschlossen", "fallfuehrung": None})
            rows[Instanz].append(patterns[Instanz] | own | {"nummer": nummer + number, "zustand": "completed", "state": "{}", "has_incident": False})
            rows[Person].append(patterns[Person] | own | {"id": ids[Person] + number, "name": f"Tanne{number}", "ahvn13": None, "ahv_kennzeichen": None})
            rows[Aufgabe] += [patterns[Aufgabe] | own | {"key": (nummer + number) * 10**9 + n, "instanz_nummer": nummer + number, "zustand": "COMPLETED", "person_id": None} for n in range(3)]
            rows[Verlauf] += [patterns[Verlauf] | own | {"id": ids[Verlauf] + number * 10 + n, "instanz_nummer": nummer + number, "values": None} for n in range(10)]
        with database.engine.begin() as connection:
            for table, some in rows.items():
                connection.execute(insert(table), some)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
