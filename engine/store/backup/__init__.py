"""A whole installation in one file, and back: consistent while it runs, the same for both kinds of database.

The file is a gzip stream of JSON lines, encrypted on request. First line: format, schema version, time. Then for each table, parents before
children, its name, and one line for each row. Last line: how many rows each table has. Without that line the file is not whole.
"""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, inspect, literal, select, text

from engine.model.access import system
from engine.model.errors import FallflussError
from engine.store import migrations
from engine.store.backup.cipher import MAGIC, RECORD, Decrypting, Encrypting
from engine.store.backup.errors import BackupInvalid, NotEmpty
from engine.store.backup.rows import as_json, from_json, reading, writing
from engine.store.session import Database
from engine.store.tables import Base

FORMAT = 1
BATCH = 500
OPERATOR = system("sicherung")
# Every new database has some; the backup brings its own.
SEEDED = ("gemeinde", "region", "einstellung")

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Content:
    """What a backup holds: the schema's version, when it was made (ISO, UTC), and the number of rows of each table that has any."""

    schema: str
    at: str
    rows: Mapping[str, int]


def _silent(table: str, rows: int) -> None:
    """Nobody looks."""


def write(database: Database, file: Path, *, passphrase: str = "", progress: Progress = _silent) -> Content:
    """Back up into ``file``, which must not exist. All tables are read at the same moment; nobody is kept waiting.

    The file appears under its name only when it is whole and on the disk.

    Raises:
        FallflussError: the file exists.
    """
    if file.exists():
        raise FallflussError(f"Die Datei {file} gibt es schon. Es wurde nichts geändert; bitte einen anderen Namen wählen.")
    partial = file.with_name(f".{file.name}.teil")
    descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            content = _pack(database, raw, passphrase, progress)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    return content


def restore(file: Path, database: Database, *, passphrase: str = "", progress: Progress = _silent) -> Content:
    """Read a backup into a database that has this version's schema and no rows; all of it or nothing.

    Raises:
        BackupInvalid: the file is not one, not whole, or of another schema.
        NotEmpty: the database already holds something.
    """
    with _opened(file, passphrase) as stream, database.engine.begin() as connection:
        return _load(connection, stream, progress)


def _pack(database: Database, raw: IO[bytes], passphrase: str, progress: Progress) -> Content:
    sink: Any = Encrypting(raw, passphrase) if passphrase else raw
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6, mtime=0) as stream:
        content = _dump(database, stream, progress)
    if passphrase:
        sink.close()
    return content


def _dump(database: Database, stream: Any, progress: Progress) -> Content:
    rows: dict[str, int] = {}
    with database.read(OPERATOR) as session:
        connection = session.connection()
        head: dict[str, Any] = {"fallfluss": FORMAT, "schema": migrations.current(connection), "at": session.now.isoformat()}
        _line(stream, head)
        for table in _tables():
            count = 0
            _line(stream, {"table": table.name})
            for row in connection.execution_options(yield_per=BATCH).execute(reading(table)).mappings():
                _line(stream, as_json(dict(row)))
                count += 1
            progress(table.name, count)
            rows |= {table.name: count} if count else {}
    _line(stream, {"rows": rows})
    return Content(head["schema"], head["at"], rows)


def _tables() -> list[Table]:
    """All tables, those first to which others refer."""
    return list(Base.metadata.sorted_tables)


def _line(stream: Any, value: Any) -> None:
    stream.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _load(connection: Connection, stream: Any, progress: Progress) -> Content:
    head, tables = _head(stream), {table.name: table for table in _tables()}
    _require_room(connection, head, tables)
    rows: dict[str, int] = {}
    for name, batch in _batches(_entries(stream, rows)):
        if name not in tables:
            raise BackupInvalid(f"Die Tabelle «{name}» gibt es in dieser Version nicht.")
        connection.execute(writing(tables[name]), [from_json(tables[name], row) for row in batch])
        progress(name, rows[name])
    number_on(connection, tables.values())
    return Content(head["schema"], head["at"], rows)


def is_empty(connection: Connection) -> bool:
    """Whether no table holds rows but those that every database has from the start, or that are not there yet."""
    there = set(inspect(connection).get_table_names())
    mine = [table for table in _tables() if table.name in there and table.name not in SEEDED]
    return not any(connection.scalar(select(select(literal(1)).select_from(table).exists())) for table in mine)


def _require_room(connection: Connection, head: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
    here = migrations.current(connection)
    if head["schema"] != here:
        raise BackupInvalid(
            f"Sie hat den Stand {head['schema']}, diese Fassung von Fallfluss den Stand {here}. Zurückspielen kann sie die Fassung, die sie machte; "
            "danach bringt «fallfluss migrate» dieser Fassung die Datenbank auf den heutigen Stand."
        )
    if not is_empty(connection):
        raise NotEmpty
    for name in SEEDED:
        connection.execute(tables[name].delete())


def _head(stream: Any) -> dict[str, Any]:
    try:
        head = json.loads(stream.readline())
        if head["fallfluss"] != FORMAT:
            raise BackupInvalid(f"Das Format {head['fallfluss']} kennt diese Version nicht.")
        return dict(head)
    except (ValueError, KeyError, TypeError, EOFError, OSError) as error:
        raise BackupInvalid("Sie ist keine Sicherung von Fallfluss.") from error


def _entries(stream: Any, counted: dict[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Table and row after row, counting; at the end the numbers must be those that the last line tells."""
    table, told = "", None
    try:
        for line in stream:
            entry = json.loads(line)
            if set(entry) == {"table"}:
                table = entry["table"]
            elif set(entry) == {"rows"} and isinstance(entry["rows"], dict):
                told = entry["rows"]
            else:
                counted[table] = counted.get(table, 0) + 1
                yield table, entry
    except (ValueError, EOFError, OSError) as error:
        raise BackupInvalid("Sie ist beschädigt.") from error
    if told != counted:
        raise BackupInvalid("Sie bricht ab: Es sind nicht so viele Zeilen, wie am Ende stehen müsste.")


def _batches(entries: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    held: list[dict[str, Any]] = []
    name = ""
    for table, row in entries:
        if held and (table != name or len(held) >= BATCH):
            yield name, held
            held = []
        name = table
        held.append(row)
    if held:
        yield name, held


def number_on(connection: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL goes on numbering where the backup ends; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if column.identity is not None:
                highest = f"(SELECT max({column.name}) FROM {table.name})"
                sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
                connection.execute(text(f"SELECT setval({sequence}, {highest}) WHERE {highest} IS NOT NULL"))


def is_encrypted(file: Path) -> bool:
    """Whether a backup needs its passphrase."""
    with file.open("rb") as raw:
        return raw.read(len(MAGIC)) == MAGIC


@contextmanager
def _opened(file: Path, passphrase: str) -> Iterator[Any]:
    """The JSON lines of a backup, decrypted and unpacked."""
    with ExitStack() as stack:
        raw = stack.enter_context(file.open("rb"))
        source: Any = raw
        if raw.read(len(MAGIC)) != MAGIC:
            raw.seek(0)
        elif passphrase:
            source = io.BufferedReader(Decrypting(raw, passphrase), RECORD)
        else:
            raise BackupInvalid("Sie ist verschlüsselt; das Kennwort fehlt.")
        yield stack.enter_context(gzip.GzipFile(fileobj=source, mode="rb"))
