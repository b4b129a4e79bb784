"""A canton times a factor: cases, persons, tasks, timers and staff grow alike, so that nobody has more to do than before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from engine import commands, queries
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date
from engine.demo.answers import fill as answers
from engine.demo.people import PASSWORD
from engine.model.access import Access, system
from engine.model.clock import SystemClock
from engine.model.errors import FallflussError
from engine.store import siegel
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, KontoRolle, Timer
from tests import kanton
from tests.abgesendet import posted_form
from webui.app import create_app
from webui.config import Config

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"
SECRET_KEY = "belastung"
TIMERS = 15_000
# Of a hundred people: caseworkers, intake, team leads.
STAFF = {"fallfuehrung": 65, "intake": 22, "teamleitung": 13}
TASKS_EACH, CASES_EACH = 25, 30
Plan = dict[str, Any]


@dataclass
class Person:
    """Somebody at work: the cases looked at, and tasks with what will be sent for them (field → texts)."""

    login: str
    rolle: str
    region: str
    faelle: list[str] = field(default_factory=list)
    aufgaben: list[tuple[int, dict[str, list[str]]]] = field(default_factory=list)


def fill(url: str, factor: int) -> None:
    """Fill an empty database, sealed as it would be after a night."""
    database = Database(url, clock=SystemClock())
    try:
        bring_up_to_date(database)
        with database.begin(system("belastung")) as session:
            commands.deploy(session, collect((DIAGRAMS,)))
            commands.release(session, "Belastung")
        kanton.fill(database, cases=kanton.CASES * factor, tasks=kanton.TASKS * factor, persons=kanton.PERSONS * factor, staff=factor)
        _pad_timers(database, TIMERS * factor)
        siegel.seal(database, system("belastung"))
    finally:
        database.close()


def plan(url: str, factor: int) -> Plan:
    """What the people will do in a filled database, and how large it is."""
    database = Database(url, clock=SystemClock())
    try:
        bring_up_to_date(database)  # filled perhaps by an older version
        app = create_app(database, Config(secret_key=SECRET_KEY, is_plain_http=True, has_rate_limit=False))
        app.config["WTF_CSRF_ENABLED"] = False
        rows = [asdict(one) | {"sitzung": signed_in(app, one.login)} for one in people(database)]
        return {"faktor": factor, "bestand": _counts(database), "nutzende": rows, **_size(database)}
    finally:
        database.close()


def signed_in(app: Flask, login: str) -> str:
    """The cookie of somebody who signed in this morning: hashing a hundred passwords is not what is measured."""
    client = app.test_client()
    assert client.post("/anmelden", data={"login": login, "passwort": PASSWORD}).status_code == 303, login
    cookie = client.get_cookie("fallfluss")
    assert cookie is not None
    return cookie.value


def _pad_timers(database: Database, timers: int) -> None:
    """More waiting timers, due within two years but none during the measurement."""
    with database.read(system("belastung")) as session:
        patterns = [{column.key: getattr(row, column.key) for column in Timer.__table__.columns} for row in session.scalars(select(Timer).order_by(Timer.key).limit(2000))]
        missing, now = timers - (session.scalar(select(func.count(Timer.key))) or 0), session.now
    rng, rows = Random(1), []
    for number, pattern in zip(range(missing), cycle(patterns), strict=False):
        due = now + timedelta(days=rng.randint(1, 730))
        rows.append(pattern | {"key": pattern["instanz_nummer"] * 10**9 + kanton.PADDING + number, "due_at": due, "next_attempt_at": due})
    with database.engine.begin() as connection:
        for start in range(0, len(rows), 2000):
            connection.execute(insert(Timer), rows[start : start + 2000])
        connection.exec_driver_sql("ANALYZE")


def people(database: Database) -> Iterator[Person]:
    """The hundred, spread over the regions, with work of their own."""
    staff, cases, waiting = _work(database)
    rng = Random(7)
    for rolle, count in STAFF.items():
        for login, region in rng.sample(sorted(staff[rolle]), count):
            # Who leads cases sees none but those; everybody else those of the region.
            whose = (login if rolle == "fallfuehrung" else region, rolle)
            keys = [waiting[whose].pop() for _ in range(min(TASKS_EACH, len(waiting[whose])))]
            looked_at = rng.sample(cases[whose[0]], min(CASES_EACH, len(cases[whose[0]])))
            yield Person(login, rolle, region, looked_at, list(_filled(database, login, rolle, region, keys)))


def _work(database: Database) -> tuple[dict[str, set[tuple[str, str]]], dict[str, list[str]], dict[tuple[str, str], list[int]]]:
    """People with their region by role, numbers of cases by region and by login, and the same of tasks with a token behind them."""
    staff: dict[str, set[tuple[str, str]]] = defaultdict(set)
    cases: dict[str, list[str]] = defaultdict(list)
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    with database.read(system("belastung")) as session:
        for login, rolle, region in session.execute(select(KontoRolle.login, KontoRolle.rolle, KontoRolle.region).where(KontoRolle.login.like("%-%.%"))):
            staff[rolle].add((login, region))
        for one in session.execute(select(Fall.fall_nr, Fall.region, Fall.fallfuehrung).where(Fall.uebergeben_am.is_(None)).order_by(Fall.id)):
            for place in (one.region, one.fallfuehrung):
                cases[place].append(one.fall_nr)
        columns = (Aufgabe.key, Aufgabe.region, Aufgabe.candidate_groups, Fall.fallfuehrung)
        unclaimed = select(*columns).join(Fall, Fall.id == Aufgabe.fall_id).where(Aufgabe.zustand == "CREATED", Aufgabe.assignee.is_(None), Fall.uebergeben_am.is_(None))
        for one in session.execute(unclaimed.order_by(Aufgabe.key)):
            for group in one.candidate_groups if one.key % 10**9 < kanton.PADDING else ():
                waiting[one.fallfuehrung if group == "fallfuehrung" else one.region, group].append(one.key)
    return staff, cases, waiting


def _filled(database: Database, login: str, rolle: str, region: str, keys: list[int]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    with database.read(Access(login, {region: frozenset({rolle})})) as session:
        for key in keys:
            try:
                view = queries.task(session, key)
            except FallflussError:
                continue  # somebody else's room
            raw = answers(view.form, view.values, given={}, rng=Random(key), now=session.now) if view.form else {}
            yield key, posted_form(raw)


def _counts(database: Database) -> dict[str, int]:
    with database.read(system("belastung")) as session:
        return {
            "faelle": session.scalar(select(func.count(Fall.id))) or 0,
            "aufgaben": session.scalar(select(func.count(Aufgabe.key)).where(Aufgabe.zustand == "CREATED")) or 0,
            "fristen": session.scalar(select(func.count(Timer.key))) or 0,
        }


def _size(database: Database) -> dict[str, float]:
    """The database's bytes, also for one year of one case."""
    with database.read(system("belastung")) as session:
        spans = session.execute(select(Fall.eroeffnet_am, Fall.abgeschlossen_am)).all()
        years = sum(((ended or session.now.date()) - began).days for began, ended in spans) / 365.25
    if database.is_sqlite:
        size = Path(str(database.url.database)).stat().st_size
    else:
        with database.engine.connect() as connection:
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    return {"bytes": size, "falljahre": round(years, 1), "kb_je_falljahr": round(size / 1024 / years, 1)}
