"""``fallfluss schluessel``: the key of what the database keeps sealed."""

from __future__ import annotations

import os

import click

from engine.cli import Failure
from engine.cli.installation import open_database
from engine.store.schluesselwechsel import change_key
from engine.store.verschluss import VARIABLE

NEW = f"{VARIABLE}_NEU"


@click.group()
def schluessel() -> None:
    """Den Datenschlüssel wechseln, mit dem Einmalcodes und AHV-Nummern verschlossen sind.

    \b
    Beispiel:
      fallfluss schluessel wechseln
    """


@schluessel.command()
def wechseln() -> None:
    """Alles Verschlossene mit einem neuen Schlüssel verschliessen, ganz oder gar nicht.

    Die Anwendung steht dabei still. Der neue Schlüssel steht in FALLFLUSS_DATENSCHLUESSEL_NEU, der bisherige wie immer in
    FALLFLUSS_DATENSCHLUESSEL oder in seiner Datei.

    \b
    Beispiel:
      FALLFLUSS_DATENSCHLUESSEL_NEU=$(openssl rand -hex 32) fallfluss schluessel wechseln
    """
    new = os.environ.get(NEW, "")
    if not new:
        raise Failure(f"Der neue Schlüssel fehlt. Es wurde nichts geändert. Setzen Sie {NEW}, zum Beispiel auf das Ergebnis von: openssl rand -hex 32")
    count = change_key(open_database(), os.environ.get(VARIABLE, ""), new)
    click.echo(f"{count} Werte sind neu verschlossen.")
    click.echo(f"Jetzt auf allen Maschinen {VARIABLE} auf den neuen Schlüssel setzen und die Anwendung starten.")
    click.echo("Den bisherigen Schlüssel aufbewahren, solange es Sicherungen von vorher gibt: Nur er öffnet sie.")
