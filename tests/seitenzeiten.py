"""How long the pages of the workplace take at the canton's size: list, case, submit, through the whole application. Part of ``make bench``."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from engine import commands, queries
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date
from engine.demo.answers import fill as answers
from engine.model.access import Access, system
from engine.model.clock import SystemClock
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall
from tests import kanton
from webui.app import create_app
from webui.config import Config

DIAGRAMS = Path(__file__).resolve().parents[1] / "bpmn"
ROUNDS = 40
LISTS = ("/aufgaben", "/aufgaben?sortierung=zustaendig", "/faelle?sortierung=fallfuehrung", "/aufgaben?sicht=ueberfaellig", "/aufgaben?suche=Ahorn", "/aufgaben?sortierung=schritt", "/aufgaben?sicht=wartet")


def measure(url: str, *, rounds: int = ROUNDS, cases: int = kanton.CASES, tasks: int = kanton.TASKS) -> dict[str, Any]:
    """p50 and p95 in milliseconds of each kind of page, in an empty database that is filled first."""
    database = Database(url, clock=SystemClock())
    try:
        bring_up_to_date(database)
        with database.begin(system("bench")) as session:
            commands.deploy(session, collect((DIAGRAMS,)))
            commands.release(session, "bench")
        began = time.perf_counter()
        made = kanton.fill(database, cases=cases, tasks=tasks)
        found: dict[str, Any] = {"bestand": made.counts, "einfuellen_s": round(time.perf_counter() - began, 1)}
        app = create_app(database, Config(secret_key="bench", is_plain_http=True, has_rate_limit=False))
        app.config["WTF_CSRF_ENABLED"] = False
        worker, leader = _client(app.test_client(), made.fallfuehrung, made), _client(app.test_client(), made.teamleitung, made)
        found["liste"] = _summary(_get(worker, LISTS[number % len(LISTS)]) for number in range(rounds))
        found["liste_leitung"] = _summary(_get(leader, "/aufgaben?wer=alle") for _ in range(rounds))
        found["leitung"] = _summary(_get(leader, "/leitung") for _ in range(rounds // 4))
        found["fall"] = _summary(_get(worker, f"/faelle/{fall_nr}") for fall_nr in _cases(database, made, rounds))
        found["abschliessen"] = _summary(_submits(worker, database, made, rounds))
        return found
    finally:
        database.close()


def table(name: str, found: Mapping[str, Any]) -> str:
    """The measurement for reading; the aim is a p95 below 300 ms."""
    words = {"liste": "Meine Arbeit", "liste_leitung": "Liste der Leitung", "leitung": "Übersicht Leitung", "fall": "Fallseite", "abschliessen": "Aufgabe absenden"}
    stock = ", ".join(f"{count} {what}" for what, count in found["bestand"].items())
    lines = [f"{name}: Seiten bei Kantonsgrösse ({stock}; eingefüllt in {found['einfuellen_s']} s)"]
    lines += [f"  {word:<20} p50 {found[key]['p50']:>7} ms  p95 {found[key]['p95']:>7} ms  (Prozessor {found[key]['cpu_p50']}, {found[key]['cpu_p95']}; {found[key]['n']} Aufrufe)" for key, word in words.items()]
    return "\n".join(lines)


def _client(client: FlaskClient, login: str, made: kanton.Kanton) -> FlaskClient:
    assert client.post("/anmelden", data={"login": login, "passwort": made.passwort}).status_code == 303
    # The first page of a process reads diagrams and templates; that happens once a day.
    _get(client, "/aufgaben")
    return client


@dataclass(frozen=True)
class Dauer:
    """Milliseconds on the clock, and of this process' processor time: on a busy machine only the second says much."""

    uhr: float
    cpu: float


def _timed(ask: Callable[[], Any]) -> tuple[Dauer, Any]:
    began, busy = time.perf_counter(), time.process_time()
    answer = ask()
    return Dauer((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000), answer


def _get(client: FlaskClient, path: str) -> Dauer:
    took, response = _timed(lambda: client.get(path))
    assert response.status_code == 200, (path, response.status_code)
    return took


def _cases(database: Database, made: kanton.Kanton, count: int) -> list[str]:
    with database.read(system("bench")) as session:
        return list(session.scalars(select(Fall.fall_nr).where(Fall.region == made.region, Fall.fallfuehrung == made.fallfuehrung, Fall.uebergeben_am.is_(None)).order_by(Fall.id).limit(count)))


def _submits(client: FlaskClient, database: Database, made: kanton.Kanton, count: int) -> Iterator[Dauer]:
    """Real tasks of copied cases, filled in and sent as a browser would."""
    access = Access(made.fallfuehrung, {made.region: frozenset({"fallfuehrung"})})
    with database.read(access) as session:
        open_tasks = session.scalars(select(Aufgabe).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)).all()
        mine = [one.key for one in open_tasks if one.key % 10**9 < kanton.PADDING and "fallfuehrung" in one.candidate_groups]
    done = 0
    for number, key in enumerate(mine):
        with database.read(access) as session:
            view = queries.task(session, key)
            raw = answers(view.form, view.values, given={}, rng=Random(number), now=session.now) if view.form else {}
        took, response = _timed(partial(client.post, f"/aufgaben/{key}", data=_form(raw)))
        if response.status_code == 303:
            done += 1
            yield took
        if done == count:
            return


def _form(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"_aktion": ["abschliessen"]}
    for name, value in _posted(raw):
        found.setdefault(name, []).append(value)
    return found


def _posted(raw: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts as an HTML form sends them."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _posted(value, f"{path}.{key}" if path else key)
    elif isinstance(raw, list):
        for number, value in enumerate(raw):
            yield from _posted(value, f"{path}.{number}" if isinstance(value, Mapping) else path)
    elif raw not in (None, "", False):
        yield path, "true" if raw is True else str(raw)


def _summary(times: Iterator[Dauer]) -> dict[str, float]:
    found = list(times)
    assert found, "nothing was measured"
    return {**_quantiles([one.uhr for one in found]), **{f"cpu_{name}": value for name, value in _quantiles([one.cpu for one in found]).items()}, "n": len(found)}


def _quantiles(times: list[float]) -> dict[str, float]:
    values = sorted(times)
    return {"p50": round(statistics.median(values), 1), "p95": round(values[max(int(len(values) * 0.95) - 1, 0)], 1)}
