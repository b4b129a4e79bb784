"""The filters of the task list as they stand in the address: read, shown as tags that can be taken away, kept in links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from engine.queries.arbeit import SICHTEN, SORTIERUNGEN, Filter
from webui import words

WER = ("meine", "frei", "alle")
SICHT_WORTE: Mapping[str, str] = {
    "": "Alle",
    "ueberfaellig": "Überfällig",
    "heute": "Heute",
    "woche": "Diese Woche",
    "spaeter": "Später",
    "zurueckgestellt": "Zurückgestellt",
}
SORT_WORTE: Mapping[str, str] = {
    "faellig": "Fälligkeit",
    "fall": "Fallnummer",
    "name": "Name des Falls",
    "schritt": "Schritt",
    "person": "Person",
    "zustaendig": "Zuständigkeit",
    "prioritaet": "Priorität",
}
WER_WORTE: Mapping[str, str] = {"": "Meine und freie", "meine": "Nur meine", "frei": "Nur freie", "alle": "Alle der Region"}
WARTET = "wartet"


@dataclass(frozen=True)
class Marke:
    """A filter in force; following ``ohne`` takes it away."""

    name: str
    wert: str
    ohne: str


def read(args: MultiDict[str, str]) -> Filter:
    """The filter of an address; what it cannot mean is left out."""
    def one_of(name: str, allowed: Sequence[str]) -> str:
        return value if (value := args.get(name, "")) in allowed else ""

    team = args.get("team", "")
    return Filter(
        sicht=one_of("sicht", SICHTEN),
        wer=one_of("wer", WER),
        region=args.get("region", "")[:16],
        team=int(team) if team.isascii() and team.isdigit() and len(team) < 10 else None,
        person=args.get("person", "")[:80],
        schritt=args.get("schritt", "")[:120],
        segment=one_of("segment", tuple(words.SEGMENTE)),
        suche=args.get("suche", "").strip()[:100],
        sortierung=one_of("sortierung", SORTIERUNGEN) or "faellig",
        richtung=one_of("richtung", ("ab",)),
    )


def args(wanted: Filter) -> dict[str, str]:
    """The filter as an address has it, without what says nothing."""
    found = {name: str(value) for name, value in vars(wanted).items() if value not in (None, "")}
    return {name: value for name, value in found.items() if (name, value) != ("sortierung", "faellig")}


def address(wanted: Filter, endpoint: str = "aufgaben.liste", **changed: Any) -> str:
    """The list's address with the filter, and with what is changed in it."""
    values: dict[str, Any] = {**args(replace(wanted, **changed))}
    return url_for(endpoint, **values)


def sorted_by(wanted: Filter, column: str) -> tuple[str, str]:
    """The address that sorts by a column, the other way round when it does so already; and how it is sorted now, as ARIA says it."""
    is_now = wanted.sortierung == column
    there = address(wanted, sortierung=column, richtung="ab" if is_now and not wanted.richtung else "")
    return there, ("descending" if wanted.richtung else "ascending") if is_now else "none"


def marken(wanted: Filter, names: Mapping[str, Mapping[str, str]]) -> list[Marke]:
    """One removable tag for each filter, also for the tab; ``names`` gives for a filter the words behind its values."""
    labels = {
        "wer": "Wessen", "region": "Region", "team": "Team", "person": "Zuständig", "schritt": "Schritt", "segment": "Segment", "sicht": "Fällig", "suche": "Suche",
    }  # fmt: skip
    found = []
    for name, label in labels.items():
        value = getattr(wanted, name)
        if value not in (None, ""):
            shown = names.get(name, {}).get(str(value), str(value))
            without: dict[str, Any] = {name: None if name == "team" else ""}
            found.append(Marke(label, shown, address(wanted, **without)))
    return found
