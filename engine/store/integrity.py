"""What the database says about itself."""

from __future__ import annotations

from sqlalchemy import select, text

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Person, Zweitfaktor
from engine.store.verschluss import VARIABLE, KeyUnusable


def damages(database: Database) -> list[str]:
    """What is broken: sealed values that do not open, and in a SQLite file pages, indexes, references. PostgreSQL checks its own pages."""
    return _closed(database) + (_pages(database) if database.is_sqlite else [])


def _closed(database: Database) -> list[str]:
    try:
        with database.read(system("doctor")) as session:
            session.scalars(select(Zweitfaktor.geheimnis)).all()
            session.scalars(select(Person.ahvn13).where(Person.ahvn13.is_not(None))).all()
    except KeyUnusable:
        return [f"Verschlossene Werte lassen sich nicht öffnen: {VARIABLE} ist nicht der Schlüssel, mit dem sie verschlossen wurden."]
    return []


def _pages(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        pages = [row[0] for row in connection.execute(text("PRAGMA integrity_check(20)")) if row[0] != "ok"]
        references = [f"{row[0]}, Zeile {row[1]}: verweist auf eine fehlende Zeile in {row[2]}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return pages + references
