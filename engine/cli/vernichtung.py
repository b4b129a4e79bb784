"""``fallfluss vernichtung``: what is due, the protocol, and destroying again what a backup brought back."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from engine.cli.installation import open_database
from engine.commands import aufbewahrung
from engine.commands import vernichtung as commands
from engine.model.access import system
from engine.model.errors import FallflussError
from engine.store.tables import Vernichtung

OPERATOR = system("befehlszeile")
DAYS = ("eroeffnet_am", "abgeschlossen_am")
INSTANTS = ("beantragt_am", "vernichtet_am")
COLUMNS = ("fall_ref", "fall_nr", "region", *DAYS, "archiv", "beantragt_am", "beantragt_von", "vernichtet_am", "vernichtet_von")


class ProtocolUnreadable(FallflussError):
    """A file that ``vernichtung protokoll`` did not write."""

    def __init__(self, line: int) -> None:
        super().__init__(f"Die Zeile {line} ist keine Zeile eines Vernichtungsprotokolls. Es wurde nichts geändert.")


@click.group()
def vernichtung() -> None:
    """Fällige Vernichtungen, ihr Protokoll, und das Nachholen nach einer Wiederherstellung.

    Beantragt und bestätigt wird im Browser (vier Augen), nicht hier.

    \b
    Beispiel:
      fallfluss vernichtung liste
    """


@vernichtung.command()
def liste() -> None:
    """Fälle, deren Aufbewahrung abgelaufen ist: Nummer, Region, Tag, Stand.

    \b
    Beispiel:
      fallfluss vernichtung liste
    """
    with open_database().read(OPERATOR) as session:
        for one in aufbewahrung.due(session):
            click.echo(f"{one.fall.fall_nr}  {one.fall.region:<6} seit {one.seit:%d.%m.%Y}  {'beantragt' if one.antrag else 'offen'}")


@vernichtung.command()
def protokoll() -> None:
    """Das Protokoll aller Vernichtungen als CSV ausgeben. Ausserhalb der Datenbank aufbewahren, getrennt von ihren Sicherungen.

    \b
    Beispiel:
      fallfluss vernichtung protokoll > protokoll.csv
    """
    with open_database().read(OPERATOR) as session:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in session.scalars(select(Vernichtung).order_by(Vernichtung.id)):
            writer.writerow([_text(getattr(row, column)) for column in COLUMNS])


@vernichtung.command()
@click.argument("datei", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def nachholen(datei: Path) -> None:
    """Nach dem Einspielen einer Sicherung: vernichten, was schon vernichtet war. Beliebig oft aufrufbar.

    \b
    Beispiel:
      fallfluss vernichtung nachholen protokoll.csv
    """
    with datei.open(encoding="utf-8", newline="") as lines:
        rows = list(_read(csv.DictReader(lines)))
    again = 0
    database = open_database()
    for row in rows:
        with database.begin(OPERATOR) as session:
            again += commands.again(session, row)
    click.echo(f"{len(rows)} Einträge im Protokoll, {again} Fälle waren wieder da und sind vernichtet.")


def _read(lines: Iterable[Mapping[str, Any]]) -> Iterator[Vernichtung]:
    for number, line in enumerate(lines, start=2):
        try:
            values: dict[str, Any] = {column: line[column] for column in COLUMNS}
            values |= {column: date.fromisoformat(values[column]) for column in DAYS}
            values |= {column: datetime.fromisoformat(values[column]) for column in INSTANTS}
            yield Vernichtung(**{**values, "fall_ref": int(values["fall_ref"])}, zeilen={})
        except (KeyError, TypeError, ValueError) as error:
            raise ProtocolUnreadable(number) from error


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
