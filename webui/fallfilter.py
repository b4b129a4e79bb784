"""The list of cases as its address wants it: search, running or all, sorted by a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from engine.queries.cases import SPALTEN


@dataclass(frozen=True)
class Filter:
    """``sortierung`` is empty for the newest first, or a column; ``richtung`` empty, or ``ab`` for the other way round."""

    suche: str = ""
    alle: bool = False
    sortierung: str = ""
    richtung: str = ""


def read(given: Mapping[str, str]) -> Filter:
    """The filter of an address; what it cannot mean is left out."""
    column = given.get("sortierung", "")
    is_column = column in SPALTEN
    down = "ab" if is_column and given.get("richtung") == "ab" else ""
    return Filter(given.get("suche", "").strip()[:100], given.get("sicht") == "alle", column if is_column else "", down)


def query(wanted: Filter) -> dict[str, Any]:
    """The filter as the query takes it."""
    return {"search": wanted.suche, "only_open": not wanted.alle, "sortierung": wanted.sortierung, "richtung": wanted.richtung}


def args(wanted: Filter) -> dict[str, str]:
    """The filter as an address has it, without what says nothing."""
    found = {"suche": wanted.suche, "sicht": "alle" if wanted.alle else "", "sortierung": wanted.sortierung, "richtung": wanted.richtung}
    return {name: value for name, value in found.items() if value}


def address(wanted: Filter, endpoint: str = "faelle.liste", **changed: Any) -> str:
    """The list's address with the filter, and with what is changed in it."""
    values: dict[str, Any] = {**args(replace(wanted, **changed))}
    return url_for(endpoint, **values)


def sorted_by(wanted: Filter, column: str) -> tuple[str, str]:
    """The address that sorts by a column, the other way round when it does so already; and how it is sorted now, as ARIA says it."""
    is_now = wanted.sortierung == column
    there = address(wanted, sortierung=column, richtung="ab" if is_now and not wanted.richtung else "")
    return there, ("descending" if wanted.richtung else "ascending") if is_now else "none"
