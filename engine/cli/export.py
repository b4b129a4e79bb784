"""``fallfluss export``: the history as an event log for others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import click

from engine.cli.installation import open_database, require_region
from engine.model.access import system
from engine.model.errors import FallflussError
from engine.replay.export import FORMATS, begun_within
from engine.replay.export import export as write

DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


class NotWritten(FallflussError):
    """The file could not be made where it was wanted."""

    def __init__(self, out: Path, error: OSError):
        reason = f"den Ordner «{out.parent}» gibt es nicht" if isinstance(error, FileNotFoundError) else str(error.strerror or error)
        super().__init__(f"«{out}» lässt sich nicht schreiben: {reason}. Es wurde nichts geschrieben.")


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
    begins, ends = begun_within(from_ and from_.date(), to and to.date())
    with open_database().read(system("befehlszeile")) as session, _whole(out) as path:
        require_region(session, region)
        count = write(session, path, format_, begun_from=begins, begun_to=ends, region=region)
    click.echo(f"{count} Prozessinstanzen nach {out} geschrieben.")


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Where to write so that ``out`` appears once all of it is there; if something fails, what stood there stays and nothing is left behind.

    Raises:
        NotWritten: there is no such folder, no right to write, or no room.
    """
    if out.exists() and not out.is_file():
        yield out  # a pipe or a terminal, whose place nothing can take
        return
    # The name still ends like that of the file: by it compression is chosen.
    partial = out.with_name(f".{token_hex(4)}-{out.name}")
    try:
        partial.touch(exist_ok=False)
        yield partial
        partial.replace(out)
    except OSError as error:
        raise NotWritten(out, error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)

