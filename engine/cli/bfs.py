"""``fallfluss bfs``: the monthly delivery to the Federal Statistical Office, prepared and not official."""

from __future__ import annotations

from datetime import datetime

import click

from engine.cli.installation import open_database, require_region
from engine.model.access import system
from engine.queries.bfs import delivery


@click.command()
@click.argument("monat", type=click.DateTime(formats=["%Y-%m"]))
@click.option("--region", required=True, help="Kürzel der Sozialregion, zum Beispiel SDOL.")
def bfs(monat: datetime, region: str) -> None:
    """Die offenen Dossiers eines Monats als CSV schreiben, zum Abgleich mit der Fachapplikation (nicht amtlich).

    \b
    Beispiel:
      fallfluss bfs 2026-08 --region SDOL > sdol-2026-08.csv
    """
    with open_database().read(system("befehlszeile")) as session:
        require_region(session, region)
        click.echo(delivery(session, region, monat.date()), nl=False)
