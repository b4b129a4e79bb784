"""What monitoring asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from engine.model.access import system
from engine.queries.operation import HEARTBEAT
from engine.scheduling.scheduler import Wecker
from engine.store.session import Database
from engine.store.tables import Einstellung


def beat(database: Database, ago: timedelta = timedelta(0)) -> None:
    with database.begin(system()) as session:
        session.merge(Einstellung(name=HEARTBEAT, value=(datetime.now(UTC) - ago).isoformat()))


def test_a_process_that_answers_is_alive(app: Flask) -> None:
    assert app.test_client().get("/health/live").json == {"status": "ok"}


def test_with_a_scheduler_and_no_late_deadline_the_installation_is_ready(app: Flask, database: Database) -> None:
    beat(database)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, set(answer.json["checks"].values())) == (200, {"ok"})


@pytest.mark.parametrize(("ago", "said"), [(None, "noch nie gelaufen"), (timedelta(minutes=3), "schweigt seit 3 Minuten"), (timedelta(seconds=215_183), "schweigt seit 2 Tagen")], ids=["never ran", "silent", "silent for days"])
def test_without_a_scheduler_it_is_not_ready(app: Flask, database: Database, ago: timedelta | None, said: str) -> None:
    if ago is not None:
        beat(database, ago)
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503 and said in answer.json["checks"]["zeitgeber"]


def test_a_database_that_is_gone_is_told_and_is_no_500(app: Flask, tmp_path) -> None:
    app.extensions["fallfluss"] = Database("postgresql://niemand@127.0.0.1:1/nichts", clock=app.extensions["fallfluss"].clock)
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503 and "Datenbank" in answer.json["checks"]["datenbank"]


def test_the_scheduler_leaves_its_sign_of_life(database: Database) -> None:
    Wecker(database, BlockingScheduler(timezone=UTC))._wake()
    with database.read(system()) as session:
        assert datetime.now(UTC) - datetime.fromisoformat(session.get_one(Einstellung, HEARTBEAT).value) < timedelta(seconds=20)


def test_figures_are_for_this_machine_or_for_whoever_has_the_token(app: Flask) -> None:
    client = app.test_client()
    text = client.get("/metrics").text
    assert "fallfluss_aufgaben_offen 0.0" in text and "fallfluss_anfrage_sekunden" in text
    elsewhere = {"REMOTE_ADDR": "10.0.0.7"}
    assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    app.extensions["fallfluss-config"] = replace(app.extensions["fallfluss-config"], metrics_token="geheim")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", environ_base=elsewhere, headers={"Authorization": "Bearer geheim"}).status_code == 200
