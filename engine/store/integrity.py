"""What the database says about itself."""

from __future__ import annotations

from sqlalchemy import text

from engine.store.session import Database


def damages(database: Database) -> list[str]:
    """What is broken in a SQLite file: pages, indexes, references; empty when nothing is. PostgreSQL checks its own pages."""
    if not database.is_sqlite:
        return []
    with database.engine.connect() as connection:
        pages = [row[0] for row in connection.execute(text("PRAGMA integrity_check(20)")) if row[0] != "ok"]
        references = [f"{row[0]}, Zeile {row[1]}: verweist auf eine fehlende Zeile in {row[2]}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return pages + references
