"""One-time codes: each counts once, guesses lock the account, recovery codes help once."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from engine.model.access import Access
from engine.model.clock import FixedClock
from engine.store import konten, zweitfaktor
from engine.store.errors import KontoInvalid
from engine.store.konten import create_konto, verify
from engine.store.session import Database
from engine.store.tables import Konto, Zweitfaktor
from tests.konto.conftest import SYSTEM

ANYBODY = Access("anonym")
PASSWORD = "richtig-und-lang"


@pytest.fixture
def codes(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An account with its second factor on; gives its recovery codes."""
    monkeypatch.setattr(konten, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with database.begin(SYSTEM) as session:
        create_konto(session, "meier", "Anna Meier", PASSWORD)
        zweitfaktor.begin(session, "meier")
    with database.begin(SYSTEM) as session:
        made = zweitfaktor.confirm(session, "meier", _code(database, clock))
    assert made is not None
    clock.at += timedelta(minutes=5)
    return made


def _code(database: Database, clock: FixedClock, shift: int = 0) -> str:
    with database.read(SYSTEM) as session:
        return pyotp.TOTP(session.get_one(Zweitfaktor, "meier").geheimnis).at(clock.now() + timedelta(seconds=shift))


def _check(database: Database, code: str) -> bool:
    with database.begin(ANYBODY) as session:
        return zweitfaktor.check(session, session.get_one(Konto, "meier"), code)


def test_the_code_of_the_moment_is_right_once(database: Database, clock: FixedClock, codes: list[str]) -> None:
    code = _code(database, clock)
    assert _check(database, f"{code[:3]} {code[3:]}")
    assert not _check(database, code)


@pytest.mark.parametrize(("shift", "is_right"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_clocks_may_differ_by_half_a_minute(database: Database, clock: FixedClock, codes: list[str], shift: int, is_right: bool) -> None:
    assert _check(database, _code(database, clock, shift)) is is_right


def test_an_earlier_code_does_not_count_after_a_later_one(database: Database, clock: FixedClock, codes: list[str]) -> None:
    before = _code(database, clock)
    assert _check(database, _code(database, clock, 30))
    assert not _check(database, before)


def test_the_code_that_set_it_up_is_used_up(database: Database, clock: FixedClock, codes: list[str]) -> None:
    clock.at -= timedelta(minutes=5)
    assert not _check(database, _code(database, clock))


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "0" * 5000])
def test_anything_else_is_wrong(database: Database, codes: list[str], code: str) -> None:
    assert not _check(database, code)


def test_a_recovery_code_counts_once_however_it_is_typed(database: Database, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert _check(database, codes[0].upper().replace("-", " "))
    assert not _check(database, codes[0])
    assert _check(database, codes[1])


def test_recovery_codes_are_not_stored_as_they_are(database: Database, codes: list[str]) -> None:
    with database.read(SYSTEM) as session:
        assert not set(codes) & set(session.get_one(Zweitfaktor, "meier").notcodes)


def test_five_wrong_codes_lock_the_account_even_for_the_right_one(database: Database, clock: FixedClock, codes: list[str]) -> None:
    for _ in range(5):
        assert not _check(database, "000000")
    assert not _check(database, _code(database, clock))
    clock.at += timedelta(minutes=16)
    assert _check(database, _code(database, clock))


def test_the_right_password_in_between_does_not_allow_more_guesses(database: Database, clock: FixedClock, codes: list[str]) -> None:
    for _ in range(5):
        _check(database, "000000")
        with database.begin(ANYBODY) as session:
            verify(session, "meier", PASSWORD)
    with database.read(SYSTEM) as session:
        assert session.get_one(Konto, "meier").locked_until is not None


def test_it_counts_only_once_it_was_confirmed(database: Database, clock: FixedClock, codes: list[str]) -> None:
    with database.begin(SYSTEM) as session:
        create_konto(session, "huber", "Hans Huber", PASSWORD)
        zweitfaktor.begin(session, "huber")
        assert zweitfaktor.confirm(session, "huber", "000000") is None
        assert not konten.has_second_factor(session, "huber")


def test_what_counts_is_not_replaced_by_beginning_again(database: Database, codes: list[str]) -> None:
    with pytest.raises(KontoInvalid), database.begin(SYSTEM) as session:
        zweitfaktor.begin(session, "meier")


def test_the_picture_needs_no_inline_style(database: Database, codes: list[str]) -> None:
    with database.read(SYSTEM) as session:
        picture = zweitfaktor.picture(session.get_one(Zweitfaktor, "meier"))
    assert picture.startswith(b"<svg")
    assert b"style" not in picture
