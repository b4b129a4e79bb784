"""One row of every table with case data, in each of two regions."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Column, inspect

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Base, Gemeinde, Region, RegionOwned, Release, Umstellung
from tests.datenbank import prepared

HERE, ELSEWHERE = "SDOL", "BBL"

_values: dict[type, Any] = {datetime: datetime(2026, 3, 2, tzinfo=UTC), date: date(2026, 3, 2), dict: {}, list: [], bool: True, bytes: b"x"}


@pytest.fixture
def rows(database: Database) -> dict[tuple[type, str], Any]:
    """``rows[Fall, "BBL"]``: the key of the row of that class in that region. Every class with case data has one in each."""
    return dict(prepared(database, _fill))


def _fill(database: Database) -> dict[tuple[type, str], Any]:
    made: dict[tuple[type, str], Any] = {}
    numbers = itertools.count(1)
    with database.begin(system()) as session:
        for kuerzel in (HERE, ELSEWHERE):
            session.add(Region(kuerzel=kuerzel, name=kuerzel, sitz="", rechtsform="", pilot=False))
        session.flush()
        session.add(Gemeinde(bfs_nr=2546, name="Grenchen", region=HERE))
        release = Release(at=session.now, by="test", note="")
        session.add(release)
        session.flush()
        umstellung = Umstellung(at=session.now, by="test", quelle=release.id, ziel=release.id, note="", regionen=[], abbildung={})
        session.add(umstellung)
        session.flush()
        for region in (HERE, ELSEWHERE):
            keys: dict[str, Any] = {"release": release.id, "umstellung": umstellung.id}
            for cls in owned_classes():
                row = cls(**_fields(cls, region, keys, numbers))
                session.add(row)
                session.flush()
                made[cls, region] = inspect(row).identity
                keys[cls.__tablename__] = inspect(row).identity[0]
    return made


def owned_classes() -> list[type[Any]]:
    """Every class with case data, those first to which others point."""
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, RegionOwned)]
    return sorted(found, key=lambda cls: order[cls.__tablename__])


def _fields(cls: type[Any], region: str, keys: dict[str, Any], numbers: itertools.count[int]) -> dict[str, Any]:
    columns = inspect(cls).columns
    return {column.key: _value(column, region, keys, numbers) for column in columns if not (column.identity or column.key == "revision")}


def _value(column: Column[Any], region: str, keys: dict[str, Any], numbers: itertools.count[int]) -> Any:
    if column.key == "region":
        return region
    for foreign in column.foreign_keys:
        # A table that refers to itself begins with a row that does not.
        return keys.get(foreign.column.table.name)
    if column.nullable:
        return None
    kind = getattr(column.type, "impl_instance", column.type).python_type
    return _values.get(kind) if kind in _values else next(numbers) if kind is int else f"{region}{next(numbers)}"
