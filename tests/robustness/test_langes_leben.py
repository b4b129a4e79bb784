"""Cases and databases that grow old: centuries of reviews, and a hundred thousand closed cases beside those at work."""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from engine import commands
from engine.cli.deploy import collect
from engine.definitions.forms import Form, walk
from engine.demo.simulation import DECISION, Course, Effects, Simulation
from engine.model.access import system
from engine.model.clock import FixedClock, SystemClock
from engine.queries.consistency import check
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Instanz
from tests import altfaelle, kanton
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


PAGES = (
    "/aufgaben?wer=alle", "/aufgaben?sicht=ueberfaellig", "/aufgaben?wer=alle&suche=Tanne", "/faelle", "/faelle?sicht=alle", "/faelle?suche=Tanne",
    "/faelle?sicht=alle&suche=Altfall77", "/leitung",
)  # fmt: skip
AIM_MS = 300
LARGE = ("fall", "instanz", "person", "aufgabe", "verlauf")


@pytest.mark.soak
def test_pages_stay_fast_beside_a_hundred_thousand_closed_cases(database: Database) -> None:
    """Lists, search and the page of a case take the same statements as without them, and no longer than anybody waits."""
    database.clock = SystemClock()
    release(database)
    made = kanton.fill(database, cases=440, tasks=2000, persons=750, sources=40)
    client = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False)).test_client()
    client.application.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/anmelden", data={"login": made.teamleitung, "passwort": made.passwort}).status_code == 303
    with database.read(system()) as session:
        number = session.scalars(select(Fall.fall_nr).where(Fall.region == made.region, Fall.abgeschlossen_am.is_(None)).order_by(Fall.id)).first()
        other = session.scalars(select(Fall.region).where(Fall.region != made.region).order_by(Fall.id)).first()
    pages = (*PAGES, f"/faelle/{number}")
    before = {path: statements(database, client, path) for path in pages}
    times = {path: took(client, path) for path in pages}
    began = time.perf_counter()
    kinds = altfaelle.multiply(database, made.region, other or "", count=CLOSED)
    print(f"{CLOSED} Fälle von {kinds} Arten in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    with database.read(system()) as session:
        old = session.scalar(select(func.max(Fall.fall_nr)).where(Fall.region == made.region, Fall.fall_nr.startswith("ALT-")))
    pages = (*pages, f"/faelle/{old}")
    after = {path: statements(database, client, path) for path in pages}
    for path in pages:
        slow = took(client, path)
        scanned = sorted({table for one in after[path] for table in scans(database, *one)})
        print(f"{path}: {times.get(path, 0):.0f} → {slow:.0f} ms, {len(after[path])} Anweisungen, ganz gelesen: {scanned}", file=sys.stderr, flush=True)
        times[path] = slow
    found_nothing = "/faelle?sicht=alle&suche=Altfall77"  # before; who finds something then asks for its people, too
    assert {path: len(sent) for path, sent in before.items() if path != found_nothing} == {path: len(after[path]) for path in before if path != found_nothing}
    assert len(after[found_nothing]) <= len(before["/faelle?suche=Tanne"])
    assert all(took_ms < AIM_MS for took_ms in times.values()), times


def took(client: FlaskClient, path: str) -> float:
    """Milliseconds, the middle of nine."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        assert client.get(path).status_code == 200, path
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def statements(database: Database, client: FlaskClient, path: str) -> list[tuple[str, Any]]:
    """What a page asks the database for, at its second call."""
    sent: list[tuple[str, Any]] = []
    client.get(path)

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        assert client.get(path).status_code == 200, path
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
    return sent


def scans(database: Database, statement: str, parameters: Any) -> set[str]:
    """Large tables that the database would read from end to end for that statement."""
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if database.is_sqlite else 'EXPLAIN'} {statement}", parameters)
        plan = [str(row[-1]) for row in cursor.fetchall()]
    pattern = r"\bSCAN (\w+)(?! USING)" if database.is_sqlite else r"Seq Scan on (\w+)"
    return {found[1] for line in plan if (found := re.search(pattern, line)) and found[1].removesuffix("_1") in LARGE}
