"""The whole installation as an operator starts it, on PostgreSQL, with people at work: any of its processes is shot, ten times over."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select

from engine import commands
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date
from engine.model.access import system
from engine.model.clock import SystemClock
from engine.queries.consistency import check
from engine.store.session import Database
from engine.store.tables import Aufgabe, Verlauf
from tests import kanton
from tests.belastung import bestand
from tests.belastung.nutzende import FIELDS, cookies
from tests.robustness.server import Server
from webui.app import create_app
from webui.config import Config

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
ROUNDS = 10


@dataclass
class Gesendet:
    """What people were told: tasks that are done, and answers that were none."""

    done: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


@pytest.mark.soak
def test_any_process_killed_under_load_loses_and_doubles_no_submitted_task(server: Server) -> None:
    database = Database(server.url, clock=SystemClock())
    bring_up_to_date(database)
    with database.begin(system()) as session:
        commands.deploy(session, collect((BPMN,)))
        commands.release(session, "Test")
    kanton.fill(database, cases=600, tasks=0, persons=1000)
    with database.begin(system()) as session:
        assert check(session) == []
    sent, chance, stop = Gesendet(), random.Random(4), threading.Event()
    with serving(server.url) as (address, root):
        threads = [threading.Thread(target=work, args=(address, plan, sent, stop)) for plan in plans(database)]
        for thread in threads:
            thread.start()
        shot = [shoot(server, root, chance) for _ in range(ROUNDS) if not time.sleep(chance.uniform(6, 9))]
        time.sleep(10)
        stop.set()
        for thread in threads:
            thread.join()
    print(Counter(shot), sent.answers)
    assert len(sent.done) > 20
    with database.begin(system()) as session:
        states = dict(session.execute(select(Aufgabe.key, Aufgabe.zustand)).all())
        assert {states[key] for key in sent.done} == {"COMPLETED"}
        completed = Counter(session.scalars(select(Verlauf.element_key).where(Verlauf.command == "complete_task", Verlauf.by.like("%-%.%"))))
        assert set(sent.done) <= set(completed) and set(completed.values()) == {1}
        assert check(session) == []
    database.close()


def plans(database: Database) -> list[tuple[str, list[tuple[int, dict[str, list[str]]]]]]:
    """Six people with a cookie and the tasks they will send."""
    app = create_app(database, Config(secret_key=bestand.SECRET_KEY, is_plain_http=True))
    app.config["WTF_CSRF_ENABLED"] = False
    people = sorted((one for one in bestand.people(database) if one.aufgaben), key=lambda one: -len(one.aufgaben))[:6]
    return [(bestand.signed_in(app, one.login), one.aufgaben) for one in people]


@contextmanager
def serving(url: str) -> Iterator[tuple[str, psutil.Process]]:
    """``fallfluss serve``, which starts anew what dies."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": bestand.SECRET_KEY, "FALLFLUSS_PLAIN_HTTP": "1", "FALLFLUSS_DEMO": "0", "PYTHONPATH": "."}
    command = [sys.executable, "-m", "engine.cli", "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            with suppress(httpx.HTTPError):
                httpx.get(f"{address}/health/live")
                break
            time.sleep(0.3)
        yield address, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def shoot(server: Server, root: psutil.Process, chance: random.Random) -> str:
    """Kill one: a worker, gunicorn itself, the scheduler, or the database with all its processes."""
    children = root.children()
    web, scheduler = (next((one for one in children if word in " ".join(one.cmdline())), None) for word in ("gunicorn", "scheduler"))
    what = chance.choice(("worker", "gunicorn", "scheduler", "postgresql"))
    if what == "postgresql":
        server.kill()
        time.sleep(chance.random() * 2)
        server.start()
    elif what == "scheduler" and scheduler:
        scheduler.kill()
    elif web:
        chance.choice(web.children() or [web]).kill() if what == "worker" else web.kill()
    return what


def work(address: str, plan: tuple[str, list[tuple[int, dict[str, list[str]]]]], sent: Gesendet, stop: threading.Event) -> None:
    """Send one task after the other; what got no answer is sent once more, as somebody would who saw an error page."""
    cookie, tasks = plan
    waiting = list(tasks)
    while waiting and not stop.is_set():
        key, form = waiting[0]
        try:
            with httpx.Client(base_url=address, cookies=cookies(cookie), timeout=30) as browser:
                page = browser.get(f"/aufgaben/{key}")
                answer = browser.post(f"/aufgaben/{key}", data={**dict(FIELDS.findall(page.text)), **form}) if page.status_code == 200 else page
        except httpx.HTTPError as error:
            sent.answers[type(error).__name__] += 1
            time.sleep(0.5)
            continue
        sent.answers[str(answer.status_code)] += 1
        if answer.status_code == 303:
            sent.done.append(key)
        if answer.status_code < 500:
            waiting.pop(0)
        time.sleep(0.3)
