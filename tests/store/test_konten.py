"""Signing in, lockout, and which roles are held where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.model.errors import NotFound
from engine.store import konten
from engine.store.errors import KontoInvalid
from engine.store.konten import access_of, create_konto, grant, set_password, verify
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Konto, Zugriff

PASSWORD = "richtig-und-lang"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(konten, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def meier(database: Database) -> Database:
    with database.begin(system()) as session:
        load_regions(session)
        create_konto(session, "meier", "Anna Meier", PASSWORD)
    return database


def _sign_in(database: Database, login: str, password: str) -> bool:
    with database.begin(Access("anonym")) as session:
        return verify(session, login, password) is not None


def test_the_right_password_opens_the_account(meier: Database):
    assert _sign_in(meier, " Meier ", PASSWORD)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("meier", "falsch-und-lang", id="wrong password"),
        pytest.param("meier", "", id="no password"),
        pytest.param("meier", "x" * 100_000, id="endless password"),
        pytest.param("mueller", PASSWORD, id="unknown login"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_anything_else_does_not(meier: Database, login: str, password: str):
    assert not _sign_in(meier, login, password)


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(meier: Database, clock: FixedClock):
    for _ in range(5):
        assert not _sign_in(meier, "meier", "falsch-und-lang")
    assert not _sign_in(meier, "meier", PASSWORD)
    clock.at += timedelta(minutes=14, seconds=59)
    assert not _sign_in(meier, "meier", PASSWORD)
    clock.at += timedelta(seconds=1)
    assert _sign_in(meier, "meier", PASSWORD)


def test_a_success_forgets_earlier_failures(meier: Database):
    for _ in range(2):
        for _ in range(4):
            assert not _sign_in(meier, "meier", "falsch-und-lang")
        assert _sign_in(meier, "meier", PASSWORD)


def test_a_new_password_opens_the_lock_and_ends_other_sessions(meier: Database):
    for _ in range(5):
        _sign_in(meier, "meier", "falsch-und-lang")
    with meier.begin(system()) as session:
        set_password(session, "meier", "ganz-neu-und-lang")
        assert session.get_one(Konto, "meier").session_epoch == 1
    assert _sign_in(meier, "meier", "ganz-neu-und-lang")
    assert not _sign_in(meier, "meier", PASSWORD)


def test_an_inactive_account_stays_closed(meier: Database):
    with meier.begin(system()) as session:
        session.get_one(Konto, "meier").is_active = False
    assert not _sign_in(meier, "meier", PASSWORD)


def test_attempts_are_logged_without_what_was_typed(meier: Database):
    _sign_in(meier, "meier", PASSWORD)
    _sign_in(meier, "meier", "falsch-und-lang")
    _sign_in(meier, PASSWORD, "meier")
    with meier.read(system()) as session:
        found = session.execute(select(Zugriff.konto, Zugriff.art).order_by(Zugriff.id)).all()
    assert [tuple(row) for row in found] == [("meier", "anmeldung"), ("meier", "anmeldung abgelehnt"), ("unbekannt", "anmeldung abgelehnt")]


def test_an_outdated_hash_is_renewed_at_the_next_sign_in(meier: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(konten, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert _sign_in(meier, "meier", PASSWORD)
    with meier.read(system()) as session:
        assert "t=2" in session.get_one(Konto, "meier").password_hash


def test_roles_are_held_by_region(meier: Database):
    with meier.begin(system()) as session:
        for rolle, region in [("intake", "SDOL"), ("intake", "SDOL"), ("fallfuehrung", "SDOL"), ("leitung", "BBL"), ("prozess", "*")]:
            grant(session, "meier", rolle, region)
    with meier.read(system()) as session:
        access = access_of(session.get_one(Konto, "meier"))
    assert access == Access("meier", {"SDOL": frozenset({"intake", "fallfuehrung"}), "BBL": frozenset({"leitung"}), "EINF-BBL": frozenset({"leitung"}), "*": frozenset({"prozess"})})
    assert access.regionen == {"SDOL", "BBL"}


@pytest.mark.parametrize(
    ("rolle", "region", "message"),
    [
        pytest.param("chef", "SDOL", "Die Rolle «chef» gibt es nicht", id="unknown role"),
        pytest.param("intake", "ZH", "Die Region «ZH» gibt es nicht. Erfasst sind: BBL, SDOL", id="unknown region"),
        pytest.param("intake", "*", "gilt in einer Sozialregion", id="a regional role in the whole canton"),
        pytest.param("betrieb", "SDOL", "gilt für den ganzen Kanton", id="a cantonal role would open a region's cases"),
    ],
)
def test_a_role_that_cannot_be_held_is_refused(meier: Database, rolle: str, region: str, message: str):
    with pytest.raises(KontoInvalid, match=message.replace("*", r"\*")), meier.begin(system()) as session:
        grant(session, "meier", rolle, region)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("MEIER", PASSWORD, id="login taken"),
        pytest.param("m", PASSWORD, id="login too short"),
        pytest.param("anna meier", PASSWORD, id="space in the login"),
        pytest.param("anna", "kurz", id="password too short"),
        pytest.param("anna", "x" * 201, id="password too long"),
    ],
)
def test_an_unusable_account_is_refused(meier: Database, login: str, password: str):
    with pytest.raises(KontoInvalid), meier.begin(system()) as session:
        create_konto(session, login, "Anna", password)


def test_a_role_for_nobody_is_refused(meier: Database):
    with pytest.raises(NotFound), meier.begin(system()) as session:
        grant(session, "niemand", "intake", "SDOL")
