"""Cases whose diagram, decision and forms ask for parameters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine import queries
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid
from engine.store import library
from engine.store.tables import Instanz, Verlauf
from tests.commands.conftest import Desk

Put = Callable[..., None]
SB = "sb_intervall.stabilisieren"
GRENCHEN, HALTEN = 2546, 2520


def due(desk: Desk) -> str:
    (task,) = desk.tasks("standortbestimmung")
    return f"{task.faellig_am.astimezone(ZURICH):%Y-%m-%d}"


def test_the_next_due_date_follows_the_interval_set_in_between(desk: Desk, put: Put) -> None:
    desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    assert due(desk) == "2027-03-02"
    put(SB, "6 Monate", region="SDOL")
    assert due(desk) == "2027-03-02"
    desk.complete("standortbestimmung", fertig=False)
    assert due(desk) == "2026-09-02"


def test_an_interval_set_for_later_counts_from_its_day_on(desk: Desk, put: Put) -> None:
    put(SB, "3 Monate", von=datetime(2026, 3, 3).date())  # noqa: DTZ001
    desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    assert due(desk) == "2027-03-02"
    desk.clock.at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    desk.complete("standortbestimmung", fertig=False)
    assert due(desk) == "2026-06-03"


def test_a_region_s_value_does_not_reach_the_others(desk: Desk, put: Put) -> None:
    put(SB, "6 Monate", region="SDOL")
    desk.open("ueberpruefung", region="SRO", gemeinde_bfs=GRENCHEN)
    assert due(desk) == "2027-03-02"


def test_timers_and_decisions_see_the_parameters(desk: Desk, put: Put) -> None:
    put("eskalation_1", "3 Tage", region="SDOL")
    desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    assert desk.timers()["mahnen"].due_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
    (task,) = desk.tasks("standortbestimmung")
    with desk.begin() as session:
        values = queries.task(session, task.key).values
    assert (values["verfuegung"], values["intervall"]) == ("leitung", "P12M")


def test_parameters_are_no_variables_of_the_case(desk: Desk) -> None:
    desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    desk.complete("standortbestimmung", fertig=False)
    assert all("sb_intervall_stabilisieren" not in instanz.state for instanz in desk.all(Instanz))
    assert all("parameter" not in [name for _, name, *_ in row.changes] for row in desk.all(Verlauf))


def test_a_form_asks_what_the_region_s_parameter_asks_for(desk: Desk, put: Put) -> None:
    desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    put("verfuegung_durch", "sozialkommission", region="SDOL")
    with pytest.raises(FormInvalid) as refused:
        desk.complete("standortbestimmung", fertig=False)
    assert list(refused.value.errors) == ["beschluss"]
    with pytest.raises(FormInvalid) as refused:
        desk.open("ueberpruefung", gemeinde_bfs=GRENCHEN)
    assert list(refused.value.errors) == ["kommission"]


def test_a_commune_counts_only_as_long_as_it_exists(desk: Desk) -> None:
    with pytest.raises(FormInvalid) as refused:
        desk.open("ueberpruefung", gemeinde_bfs=HALTEN)
    assert list(refused.value.errors) == ["gemeinde_bfs"]
    desk.clock.at = datetime(2025, 12, 31, 12, 0, tzinfo=UTC)
    desk.open("ueberpruefung", gemeinde_bfs=HALTEN)


def test_a_replay_of_a_past_command_sees_what_it_saw(desk: Desk, put: Put) -> None:
    past = desk.clock.now()
    desk.clock.at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    put(SB, "6 Monate", region="SDOL")
    with desk.begin() as session:
        assert library.parameters(session, "SDOL")["parameter"]["sb_intervall_stabilisieren"] == "P6M"
        session.now = past
        assert library.parameters(session, "SDOL")["parameter"]["sb_intervall_stabilisieren"] == "P12M"
