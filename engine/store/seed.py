"""The canton's 13 social regions and 107 communes, as the process description's chapter 12 lists them."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Gemeinde, Region

_DATA = Path(__file__).parent / "data"


def load_regions(session: FallSession) -> None:
    """Store all regions and communes; those already there are brought up to date, none is deleted."""
    regions = {region.kuerzel: region for region in session.scalars(select(Region))}
    for line in _lines("sozialregionen.csv"):
        region = regions.get(line["kuerzel"]) or Region(kuerzel=line["kuerzel"])
        region.name, region.sitz, region.rechtsform = line["name"], line["sitz"], line["rechtsform"]
        region.pilot = line["pilot"] == "ja"
        session.add(region)
    session.flush()
    communes = {gemeinde.bfs_nr: gemeinde for gemeinde in session.scalars(select(Gemeinde))}
    for line in _lines("gemeinden.csv"):
        gemeinde = communes.get(int(line["bfs_nr"])) or Gemeinde(bfs_nr=int(line["bfs_nr"]))
        gemeinde.name, gemeinde.region = line["gemeinde"], line["sozialregion"]
        gemeinde.aufgegangen_in_bfs = int(line["aufgegangen_in_bfs"]) if line["aufgegangen_in_bfs"] else None
        gemeinde.gueltig_von, gemeinde.gueltig_bis = _day(line["gueltig_von"]), _day(line["gueltig_bis"])
        session.add(gemeinde)


def assumed_loads() -> dict[str, int]:
    """How many running dossiers a region is assumed to have (Kürzel to number), for demo data and load tests. An assumption, not a statistic."""
    return {line["kuerzel"]: int(line["annahme_bestand"]) for line in _lines("sozialregionen.csv")}


@cache
def einwohner() -> dict[int, int]:
    """Inhabitants of the communes by their number, as the process description lists them (2018)."""
    return {int(line["bfs_nr"]): int(line["einwohner_2018"]) for line in _lines("gemeinden.csv") if line["einwohner_2018"]}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _lines(file: str) -> list[dict[str, str]]:
    with (_DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
