"""The real process, tried through the interface."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.model.access import PROBELAUF, system
from engine.queries import consistency
from engine.store.session import Database
from engine.store.tables import Person, Release
from tests.api.conftest import Program

BPMN = Path(__file__).parents[2] / "bpmn"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_whole_application_is_put_down_and_a_case_tried_without_releasing_it(petra: Program, database: Database) -> None:
    files = {file.name: file.read_bytes() for file in sorted(BPMN.rglob("*.*")) if file.suffix in (".bpmn", ".dmn", ".form")}
    assert petra.deploy(files).status_code == 200
    person = {"person_id": "P1", "name": "Probe", "vorname": "Petra", "rolle_ue": "antragstellend", "geburtsdatum": "1990-01-01"}
    key = petra.start("fall", variables={"personen": [person]})
    open_now = petra.find("user-tasks", processInstanceKey=key, state="CREATED")
    assert open_now
    assert petra.find("incidents", processInstanceKey=key) == []
    for task in open_now:
        assert petra.ask("GET", f"/user-tasks/{task['userTaskKey']}/form")["schema"]
    with database.read(system()) as session:
        assert consistency.check(session) == []
        assert session.scalar(select(func.count()).select_from(Person).where(Person.region == PROBELAUF)) == 0
        assert session.scalar(select(func.count()).select_from(Release).where(Release.probe.is_(None))) == 1
    petra.ask("POST", f"/process-instances/{key}/deletion")
    with database.read(system()) as session:
        assert consistency.check(session) == []
