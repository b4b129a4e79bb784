"""A backup is the whole installation at one moment, on either database; what is not whole is not restored."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import JSON, Text, cast, select

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.model.errors import FallflussError
from engine.queries.consistency import check
from engine.store import backup
from engine.store.backup import BackupInvalid, NotEmpty
from engine.store.session import Database
from engine.store.tables import Base
from tests.commands.conftest import Desk
from tests.robustness.conftest import ROLES, prepare


def rows(database: Database) -> dict[str, list[str]]:
    """Every row of every table as text; JSON as it is stored."""
    found = {}
    with database.read(system()) as session:
        for table in Base.metadata.sorted_tables:
            columns = [cast(column, Text) if isinstance(column.type, JSON) else column for column in table.c]
            lines = (repr(tuple(str(value) for value in row)) for row in session.connection().execute(select(*columns)))
            found[table.name] = sorted(lines)
    return found


@pytest.fixture
def busy(desk: Desk) -> Desk:
    for process in ("antrag", "klemmt", "schlaufe", "auftrag", "hoert", "phasen"):
        desk.open(process)
    desk.complete("pruefen", ok=False)
    return desk


@pytest.fixture
def empty(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Database:
    file = tmp_path / "leer.db"
    file.write_bytes(sqlite_template.read_bytes())
    return Database(f"sqlite:///{file}", clock=clock)


@pytest.mark.parametrize("passphrase", ["", "geheim"], ids=["plain", "encrypted"])
def test_what_is_restored_is_what_was_backed_up(busy: Desk, empty: Database, tmp_path: Path, passphrase: str):
    written = backup.write(busy.database, tmp_path / "s", passphrase=passphrase)
    assert backup.restore(tmp_path / "s", empty, passphrase=passphrase) == written
    assert rows(empty) == rows(busy.database)
    elsewhere = Desk(empty, busy.clock, busy.person)
    elsewhere.open("antrag")
    elsewhere.complete("pruefen", ok=False)
    with empty.begin(system()) as session:
        assert check(session) == []


def test_a_backup_of_sqlite_fits_postgresql_which_numbers_on(sqlite_database: Database, postgresql_database: Database, tmp_path: Path, clock, access):
    here = prepared(sqlite_database, clock, access)
    here.open()
    backup.write(sqlite_database, tmp_path / "s")
    backup.restore(tmp_path / "s", postgresql_database)
    there = Desk(postgresql_database, clock, here.person)
    assert there.open().fall_nr == "2026-00002"


def test_a_backup_is_one_moment_while_others_work(busy: Desk, empty: Database, tmp_path: Path):
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            busy.open("antrag")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            backup.write(busy.database, tmp_path / f"s{number}")
    finally:
        stop.set()
        worker.join()
    backup.restore(tmp_path / "s2", empty)
    with empty.begin(system()) as session:
        assert check(session) == []


@pytest.mark.parametrize("spoil", [
    pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
    pytest.param(lambda data: data[:-40] + bytes(len(data[-40:])), id="changed at the end"),
    pytest.param(lambda data: b"PK" + data[2:], id="no backup"),
    pytest.param(lambda data: b"", id="empty"),
])
@pytest.mark.parametrize("passphrase", ["", "geheim"], ids=["plain", "encrypted"])
def test_what_is_not_whole_is_refused_and_leaves_nothing(desk: Desk, empty: Database, tmp_path: Path, spoil, passphrase: str):
    file = tmp_path / "s"
    before = rows(empty)
    backup.write(desk.database, file, passphrase=passphrase)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(BackupInvalid):
        backup.restore(file, empty, passphrase=passphrase)
    assert rows(empty) == before


def test_a_backup_of_another_schema_is_refused_and_told_what_restores_it(desk: Desk, empty: Database, tmp_path: Path):
    before = rows(empty)
    backup.write(desk.database, tmp_path / "s")
    head, rest = gzip.decompress((tmp_path / "s").read_bytes()).split(b"\n", 1)
    (tmp_path / "s").write_bytes(gzip.compress(json.dumps(json.loads(head) | {"schema": "0027"}).encode() + b"\n" + rest))
    with pytest.raises(BackupInvalid, match="Stand 0027.*die Fassung, die sie machte.*fallfluss migrate"):
        backup.restore(tmp_path / "s", empty)
    assert rows(empty) == before


def test_an_encrypted_backup_needs_its_passphrase(desk: Desk, empty: Database, tmp_path: Path):
    backup.write(desk.database, tmp_path / "s", passphrase="geheim")
    assert b"SDOL" not in (tmp_path / "s").read_bytes()
    for wrong in ("", "Geheim"):
        with pytest.raises(BackupInvalid):
            backup.restore(tmp_path / "s", empty, passphrase=wrong)


def test_nothing_is_overwritten(busy: Desk, tmp_path: Path):
    backup.write(busy.database, tmp_path / "s")
    with pytest.raises(NotEmpty):
        backup.restore(tmp_path / "s", busy.database)
    with pytest.raises(FallflussError, match="gibt es schon"):
        backup.write(busy.database, tmp_path / "s")
    assert [file.name for file in tmp_path.iterdir() if "teil" in file.name] == []


def prepared(database: Database, clock: FixedClock, access) -> Desk:
    prepare(database)
    return Desk(database, clock, access(rollen=ROLES))
