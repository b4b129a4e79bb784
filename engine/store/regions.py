"""Every statement about case data is bound to the regions of who asks, or refused. There is no third way through a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import TableClause, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, ColumnClause, TextClause

from engine.model.access import Access
from engine.model.errors import NoRegionContext, NotFound
from engine.store.tables import Base, RegionOwned


def access_of(session: Session) -> Access:
    """Who asks.

    Raises:
        NoRegionContext: the session was not opened by ``Database``.
    """
    access = getattr(session, "access", None)
    if not isinstance(access, Access):
        raise NoRegionContext("Case data is only reachable through Database.begin(access) or Database.read(access).")
    return access


@event.listens_for(Session, "do_orm_execute")
def _bind_to_regions(state: ORMExecuteState) -> None:
    # Listens on every Session there is: one opened beside Database must fail, not see everything.
    if not isinstance(getattr(state.session, "access", None), Access):
        _refuse_all_case_data(state)
        return
    access = access_of(state.session)
    if access.everywhere:
        return
    if not (state.is_relationship_load or state.is_column_load):
        _refuse_unbound(state.statement)
    regionen = sorted(access.regionen)
    # Loads of relationships come through here themselves, so nothing has to be handed on to them.
    state.statement = state.statement.options(
        with_loader_criteria(RegionOwned, lambda cls: cls.region.in_(regionen), include_aliases=True, propagate_to_loaders=False)
    )


@event.listens_for(Session, "before_flush")
def _refuse_foreign_rows(session: Session, context: UOWTransaction, instances: Any) -> None:
    rows = [row for row in (*session.new, *session.dirty, *session.deleted) if isinstance(row, RegionOwned)]
    if not rows:
        return
    access = access_of(session)
    for row in rows:
        _refuse_foreign(row, access)


def _refuse_foreign(row: RegionOwned, access: Access) -> None:
    history = inspect(row).attrs.region.history  # type: ignore[union-attr]
    if inspect(row).persistent and history.has_changes():  # type: ignore[union-attr]
        raise NotFound(f"{type(row).__name__} in der Region «{row.region}»")
    if not access.everywhere and row.region not in access.regionen:
        raise NotFound(f"{type(row).__name__} in der Region «{row.region}»")


def _refuse_all_case_data(state: ORMExecuteState) -> None:
    if any(issubclass(mapper.class_, RegionOwned) for mapper in state.all_mappers) or any(_case_data(state.statement, bare_only=False)):
        raise NoRegionContext("Case data is only reachable through Database.begin(access) or Database.read(access).")


def _refuse_unbound(statement: Any) -> None:
    found = sorted(set(_case_data(statement, bare_only=not statement.is_insert)))
    if found:
        raise NoRegionContext(
            f"The statement reaches {', '.join(found)} past the region. Select the mapped class, not its table or text; insert with session.add."
        )


def _case_data(statement: ClauseElement, *, bare_only: bool) -> Iterator[str]:
    """Names of case tables in a statement; ``bare_only`` leaves out those that stand there as an entity and will be bound."""
    if getattr(statement, "table", None) is not None:
        yield from _named(statement.table, bare_only=bare_only)
    for element in visitors.iterate(statement):
        yield from _named(element, bare_only=bare_only)


def _named(element: Any, *, bare_only: bool) -> Iterator[str]:
    if isinstance(element, TextClause) or (isinstance(element, ColumnClause) and element.is_literal):
        yield from _names_pattern().findall(str(element).lower())
        return
    if bare_only and "parententity" in getattr(element, "_annotations", {}):
        return
    table = element.table if isinstance(element, ColumnClause) else element
    if isinstance(table, TableClause) and table.name in case_tables():
        yield table.name


@cache
def case_tables() -> frozenset[str]:
    """The names of all tables whose rows belong to a region."""
    return frozenset(mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, RegionOwned))  # type: ignore[attr-defined]


@cache
def _names_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(case_tables()))})\b")
