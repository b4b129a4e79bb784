"""What a rule teaches: why it exists, what to do, and one wrong and one right example. The texts and examples are in ``data/regeln.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from engine.definitions.lint.beispiel import around, drawn
from engine.definitions.lint.modeler_german import GERMAN

FILE = Path(__file__).parents[1] / "data" / "regeln.toml"
OF_THE_MODELER = "Regeln des Modelers"


@dataclass(frozen=True)
class Lehre:
    """``falsch`` and ``richtig`` are drawn diagrams, ``stellen`` the elements the wrong one is about; a rule of tables or forms has only code."""

    regel: str
    titel: str
    gruppe: str
    warum: str
    abhilfe: str
    falsch: bytes | None = None
    richtig: bytes | None = None
    falsch_code: str = ""
    richtig_code: str = ""
    falsch_text: str = ""
    richtig_text: str = ""
    stellen: tuple[str, ...] = ()


def lehre(regel: str) -> Lehre | None:
    """What that rule teaches; None for a rule nobody knows."""
    told = _told().get(regel)
    return told if told is not None else _of_the_modeler(regel)


def lehren() -> tuple[Lehre, ...]:
    """All rules, ours first, in the order of the file."""
    theirs = (_of_the_modeler(f"camunda-compat/{rule}") for rule in GERMAN)
    return (*_told().values(), *(one for one in theirs if one is not None))


@cache
def _told() -> Mapping[str, Lehre]:
    with FILE.open("rb") as file:
        return {regel: _lehre(regel, entry) for regel, entry in tomllib.load(file).items()}


def _lehre(regel: str, entry: Mapping[str, Any]) -> Lehre:
    falsch, richtig = entry.get("falsch", ""), entry.get("richtig", "")
    is_diagram = "stellen" in entry
    return Lehre(
        regel=regel,
        titel=entry["titel"],
        gruppe=entry["gruppe"],
        warum=entry["warum"],
        abhilfe=entry["abhilfe"],
        falsch=drawn(around(falsch)) if is_diagram else None,
        richtig=drawn(around(richtig)) if is_diagram else None,
        falsch_code=_besides(falsch, richtig) if is_diagram else falsch.strip(),
        richtig_code=_besides(richtig, falsch) if is_diagram else richtig.strip(),
        falsch_text=entry.get("falsch_text", ""),
        richtig_text=entry.get("richtig_text", ""),
        stellen=tuple(entry.get("stellen", ())),
    )


def _besides(one: str, other: str) -> str:
    """The lines that the other example does not have: what a drawing cannot show."""
    known = {line.strip() for line in other.splitlines()}
    return dedent("\n".join(line for line in one.splitlines() if line.strip() not in known))


def _of_the_modeler(regel: str) -> Lehre | None:
    """Their rules in our words: the first sentence says what is wrong, the rest what to do."""
    text = GERMAN.get(regel.rpartition("/")[2])
    if text is None:
        return None
    what, _, todo = text.partition(". ")
    return Lehre(regel, what, OF_THE_MODELER, f"{what}. So prüft es auch der Camunda Modeler; was er beanstandet, führt kein System dieser Art richtig aus.", todo)
