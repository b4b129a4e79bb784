"""What the studio shows of trial runs. The session must see them: see ``with_trials``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.definitions import bpmn, forms
from engine.definitions.forms import Form
from engine.model.access import PROBELAUF
from engine.model.errors import NotFound
from engine.queries.definitionen import newest, process
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Instanz, Probelauf


@dataclass(frozen=True)
class Lauf:
    """A trial run; ``variables`` are those of the whole process."""

    nummer: int
    fall_nr: str
    process: str
    name: str
    version: int
    by: str
    begonnen: datetime
    zustand: str
    variables: Mapping[str, Any]


def laeufe(session: FallSession, *, limit: int = 50) -> tuple[Lauf, ...]:
    """Trial runs, newest first, without their variables."""
    rows = session.execute(_query().order_by(Instanz.nummer.desc()).limit(limit)).all()
    return tuple(_lauf(instanz, probe, {}) for instanz, probe in rows)


def lauf(session: FallSession, nummer: int) -> Lauf:
    """Raises:
    NotFound: no trial run has that number.
    """
    row = session.execute(_query().where(Instanz.nummer == nummer)).first()
    if row is None:
        raise NotFound("Der Probelauf")
    instanz, probe = row
    return _lauf(instanz, probe, library.runtime(session, instanz.release_id, PROBELAUF).variables(instanz.state))


def startable(session: FallSession, key: int) -> tuple[DefinitionVersion, Form | None]:
    """A version of a process and the form that its start asks for, as deployed last.

    Raises:
        NotFound: no such version.
    """
    version = process(session, key)
    own = next(one for one in bpmn.read(version.content, version.resource_name).processes if one.id == version.id)
    if not own.start_form_id:
        return version, None
    try:
        form = newest(session, "form", own.start_form_id)
    except NotFound:
        return version, None
    return version, forms.read(form.content, form.resource_name)


def _query() -> Any:
    return select(Instanz, Probelauf).join(Probelauf, Probelauf.instanz_nummer == Instanz.nummer).where(Instanz.region == PROBELAUF)


def _lauf(instanz: Instanz, probe: Probelauf, variables: Mapping[str, Any]) -> Lauf:
    name = instanz.fall.bezeichnung.removeprefix("Probelauf ")
    return Lauf(
        instanz.nummer, instanz.fall.fall_nr, instanz.process, name, instanz.version, probe.by, instanz.started_at, instanz.zustand, variables
    )
