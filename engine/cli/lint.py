"""``fallfluss lint``: what speaks against running these files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from engine.definitions.lint import lint as check
from engine.definitions.xml import MAX_BYTES
from engine.model.errors import Finding

KINDS = frozenset({".bpmn", ".dmn", ".form"})
WORDS = {"error": "FEHLER ", "warning": "Warnung"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PFAD…")
@click.option("--json", "as_json", is_flag=True, help="JSON-Liste von {file, element, name, rule, severity, message} ausgeben.")
@click.option("--allow-missing", is_flag=True, help="Verweise auf fehlende Prozesse, Entscheidungen und Formulare sind nur Warnungen.")
def lint(paths: tuple[Path, ...], as_json: bool, allow_missing: bool) -> None:
    """Diagramme, Entscheidungen und Formulare prüfen, ohne sie zu übernehmen.

    PFAD ist eine Datei (.bpmn, .dmn, .form) oder ein Ordner. Was in den Dateien aufgerufen wird, muss mit angegeben sein.
    Ende mit 1, wenn es Fehler gibt; Warnungen allein enden mit 0.

    \b
    Beispiele:
      fallfluss lint bpmn/
      fallfluss lint bpmn/fall.bpmn --allow-missing --json
    """
    files = {str(path): _content(path) for path in _files(paths)}
    findings = check(files, missing="warning" if allow_missing else "error")
    click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2) if as_json else _text(findings, len(files)))
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(1)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.suffix.lower() in KINDS and inner.is_file())
        else:
            yield path


def _content(path: Path) -> bytes:
    """The file's bytes; of an oversized one just enough for it to be refused."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _text(findings: Sequence[Finding], files: int) -> str:
    lines = []
    for file, found in groupby(findings, key=lambda finding: finding.file):
        lines.append(file or "Aufruf")
        lines += [_line(finding) for finding in found]
        lines.append("")
    errors = sum(finding.severity == "error" for finding in findings)
    return "\n".join([*lines, f"Geprüfte Dateien: {files}. Fehler: {errors}. Warnungen: {len(findings) - errors}."])


def _line(finding: Finding) -> str:
    name = f" «{finding.name}»" if finding.name else ""
    return f"  {WORDS[finding.severity]} {finding.element or '–'}{name}: {finding.message} [{finding.rule}]"
