"""Who sets which parameter, what then holds where and when, and what stays in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, text

from engine import commands
from engine.model.access import Access, system
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import parameter
from engine.store.errors import Conflict
from engine.store.session import Database
from engine.store.tables import Parameterwert, Zugriff
from tests.commands.conftest import Desk
from tests.parameter.conftest import LEITUNG, PROZESS, TODAY, UMSETZUNG

Put = Callable[..., None]
SB = "sb_intervall.stabilisieren"


def value(desk: Desk, key: str, region: str = "*", day: date = TODAY, **at: Any) -> Any:
    with desk.database.read(system()) as session:
        return parameter.values(session, region, day, **at)[key.replace(".", "_")]


def test_without_a_value_the_default_holds(desk: Desk) -> None:
    assert value(desk, SB) == value(desk, SB, "SDOL") == "P12M"


def test_the_canton_s_value_holds_in_every_region(desk: Desk, put: Put) -> None:
    put("ka_frist", "20 Tage")
    assert value(desk, "ka_frist") == value(desk, "ka_frist", "SDOL") == value(desk, "ka_frist", "SRO") == "P20D"


def test_a_region_s_value_goes_before_the_canton_s_but_only_there(desk: Desk, put: Put) -> None:
    put("falllast_warnung", "80")
    put("falllast_warnung", "60", region="SDOL")
    assert (value(desk, "falllast_warnung", "SDOL"), value(desk, "falllast_warnung", "SRO")) == (60, 80)


def test_a_value_holds_from_its_first_to_its_last_day(desk: Desk, put: Put) -> None:
    put("ka_frist", "20 Tage", von=date(2026, 4, 1), bis=date(2026, 6, 30))
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [value(desk, "ka_frist", day=day) for day in days] == ["P30D", "P20D", "P20D", "P30D"]


def test_a_newer_value_ends_the_older_one_where_it_begins(desk: Desk, put: Put) -> None:
    put("ka_frist", "20 Tage")
    put("ka_frist", "25 Tage", von=date(2026, 7, 1))
    assert (value(desk, "ka_frist"), value(desk, "ka_frist", day=date(2026, 7, 1))) == ("P20D", "P25D")
    assert [row.value for row in desk.all(Parameterwert)] == ["P20D", "P25D"]


def test_taking_a_region_s_value_back_gives_the_canton_s_again(desk: Desk, put: Put) -> None:
    put(SB, "6 Monate", region="SDOL")
    put(SB, None, region="SDOL", von=date(2026, 5, 1))
    assert (value(desk, SB, "SDOL"), value(desk, SB, "SDOL", date(2026, 5, 1))) == ("P6M", "P12M")


def test_nothing_can_be_taken_back_where_nothing_was_set(put: Put) -> None:
    with pytest.raises(FormInvalid):
        put(SB, None, region="SDOL")


def test_a_region_may_shorten_an_interval_but_not_lengthen_it(desk: Desk, put: Put) -> None:
    put(SB, "6 Monate", region="SDOL")
    assert value(desk, SB, "SDOL") == "P6M"
    with pytest.raises(FormInvalid) as refused:
        put(SB, "13 Monate", region="SDOL")
    assert "höchstens 12 Monate" in refused.value.errors["value"]


def test_when_the_canton_becomes_shorter_than_a_region_the_canton_s_value_counts(desk: Desk, put: Put) -> None:
    put(SB, "6 Monate", region="SDOL")
    put(SB, "3 Monate", von=date(2026, 9, 1))
    assert [value(desk, SB, "SDOL", day) for day in (TODAY, date(2026, 9, 1))] == ["P6M", "P3M"]


@pytest.mark.parametrize(("key", "region", "by"), [
    pytest.param("ka_frist", None, LEITUNG, id="the Leitung does not set the canton's"),
    pytest.param(SB, "SRO", LEITUNG, id="nor another region's"),
    pytest.param("ka_frist", "SDOL", LEITUNG, id="nor what no region may set"),
    pytest.param(SB, "SDOL", UMSETZUNG, id="the Umsetzungsbegleitgruppe sets no region's"),
    pytest.param("bfs_abschluss_nach", None, UMSETZUNG, id="nobody sets what is fixed"),
    pytest.param("ka_frist", None, PROZESS, id="process owners read"),
    pytest.param(SB, "SDOL", Access("meier", {"SDOL": frozenset({"teamleitung"})}), id="nor does the Teamleitung"),
])  # fmt: skip
def test_nobody_sets_what_is_not_theirs(desk: Desk, put: Put, key: str, region: str | None, by: Access) -> None:
    with pytest.raises(NotAllowed):
        put(key, "1 Monat", region=region, by=by)
    assert desk.all(Parameterwert) == []


@pytest.mark.parametrize(("key", "region"), [("gibt_es_nicht", None), (SB, "XX")])
def test_what_does_not_exist_is_not_found(put: Put, key: str, region: str | None) -> None:
    with pytest.raises(NotFound):
        put(key, "1 Monat", region=region)


@pytest.mark.parametrize(("change", "field"), [
    pytest.param({"value": "irgendwann"}, "value", id="no duration"),
    pytest.param({"von": date(2026, 3, 1)}, "von", id="yesterday"),
    pytest.param({"bis": date(2026, 3, 1)}, "bis", id="ends before it begins"),
    pytest.param({"note": " "}, "note", id="no reason"),
])  # fmt: skip
def test_a_value_that_does_not_make_sense_is_refused_at_its_field(desk: Desk, change: dict[str, Any], field: str) -> None:
    arguments = {"key": "ka_frist", "value": "20 Tage", "von": TODAY, "note": "Beschluss"} | change
    with pytest.raises(FormInvalid) as refused:
        desk.as_(UMSETZUNG).do(commands.set_parameter, **arguments)
    assert list(refused.value.errors) == [field]
    assert desk.all(Parameterwert) == []


def test_the_log_says_who_set_what_when_and_why(desk: Desk, put: Put) -> None:
    put(SB, "6 Monate", region="SDOL")
    (row,) = desk.all(Parameterwert)
    assert (row.key, row.region, row.value, row.by, row.note) == (SB, "SDOL", "P6M", "lea", "Beschluss")
    assert row.at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert "Parameter sb_intervall.stabilisieren" in [entry.was for entry in desk.all(Zugriff)]


@pytest.mark.parametrize("statement", ["UPDATE parameterwert SET value = 'P1D'", "DELETE FROM parameterwert"])
def test_the_database_refuses_to_change_the_log(desk: Desk, put: Put, statement: str) -> None:
    put("ka_frist", "20 Tage")
    with pytest.raises(Conflict), desk.database.begin(system()) as session:
        session.execute(text(statement))


def test_a_replay_sees_the_values_known_at_that_time(desk: Desk, put: Put) -> None:
    before = desk.clock.now()
    desk.clock.at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    put("ka_frist", "20 Tage")
    assert value(desk, "ka_frist", known_at=before) == "P30D"
    assert value(desk, "ka_frist", known_at=desk.clock.now()) == "P20D"


def test_what_was_rolled_back_is_not_remembered(desk: Desk, put: Put) -> None:
    with pytest.raises(RuntimeError), desk.database.begin(UMSETZUNG) as session:
        commands.set_parameter(session, "ka_frist", "20 Tage", von=TODAY, note="Beschluss")
        assert parameter.values(session, "*", TODAY)["ka_frist"] == "P20D"
        raise RuntimeError
    assert value(desk, "ka_frist") == "P30D"
    put("ka_frist", "25 Tage")
    assert value(desk, "ka_frist") == "P25D"


def test_another_process_sees_a_value_at_once(desk: Desk, put: Put) -> None:
    other = Database(desk.database.url.render_as_string(hide_password=False), clock=desk.clock)
    elsewhere = Desk(other, desk.clock, desk.person)
    assert value(elsewhere, "ka_frist") == "P30D"
    put("ka_frist", "20 Tage")
    assert value(elsewhere, "ka_frist") == "P20D"
    other.close()


def test_a_step_costs_no_statement_for_parameters(desk: Desk, put: Put) -> None:
    desk.open("ueberpruefung", gemeinde_bfs=2546)
    desk.complete("standortbestimmung", fertig=False)
    sent: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    desk.complete("standortbestimmung", fertig=False)
    assert [sql for sql in sent if "parameterwert" in sql and "FROM instanz" not in sql] == []
