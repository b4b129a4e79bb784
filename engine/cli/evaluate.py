"""``fallfluss evaluate``: the figures of the evaluation, for programs and for the eye."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import click

from engine.cli.installation import open_database, require_region
from engine.commands.auswertung.spuren import refresh
from engine.commands.auswertung.treue import treue
from engine.model.access import system
from engine.queries.angaben import SEGMENTE
from engine.queries.auswertung.abschnitt import Abschnitt
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.kennzahlen import Figures, figures
from engine.queries.auswertung.kennzahlen_json import als_daten
from engine.queries.auswertung.schutz import geschuetzt
from engine.queries.auswertung.spreizung import SCHLUESSEL
from engine.queries.auswertung.tafeln import tafeln
from engine.queries.auswertung.wirkung import wirkung
from engine.store.session import Database

DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


@click.command()
@click.option("--from", "from_", type=DAY, default=None, help="Nur Fälle, die ab diesem Tag begannen (2026-01-31 oder 31.01.2026).")
@click.option("--to", type=DAY, default=None, help="… bis und mit diesem Tag.")
@click.option("--region", default="", help="Nur diese Sozialregion, zum Beispiel SDOL.")
@click.option("--json", "is_json", is_flag=True, help="Als JSON, mit allen Zahlen; jede mit Definition, n, Zeitraum und Fassung.")
def evaluate(from_: datetime | None, to: datetime | None, region: str, is_json: bool) -> None:
    """Die Kennzahlen der Evaluation: Dauer, Rückfall, Pünktlichkeit, Segmentwechsel, Übersteuerung.

    Was auf weniger Fällen beruht als der Parameter «anonymisierung_zellgroesse» verlangt, fehlt, samt dem, woraus es sich zurückrechnen liesse.

    \b
    Beispiele:
      fallfluss evaluate --json > kennzahlen.json
      fallfluss evaluate --from 01.01.2026 --region SDOL
    """
    database = open_database()
    with database.read(system("befehlszeile")) as session:
        require_region(session, region)
    refresh(database)
    auswahl = Auswahl(region=region, von=from_.date() if from_ else None, bis=to.date() if to else None)
    with database.read(system("befehlszeile")) as session:
        held = geschuetzt(session, auswahl)
    if held.verweigert:
        raise click.ClickException(held.verweigert)
    click.echo(_json(database, auswahl) if is_json else _told(database, auswahl))


def _json(database: Database, auswahl: Auswahl) -> str:
    """Everything with definition, n, period and version; every case is replayed for it, however long that takes."""
    access = system("befehlszeile")
    _, adherence = treue(database, access, auswahl, lambda: lambda: False)
    with database.read(access) as session:
        return json.dumps(als_daten(session, auswahl, adherence), ensure_ascii=False, indent=2)


def _told(database: Database, auswahl: Auswahl) -> str:
    with database.read(system("befehlszeile")) as session:
        found, names = figures(session, auswahl), regionen(session)
        apart = [one for one in tafeln(found, names, SEGMENTE) if one.schluessel == SCHLUESSEL]
        return _text(found, [*apart, *wirkung(session, auswahl)])


def _text(found: Figures, mehr: Sequence[Abschnitt]) -> str:
    lines = [f"{found.number if found.number >= found.threshold else 'zu wenige'} Fälle"]
    for name, curve in found.durations.items():
        median = curve.quantile(0.5)
        lines.append(f"{name:8} Dauer: Median {'nicht erreicht' if median is None else f'{median:.1f} Monate'}, Mittel bis 24 Monate {curve.restricted_mean(24):.1f} (n = {found.umfang(name)})")
    for name, shares in found.relapse.items():
        lines += [f"{name:8} Rückfall innert {months} Monaten: {(one.share or 0):.1%} (n = {one.number})" for months, one in shares.items()]
    for kind, places in found.punctual.items():
        lines += [f"{name:8} {kind} pünktlich: {done / of:.0%} (n = {of})" for name, (done, of) in places.items()]
    for one in mehr:
        lines += ["", f"{one.titel} ({', '.join(one.kopf[1:])})", *(f"  {row[0]}: {', '.join(row[1:])}" for row in one.zeilen)]
    return "\n".join(lines)
