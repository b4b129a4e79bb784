"""Who may have what, whom one may stand in for, and how much somebody carries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from engine import commands
from engine.commands import AbsenceInvalid, CaseRef, NotAssignable
from engine.commands.parameter import set_parameter
from engine.commands.teams import create_team, put_member
from engine.model.access import Access, system
from engine.model.errors import NotAllowed, TaskClaimed
from engine.queries.arbeit import Filter, liste
from engine.queries.falllast import falllast
from engine.store.errors import Conflict
from engine.store.session import Database
from engine.store.tables import Aufgabe, Aufgabenkommentar, Fall, Segmentzuordnung, Verlauf
from tests.arbeit.conftest import person

Opened = Callable[..., CaseRef]
FROM, UNTIL = date(2026, 3, 2), date(2026, 3, 13)


def task_of(office: Database, ref: CaseRef) -> int:
    with office.read(system()) as session:
        return session.scalars(select(Aufgabe.key).where(Aufgabe.fall_id == ref.fall_id)).one()


def done(office: Database, ref: CaseRef) -> tuple[str, str | None]:
    """Who completed the case's task, and for whom."""
    with office.read(system()) as session:
        by, absent = session.execute(select(Verlauf.by, Verlauf.im_namen_von).where(Verlauf.fall_id == ref.fall_id, Verlauf.command == "complete_task")).one()
        return by, absent


def listed(office: Database, access: Access, **wanted: str) -> list[str]:
    with office.read(access) as session:
        return [row.aufgabe.fall_nr for row in liste(session, Filter(**wanted)).rows]


def away_over(office: Database, key: int) -> int:
    """Fabio takes the task over and is away; Tabea stands in. The absence's number."""
    with office.begin(person("fabio")) as session:
        commands.claim(session, key)
        return commands.record_absence(session, "fabio", FROM, UNTIL, ["tabea"]).id


def test_a_free_task_of_somebodys_case_is_in_that_persons_list_only(office: Database, opened: Opened) -> None:
    mine, nobodys = opened("fabio"), opened()
    assert listed(office, person("fabio"), wer="meine") == [mine.fall_nr]
    assert listed(office, person("franca")) == [nobodys.fall_nr]
    assert sorted(listed(office, person("tabea"), wer="alle")) == sorted([mine.fall_nr, nobodys.fall_nr])


@pytest.mark.parametrize(
    ("absent", "deputy", "may"),
    [
        pytest.param("fabio", "franca", True, id="a colleague of the same role"),
        pytest.param("fabio", "tabea", True, id="the Teamleitung, who sees the whole case too"),
        pytest.param("fabio", "anna", False, id="not the administration, who sees no health"),
        pytest.param("anna", "fabio", True, id="but for the administration a Fallführung"),
        pytest.param("leo", "tabea", False, id="nobody for the Sozialkommission but itself"),
    ],
)
def test_whoever_sees_less_does_not_stand_in(office: Database, absent: str, deputy: str, may: bool) -> None:
    if may:
        with office.begin(person(absent)) as session:
            commands.record_absence(session, absent, FROM, UNTIL, [deputy])
        return
    with pytest.raises(AbsenceInvalid), office.begin(person(absent)) as session:
        commands.record_absence(session, absent, FROM, UNTIL, [deputy])


def test_what_is_taken_back_gives_the_deputy_nothing(office: Database, opened: Opened) -> None:
    key = task_of(office, opened())
    absence_id = away_over(office, key)
    assert len(listed(office, person("tabea"), wer="meine")) == 1
    with office.begin(person("fabio")) as session:
        commands.end_absence(session, absence_id)
    assert listed(office, person("tabea"), wer="meine") == []
    with pytest.raises((NotAllowed, TaskClaimed)), office.begin(person("tabea")) as session:
        commands.complete_task(session, key, {})


@pytest.mark.parametrize("takes_over_first", [False, True], ids=["sent at once", "taken over first"])
def test_the_history_says_for_whom_a_colleague_of_the_same_role_did_a_free_task(office: Database, opened: Opened, takes_over_first: bool) -> None:
    ref = opened("fabio")
    key = task_of(office, ref)
    with office.begin(person("fabio")) as session:
        commands.record_absence(session, "fabio", FROM, UNTIL, ["franca"])
    if takes_over_first:
        with office.begin(person("franca")) as session:
            commands.claim(session, key)
    with office.begin(person("franca")) as session:
        commands.complete_task(session, key, {})
    assert done(office, ref) == ("franca", "fabio")


def test_what_a_deputy_took_over_stays_the_absent_persons(office: Database, opened: Opened) -> None:
    ref = opened()
    key = task_of(office, ref)
    away_over(office, key)
    with office.begin(person("tabea")) as session:
        commands.claim(session, key)
    with office.begin(person("tabea")) as session:
        commands.complete_task(session, key, {})
    assert done(office, ref) == ("tabea", "fabio")


def test_the_deputys_own_case_is_nobody_elses(office: Database, opened: Opened) -> None:
    ref = opened("franca")
    with office.begin(person("fabio")) as session:
        commands.record_absence(session, "fabio", FROM, UNTIL, ["franca"])
    with office.begin(person("franca")) as session:
        commands.complete_task(session, task_of(office, ref), {})
    assert done(office, ref) == ("franca", None)


def test_only_who_leads_gives_cases(office: Database, opened: Opened) -> None:
    ref = opened()
    with pytest.raises(NotAllowed), office.begin(person("fabio")) as session:
        commands.assign_case(session, ref.fall_id, "fabio")
    with pytest.raises(NotAssignable), office.begin(person("tabea")) as session:
        commands.assign_case(session, ref.fall_id, "anna")


def test_a_comment_stays_as_it_was_written(office: Database, opened: Opened) -> None:
    key = task_of(office, opened())
    with office.begin(person("fabio")) as session:
        commands.comment(session, key, " Bitte anrufen ")
    with pytest.raises(Conflict), office.begin(system()) as session:
        session.scalars(select(Aufgabenkommentar)).one().text = "anders"


def carried(office: Database) -> tuple[int, float, str]:
    with office.read(system()) as session:
        last = next(one for one in falllast(session, "SDOL") if one.login == "fabio")
        return last.faelle, last.je_vze, last.stufe


def test_a_case_weighs_as_its_heaviest_segment_and_a_small_pensum_weighs_more(office: Database, opened: Opened) -> None:
    refs = [opened("fabio"), opened("fabio")]
    with office.begin(system()) as session:
        for segment in ("STABILISIEREN", "ORIENTIEREN"):
            session.add(
                Segmentzuordnung(fall_id=refs[0].fall_id, region="SDOL", person_id=segment, segment=segment, vorschlag=segment, regel="S1", entschieden_von="x", von=FROM)
            )
    assert carried(office) == (2, 2.25, "gut")
    with office.begin(person("tabea")) as session:
        put_member(session, create_team(session, "SDOL", "Süd").id, "fabio", 50)
    assert carried(office) == (2, 4.5, "gut")


def test_the_levels_of_warning_are_the_regions_parameters(office: Database, opened: Opened) -> None:
    opened("fabio")
    leitung = Access("chef", {"SDOL": frozenset({"leitung"})})
    for key, value in (("falllast_rot", "2"), ("falllast_warnung", "1")):
        with office.begin(leitung) as session:
            set_parameter(session, key, value, region="SDOL", von=FROM, note="Test")
    assert carried(office)[2] == "warnung"


def test_the_name_typed_when_a_case_is_assigned_makes_that_person_responsible(office: Database, opened: Opened) -> None:
    ref = opened()
    with office.begin(system()) as session:
        commands.set_variables(session, ref.instanz_key, {"fallfuehrung": "Franca Fuchs"})
    with office.read(system()) as session:
        assert session.get_one(Fall, ref.fall_id).fallfuehrung == "franca"
