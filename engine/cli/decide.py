"""``fallfluss decide``: a decision of a file for many inputs, one line each."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

import click

from engine.cli import Failure
from engine.cli.feel import instant, json_object
from engine.definitions.dmn import Decided, read_decisions
from engine.definitions.dmn import decide as decide_one
from engine.definitions.feel import Feel
from engine.definitions.parameter import CONTEXT, defaults
from engine.model.errors import Trouble


@click.command()
@click.argument("file", type=click.File("rb"))
@click.argument("decision_id")
@click.option(
    "--input",
    "lines",
    type=click.File("rb"),
    required=True,
    help="JSON-Objekte, eines je Zeile; - liest von der Standardeingabe.",
)
@click.option("--now", metavar="ISO", help="Zeitpunkt für today() und now(), zum Beispiel 2026-08-31; ohne Angabe jetzt.")
def decide(file: BinaryIO, decision_id: str, lines: BinaryIO, now: str | None) -> None:
    """Eine Entscheidung (DMN) für jede Eingabezeile auswerten.

    Gelesen wird je Zeile ein JSON-Objekt mit den Werten, ausgegeben je Zeile {"result": …, "rules": […]} mit den Regeln, die zutrafen. Was in
    einer Zeile fehlt, ist null; Parameter mit einem Standardwert in der Entscheidungsdatei erhalten diesen, und ohne «parameter» in der
    Zeile gelten die Vorgaben des Kantons. Beim ersten Fehler ist Schluss: Die Meldung nennt die Zeile, die Ergebnisse davor gelten.

    \b
    Beispiele:
      echo '{"alter": 64, "akut": false}' | fallfluss decide bpmn/segment.dmn segment --input -
      fallfluss decide bpmn/segment.dmn segment --input personen.jsonl > segmente.jsonl
    """
    decisions = read_decisions(file.read(), file.name)
    if decision_id not in decisions:
        raise Failure(f"Die Entscheidung «{decision_id}» gibt es in {file.name} nicht; vorhanden sind: {', '.join(decisions)}.")
    with Feel() as feel:
        evaluate = partial(decide_one, decisions, decision_id, feel=feel, now=instant(now))
        for number, line in enumerate(lines, 1):
            if line.strip():
                click.echo(_answer(line, f"Zeile {number}", evaluate))


def _answer(line: bytes, where: str, evaluate: Callable[[dict[str, Any]], Decided]) -> str:
    try:
        decided = evaluate({CONTEXT: defaults(), **json_object(line, where)})
    except Trouble as trouble:
        raise Failure(f"{where}: {trouble.message}") from trouble
    return json.dumps({"result": decided.result, "rules": decided.rules}, ensure_ascii=False)
