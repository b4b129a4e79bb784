"""The canton's 13 Sozialregionen and its communes, as the two tables beside this module list them.

Source: process description, chapter 2 (communes of 2021 with the mergers since; which commune belongs where is put together from
public sources and not officially confirmed). Whoever corrects a table runs ``fallfluss migrate`` once more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from engine.store.session import FallSession
from engine.store.tables import Gemeinde, Region


def load_regionen(session: FallSession) -> int:
    """Bring the tables of regions and communes to what the files say; returns the number of regions. Deletes nothing."""
    regionen = [_region(row) for row in _rows("sozialregionen.csv")]
    for region in regionen:
        session.merge(region)
    session.flush()
    for row in _rows("gemeinden.csv"):
        session.merge(_gemeinde(row))
    session.flush()
    return len(regionen)


def _region(row: dict[str, str]) -> Region:
    return Region(
        kuerzel=row["kuerzel"], name=row["name"], sitz=row["sitz"], rechtsform=row["rechtsform"], pilot=row["pilot"] == "ja"
    )


def _gemeinde(row: dict[str, str]) -> Gemeinde:
    return Gemeinde(
        bfs_nr=int(row["bfs_nr"]),
        name=row["gemeinde"],
        region=row["sozialregion"],
        aufgegangen_in_bfs=int(row["aufgegangen_in_bfs"]) if row["aufgegangen_in_bfs"] else None,
        gueltig_bis=date.fromisoformat(row["gueltig_bis"]) if row["gueltig_bis"] else None,
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("engine.cases").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
