"""``fallfluss audit``: seal and check the chain over history and access log."""

from __future__ import annotations

import sys

import click

from engine.cli.installation import open_database
from engine.model.access import system
from engine.store import siegel


@click.group()
def audit() -> None:
    """Verlauf und Zugriffsprotokoll versiegeln und prüfen.

    Der Fristenprozess versiegelt jede Minute; von Hand ist es nie nötig.

    \b
    Beispiel:
      fallfluss audit verify
    """


@audit.command()
@click.option("--kopf", metavar="NUMMER:HASH", help="Ein früher notierter Kopf; ohne ihn bleibt unbemerkt, was am Ende abgeschnitten wurde.")
def verify(kopf: str | None) -> None:
    """Die ganze Kette nachrechnen. Exit-Code 1, wenn etwas verändert, gelöscht, eingefügt oder abgeschnitten wurde.

    \b
    Beispiel: heute den Kopf ausserhalb notieren, in einem Jahr gegen ihn prüfen
      fallfluss audit verify
      fallfluss audit verify --kopf 812:9f2c…
    """
    try:
        anchor = siegel.Kopf.read(kopf) if kopf else None
    except ValueError:
        raise click.BadParameter("Erwartet wird «Nummer:Hash», wie «fallfluss audit kopf» ihn ausgibt.", param_hint="--kopf") from None
    with open_database().read(system("befehlszeile")) as session:
        found = siegel.verify(session, anchor=anchor)
    for befund in found.befunde:
        click.echo(befund, err=True)
    click.echo(f"{found.zeilen} Zeilen unter {found.siegel} Siegeln, {found.offen} noch nicht versiegelt.")
    click.echo(f"Kopf: {found.kopf}")
    if found.befunde:
        click.echo(f"Fehler: {len(found.befunde)} Abweichungen gefunden. Die Datenbank nicht weiter benutzen und sichern.", err=True)
        sys.exit(1)
    click.echo("Die Kette ist unverändert.")


@audit.command()
def kopf() -> None:
    """Den neusten Kopf der Kette ausgeben, um ihn ausserhalb der Datenbank zu notieren.

    \b
    Beispiel:
      fallfluss audit kopf >> kopf.txt
    """
    with open_database().read(system("befehlszeile")) as session:
        click.echo(str(siegel.head(session)))


@audit.command("seal")
def seal_() -> None:
    """Jetzt versiegeln, was noch offen ist.

    \b
    Beispiel:
      fallfluss audit seal
    """
    count = siegel.seal(open_database(), system("befehlszeile"))
    click.echo(f"{count} Zeilen versiegelt.")
