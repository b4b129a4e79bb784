"""``fallfluss doctor``: does the database hold together?"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from engine.cli.installation import open_database
from engine.cli.progress import progress
from engine.commands.repair import repair as repair_instance
from engine.model.access import system
from engine.queries import consistency
from engine.store import integrity
from engine.store.session import Database

ACCESS = system("befehlszeile")


@click.command()
@click.option("--repair", is_flag=True, help="Was offen steht, nach dem gespeicherten Zustand der Fälle berichtigen.")
def doctor(repair: bool) -> None:
    """Prüfen, ob die Datenbank zusammenpasst: Schema, Seiten und Verweise, offene Aufgaben und Fristen gegen den Zustand jedes Falls.

    Läuft neben dem Betrieb; jeder Fall wird für sich gelesen. Mit --repair entstehen fehlende Zeilen neu, überzählige
    verschwinden; der Zustand selbst wird nie verändert. Exit-Code 1, wenn etwas nicht stimmt und nicht berichtigt wurde.

    \b
    Beispiele:
      fallfluss doctor
      fallfluss doctor --repair
    """
    database = open_database()
    found = integrity.damages(database)
    for damage in found:
        click.echo(f"Datenbank: {damage}")
    remaining = len(found) + sum(_examine(database, nummer, repair) for nummer in _progress(database))
    click.echo("Alles passt zusammen." if not remaining else f"{remaining} Befunde bleiben.")
    sys.exit(1 if remaining else 0)


def _progress(database: Database) -> Iterator[int]:
    with database.read(ACCESS) as session:
        numbers = consistency.numbers(session)
    with progress(len(numbers), f"{len(numbers)} Abläufe prüfen") as advance:
        for number in numbers:
            yield number
            advance(1)


def _examine(database: Database, nummer: int, repair: bool) -> int:
    """How many defects of the instance are left."""
    found = _defects(database, nummer)
    if found and repair:
        with database.begin(ACCESS) as session:
            repair_instance(session, nummer)
        left = _defects(database, nummer)
        click.echo(f"Ablauf {nummer}: {len(found) - len(left)} von {len(found)} Befunden berichtigt.")
        found = left
    for defect in found:
        click.echo(f"Ablauf {nummer}: {defect.what}")
    return len(found)


def _defects(database: Database, nummer: int) -> list[consistency.Defect]:
    with database.read(ACCESS) as session:
        return consistency.check_one(session, nummer)
