"""Every statement about case data is bound to the regions of who asks, or refused. There is no third way.

Two steps, because either alone leaves holes: the ORM adds the condition wherever it meets a class with case data; and just before
a statement leaves for the database its SQL is read again, so that each mention of a case table without that condition (text, bare
tables, inserts and bulk updates beside the session) is refused. The second reading happens once for each different SQL text.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, event, inspect
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    ORMExecuteState,
    PassiveFlag,
    Session,
    SessionTransaction,
    UOWTransaction,
    with_loader_criteria,
)
from sqlalchemy.orm.attributes import get_history

from engine.model.access import Access
from engine.model.errors import NoRegionContext, NotFound
from engine.store.tables import Base, RegionOwned


def require_access(access: object) -> Access:
    """The access itself.

    Raises:
        NoRegionContext: it is none.
    """
    if not isinstance(access, Access):
        raise NoRegionContext("A transaction needs the access of a person or of the system.")
    return access


# Listeners on the library's classes, not on ours: a session or a connection opened beside Database must fail too, not see everything.


@event.listens_for(Session, "do_orm_execute")
def _bind_to_regions(state: ORMExecuteState) -> None:
    access = getattr(state.session, "access", None)
    if not isinstance(access, Access) or access.everywhere:
        return
    visible_regions = tuple(sorted(access.places))
    statement: Any = state.statement.options(_criteria(visible_regions))
    mapper = state.bind_mapper
    if state.is_column_load and mapper is not None and issubclass(mapper.class_, RegionOwned):
        # The library leaves out the condition when it reads a known row again.
        statement = statement.where(mapper.class_.region.in_(bindparam("visible_regions", visible_regions, expanding=True)))
    state.statement = statement


@lru_cache(maxsize=512)
def _criteria(visible_regions: tuple[str, ...]) -> LoaderCriteriaOption:
    """The condition for every class with case data. The variable's name becomes the parameter's, by which _unbound knows it."""
    # Handed on to loaders, because joined relationships take the condition only so.
    return with_loader_criteria(RegionOwned, lambda cls: cls.region.in_(visible_regions), include_aliases=True, propagate_to_loaders=True)


@event.listens_for(Session, "after_begin")
def _remember_session(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    connection.execution_options(asking_session=session)


@event.listens_for(Engine, "before_cursor_execute")
def _refuse_unbound(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
    session = connection.get_execution_options().get("asking_session")
    if session is None:
        return
    access = getattr(session, "access", None)
    if isinstance(access, Access) and (access.everywhere or getattr(session, "is_writing_checked_rows", False)):
        return
    compiled = getattr(context, "compiled", None)
    found = _unbound(compiled.string if compiled is not None else statement)
    if found:
        raise NoRegionContext(
            f"The statement reaches {', '.join(found)} past the region of the asking person. "
            "Open the transaction with Database.begin(access); select the mapped class, not its table or text; insert with session.add."
        )


@event.listens_for(Session, "before_flush")
def _refuse_foreign_rows(session: Session, context: UOWTransaction, instances: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, RegionOwned):
            refuse_foreign(session, row)


def refuse_foreign(session: Session, row: RegionOwned) -> None:
    """Let only rows pass that are and stay in the regions of who asks.

    Raises:
        NotFound: the row is in another region, or would be.
        NoRegionContext: nobody asks.
    """
    access = getattr(session, "access", None)
    if not isinstance(access, Access):
        raise NoRegionContext("Case data is only written through Database.begin(access).")
    state = inspect(row, raiseerr=True)
    moved = state.persistent and get_history(row, "region", PassiveFlag.PASSIVE_NO_INITIALIZE).has_changes()
    if moved or not (access.everywhere or row.region in access.places):
        # A foreign region looks like one that does not exist.
        raise NotFound(f"{type(row).__name__} in der Region «{row.region}»")


@lru_cache(maxsize=4096)
def _unbound(sql: str) -> tuple[str, ...]:
    """The case tables that an SQL text names more often than it binds them to the visible regions, or whose region it changes."""
    named = Counter((match["alias"] or match["table"]).lower() for match in _mentions().finditer(sql))
    if not named:
        return ()
    bound = Counter(match[1].lower() for match in _CONDITION.finditer(sql))
    missing = tuple(sorted(name for name in named if named[name] > bound[name]))
    return missing or (("region",) if _REGION_CHANGED.search(sql) else ())


_CONDITION = re.compile(r'(\w+)"?\.region IN \(__\[POSTCOMPILE_visible_regions')
# The compiler writes assignments without spaces and without the table's name, comparisons with both.
_REGION_CHANGED = re.compile(r"\bUPDATE\b.*\bSET\b.*(?<![.\w])region=", re.DOTALL)


@cache
def _mentions() -> re.Pattern[str]:
    # Not when a column follows (fall.id), nor when it is merely a label (AS person) or a lock (FOR UPDATE OF fall).
    tables = "|".join(sorted(case_tables()))
    return re.compile(rf'(?<!\bAS )(?<!\bOF )\b(?P<table>{tables})\b(?!"?\.)"?(?:\s+AS\s+"?(?P<alias>\w+))?', re.IGNORECASE)


@cache
def case_tables() -> frozenset[str]:
    """The names of all tables whose rows belong to a region."""
    return frozenset(str(mapper.local_table.description) for mapper in Base.registry.mappers if issubclass(mapper.class_, RegionOwned))
