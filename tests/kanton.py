"""Data of the canton's size for measurements: a few cases made by the real commands, then copied row by row with their real states.

4,400 cases, 7,500 persons, 20,000 open tasks (process description, chapter 13). Each copied case can be worked on: its state is real. Tasks
beyond those of the copied cases are rows without a token behind them (their keys end above ``PADDING``), which lists cannot tell apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Any

from sqlalchemy import JSON, TableClause, column, func, insert, select
from sqlalchemy import table as sa_table
from sqlalchemy.types import NullType

from engine.demo.load import load
from engine.demo.people import PASSWORD
from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import (
    Aufgabe,
    Dossier,
    Fall,
    Hinweis,
    Instanz,
    Konto,
    KontoRolle,
    Person,
    Region,
    Segmentzuordnung,
    Subscription,
    Timer,
    Verlauf,
)

CASES, PERSONS, TASKS = 4400, 7500, 20_000
SOURCES = 14
PADDING = 900_000_000
NAMES = ("Ahorn", "Birke", "Buche", "Eibe", "Erle", "Esche", "Fichte", "Hasel", "Kiefer", "Lärche", "Linde", "Pappel", "Tanne", "Ulme", "Weide")
ROLLEN = ("fallfuehrung",) * 5 + ("intake", "intake", "administration", "teamleitung", "leitung")
COPIED = (Fall, Instanz, Person, Segmentzuordnung, Dossier, Aufgabe, Timer, Subscription, Hinweis, Verlauf)


@dataclass(frozen=True)
class Kanton:
    """What was made: a login of each kind in one region, and how many rows there are."""

    fallfuehrung: str
    teamleitung: str
    region: str
    passwort: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Vorlage:
    """All rows of one real case, by table."""

    fall: Fall
    rows: dict[Any, list[dict[str, Any]]]


def fill(
    database: Database, *, cases: int = CASES, tasks: int = TASKS, persons: int = PERSONS, sources: int = SOURCES, staff: int = 1, seed: int = 2026
) -> Kanton:
    """Fill a database whose regions are loaded and whose diagrams are released; takes about half a minute for the whole canton.

    ``staff`` is how many times ten people work in each region.
    """
    load(database, cases=sources, progress=lambda _: None)
    regionen, logins = _people(database, ROLLEN * staff)
    rng = Random(seed)
    vorlagen = [one for one in _templates(database) if not one.fall.uebergeben_am]
    chosen = _chosen(vorlagen, cases - sources, persons - _counts(database)["personen"], rng)
    copies = _copies(database, chosen, regionen, logins, rng)
    with database.engine.begin() as connection:
        for table, rows in _by_table(copies):
            for start in range(0, len(rows), 2000):
                connection.execute(insert(_as_text(table)), rows[start : start + 2000])
    _pad(database, tasks, rng)
    _finish(database)
    region = regionen[0]
    return Kanton(f"fallfuehrung-0.{region.lower()}", f"teamleitung-0.{region.lower()}", region, PASSWORD, _counts(database))


def _people(database: Database, staff: tuple[str, ...]) -> tuple[list[str], dict[str, list[str]]]:
    """These people in each region; hashed once, because two hundred times takes longer than all the rest."""
    with database.begin(system("kanton")) as session:
        regionen = list(session.scalars(select(Region.kuerzel).order_by(Region.kuerzel)))
        first = create_konto(session, "vorlage", "Vorlage", PASSWORD)
        hashed, now = first.password_hash, session.now
        grant(session, "vorlage", "prozess", "*")
    konten, rollen = [], []
    for region in regionen:
        for number, rolle in enumerate(staff):
            login = f"{rolle}-{staff[:number].count(rolle)}.{region.lower()}"
            konten.append({"login": login, "name": login.title(), "password_hash": hashed, "is_active": True, "failed_logins": 0, "session_epoch": 0, "created_at": now})
            rollen.append({"login": login, "region": region, "rolle": rolle})
    with database.engine.begin() as connection:
        connection.execute(insert(Konto), konten)
        connection.execute(insert(KontoRolle), rollen)
    return regionen, {region: [row["login"] for row in rollen if row["region"] == region and row["rolle"] == "fallfuehrung"] for region in regionen}


def _templates(database: Database) -> list[Vorlage]:
    with database.read(system("kanton")) as session:
        found = []
        for fall in session.scalars(select(Fall).order_by(Fall.id)):
            nummern = list(session.scalars(select(Instanz.nummer).where(Instanz.fall_id == fall.id)))
            rows: dict[Any, list[dict[str, Any]]] = {}
            for table in COPIED:
                owner = Fall.id if table is Fall else table.fall_id if hasattr(table, "fall_id") else table.instanz_nummer
                wanted = [fall.id] if table is Fall or hasattr(table, "fall_id") else nummern
                mark = _marked(nummern, fall.fall_nr)
                rows[table] = [{key: mark(value) for key, value in _as_dict(row).items()} for row in session.scalars(select(table).where(owner.in_(wanted)).order_by(*table.__table__.primary_key))]
            found.append(Vorlage(fall, rows))
        return found


def _chosen(vorlagen: list[Vorlage], count: int, persons: int, rng: Random) -> list[Vorlage]:
    """So many running cases that have so many persons in all: a large household whenever there are too few so far, otherwise a small one."""
    running = [one for one in vorlagen if one.fall.abgeschlossen_am is None] or vorlagen
    mean, found, had = persons / count, [], 0
    large = [one for one in running if len(one.rows[Person]) > mean] or running
    small = [one for one in running if len(one.rows[Person]) <= mean] or running
    while len(found) < count:
        found.append(rng.choice(large if had < mean * (len(found) + 1) - 0.5 else small))
        had += len(found[-1].rows[Person])
    return found


def _copies(
    database: Database, chosen: list[Vorlage], regionen: list[str], logins: dict[str, list[str]], rng: Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    with database.read(system("kanton")) as session:
        next_id = {table: (session.scalar(select(func.max(table.id))) or 0) + 1 for table in COPIED if hasattr(table, "id")}
        nummer = (session.scalar(select(func.max(Instanz.nummer))) or 0) + 1
    for number, (region, vorlage) in enumerate(zip(cycle(regionen), chosen, strict=False)):
        fall_id, old_nr = next_id[Fall], vorlage.fall.fall_nr
        new_nr = f"{old_nr[:4]}-{number + 20_000}"
        renamed: dict[int, int] = {}
        for row in vorlage.rows[Instanz]:
            renamed[row["nummer"]], nummer = nummer, nummer + 1
        change = _rewriter(renamed, old_nr, new_nr)
        name = f"{rng.choice(NAMES)}{rng.choice(NAMES).lower()}"
        for table in COPIED:
            for original in vorlage.rows[table]:
                row = {key: change(value) for key, value in original.items()} | {"region": region}
                if "id" in row:
                    row["id"], next_id[table] = next_id[table], next_id[table] + 1
                if "fall_id" in row:
                    row["fall_id"] = fall_id
                for name_of in ("instanz_nummer", "nummer"):
                    if row.get(name_of) is not None:
                        row[name_of] = renamed[original[name_of]]
                if table is Fall:
                    row |= {"bezeichnung": f"{name}, Anna", "fallfuehrung": rng.choice(logins[region])}
                if table is Person:
                    row["name"] = name
                if table is Aufgabe and row["assignee"]:
                    row["assignee"] = None
                yield table, row


def _rewriter(renamed: dict[int, int], old_nr: str, new_nr: str) -> Callable[[Any], Any]:
    """Gives the copied values of a row in which ``_marked`` put placeholders."""
    pairs = [(f"\0{old}\0", str(new)) for old, new in renamed.items()]

    def change(value: Any) -> Any:
        if isinstance(value, Key):
            return renamed[value.nummer] * 10**9 + value.rest
        if isinstance(value, str) and "\0" in value:
            for mark, new in pairs:
                value = value.replace(mark, new)
            return value.replace("\0nr\0", new_nr)
        return value

    return change


@dataclass(frozen=True)
class Key:
    """A published key of an instance that gets a new number."""

    nummer: int
    rest: int


def _marked(nummern: list[int], fall_nr: str) -> Callable[[Any], Any]:
    """Values of a template with placeholders where keys and the case's number stand; JSON becomes its text, once for all copies."""
    pattern = re.compile(r"(?<![\d.-])(" + "|".join(map(str, nummern)) + r")(\d{9})(?!\d)")

    def mark(value: Any) -> Any:
        if isinstance(value, dict | list):
            value = json.dumps(value)
        if isinstance(value, str):
            return pattern.sub(lambda found: f"\0{found[1]}\0{found[2]}", value).replace(fall_nr, "\0nr\0")
        if isinstance(value, int) and not isinstance(value, bool) and value // 10**9 in nummern:
            return Key(value // 10**9, value % 10**9)
        return value

    return mark


def _as_text(table: Any) -> TableClause:
    """The table with its JSON columns without a type: the values are JSON text already."""
    columns = table.__table__.columns
    return sa_table(table.__tablename__, *(column(one.name, NullType() if isinstance(one.type, JSON) else one.type) for one in columns))


def _by_table(rows: Iterator[tuple[Any, dict[str, Any]]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    found: dict[Any, list[dict[str, Any]]] = {table: [] for table in COPIED}
    for table, row in rows:
        found[table].append(row)
    return list(found.items())


def _pad(database: Database, tasks: int, rng: Random) -> None:
    """More open tasks, due from a month ago to half a year ahead, some of them somebody's."""
    with database.read(system("kanton")) as session:
        patterns = [_as_dict(row) for row in session.scalars(select(Aufgabe).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key))]
        missing, now = tasks - len(patterns), session.now
        people = dict(session.execute(select(Fall.id, Fall.fallfuehrung)).all())
    rows = []
    for number, pattern in zip(range(missing), cycle(patterns), strict=False):
        key = pattern["instanz_nummer"] * 10**9 + PADDING + number
        due = now + timedelta(days=rng.randint(-30, 180), hours=rng.randint(0, 23))
        rows.append(pattern | {"key": key, "faellig_am": due, "assignee": people[pattern["fall_id"]] if number % 3 == 0 else None})
    with database.engine.begin() as connection:
        for start in range(0, len(rows), 2000):
            connection.execute(insert(Aufgabe), rows[start : start + 2000])


def _finish(database: Database) -> None:
    """Numbers that the database gives itself go on behind the copies; statistics as they would be after a night."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            for table in (Fall, Person, Segmentzuordnung, Dossier, Hinweis, Verlauf):
                name = table.__tablename__
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('instanz', 'nummer'), (SELECT max(nummer) FROM instanz))")
        connection.exec_driver_sql("ANALYZE")


def _counts(database: Database) -> dict[str, int]:
    with database.read(system("kanton")) as session:
        is_open = Aufgabe.zustand == "CREATED"
        return {
            "faelle": session.scalar(select(func.count(Fall.id))) or 0,
            "personen": session.scalar(select(func.count(Person.id))) or 0,
            "offene_aufgaben": session.scalar(select(func.count(Aufgabe.key)).where(is_open)) or 0,
            "fristen": session.scalar(select(func.count(Timer.key))) or 0,
            "hinweise": session.scalar(select(func.count(Hinweis.id))) or 0,
            "verlauf": session.scalar(select(func.count(Verlauf.id))) or 0,
        }


def _as_dict(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
