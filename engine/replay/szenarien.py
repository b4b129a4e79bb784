"""The ways that cases took in the recorded scenarios (``data/szenarien.json``), replayed on other diagrams: which of them still fit.

The records hold the ids of the steps in the order in which they were done, of made-up cases. A way that is not ended may go on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.model.errors import DefinitionInvalid, NotFound
from engine.replay.conformance import WORDS, Replayer, Variant
from engine.replay.model import Model, load

FILE = Path(__file__).parent / "data" / "szenarien.json"
BUDGET = 20_000


@dataclass(frozen=True)
class Szenario:
    """A recorded way; ``schritte`` are ids of elements."""

    name: str
    prozess: str
    beendet: bool
    schritte: tuple[str, ...]


@dataclass(frozen=True)
class Abweichung:
    """A step that the diagrams do not have, or want elsewhere, in words."""

    element: str
    name: str
    was: str


@dataclass(frozen=True)
class Nachgespielt:
    """A scenario on the given diagrams. ``fehler`` says why it could not be replayed at all; ``ist_offen`` that the search gave up."""

    szenario: Szenario
    abweichungen: tuple[Abweichung, ...] = ()
    ist_offen: bool = False
    fehler: str = ""

    @property
    def passt(self) -> bool:
        return not (self.abweichungen or self.ist_offen or self.fehler)


@cache
def szenarien() -> tuple[Szenario, ...]:
    """All records."""
    rows = json.loads(FILE.read_text("utf-8"))
    return tuple(Szenario(row["name"], row["prozess"], row["beendet"], tuple(row["schritte"])) for row in rows)


def on_diagrams(files: Mapping[str, bytes]) -> tuple[Nachgespielt, ...]:
    """Every scenario on these diagrams (name to content)."""
    found: dict[Szenario, Nachgespielt] = {}
    for prozess, beendet in sorted({(one.prozess, one.beendet) for one in szenarien()}):
        mine = [one for one in szenarien() if (one.prozess, one.beendet) == (prozess, beendet)]
        found.update(_replayed(files, prozess, mine, is_open=not beendet))
    return tuple(found[one] for one in szenarien())


def _replayed(files: Mapping[str, bytes], prozess: str, mine: list[Szenario], *, is_open: bool) -> dict[Szenario, Nachgespielt]:
    try:
        model = _model(files, prozess)
    except (DefinitionInvalid, NotFound) as error:
        return {one: Nachgespielt(one, fehler=str(error)) for one in mine}
    report = Replayer(model, budget=BUDGET, is_open=is_open).replay({one.schritte: 1 for one in mine})
    by = {variant.activities: variant for variant in report.variants}
    return {one: _told(one, by[one.schritte]) for one in mine}


def _model(files: Mapping[str, bytes], prozess: str) -> Model:
    return load(list(files.items()), prozess)


def _told(one: Szenario, variant: Variant) -> Nachgespielt:
    steps = (Abweichung(step.element or step.activity or "", step.name, WORDS[step.deviation or ""]) for step in variant.deviations)
    return Nachgespielt(one, tuple(dict.fromkeys(steps)), ist_offen=variant.cost is None)
