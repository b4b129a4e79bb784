"""``fallfluss bestand``: running cases of a region from a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cases.bestand import OPTIONAL, REQUIRED
from engine.cases.tabelle import MAX_BYTES, Problem
from engine.cli.installation import open_database
from engine.commands.bestand import NotConfirmed, Plan, import_cases, plan_import, summary
from engine.model.access import system

SPALTEN = f"""\b
Spalten: {", ".join(REQUIRED[:5])},
  {", ".join(REQUIRED[5:])};
  freiwillig {", ".join(OPTIONAL)}"""


@click.command(epilog=SPALTEN)
@click.argument("file", metavar="DATEI", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", required=True, help="Kürzel der Sozialregion, zum Beispiel SDOL.")
@click.option("--dry-run", is_flag=True, help="Nur prüfen und zeigen, was geschähe; nichts speichern.")
@click.option("--ohne-fehlerhafte", is_flag=True, help="Fälle mit fehlerhaften Zeilen auslassen statt alles abzubrechen.")
def bestand(file: Path, region: str, dry_run: bool, ohne_fehlerhafte: bool) -> None:  # noqa: FBT001 - click passes flags as booleans
    """Laufende Fälle aus einer CSV-Datei übernehmen; sie treten bei ihrer nächsten Standortbestimmung ein.

    Eine Zeile je Person, UTF-8 oder Windows-1252, getrennt mit Strichpunkt oder Komma. Alles oder nichts; was schon importiert ist,
    bleibt, wie es ist.

    \b
    Beispiel:
      fallfluss bestand faelle.csv --region SDOL --dry-run
    """
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    database = open_database()
    if dry_run:
        with database.read(system("befehlszeile")) as session:
            plan = plan_import(session, content, region)
        _report(plan)
        click.echo(f"Neu zu eröffnen: {len(plan.new)}, schon importiert: {len(plan.known)}. Nichts gespeichert.")
        raise SystemExit(1 if plan.problems else 0)
    try:
        with database.begin(system("befehlszeile")) as session:
            plan = import_cases(session, content, region, leave_out_bad=ohne_fehlerhafte, progress=_tell)
    except NotConfirmed as refused:
        _problems(refused.problems)
        raise
    _report(plan)
    click.echo(summary(plan))


def _tell(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        click.echo(f"{done} von {total} Fällen …", err=True)


def _report(plan: Plan) -> None:
    _problems(plan.problems)
    for one in plan.conflicts:
        click.echo(f"Zeile {one.line}, {one.fachapplikation_nr}: ausgelassen. {one.message}", err=True)


def _problems(problems: tuple[Problem, ...]) -> None:
    for one in problems:
        click.echo(f"Zeile {one.line}, {one.fachapplikation_nr or '–'}: {one.message}", err=True)
