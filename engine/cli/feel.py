"""``fallfluss feel``: what an expression of a diagram gives."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from engine.cli import Failure
from engine.definitions.feel import Feel
from engine.definitions.parameter import CONTEXT, defaults
from engine.model.calendar import parse_instant
from engine.model.clock import SystemClock
from engine.model.json_text import parsed


@click.command()
@click.argument("expression")
@click.option("--context", default="{}", metavar="JSON", help="Die Variablen als JSON-Objekt.")
@click.option("--now", metavar="ISO", help="Zeitpunkt für today() und now(), zum Beispiel 2026-08-31; ohne Angabe jetzt.")
def feel(expression: str, context: str, now: str | None) -> None:
    """Einen FEEL-Ausdruck auswerten und das Ergebnis als JSON ausgeben.

    EXPRESSION ist geschrieben wie im Diagramm, mit oder ohne führendes Gleichheitszeichen. Was nicht angegeben ist, ist null; ist das
    Ergebnis null, steht auf stderr, woran das liegen könnte.

    \b
    Beispiele:
      fallfluss feel 'alter >= 63 and not(akut)' --context '{"alter": 64, "akut": false}'
      fallfluss feel 'monate plus(today(), 6)' --now 2026-08-31
    """
    variables = {CONTEXT: defaults(), **json_object(context, "--context")}
    source = expression.strip().removeprefix("=")
    with Feel() as interpreter:
        result = interpreter.evaluate_all([source], variables, now=instant(now))[0]
        remarks = interpreter.explain(source, variables, now=instant(now)) if result is None else []
    click.echo(json.dumps(result, ensure_ascii=False))
    for remark in remarks:
        click.echo(f"Hinweis: {remark}", err=True)


def json_object(text: str | bytes, where: str) -> dict[str, Any]:
    """Read a JSON object, from bytes in UTF-8.

    Raises:
        Failure: it is none; ``where`` says which one.
    """
    try:
        value = parsed(text)
    except ValueError as error:
        raise Failure(f"{where}: kein gültiges JSON ({error}).") from error
    if not isinstance(value, dict):
        raise Failure(f'{where}: erwartet wird ein JSON-Objekt wie {{"alter": 64}}.')
    return value


def instant(text: str | None) -> datetime:
    """The given instant, or the present one.

    Raises:
        click.BadParameter: the text is no ISO date or time.
    """
    try:
        return parse_instant(text) if text else SystemClock().now()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--now") from error
