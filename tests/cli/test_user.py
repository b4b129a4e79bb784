"""Accounts by the command line."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Gemeinde, Konto, Region
from tests.cli.conftest import Run

PASSWORD = "ein langes Passwort"


@pytest.fixture(autouse=True)
def regionen(run: Run, url: str) -> None:
    assert run("migrate", url=url).exit_code == 0


def add(run: Run, url: str, *, login: str = "admin", rolle: str = "betrieb", password: str = PASSWORD) -> str:
    result = run("user", "add", login, "--name", "Vera Muster", "--rolle", rolle, "--password-stdin", url=url, stdin=password + "\n")
    return str(result.output) if result.exit_code == 0 else str(result.stderr)


def test_migrate_brings_the_13_sozialregionen_and_their_communes(run: Run, url: str, database: Database) -> None:
    assert run("migrate", url=url).exit_code == 0, "a second time is harmless"
    with database.read(system()) as session:
        assert session.query(Region).count() == 13
        assert session.query(Gemeinde).count() == 107
        assert session.get_one(Gemeinde, 2456).aufgegangen_in_bfs == 2465


def test_the_first_account_can_be_made(run: Run, url: str, database: Database) -> None:
    assert "angelegt" in add(run, url)
    with database.read(system()) as session:
        konto = session.get_one(Konto, "admin")
        assert [(rolle.rolle, rolle.region) for rolle in konto.rollen] == [("betrieb", "*")]
        assert konto.password_hash.startswith("$argon2id$")
        assert PasswordHasher().verify(konto.password_hash, PASSWORD)


def test_a_role_can_be_held_in_one_region_only(run: Run, url: str) -> None:
    add(run, url, login="m.keller", rolle="intake@SDOL")
    assert "intake@SDOL" in run("user", "list", url=url).output


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param({"rolle": "zauberer"}, "gibt es nicht", id="unknown role"),
        pytest.param({"rolle": "intake@NIRGENDS"}, "Die Region «NIRGENDS» gibt es nicht.", id="unknown region"),
        pytest.param({"password": "kurz"}, "mindestens 12 Zeichen", id="short password"),
    ],
)
def test_an_impossible_account_is_refused_with_a_reason(run: Run, url: str, wrong: dict[str, str], message: str) -> None:
    assert message in add(run, url, **wrong)
    assert run("user", "list", url=url).output == ""


def test_a_login_exists_only_once(run: Run, url: str) -> None:
    add(run, url)
    assert "gibt es schon" in add(run, url)


def test_disabling_an_account_ends_its_sessions_and_keeps_it(run: Run, url: str, database: Database) -> None:
    add(run, url)
    assert run("user", "disable", "admin", url=url).exit_code == 0
    with database.read(system()) as session:
        konto = session.get_one(Konto, "admin")
        assert (konto.is_active, konto.session_epoch) == (False, 1)


def test_a_new_password_replaces_the_old_one(run: Run, url: str, database: Database) -> None:
    add(run, url)
    assert run("user", "password", "admin", "--password-stdin", url=url, stdin="noch ein langes Passwort\n").exit_code == 0
    with database.read(system()) as session:
        assert PasswordHasher().verify(session.get_one(Konto, "admin").password_hash, "noch ein langes Passwort")


def test_an_unknown_login_is_named(run: Run, url: str) -> None:
    result = run("user", "disable", "niemand", url=url)
    assert (result.exit_code, "Das Konto «niemand» wurde nicht gefunden." in result.stderr) == (1, True)
