"""``fallfluss compare``: what changed between two versions, in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click

from engine.cli.deploy import collect
from engine.cli.installation import open_database
from engine.definitions.vergleich import Comparison, FileComparison, compare_sets
from engine.model.access import system
from engine.queries.vergleich import Stand, stand

WORDS = {"neu": "neu", "weg": "fällt weg", "geaendert": "geändert"}


@click.command()
@click.argument("vorher", metavar="A")
@click.argument("nachher", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="JSON-Liste von {file, art, comparison} ausgeben.")
@click.option("--all", "is_full", is_flag=True, help="Auch nennen, was nur anders gezeichnet ist.")
def compare(vorher: str, nachher: str, as_json: bool, is_full: bool) -> None:
    """Zwei Stände vergleichen und sagen, was sich geändert hat.

    A und B sind Dateien, Ordner oder Abgelegtes: process:fall@3, decision:segmentierung, form:f10@2 (ohne Nummer die neuste
    Fassung), freigabe:4, vorschlag:7, entwurf:2. Ende mit 0, auch wenn sie verschieden sind.

    \b
    Beispiele:
      fallfluss compare process:fall@1 process:fall@2
      fallfluss compare freigabe:1 bpmn/
      fallfluss compare alt/fall.bpmn bpmn/fall.bpmn --json
    """
    before, after = _stand(vorher), _stand(nachher)
    if not before.is_set and not after.is_set:
        # One file each: it is the same thing, whatever it is called.
        before = replace(before, files={next(iter(after.files)): next(iter(before.files.values()))})
    found = compare_sets(before.files, after.files)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(before, after, found, is_full=is_full)))


def _stand(text: str) -> Stand:
    path = Path(text)
    if path.exists():
        return Stand(text, collect((path,)), is_set=path.is_dir())
    with open_database().read(system("befehlszeile")) as session:
        return stand(session, text)


def _lines(before: Stand, after: Stand, found: tuple[FileComparison, ...], *, is_full: bool) -> Iterator[str]:
    yield f"{before} → {after}"
    if not found:
        yield "Kein Unterschied."
    for one in found:
        yield f"{one.file}: {WORDS[one.art]}"
        yield from (f"  {sentence}" for sentence in _sentences(one.comparison, is_full=is_full))


def _sentences(comparison: Comparison, *, is_full: bool) -> Iterator[str]:
    for change in comparison.changes:
        if is_full or change.art != "verschoben":
            yield from change.worte
    moved = comparison.count("verschoben")
    if moved and not is_full:
        yield f"{moved} nur anders angeordnet (--all nennt sie)"
