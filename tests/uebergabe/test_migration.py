"""A database with cases comes to the version in which a case may keep its number in another region."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic import command
from sqlalchemy import text

from engine.store.migrations import configuration
from engine.store.session import Database

ROWS = (
    "INSERT INTO fall (id, fall_nr, bezeichnung, phase, eroeffnet_am, region) VALUES (1, '2026-00001', 'Muster', 'Intake', '2026-03-02', 'SDOL')",
    "INSERT INTO dossier (id, fall_id, gemeinde_bfs, von, region) VALUES (1, 1, 2546, '2026-03-02', 'SDOL')",
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_cases_and_what_belongs_to_them_survive(empty_database: Callable[[str], Database], kind: str):
    database = empty_database(kind)
    with database.engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in ROWS:
            connection.execute(text(statement))
    database.migrate()
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT fall.fall_nr, dossier.gemeinde_bfs FROM fall JOIN dossier ON dossier.fall_id = fall.id")).all() == [("2026-00001", 2546)]
        connection.execute(text("UPDATE fall SET uebergeben_am = '2026-04-01'"))
        again = "INSERT INTO fall (id, fall_nr, bezeichnung, phase, eroeffnet_am, region) VALUES ({}, '2026-00001', '', '', '2026-04-01', 'SRO')"
        connection.execute(text(again.format(2)))
    with pytest.raises(Exception, match="(?i)unique"), database.engine.begin() as connection:
        connection.execute(text(again.format(3)))
    with pytest.raises(Exception, match="(?i)foreign key"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM fall WHERE id = 1"))
