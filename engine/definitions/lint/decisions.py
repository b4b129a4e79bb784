"""FEEL in decision models: cells, inputs, outputs and literal expressions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.catalog import Catalog
from engine.definitions.dmn import Decision, Table
from engine.definitions.dmn.model import Literal
from engine.definitions.feel import Kind
from engine.definitions.lint import parameters
from engine.model.errors import Finding

RULE = "dmn-feel"
ANYTHING = frozenset({"", "-"})


def check(decision: Decision, file: str, catalog: Catalog) -> Iterator[Finding]:
    """One finding per text that is not FEEL, or calls an unknown function."""
    bound = decision.names()
    for where, source, kind in _texts(decision):
        if source.strip() in ANYTHING:
            continue
        for name in parameters.unknown(source):
            yield Finding(file, decision.id, decision.name, parameters.RULE, "error", f"{where}: {parameters.complaint(name)}")
        problem = catalog.parse_error(source, kind)
        unknown = [] if problem else [name for name in catalog.unknown_functions(source, kind) if name not in bound]
        message = f"ist fehlerhaft: {problem.rstrip('.')}" if problem else f"ruft «{unknown[0]}» auf, das es nicht gibt" if unknown else ""
        if message:
            yield Finding(file, decision.id, decision.name, RULE, "error", f"{where}: «{source[:80]}» {message}. Berichtigen Sie die Zelle.")


def _texts(decision: Decision) -> Iterator[tuple[str, str, Kind]]:
    for box, logic in decision.texts():
        inside = f"«{box}», " if box else ""
        if isinstance(logic, Literal):
            yield f"{inside}Ausdruck", logic.source, "expression"
        elif isinstance(logic, Table):
            yield from ((f"{inside}{where}", source, kind) for where, source, kind in _cells(logic))


def _cells(table: Table) -> Iterator[tuple[str, str, Kind]]:
    for column in table.inputs:
        yield f"Eingabe «{column.label or column.name}»", column.source, "expression"
    for number, rule in enumerate(table.rules, start=1):
        for column, test in zip(table.inputs, rule.tests, strict=False):
            yield f"Regel {number}, Eingabe «{column.label or column.name}»", test, "unary"
        for column, output in zip(table.outputs, rule.outputs, strict=False):
            yield f"Regel {number}, Ausgabe «{column.label or column.name}»", output, "expression"
