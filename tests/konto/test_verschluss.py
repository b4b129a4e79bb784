"""What the database keeps sealed: whoever steals it, or a backup of it, reads neither secrets of telephones nor AHV numbers of persons."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store import backup, dubletten, integrity, migrations, verschluss, zweitfaktor
from engine.store.konten import create_konto
from engine.store.schluesselwechsel import SameKey, change_key
from engine.store.session import Database, normalized
from engine.store.tables import Person, Zweitfaktor
from tests.konto.conftest import AHV

SYSTEM = system("probe")
KEY = "ein anderer Schlüssel, auch lang genug dafür"


@pytest.fixture
def insured(released: Database, open_case: Any) -> Database:
    """A case whose person has an AHV number, and an account with a second factor."""
    open_case()
    with released.begin(SYSTEM) as session:
        person = session.scalars(select(Person)).one()
        person.ahvn13, person.ahv_kennzeichen = AHV, dubletten.kennzeichen(AHV)
        create_konto(session, "anna", "Anna", "ein-langes-passwort")
        zweitfaktor.begin(session, "anna")
    return released


def _stored(database: Database) -> tuple[str, str, str]:
    with database.engine.connect() as connection:
        number, digest = connection.execute(text("SELECT ahvn13, ahv_kennzeichen FROM person")).one()
        return number, digest, connection.execute(text("SELECT geheimnis FROM zweitfaktor")).scalar_one()


def test_the_columns_hold_only_sealed_values_and_the_session_reads_them(insured: Database) -> None:
    number, _, secret = _stored(insured)
    assert number.startswith("v1.")
    assert AHV not in number
    with insured.read(SYSTEM) as session:
        assert session.scalars(select(Person.ahvn13)).one() == AHV
        opened = session.scalars(select(Zweitfaktor.geheimnis)).one()
    assert opened not in secret
    assert len(opened) == 32


def test_the_same_number_is_sealed_differently_each_time_but_found_by_its_digest() -> None:
    assert verschluss.seal(AHV, "ahv") != verschluss.seal(AHV, "ahv")
    assert dubletten.kennzeichen(AHV) == dubletten.kennzeichen(AHV.replace(".", ""))


def test_another_key_opens_nothing_and_finds_nothing(insured: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dubletten.kennzeichen(AHV)
    monkeypatch.setenv(verschluss.VARIABLE, KEY)
    assert dubletten.kennzeichen(AHV) != before
    with pytest.raises(verschluss.KeyUnusable, match="Datenschlüssel"), insured.read(SYSTEM) as session:
        session.scalars(select(Person.ahvn13)).one()
    assert any(verschluss.VARIABLE in damage for damage in integrity.damages(insured))


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(verschluss.KeyUnusable):
        verschluss.open_(verschluss.seal("geheim", "totp"), "ahv")


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(verschluss.VARIABLE, "kurz")
    with pytest.raises(verschluss.KeyUnusable, match="mindestens 32"):
        verschluss.seal("x", "ahv")


def test_without_a_key_in_the_environment_one_is_kept_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(verschluss.VARIABLE)
    monkeypatch.delenv(verschluss.PLACE, raising=False)
    verschluss._secret.cache_clear()
    sealed = verschluss.seal("geheim", "totp")
    verschluss._secret.cache_clear()  # as if started again
    assert verschluss.open_(sealed, "totp") == "geheim"
    assert (tmp_path / "var" / "datenschluessel").stat().st_mode & 0o077 == 0
    verschluss._secret.cache_clear()


def test_a_backup_holds_what_is_sealed_as_it_is(insured: Database, tmp_path: Path, clock: FixedClock) -> None:
    backup.write(insured, tmp_path / "backup")
    restored = Database(f"sqlite:///{tmp_path / 'restored.db'}", clock=clock)
    restored.migrate()
    backup.restore(tmp_path / "backup", restored)
    assert _stored(restored) == _stored(insured)
    with restored.read(SYSTEM) as session:
        assert session.scalars(select(Person.ahvn13)).one() == AHV
    restored.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_former_database_is_sealed_when_it_is_brought_up_to_date(empty_database: Callable[[str], Database], kind: str) -> None:
    database = empty_database(kind)
    config = migrations.configuration()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        for statement in FORMER:
            connection.execute(text(statement), {"n": AHV, "yes": True, "day": date(2026, 1, 1), "at": datetime(2026, 1, 1, tzinfo=UTC)})
    database.migrate()
    number, digest, secret = _stored(database)
    assert (number[:3], secret[:3]) == ("v1.", "v1.")
    assert digest == dubletten.kennzeichen(AHV)
    with database.read(SYSTEM) as session:
        assert session.scalars(select(Zweitfaktor.geheimnis)).one() == "JBSWY3DPEHPK3PXP"


# As the version before left them.
FORMER = (
    "INSERT INTO konto (login, name, password_hash, is_active, failed_logins, session_epoch, created_at) VALUES ('anna', 'Anna', 'x', :yes, 0, 0, :at)",
    "INSERT INTO zweitfaktor (login, geheimnis, zuletzt, notcodes) VALUES ('anna', 'JBSWY3DPEHPK3PXP', 0, '[]')",
    "INSERT INTO fall (fall_nr, bezeichnung, phase, eroeffnet_am, region) VALUES ('2026-1', '', '', :day, 'SDOL')",
    "INSERT INTO person (fall_id, person_id, name, vorname, rolle_ue, ahvn13, ahv_kennzeichen, von, region) "
    "VALUES (1, 'P1', 'M', 'A', 'x', :n, 'alt', :day, 'SDOL')",
)


def test_after_a_change_of_the_key_only_the_new_one_opens_and_finds(insured: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    old = os.environ[verschluss.VARIABLE]
    with insured.read(SYSTEM) as session:
        secret = session.scalars(select(Zweitfaktor.geheimnis)).one()
    assert change_key(insured, old, KEY) == 2
    with pytest.raises(verschluss.KeyUnusable), insured.read(SYSTEM) as session:
        session.scalars(select(Person.ahvn13)).one()
    monkeypatch.setenv(verschluss.VARIABLE, KEY)
    with insured.read(SYSTEM) as session:
        person = session.scalars(select(Person)).one()
        assert (person.ahvn13, person.ahv_kennzeichen) == (AHV, dubletten.kennzeichen(AHV))
        assert session.scalars(select(Zweitfaktor.geheimnis)).one() == secret


def test_a_key_is_changed_wholly_or_not_at_all(insured: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before, old = _stored(insured), os.environ[verschluss.VARIABLE]
    with pytest.raises(SameKey):
        change_key(insured, old, old)
    with pytest.raises(verschluss.KeyUnusable, match="mindestens 32"):
        change_key(insured, old, "kurz")
    monkeypatch.setenv(verschluss.VARIABLE, KEY)
    with pytest.raises(verschluss.KeyUnusable, match="lässt sich nicht öffnen"):
        change_key(insured, KEY, f"noch {KEY}")
    assert _stored(insured) == before


def test_a_key_kept_in_a_file_lies_beside_the_database_wherever_a_command_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(verschluss.VARIABLE)
    sealed = []
    for name in ("checkout", "anderswo"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        monkeypatch.setenv(verschluss.PLACE, "")
        verschluss._secret.cache_clear()  # another process
        verschluss.keep_beside(normalized(f"sqlite:///{tmp_path / 'fallfluss.db'}"))
        sealed.append(verschluss.seal("geheim", "totp"))
        assert [verschluss.open_(one, "totp") for one in sealed] == ["geheim"] * len(sealed)
    assert (tmp_path / "datenschluessel").exists()
    verschluss._secret.cache_clear()


def test_a_key_from_below_the_working_folder_stays_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(verschluss.VARIABLE)
    monkeypatch.setenv(verschluss.PLACE, "")
    monkeypatch.chdir(tmp_path)
    verschluss._secret.cache_clear()
    sealed = verschluss.seal("geheim", "totp")
    verschluss.keep_beside(normalized(f"sqlite:///{tmp_path / 'daten' / 'fallfluss.db'}"))
    verschluss._secret.cache_clear()
    assert verschluss.open_(sealed, "totp") == "geheim"
    assert (tmp_path / "daten" / "datenschluessel").read_text() == (tmp_path / "var" / "datenschluessel").read_text()
    verschluss._secret.cache_clear()
