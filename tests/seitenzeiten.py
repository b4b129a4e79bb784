"""How long the pages of the workplace take at the canton's size: list, search, case, team, notices, submit. Part of ``make bench``.

Measured on the clock, over HTTP, against the application as ``fallfluss serve`` starts it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener, urlopen

from sqlalchemy import select

from engine import commands, queries
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date
from engine.demo.answers import fill as answers
from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall
from tests import kanton
from tests.abgesendet import posted_form

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 40
# What a page may take on the clock, for 95 of 100 calls.
AIM_MS = 300
LISTS = ("/aufgaben", "/aufgaben?sortierung=zustaendig", "/faelle?sortierung=fallfuehrung", "/aufgaben?sicht=ueberfaellig", "/aufgaben?sortierung=schritt", "/aufgaben?sicht=wartet")
SEARCHES = ("/aufgaben?suche=Ahorn", "/faelle?suche=Ahorn", "/aufgaben?suche=2026-2", "/aufgaben?wer=alle&suche=Anna+Tanne")
PAGES = {
    "liste": "Meine Arbeit, Fälle",
    "liste_leitung": "Liste der Leitung",
    "suche": "Suche",
    "leitung": "Übersicht Leitung",
    "hinweise": "Mitteilungen",
    "fall": "Fallseite",
    "aufgabe": "Aufgabe öffnen",
    "abschliessen": "Aufgabe absenden",
}


def measure(url: str, *, rounds: int = ROUNDS, cases: int = kanton.CASES, tasks: int = kanton.TASKS, persons: int = kanton.PERSONS) -> dict[str, Any]:
    """p50 and p95 in milliseconds of each kind of page, in an empty database that is filled first."""
    began = time.perf_counter()
    made = prepare(url, cases=cases, tasks=tasks, persons=persons)
    took = round(time.perf_counter() - began, 1)
    return {"bestand": made.counts, "einfuellen_s": took, **pages(url, made, rounds=rounds)}


def prepare(url: str, *, cases: int = kanton.CASES, tasks: int = kanton.TASKS, persons: int = kanton.PERSONS) -> kanton.Kanton:
    """The canton in an empty database."""
    database = Database(url, clock=SystemClock())
    try:
        bring_up_to_date(database)
        with database.begin(system("bench")) as session:
            commands.deploy(session, collect((ROOT / "bpmn",)))
            commands.release(session, "bench")
        return kanton.fill(database, cases=cases, tasks=tasks, persons=persons)
    finally:
        database.close()


def pages(url: str, made: kanton.Kanton, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """The pages of a database that ``prepare`` filled."""
    database = Database(url, clock=SystemClock())
    try:
        with served(url) as address:
            worker, leader = Browser(address, made.fallfuehrung, made.passwort), Browser(address, made.teamleitung, made.passwort)
            cases, work = _cases(database, made, rounds), _work(database, made, rounds)
            desks = {login: Browser(address, login, made.passwort) for login in sorted({login for login, _, _ in work})}
            return {
                "liste": _summary(worker.get(LISTS[number % len(LISTS)]) for number in range(rounds)),
                "liste_leitung": _summary(leader.get("/aufgaben?wer=alle") for _ in range(rounds)),
                "suche": _summary(leader.get(SEARCHES[number % len(SEARCHES)]) for number in range(rounds)),
                "leitung": _summary(leader.get("/leitung") for _ in range(rounds)),
                "hinweise": _summary(leader.get("/arbeit/mitteilungen") for _ in range(rounds)),
                "fall": _summary(worker.get(f"/faelle/{fall_nr}") for fall_nr in cases),
                "aufgabe": _summary(desks[login].get(f"/aufgaben/{key}") for login, key, _ in work),
                "abschliessen": _summary(desks[login].post(f"/aufgaben/{key}", raw) for login, key, raw in work),
            }
    finally:
        database.close()


def table(name: str, found: Mapping[str, Any]) -> str:
    """The measurement for reading."""
    stock = ", ".join(f"{count} {what}" for what, count in found["bestand"].items())
    lines = [f"{name}: Seiten bei Kantonsgrösse über HTTP ({stock}; eingefüllt in {found['einfuellen_s']} s); Ziel: p95 unter {AIM_MS} ms"]
    for key, words in PAGES.items():
        one = found[key]
        remark = "" if one["p95"] < AIM_MS else "  ZU LANGSAM"
        lines.append(f"  {words:<20} p50 {one['p50']:>7} ms  p95 {one['p95']:>7} ms  ({one['n']} Aufrufe){remark}")
    return "\n".join(lines)


@contextmanager
def served(url: str) -> Iterator[str]:
    """The address of the application on that database, as an installation starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "only for this measurement", "FALLFLUSS_PLAIN_HTTP": "1", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([sys.executable, "-m", "engine.cli", "serve", "--no-scheduler", "--port", str(port)], env=env, stdout=log, stderr=log)
        try:
            yield _answering(f"http://127.0.0.1:{port}", server)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _answering(address: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(f"{address}/health/live", timeout=5).close()
            return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The application did not answer.")


class _Stay(HTTPRedirectHandler):
    """Redirects are an answer too."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Somebody signed in, with cookies and the token of the page shown last; calls give milliseconds on the clock."""

    def __init__(self, address: str, login: str, password: str):
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay())
        self._token = ""
        self.get("/anmelden")
        self.post("/anmelden", {"login": [login], "passwort": [password]})
        # Each process of the server reads diagrams and templates with its first page; that happens once a day.
        for _ in range(12):
            self.get("/aufgaben")

    def get(self, path: str) -> float:
        """A page, read to its end."""
        took, status, text = self._ask(path, None)
        assert status == 200, (path, status)
        found = re.search(r'name="csrf_token" value="([^"]*)"', text)
        self._token = found[1] if found else self._token
        return took

    def post(self, path: str, data: Mapping[str, list[str]]) -> float:
        """A form; it has to be accepted."""
        took, status, text = self._ask(path, urlencode({**data, "csrf_token": self._token}, doseq=True).encode())
        assert status == 303, (path, status, text[:2000])
        return took

    def _ask(self, path: str, body: bytes | None) -> tuple[float, int, str]:
        began = time.perf_counter()
        try:
            with self._opener.open(self._address + path, body, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except HTTPError as refused:
            status, text = refused.code, refused.read().decode()
        return (time.perf_counter() - began) * 1000, status, text


def _cases(database: Database, made: kanton.Kanton, count: int) -> list[str]:
    with database.read(system("bench")) as session:
        return list(session.scalars(select(Fall.fall_nr).where(Fall.region == made.region, Fall.fallfuehrung == made.fallfuehrung, Fall.uebergeben_am.is_(None)).order_by(Fall.id).limit(count)))


def _work(database: Database, made: kanton.Kanton, count: int) -> list[tuple[str, int, dict[str, list[str]]]]:
    """Real tasks of copied cases, each of another case: whose it is, its key, and what a browser would send of its form."""
    found = []
    with database.read(system("bench")) as session:
        is_real = Aufgabe.key % 10**9 < kanton.PADDING
        query = select(Aufgabe, Fall.fallfuehrung).join(Fall, Fall.id == Aufgabe.fall_id).where(Aufgabe.zustand == "CREATED", Aufgabe.region == made.region, is_real)
        first = {aufgabe.fall_id: (aufgabe, login) for aufgabe, login in session.execute(query) if login and "fallfuehrung" in aufgabe.candidate_groups}
        for aufgabe, login in list(first.values())[:count]:
            view = queries.task(session, aufgabe.key)
            raw = answers(view.form, view.values, given={}, rng=Random(aufgabe.key), now=session.now) if view.form else {}
            found.append((login, aufgabe.key, posted_form(raw)))
    return found


def _summary(times: Iterator[float]) -> dict[str, float]:
    values = sorted(times)
    assert values, "nothing was measured"
    return {"p50": round(statistics.median(values), 1), "p95": round(values[max(int(len(values) * 0.95) - 1, 0)], 1), "n": len(values)}
