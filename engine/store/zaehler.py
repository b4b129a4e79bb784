"""Counters that all processes share: how often one caller did one thing within some seconds. Kept by the machine's clock, not a demo's."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.session import FallSession
from engine.store.tables import Anfragezaehler

# Rows that are over are taken away by one call in so many.
TIDY = 200


def count(session: FallSession, key: str, *, seconds: int, amount: int = 1) -> int:
    """Add to a counter and give what it says now; one that is over begins anew. Callers at the same moment wait for each other."""
    now = _now(session)
    insert: Any = (sqlite if session.database.is_sqlite else postgresql).insert(Anfragezaehler)
    is_over = Anfragezaehler.bis <= now
    fresh = insert.values(schluessel=_hashed(key), anzahl=amount, bis=now + timedelta(seconds=seconds))
    statement = fresh.on_conflict_do_update(
        index_elements=["schluessel"],
        set_={
            "anzahl": case((is_over, amount), else_=Anfragezaehler.anzahl + amount),
            "bis": case((is_over, fresh.excluded.bis), else_=Anfragezaehler.bis),
        },
    )
    if not session.database.is_sqlite:
        # Nobody has to wait for the disk because of a counter.
        session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
    found: int = session.execute(statement.returning(Anfragezaehler.anzahl)).scalar_one()
    if found % TIDY == 0:
        session.execute(delete(Anfragezaehler).where(Anfragezaehler.bis <= now))
    return found


def counted(session: FallSession, key: str) -> int:
    """What a counter says; 0 when it is over or never began."""
    query = select(Anfragezaehler.anzahl).where(Anfragezaehler.schluessel == _hashed(key), Anfragezaehler.bis > _now(session))
    return session.scalar(query) or 0


def until(session: FallSession, key: str) -> datetime:
    """When a counter is over; now, when there is none."""
    return session.scalar(select(Anfragezaehler.bis).where(Anfragezaehler.schluessel == _hashed(key))) or _now(session)


def forget(session: FallSession, key: str | None = None) -> int:
    """Take a counter away, or all of them; gives how many went."""
    which = delete(Anfragezaehler)
    result: Any = session.execute(which if key is None else which.where(Anfragezaehler.schluessel == _hashed(key)))
    return int(result.rowcount)


def _now(session: FallSession) -> datetime:
    return session.database.clock.wall()


def _hashed(key: str) -> str:
    """The key names an address; the database need not."""
    return hashlib.sha256(key.encode()).hexdigest()
