"""The Fallführung sees the cases it is responsible for and those it stands in for; a case of a colleague does not exist for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from engine import commands, queries
from engine.cases.sichtbar import sees
from engine.model.access import Access
from engine.model.errors import NotFound, TaskClaimed
from engine.queries import arbeit, laufend
from engine.queries.suche import Wanted
from engine.store.session import Database
from engine.store.tables import Abwesenheit, Aufgabe, Fall, Instanz, Job, Konto, KontoRolle, Parameterwert, Stellvertretung
from tests.konto.conftest import SYSTEM

FRIDA, FABIO = (Access(login, {"SDOL": frozenset({"fallfuehrung"})}) for login in ("frida", "fabio"))


@pytest.fixture
def fridas(released: Database, open_case: Callable[..., str]) -> str:
    """A case that Frida is responsible for."""
    fall_nr = open_case(name="Fridas")
    with released.begin(SYSTEM) as session:
        for login in ("frida", "fabio"):
            session.add(Konto(login=login, name=login.title(), password_hash="x", created_at=session.now))
            session.flush()
            session.add(KontoRolle(login=login, rolle="fallfuehrung", region="SDOL"))
        session.scalars(select(Fall)).one().fallfuehrung = "frida"
    return fall_nr


def _sees(database: Database, who: Access, fall_nr: str) -> bool:
    """Asked of the page, the list and the interface at once, which must agree."""
    with database.read(who) as session:
        listed = [one.fall_nr for one in queries.cases(session)]
        assert queries.case_count(session) == len(listed)
        key = session.scalars(select(Instanz)).one().key
        try:
            queries.overview(session, fall_nr)
            laufend.instance(session, key)
        except NotFound:
            assert fall_nr not in listed
            assert not sees(session, fall_nr)
            assert laufend.instance_or_none(session, key) is None
            return False
        assert fall_nr in listed
        return sees(session, fall_nr)


def test_only_who_is_responsible_sees_the_case(released: Database, fridas: str) -> None:
    assert _sees(released, FRIDA, fridas)
    assert not _sees(released, FABIO, fridas)


@pytest.mark.parametrize("rolle", ["intake", "administration", "teamleitung", "leitung"])
def test_other_roles_see_the_cases_of_their_region(released: Database, fridas: str, rolle: str) -> None:
    assert _sees(released, Access("fabio", {"SDOL": frozenset({"fallfuehrung", rolle})}), fridas)


def test_a_case_nobody_is_responsible_for_is_open_to_all_of_them(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        session.scalars(select(Fall)).one().fallfuehrung = None
    assert _sees(released, FABIO, fridas)


def test_who_was_given_a_task_sees_its_case(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        session.scalars(select(Aufgabe)).one().assignee = "fabio"
    assert _sees(released, FABIO, fridas)


def test_who_stands_in_sees_the_cases_of_the_absent(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        away = Abwesenheit(login="frida", von=date(2026, 3, 1), bis=date(2026, 3, 9), at=session.now, by="frida")
        session.add(away)
        session.flush()
        session.add(Stellvertretung(abwesenheit_id=away.id, login="fabio"))
    assert _sees(released, FABIO, fridas)


def test_a_region_may_open_its_cases_to_the_whole_fallfuehrung(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        row = {"key": "fallfuehrung_sieht", "region": "SDOL", "value": "region", "note": "Probe"}
        session.add(Parameterwert(**row, gueltig_von=session.now.date(), at=session.now, by="leo"))
    assert _sees(released, FABIO, fridas)


def _free(database: Database, groups: tuple[str, ...] = ("fallfuehrung",)) -> int:
    """The case's task, free for all of these groups."""
    with database.begin(SYSTEM) as session:
        aufgabe = session.scalars(select(Aufgabe)).one()
        aufgabe.candidate_groups, aufgabe.assignee = list(groups), None
        return aufgabe.key


def _reaches(database: Database, who: Access, key: int) -> bool:
    """Asked of the list, the page, the interface's searches and the commands, which must agree."""
    with database.read(who) as session:
        listed = arbeit.liste(session, arbeit.Filter(wer="alle")).total == 1
        assert laufend.tasks(session, Wanted()).total == laufend.instances(session, Wanted(), named=["SDOL"]).total == int(listed)
    for ask in (queries.task, laufend.task, commands.claim, lambda session, key: commands.comment(session, key, "Gesehen.")):
        with database.begin(who) as session:
            try:
                ask(session, key)
            except NotFound:
                assert not listed, ask
            else:
                assert listed, ask
    return listed


def test_a_free_task_of_a_colleagues_case_does_not_exist(released: Database, fridas: str) -> None:
    key = _free(released)
    assert not _reaches(released, FABIO, key)
    assert _reaches(released, FRIDA, key)


def test_a_free_task_of_a_case_nobody_has_is_everybodys(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        session.scalars(select(Fall)).one().fallfuehrung = None
    assert _reaches(released, FABIO, _free(released))


def test_waits_jobs_and_incidents_of_a_colleagues_case_are_not_found(released: Database, fridas: str) -> None:
    with released.begin(SYSTEM) as session:
        instanz = session.scalars(select(Instanz)).one()
        rest = {"instanz_nummer": instanz.nummer, "region": "SDOL", "element": "x", "process": instanz.process}
        session.add(Job(key=instanz.key + 900, type="probe", headers={}, retries=3, attempts=0, created_at=session.now, next_attempt_at=session.now, **rest))
    for who, count in ((FRIDA, 1), (FABIO, 0)):
        with released.read(who) as session:
            assert laufend.jobs(session, Wanted()).total == count
            assert laufend.incidents(session, Wanted()).total == laufend.subscriptions(session, Wanted()).total == 0


def test_a_service_account_works_on_all_cases_of_its_region(released: Database, fridas: str) -> None:
    key = _free(released)
    with released.read(replace(FABIO, konto="fachapplikation", is_dienst=True)) as session:
        assert laufend.task(session, key).key == key
        assert laufend.instances(session, Wanted(), named=["SDOL"]).total == 1


def test_a_task_for_another_role_of_theirs_stays_open_to_them(released: Database, fridas: str) -> None:
    key = _free(released, ("sozialkommission",))
    both = Access("fabio", {"SDOL": frozenset({"fallfuehrung", "sozialkommission"})})
    with released.read(both) as session:
        assert queries.task(session, key).is_open
    with released.read(FABIO) as session, pytest.raises(NotFound):
        queries.task(session, key)


def test_what_somebody_typed_stays_theirs_when_the_task_goes_to_another(released: Database, fridas: str) -> None:
    key = _free(released)
    with released.begin(SYSTEM) as session:
        session.get_one(Aufgabe, key).assignee = "fabio"
    with released.begin(FABIO) as session:
        commands.save_draft(session, key, {"begruendung": "Von Fabio"}, revision=0)
    with released.begin(SYSTEM) as session:
        session.get_one(Aufgabe, key).assignee = "frida"
    with released.begin(FABIO) as session:
        draft = queries.task(session, key).draft
        assert draft and draft.data == {"begruendung": "Von Fabio"}
        with pytest.raises(TaskClaimed):
            commands.complete_task(session, key, {})
