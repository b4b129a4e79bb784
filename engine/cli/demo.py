"""``fallfluss demo`` and what ``serve --demo`` prepares."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine import commands
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date, connect, database_url, shown
from engine.cli.progress import share
from engine.demo.load import is_loaded, load
from engine.demo.people import PASSWORD, people
from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.session import Database

# What process owners edit stands beside the packages in a checkout.
DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"
CASES = 40
STEPS = 200


@click.group()
def demo() -> None:
    """Beispieldaten zum Vorführen und Ausprobieren.

    \b
    Beispiel:
      DATABASE_URL=sqlite:///var/demo.db fallfluss demo load
    """


@demo.command("load")
@click.option("--cases", default=CASES, show_default=True, type=click.IntRange(0, 2000), help="Wie viele Fälle.")
def load_(cases: int) -> None:
    """Eine leere Datenbank mit Regionen, Diagrammen, Beispielkonten und Fällen aller Phasen füllen.

    Die Fälle entstehen, indem die echten Befehle Monate virtueller Zeit durchspielen. Alle Namen sind erfunden.

    \b
    Beispiel:
      DATABASE_URL=sqlite:///var/demo.db fallfluss demo load --cases 20
    """
    prepare(connect(), cases=cases)
    click.echo(logins())


def prepare(database: Database, *, cases: int = CASES) -> None:
    """Bring the database to where the demonstration can begin; what is there already stays.

    A SQLite file that is not there yet appears when it is complete, so that whoever stops the loading begins anew.

    Raises:
        NotADemo: it holds other people's data.
        DemoIncomplete: its loading was stopped midway (not in a new SQLite file).
    """
    file = _file(database)
    if not file:
        _prepare(database, cases)
        return
    with _alone(file):
        if file.exists() and file.stat().st_size:
            _prepare(database, cases)
        else:
            _build(file, cases)


def _build(file: Path, cases: int) -> None:
    growing = file.with_name(f"{file.name}.entsteht")
    for old in file.parent.glob(f"{growing.name}*"):
        old.unlink()
    database = Database(f"sqlite:///{growing}", clock=SystemClock())
    _prepare(database, cases)
    database.close()
    growing.rename(file)


def _prepare(database: Database, cases: int) -> None:
    if not database.is_current():
        bring_up_to_date(database)
    if is_loaded(database):
        return
    bring_up_to_date(database)
    _release(database)
    click.echo(f"Beispieldaten entstehen in {shown(database_url())} (einmalig, unter einer Minute) …", err=True)
    with share("Beispieldaten") as tell:
        load(database, cases=cases, progress=tell)


def _file(database: Database) -> Path | None:
    on_sqlite = database.url.get_backend_name() == "sqlite"
    return Path(str(database.url.database)).resolve() if on_sqlite else None


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Who starts twice waits here for the first; the lock ends with its process."""
    with file.with_name(f"{file.name}.sperre").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def logins() -> str:
    """The demo logins as a small table."""
    lines = [f"  {person.login:<22} {person.name:<16} {person.task}" for person in people()]
    return "\n".join([f"Beispielkonten, Passwort für alle: {PASSWORD}", *lines])


def _release(database: Database) -> None:
    with database.begin(system("demo")) as session:
        commands.deploy(session, collect((DIAGRAMS,)))
        commands.release(session, "Erste Fassung")
