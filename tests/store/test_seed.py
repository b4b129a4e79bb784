"""The canton's regions and communes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from engine.model.access import system
from engine.store.seed import assumed_loads, load_regions
from engine.store.session import Database
from engine.store.tables import Gemeinde, Region


def test_thirteen_regions_and_107_communes_of_which_104_still_exist(database: Database):
    for _ in range(2):
        with database.begin(system()) as session:
            load_regions(session)
    with database.read(system()) as session:
        assert session.scalar(select(func.count()).select_from(Region)) == 13
        assert session.scalar(select(func.count()).select_from(Gemeinde)) == 107
        assert session.scalar(select(func.count()).where(Gemeinde.gueltig_bis.is_(None))) == 104
        assert session.scalar(select(func.count()).where(Region.pilot)) == 5


def test_a_merged_commune_names_its_successor(database: Database):
    with database.begin(system()) as session:
        load_regions(session)
    with database.read(system()) as session:
        halten = session.get_one(Gemeinde, 2520)
        assert (halten.aufgegangen_in_bfs, halten.gueltig_bis) == (2525, date(2025, 12, 31))
        assert session.get_one(Gemeinde, 2525).name == "Kriegstetten"


def test_every_region_has_an_assumed_load(database: Database):
    with database.begin(system()) as session:
        load_regions(session)
        assert set(assumed_loads()) == set(session.scalars(select(Region.kuerzel)))
    assert all(load > 0 for load in assumed_loads().values())
