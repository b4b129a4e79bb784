from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.errors import DatabaseUnreachable
from engine.store.session import Database, normalized
from engine.store.tables import Fall


def test_a_transaction_that_stood_still_too_long_fails_by_name_and_the_next_one_works(migrated_postgresql: str):
    """PostgreSQL ends it so that its locks do not stop the others."""
    url = normalized(migrated_postgresql).update_query_dict({"options": "-c idle_in_transaction_session_timeout=300ms"})
    database = Database(url.render_as_string(hide_password=False), clock=SystemClock())
    with pytest.raises(DatabaseUnreachable), database.begin(system()) as session:
        session.scalars(select(Fall)).all()
        time.sleep(0.8)
        session.scalars(select(Fall)).all()
    with database.begin(system()) as session:
        session.scalars(select(Fall)).all()
    database.close()
