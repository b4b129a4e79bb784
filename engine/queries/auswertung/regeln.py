"""What the rules of the decision tables say, by their codes: a table of codes alone is read by nobody."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from sqlalchemy import select

from engine.definitions.dmn.model import Table
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Release

# The columns of a table that gives rules: the code, and why in a sentence.
REGEL, GRUND = "regel", "begruendung"
# So many releases back it is looked for what a rule said that is in force no more.
MOST = 20


def regeln(session: FallSession, codes: Collection[str]) -> dict[str, str]:
    """The sentence of each of these rules, as the last release says it that has the rule; without those that none has.

    It is taken from the tables: what stands beside a proposal in a case may have been written by a person.
    """
    found: dict[str, str] = {}
    for release in session.scalars(select(Release.id).where(Release.probe.is_(None)).order_by(Release.id.desc()).limit(MOST)).all():
        if found.keys() >= set(codes):
            break
        tables = [one.logic for one in library.contents(session, release).decisions().values() if isinstance(one.logic, Table)]
        found = {code: sentence for table in tables for code, sentence in _sentences(table) if code in codes} | found
    return found


def _sentences(table: Table) -> Iterator[tuple[str, str]]:
    names = [column.name for column in table.outputs]
    if REGEL not in names or GRUND not in names:
        return
    for rule in table.rules:
        code, sentence = (_text(rule.outputs[names.index(name)]) for name in (REGEL, GRUND))
        if code and sentence:
            yield code, sentence


def _text(source: str) -> str:
    """The text of a FEEL literal; nothing where it is computed."""
    try:
        found = json.loads(source)
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
