"""``fallfluss deploy`` and ``fallfluss release``: diagrams into the database, and into force."""

from __future__ import annotations

from pathlib import Path

import click

from engine import commands
from engine.cli.installation import open_database
from engine.model.access import system

SUFFIXES = (".bpmn", ".dmn", ".form")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Nur prüfen und zeigen, was neu wäre; nichts speichern.")
def deploy(paths: tuple[Path, ...], dry_run: bool) -> None:
    """Diagramme, Entscheidungen und Formulare prüfen und als neue Fassungen ablegen.

    PATH ist eine Datei oder ein Verzeichnis (.bpmn, .dmn, .form). Alles oder nichts: Ein Fehler in einer Datei, und nichts wird
    gespeichert. Unveränderte Dateien behalten ihre Fassung. Laufende Fälle merken nichts: Was abgelegt ist, gilt erst nach
    «fallfluss release».

    \b
    Beispiele:
      fallfluss deploy bpmn --dry-run
      fallfluss deploy bpmn
    """
    files = collect(paths)
    with open_database().begin(system("befehlszeile")) as session:
        deployed, warnings = commands.deploy(session, files, dry_run=dry_run)
    for finding in warnings:
        click.echo(f"Warnung: {finding.file}, {finding.element or '–'}: {finding.message}", err=True)
    for row in deployed:
        click.echo(f"{row.resource_name}: {row.kind} {row.id}, Fassung {row.version}{' (neu)' if row.is_new else ' (unverändert)'}")
    if dry_run:
        click.echo(f"{len(files)} Dateien geprüft, kein Fehler. Nichts gespeichert.")


@click.command()
@click.option("--note", default="", help="Was diese Freigabe ändert; steht in der Liste der Freigaben.")
def release(note: str) -> None:
    """Alle zuletzt abgelegten Fassungen sofort und überall freigeben, ohne zweite Person: für die erste Installation und die Vorführung.

    Neue Fälle beginnen damit, laufende bleiben bei ihrer Freigabe. Im Betrieb schlagen Prozessverantwortliche eine Freigabe in der
    Oberfläche vor, und jemand anderes erteilt sie.

    \b
    Beispiel:
      fallfluss release --note "Frist der Zielvereinbarung neu 30 Tage"
    """
    with open_database().begin(system("befehlszeile")) as session:
        number = commands.release(session, note)
    click.echo(f"Freigabe {number} gilt für neue Fälle. Sie hat keine zweite Person gesehen; im Betrieb geht das unter «Freigaben».")


def collect(paths: tuple[Path, ...]) -> dict[str, bytes]:
    """The files named, or found in the directories named: file name → content.

    Raises:
        click.UsageError: nothing to deploy, or two files of one name.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in SUFFIXES and file.is_file():
                if file.name in found:
                    raise click.UsageError(f"Die Datei {file.name} kommt zweimal vor.")
                found[file.name] = file.read_bytes()
    if not found:
        raise click.UsageError(f"Keine Dateien {', '.join(SUFFIXES)} gefunden.")
    return found
