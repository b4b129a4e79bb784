"""A case as somebody sees it who was let in from outside: by field groups, and without names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.cases.feldgruppen import sicht
from engine.model.errors import NotFound
from engine.queries.angaben import Lesart, communes, field_labels
from engine.queries.auskunft import ANSWERS
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Fall, Instanz, Person, Segmentzuordnung, Verlauf


@dataclass(frozen=True)
class Mitglied:
    """Somebody of the household under a number instead of a name."""

    nummer: str
    rolle_ue: str
    segmente: tuple[Segmentzuordnung, ...]


@dataclass(frozen=True)
class Eintrag:
    """``command`` is what was done, ``name`` what the diagram calls the element it was done to."""

    at: datetime
    command: str
    name: str
    angaben: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Einsicht:
    fall_nr: str
    region: str
    phase: str
    eroeffnet_am: date
    abgeschlossen_am: date | None
    mitglieder: tuple[Mitglied, ...]
    eintraege: tuple[Eintrag, ...]


def einsicht(session: FallSession, fall_nr: str, region: str) -> Einsicht:
    """The case by what the session's role sees in that region; texts name nobody of the household.

    Raises:
        NotFound: there is no such case there.
    """
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.region == region).order_by(Fall.id.desc()).limit(1))
    instanz = session.scalar(select(Instanz).where(Instanz.fall_id == fall.id).order_by(Instanz.neben, Instanz.nummer.desc()).limit(1)) if fall else None
    if fall is None or instanz is None:
        raise NotFound(f"Der Fall {fall_nr}")
    personen = session.scalars(select(Person).where(Person.fall_id == fall.id).order_by(Person.id)).all()
    segmente = session.scalars(select(Segmentzuordnung).where(Segmentzuordnung.fall_id == fall.id).order_by(Segmentzuordnung.id)).all()
    contents = library.contents(session, instanz.release_id)
    seen, names = sicht(session.access, region, contents), _names(personen)
    numbers = communes(session) | {person.person_id: _number(at) for at, person in enumerate(personen, start=1)}
    lesart = Lesart(contents, numbers, field_labels(contents, numbers))
    rows = session.scalars(select(Verlauf).where(Verlauf.fall_id == fall.id).order_by(Verlauf.id.desc()))
    return Einsicht(
        fall_nr=fall.fall_nr,
        region=fall.region,
        phase=fall.phase,
        eroeffnet_am=fall.eroeffnet_am,
        abgeschlossen_am=fall.abgeschlossen_am,
        mitglieder=tuple(
            Mitglied(_number(at), person.rolle_ue, tuple(s for s in segmente if seen.sees("segment") and s.person_id == person.person_id))
            for at, person in enumerate(personen, start=1)
        ),
        eintraege=tuple(
            Eintrag(row.at, row.command, _unnamed(_called(row, contents), names), _answers(row, lesart, _unnamed(seen.redacted(row.values or {}), names)))
            for row in rows
        ),
    )


def _answers(row: Verlauf, lesart: Lesart, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a person answered; what the machine carries from step to step says the same again."""
    return tuple(lesart.pairs(row, values)) if row.command in ANSWERS else ()


def _called(row: Verlauf, contents: Contents) -> str:
    """Jobs and messages are recorded under their technical names; the diagram has one for people."""
    process = next((event[4] for event in row.events if event[2] == row.element), None)
    is_known = row.command in ("complete_job", "fail_job", "throw_job_error", "correlate") and process and contents.item("process", process)
    element = contents.element(process, row.element) if is_known and process and row.element else None
    return (element.name if element is not None else "") or row.name or row.element or ""


def _names(personen: Iterable[Person]) -> dict[str, str]:
    """Each name of the household, in lower case, with what stands instead of it."""
    found: dict[str, str] = {}
    for at, person in enumerate(personen, start=1):
        for text in (person.vorname, person.name):
            for word in re.findall(r"\w{2,}", text):
                found.setdefault(word.lower(), _number(at))
    return found


def _number(at: int) -> str:
    return f"Person {at}"


def _unnamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\w{2,}", lambda word: names.get(word[0].lower(), word[0]), value)
    if isinstance(value, Mapping):
        return {name: _unnamed(one, names) for name, one in value.items()}
    return [_unnamed(one, names) for one in value] if isinstance(value, list) else value
