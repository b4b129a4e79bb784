from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from engine import commands
from engine.model.access import system
from engine.queries.consistency import check
from engine.store.tables import Aufgabe, Incident, Instanz, Subscription, Timer
from tests.commands.conftest import Desk


def defects(desk: Desk) -> list[str]:
    with desk.database.begin(system()) as session:
        return [defect.what for defect in check(session)]


def test_cases_at_rest_hold_together(desk: Desk):
    for process in ("antrag", "klemmt", "schlaufe", "auftrag", "ruf", "hoert", "phasen"):
        desk.open(process)
    desk.open("eile", dauer="PT2S")
    desk.open("familie", personen=[{"name": "A", "vorname": "B"}, {"name": "C", "vorname": "D"}])
    desk.complete("erfassen")
    desk.complete("pruefen", ok=False)
    desk.complete("melden")
    desk.clock.at += timedelta(days=31)
    desk.wake()
    assert defects(desk) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda: delete(Timer).where(Timer.element == "frist"), "eine Zeile dafür fehlt", id="a timer is lost"),
        pytest.param(lambda: update(Aufgabe).values(element="anders"), "der Zustand nicht", id="a task of another element"),
        pytest.param(lambda: update(Aufgabe).values(zustand="CANCELED"), "ist CANCELED, erledigt am None", id="a task closed by nobody"),
        pytest.param(lambda: update(Instanz).values(zustand="completed"), "der Zustand ist nicht zu Ende", id="an end that is none"),
        pytest.param(lambda: update(Instanz).values(has_incident=True), "Vermerk einer Störung ist True", id="a flag without an incident"),
    ],
)
def test_what_contradicts_the_state_is_found(desk: Desk, spoil, said):
    desk.open()
    with desk.database.begin(system()) as session:
        session.execute(spoil())
    assert any(said in what for what in defects(desk))


def test_rows_beside_the_state_are_found(desk: Desk):
    ref = desk.open()
    common = {"instanz_nummer": ref.instanz_key // 10**9, "region": "SDOL", "process": "antrag", "element": "x", "created_at": desk.clock.at}
    with desk.database.begin(system()) as session:
        session.add(Subscription(key=ref.instanz_key + 99, kind="message", name="m", correlation="1", **common))
        session.add(Incident(key=ref.instanz_key + 98, kind="JOB_NO_RETRIES", message="weg", **common))
    assert sorted(what.split(":")[0] for what in defects(desk)) == ["Offenes", "Störungen"]


def test_a_case_that_is_over_cannot_be_stopped_or_corrected(desk: Desk):
    ref = desk.open("ruf")
    desk.complete("melden")
    before = desk.all(Instanz)[0]
    for refused in ((commands.cancel_case, ref.fall_id, "zu spät"), (commands.set_variables, ref.instanz_key, {"x": 1})):
        with pytest.raises(Exception, match="wartet nichts mehr"):
            desk.do(*refused)
    after = desk.all(Instanz)[0]
    assert (after.zustand, after.ended_at, after.revision) == ("completed", before.ended_at, before.revision) and defects(desk) == []
