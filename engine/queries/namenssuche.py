"""Looking for a case by what somebody types: its number, its household, any of its persons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, or_

from engine.store.tables import Fall, Person


def case_condition(text: str) -> ColumnElement[bool]:
    """Case number, household, or any person of the case."""
    words = text.replace(",", " ").split()
    named = exists().where(Person.fall_id == Fall.id, *(or_(contains(Person.name, word), contains(Person.vorname, word)) for word in words))
    return or_(contains(Fall.fall_nr, text.strip()), contains(Fall.bezeichnung, text.strip()), named)


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """The text as it stands, in capitals or not: a percent sign that somebody types is one."""
    # SQLite knows capitals of ASCII only, so what begins with an umlaut is looked for in each way a name is written.
    spellings = {text} if text.isascii() else {text, text.lower(), text.title()}
    return or_(*(column.icontains(one, autoescape=True) for one in sorted(spellings)))
