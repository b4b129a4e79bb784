"""``fallfluss export``: the history as an event log for others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from engine.cli.installation import open_database
from engine.model.access import system
from engine.model.calendar import ZURICH
from engine.replay.export import FORMATS
from engine.replay.export import export as write

DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


@click.command()
@click.argument("out", metavar="DATEI", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True, help="XES (IEEE 1849-2023), CSV mit denselben Spalten, oder OCEL 2.0 (JSON).")
@click.option("--from", "from_", type=DAY, default=None, help="Nur Instanzen, die ab diesem Tag begannen (2026-01-31 oder 31.01.2026).")
@click.option("--to", type=DAY, default=None, help="… bis und mit diesem Tag.")
@click.option("--region", default=None, help="Nur diese Sozialregion, zum Beispiel SDOL.")
def export(out: Path, format_: str, from_: datetime | None, to: datetime | None, region: str | None) -> None:
    """Den Verlauf als Ereignisprotokoll schreiben, pseudonymisiert.

    Statt Namen und Nummern stehen Pseudonyme, die nur innerhalb dieser einen Datei gelten; die Tage eines Falls sind gemeinsam verschoben,
    das Alter steht in Klassen, statt der Gemeinde die Region. Freitexte gehen nicht hinaus.

    \b
    Beispiele:
      fallfluss export --format xes verlauf.xes.gz
      fallfluss export --format csv --from 2026-01-01 --region SDOL verlauf.csv
    """
    begins = None if from_ is None else _midnight(from_.date())
    ends = None if to is None else _midnight(to.date() + timedelta(days=1))
    with open_database().read(system("befehlszeile")) as session:
        count = write(session, out, format_, begun_from=begins, begun_to=ends, region=region)
    click.echo(f"{count} Prozessinstanzen nach {out} geschrieben.")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZURICH).astimezone(UTC)
