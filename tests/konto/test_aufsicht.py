"""Looking into a case from outside: with a reason, granted by the region, over by itself, recorded; and the one question across regions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import commands
from engine.commands import aufsicht
from engine.model.access import Access
from engine.model.clock import FixedClock
from engine.model.errors import FormInvalid, NotAllowed, NotFound, NotWaiting
from engine.store import dubletten
from engine.store.konten import access_of
from engine.store.session import Database
from engine.store.tables import Fall, Konto, KontoRolle, Person, Zugriff
from tests.konto.conftest import AHV, SYSTEM

AUFSICHT = Access("rita", {"*": frozenset({"aufsicht"})})
LEITUNG = Access("leo", {"SDOL": frozenset({"leitung"})})
FOREIGN = Access("lara", {"SRO": frozenset({"leitung"})})
REASON = "Stichprobe der Revision zum zweiten Quartal"


@pytest.fixture
def asked(released: Database, open_case: Callable[..., str]) -> int:
    fall_nr = open_case()
    with released.begin(SYSTEM) as session:
        session.add(Konto(login="rita", name="Rita Ritter", password_hash="-", created_at=session.now, rollen=[]))
        session.flush()
    with released.begin(AUFSICHT) as session:
        return aufsicht.ask(session, "SDOL", fall_nr, REASON, 5).id


def test_without_a_grant_the_aufsicht_sees_no_case(released: Database, asked: int) -> None:
    with released.read(AUFSICHT) as session:
        assert session.scalars(select(Fall)).all() == []
        with pytest.raises(NotFound):
            aufsicht.granted(session, asked)


def test_a_grant_opens_one_region_in_one_role_until_it_ends_by_itself(released: Database, asked: int, clock: FixedClock) -> None:
    with released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=True)
    with released.read(AUFSICHT) as session:
        grant, access = aufsicht.granted(session, asked)
    assert (grant.rolle, access.rollen) == ("aufsicht", {"SDOL": frozenset({"aufsicht"})})
    clock.at += timedelta(days=5)
    with pytest.raises(NotFound), released.read(AUFSICHT) as session:
        aufsicht.granted(session, asked)


def test_nobody_else_uses_the_grant(released: Database, asked: int) -> None:
    with released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=True)
    with pytest.raises(NotFound), released.read(Access("kurt", {"*": frozenset({"aufsicht"})})) as session:
        aufsicht.granted(session, asked)
    with pytest.raises(NotFound), released.read(Access("rita", {"*": frozenset({"betrieb"})})) as session:
        aufsicht.granted(session, asked)


def test_only_the_leitung_of_that_region_decides_and_only_once(released: Database, asked: int) -> None:
    for nobody in (FOREIGN, Access("tabea", {"SDOL": frozenset({"teamleitung"})}), AUFSICHT):
        with pytest.raises(NotFound), released.begin(nobody) as session:
            aufsicht.decide(session, asked, grant=True)
    with released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=False)
    with pytest.raises(NotWaiting), released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=True)


def test_whoever_asks_does_not_grant_it_to_themselves(released: Database, asked: int) -> None:
    both = Access("rita", {"*": frozenset({"aufsicht"}), "SDOL": frozenset({"leitung"})})
    with pytest.raises(NotAllowed, match="vier Augen"), released.begin(both) as session:
        aufsicht.decide(session, asked, grant=True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param(("SDOL", "2026-1", "kurz", 5), "begruendung", id="too short a reason"),
        pytest.param(("XX", "2026-1", REASON, 5), "region", id="no such region"),
        pytest.param(("SDOL", "", REASON, 5), "fall_nr", id="no number"),
        pytest.param(("SDOL", "2026-1", REASON, 31), "tage", id="too long"),
    ],
)
def test_a_request_says_which_case_why_and_how_long(released: Database, values: tuple[str, str, str, int], field: str) -> None:
    with pytest.raises(FormInvalid) as refused, released.begin(AUFSICHT) as session:
        aufsicht.ask(session, *values)
    assert list(refused.value.errors) == [field]


def test_a_caseworker_does_not_ask_this_way(released: Database) -> None:
    with pytest.raises(NotAllowed), released.begin(LEITUNG) as session:
        aufsicht.ask(session, "SDOL", "2026-1", REASON, 5)


def test_the_leitung_ends_a_grant_before_its_time(released: Database, asked: int) -> None:
    with released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=True)
        aufsicht.end(session, asked)
    with pytest.raises(NotFound), released.read(AUFSICHT) as session:
        aufsicht.granted(session, asked)


def test_asking_and_deciding_are_recorded(released: Database, asked: int) -> None:
    with released.begin(LEITUNG) as session:
        aufsicht.decide(session, asked, grant=True)
    with released.read(SYSTEM) as session:
        assert session.execute(select(Zugriff.konto, Zugriff.art).where(Zugriff.art.startswith("einsicht")).order_by(Zugriff.id)).all() == [
            ("rita", "einsicht beantragt"),
            ("leo", "einsicht bewilligt"),
        ]


def test_a_cantonal_role_never_opens_a_region_even_when_it_is_stored_for_one() -> None:
    konto = Konto(login="x", name="X", is_active=True, rollen=[KontoRolle(rolle="aufsicht", region="SDOL")])
    assert access_of(konto).regionen == frozenset()


@pytest.fixture
def anna(released: Database) -> Database:
    """Somebody with an AHV number in Olten."""
    with released.begin(Access("olga", {"SRO": frozenset({"intake"})})) as session:
        ref = commands.open_case(session, "SRO", {"personen": [{"name": "Geheim", "vorname": "Anna", "rolle_ue": "antragstellend"}]})
    with released.begin(SYSTEM) as session:
        person = session.scalars(select(Person).where(Person.fall_id == ref.fall_id)).one()
        person.ahvn13, person.ahv_kennzeichen = AHV, dubletten.kennzeichen(AHV)
    return released


@pytest.mark.parametrize("number", [AHV, AHV.replace(".", "")])
def test_another_region_learns_only_that_and_where(anna: Database, number: str) -> None:
    with anna.begin(LEITUNG) as session:
        assert dubletten.ask(session, number, anlass="Anmeldung").regionen == ("SRO",)
        assert session.scalars(select(Person)).all() == []


def test_ones_own_region_is_no_hit_and_an_unknown_number_neither(anna: Database) -> None:
    with anna.begin(FOREIGN) as session:
        assert not dubletten.ask(session, AHV, anlass="Anmeldung")
    with anna.begin(LEITUNG) as session:
        assert not dubletten.ask(session, "756.1234.5678.97", anlass="Anmeldung")


def test_every_question_is_recorded_without_the_number(anna: Database) -> None:
    with anna.begin(LEITUNG) as session:
        dubletten.ask(session, AHV, anlass="Anmeldung")
    with anna.read(SYSTEM) as session:
        row = session.scalars(select(Zugriff).where(Zugriff.art == "dublettenprüfung")).one()
    assert (row.konto, row.was) == ("leo", "Anmeldung: SRO")


def test_who_left_the_household_is_no_hit(anna: Database, clock: FixedClock) -> None:
    with anna.begin(SYSTEM) as session:
        session.scalars(select(Person)).one().bis = session.now.date()
    with anna.begin(LEITUNG) as session:
        assert not dubletten.ask(session, AHV, anlass="Anmeldung")
