"""``fallfluss replay``: how far what happened agrees with a diagram."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.cli.installation import open_database
from engine.cli.progress import progress
from engine.model.access import system
from engine.replay.conformance import WORDS, Replayer, Report, Step, Variant, together
from engine.replay.files import read_log, read_model
from engine.replay.log import Case, Log
from engine.replay.model import Model, only_human
from engine.replay.own_history import deployed_model
from engine.replay.own_log import is_own, origin, others

SHOWN = 20


@click.command()
@click.argument("log", metavar="PROTOKOLL", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "models", metavar="DATEI|PROZESS[@VERSION]", multiple=True, required=True, help="Diagramm, Ordner mit Diagrammen, oder ein abgelegter Prozess; mehrfach für aufgerufene Prozesse.")
@click.option("--match", type=click.Choice(["id", "name"]), default=None, help="Aktivitäten über die Element-Id oder den Namen zuordnen; ohne Angabe über die Id, wenn das Protokoll Ids nennt.")
@click.option("--lifecycle", default=None, help="Welche lifecycle:transition als getan gilt (üblich: complete).")
@click.option("--budget", default=60_000, show_default=True, type=click.IntRange(1), help="Suchschritte je Variante, danach gilt sie als nicht entschieden.")
@click.option("--all", "every", is_flag=True, help="Bei einer eigenen Ausfuhr auch die Fälle der anderen Prozesse nachspielen; üblich ist: nur die des Modells.")
@click.option("--only-human", "only_people", is_flag=True, help="Für Protokolle, die nur nennen, was Menschen taten: Automatische Schritte, die im Protokoll nie vorkommen (Dienst, Skript, Regel, Versand, Empfang, Aufruf), zählen nicht als ausgelassen.")
@click.option("--json", "as_json", is_flag=True, help="Alles als JSON ausgeben.")
def replay(log: Path, models: tuple[str, ...], match: str | None, lifecycle: str | None, budget: int, every: bool, only_people: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes flags as booleans
    """Ein Ereignisprotokoll (XES, CSV, Excel) auf einem BPMN-Diagramm nachspielen.

    Für jede Variante entsteht die beste Erklärung: Ein Schritt, den das Diagramm dort nicht zulässt, kostet 1, ebenso ein Schritt, den das
    Diagramm verlangt und der fehlt. Eine eigene Ausfuhr (fallfluss export) nennt zu jedem Fall den Prozess und ob er beendet ist: Einem laufenden
    Fall fehlt am Ende nichts, und jedes Ereignis steht im Verlauf.

    \b
    Beispiele:
      fallfluss replay ereignisse.xes.gz --model modell.bpmn --match name
      fallfluss replay export.csv --model fall@3 --json
    """
    model = _model(models)
    read = read_log(log)
    for problem in read.problems[:SHOWN]:
        click.echo(f"Zeile {problem.line}: {problem.reason}; ausgelassen", err=True)
    if len(read.problems) > SHOWN:
        click.echo(f"… und {len(read.problems) - SHOWN} weitere Zeilen ausgelassen", err=True)
    for reason in model.unsupported:
        click.echo(f"Hinweis: {reason}", err=True)
    cases = read.cases if every else _of_model(read.cases, model)
    chosen = match or _match(read, model)
    if only_people:
        model = _without_automatic(Log(cases), model, match=chosen, lifecycle=lifecycle)
    report = _replayed(Log(cases), model, match=chosen, lifecycle=lifecycle, budget=budget)
    click.echo(json.dumps(as_dict(report), ensure_ascii=False, indent=2) if as_json else _text(report))


def _of_model(cases: list[Case], model: Model) -> list[Case]:
    """Without the cases that say they belong to another process."""
    left_out = others(Counter(origin(case.attributes) for case in cases), model.main.id)
    if not left_out:
        return cases
    told = ", ".join(f"{name} {number}" for name, number in left_out.items())
    click.echo(f"Hinweis: {left_out.total()} Fälle anderer Prozesse ausgelassen ({told}); mit --all zählen sie mit.", err=True)
    return [case for case in cases if origin(case.attributes).process not in left_out]


def _without_automatic(log: Log, model: Model, *, match: str, lifecycle: str | None) -> Model:
    seen = {label for variant in log.variants(match=match, lifecycle=lifecycle) for label in variant}
    found = only_human(model, seen, match=match)
    click.echo(f"Hinweis: {len(found.silent)} von {len(model.automatic(match=match))} automatischen Schritten kommen im Protokoll nie vor und zählen nicht.", err=True)
    return found


def _replayed(log: Log, model: Model, *, match: str, lifecycle: str | None, budget: int) -> Report:
    """Cases under way apart from the others; which they are, only Fallfluss's own exports say."""
    wanted = lifecycle or log.usual_lifecycle()
    is_ours = is_own(Counter(origin(case.attributes) for case in log.cases))
    parts = [
        (Log([case for case in log.cases if (is_ours and not origin(case.attributes).is_over) == is_open]).variants(match=match, lifecycle=wanted), is_open)
        for is_open in ((False, True) if is_ours else (False,))
    ]
    with progress(sum(len(variants) for variants, _ in parts), "Varianten nachspielen") as advance:
        reports = [
            Replayer(model, match=match, budget=budget, is_open=is_open, events="shown" if is_ours else "optional").replay(
                variants, progress=lambda _done, _all: advance(1)
            )
            for variants, is_open in parts
            if variants
        ]
    return together(reports)


def _match(log: Log, model: Model) -> str:
    """By id, as is the default; but a log that knows no id of the model and some of its names means names."""
    labels = {name for variant in log.variants(match="id") for name in variant}
    net = model.net(match="id", counts=None)
    if labels & net.labels.keys() or not labels:
        return "id"
    if not labels & model.net(match="name", counts=None).labels.keys():
        return "id"
    click.echo("Das Protokoll nennt keine Element-Id des Diagramms; zugeordnet wird über die Namen (--match name).", err=True)
    return "name"


def _model(given: Sequence[str]) -> Model:
    paths = [Path(one) for one in given]
    if all(path.exists() for path in paths):
        return read_model(paths)
    process, _, version = given[0].partition("@")
    if version and not version.isdigit():
        raise click.UsageError(f"«{version}» ist keine Version; erwartet ist zum Beispiel {process}@3.")
    with open_database().read(system("befehlszeile")) as session:
        return deployed_model(session, process, int(version) if version else None)


def as_dict(report: Report) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "cases": report.cases,
        "variants": len(report.variants),
        "cost": report.cost,
        "fitting_cases": report.fitting_cases,
        "undecided": report.undecided,
        "unknown_activities": dict(report.unknown_activities),
        "per_variant": [_variant(variant) for variant in report.variants],
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "activities": list(variant.activities),
        "frequency": variant.frequency,
        "cost": variant.cost,
        **({"lower": variant.lower, "upper": variant.upper} if variant.cost is None else {}),
        "moves": [_move(step) for step in variant.moves],
    }


def _move(step: Step) -> dict[str, Any]:
    return {"kind": step.kind, "activity": step.activity, "element": step.element, "name": step.name, "deviation": step.deviation}


def _text(report: Report) -> str:
    part = report.fitting_cases / report.cases * 100 if report.cases else 0.0
    lines = [
        f"Fälle: {report.cases}, Varianten: {len(report.variants)}",
        f"Passend: {report.fitting_cases} Fälle ({part:.1f} %), Abweichungen zusammen: {report.cost}",
    ]
    if report.undecided:
        lines.append(f"Nicht entschieden: {report.undecided} Fälle (Budget je Variante erschöpft; mit --budget erhöhen)")
    for name, number in sorted(report.unknown_activities.items(), key=lambda item: -item[1]):
        lines.append(f"Unbekannte Aktivität: {name} ({number}-mal)")
    found = report.by_element().most_common(SHOWN)
    if found:
        lines += ["", "Häufigste Abweichungen (Fälle):"]
        names = {step.element: step.name for variant in report.variants for step in variant.moves if step.name}
        lines += [f"  {number:>6}  {names.get(element) or element}: {WORDS[what]}" for (element, what), number in found]
    return "\n".join(lines)
