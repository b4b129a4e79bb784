"""The ways that cases took in the recorded scenarios (``data/szenarien.json``), replayed on other diagrams: which of them still fit.

The records hold the ids of the steps in the order in which they were done, of made-up cases. A way that is not ended may go on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.model.errors import DefinitionInvalid, NotFound
from engine.replay.conformance import WORDS, Replayer, Report
from engine.replay.model import load

FILE = Path(__file__).parent / "data" / "szenarien.json"
GONE = "gibt es nicht mehr"
# Few nodes, but much that nobody sees: the canton's diagrams take about 100,000 from one task to the next.
BUDGET, UNSEEN = 2_000, 200_000
SECONDS = 40.0


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
    """A scenario on the given diagrams. ``fehler`` says why it could not be replayed at all.

    ``ist_offen``: the best explanation was not found in time; it has at least ``mindestens`` deviations, and ``abweichungen`` then
    only names the steps that the diagrams do not have.
    """

    szenario: Szenario
    abweichungen: tuple[Abweichung, ...] = ()
    ist_offen: bool = False
    fehler: str = ""
    mindestens: int = 0

    @property
    def passt(self) -> bool:
        return not (self.abweichungen or self.ist_offen or self.fehler)


@cache
def szenarien() -> tuple[Szenario, ...]:
    """All records."""
    rows = json.loads(FILE.read_text("utf-8"))
    return tuple(Szenario(row["name"], row["prozess"], row["beendet"], tuple(row["schritte"])) for row in rows)


def on_diagrams(files: Mapping[str, bytes], *, seconds: float = SECONDS) -> tuple[Nachgespielt, ...]:
    """Every scenario on these diagrams (name to content), in a process of its own: an unlucky drawing can make the search very long.

    What is not decided after ``seconds`` is said to be open.
    """
    request = json.dumps({name: b64encode(content).decode() for name, content in files.items()})
    # The module is run by name, so that it is found however the application was started.
    command = [sys.executable, "-c", "import sys; sys.path[:] = sys.argv[1:]; from engine.replay.szenarien import main; main()", *sys.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            told, _ = child.communicate(request, timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            told, _ = child.communicate()
    found = {row["name"]: row for row in map(json.loads, filter(_is_whole, told.splitlines()))}
    return tuple(_read(one, found.get(one.name)) for one in szenarien())


def main() -> None:
    """The child's side: diagrams on standard input, one line of JSON for each scenario as soon as it is known."""
    files = {name: b64decode(content) for name, content in json.load(sys.stdin).items()}
    for one in sorted(szenarien(), key=lambda one: len(one.schritte)):
        told = replayed(files, one)
        row: dict[str, Any] = {"name": one.name, "offen": told.ist_offen, "fehler": told.fehler, "mindestens": told.mindestens}
        row["abweichungen"] = [[step.element, step.name, step.was] for step in told.abweichungen]
        print(json.dumps(row), flush=True)


def replayed(files: Mapping[str, bytes], one: Szenario) -> Nachgespielt:
    """One scenario on these diagrams, here and now."""
    try:
        model = load(list(files.items()), one.prozess)
    except (DefinitionInvalid, NotFound) as error:
        return Nachgespielt(one, fehler=str(error))
    report = Replayer(model, budget=BUDGET, unseen=UNSEEN, is_open=not one.beendet).replay({one.schritte: 1})
    return _told(one, report)


def _told(one: Szenario, report: Report) -> Nachgespielt:
    variant = report.variants[0]
    if variant.cost is None:
        gone = tuple(Abweichung(name, name, GONE) for name in sorted(report.unknown_activities))
        return Nachgespielt(one, gone, ist_offen=True, mindestens=variant.lower)
    steps = (Abweichung(step.element or step.activity or "", step.name, WORDS[step.deviation or ""]) for step in variant.deviations)
    return Nachgespielt(one, tuple(dict.fromkeys(steps)), mindestens=variant.cost)


def _is_whole(line: str) -> bool:
    """A killed child may leave half a line."""
    return line.startswith("{") and line.endswith("}")


def _read(one: Szenario, row: Mapping[str, Any] | None) -> Nachgespielt:
    if row is None:
        return Nachgespielt(one, ist_offen=True)
    return Nachgespielt(one, tuple(Abweichung(*step) for step in row["abweichungen"]), row["offen"], row["fehler"], row["mindestens"])
