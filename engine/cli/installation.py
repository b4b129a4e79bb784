"""Which database this command line works with."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.engine import make_url

from engine.model.access import system
from engine.model.clock import SystemClock
from engine.model.errors import FallflussError
from engine.scheduling.demo_clock import DemoClock
from engine.store.seed import load_regions
from engine.store.session import Database, FallSession, normalized
from engine.store.tables import Region
from engine.store.verschluss import keep_beside

DEFAULT_URL = "sqlite:///var/fallfluss.db"


class NotMigrated(FallflussError):
    """The database has no tables yet, or those of an older version."""

    def __init__(self) -> None:
        super().__init__("Die Datenbank ist noch nicht auf dem Stand dieser Version. Es wurde nichts geändert. Zuerst: fallfluss migrate")


class NoSuchRegion(FallflussError):
    """None of the Sozialregionen in this database has that Kürzel."""

    def __init__(self, region: str, known: Iterable[str]):
        self.region = region
        super().__init__(f"Die Sozialregion «{region}» gibt es nicht. Es wurde nichts geschrieben. Vorhanden sind: {', '.join(known) or 'keine'}.")


def require_region(session: FallSession, region: str | None) -> None:
    """Raises:
    NoSuchRegion: one is named that does not exist.
    """
    known = sorted(session.scalars(select(Region.kuerzel)))
    if region and region not in known:
        raise NoSuchRegion(region, known)


def database_url() -> str:
    """The address from ``DATABASE_URL``, or a SQLite file below the current directory; its directory is created."""
    url = os.environ.get("DATABASE_URL") or DEFAULT_URL
    parsed = normalized(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return url


def open_database() -> Database:
    """The database, ready for use; with the demo clock in demo mode (``FALLFLUSS_DEMO=1``) and where somebody has set it before.

    Raises:
        NotMigrated: its schema is not the one of this version.
    """
    database = connect()
    if not database.is_current():
        raise NotMigrated
    shown = DemoClock(lambda: database)
    if os.environ.get("FALLFLUSS_DEMO") == "1" or shown.was_moved():
        database.clock = shown
    return database


def connect() -> Database:
    """The database in whatever state it is, with the machine's clock."""
    database = Database(database_url(), clock=SystemClock())
    keep_beside(database.url)
    return database


def bring_up_to_date(database: Database) -> None:
    """Newest schema, and the Sozialregionen as this version knows them."""
    database.migrate()
    with database.begin(system("befehlszeile")) as session:
        load_regions(session)


def shown(url: str) -> str:
    """The address without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)


@click.command()
def migrate() -> None:
    """Die Datenbank anlegen oder auf den Stand dieser Version bringen, samt den 13 Sozialregionen.

    Beliebig oft aufrufbar. Vor einem Versionswechsel die Datenbank sichern.

    \b
    Beispiel:
      DATABASE_URL=postgresql://fallfluss@localhost/fallfluss fallfluss migrate
    """
    bring_up_to_date(connect())
    click.echo(f"Die Datenbank {shown(database_url())} ist auf dem Stand dieser Version.")
