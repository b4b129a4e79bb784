"""The entries of a file that somebody may be told of: people, segments, answers, journal, documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.cases.auskunft import Eintrag
from engine.definitions.forms.show import readable
from engine.model.calendar import ZURICH
from engine.queries.akte import documents, journal
from engine.queries.angaben import SEGMENTE, Labels, Lesart, told
from engine.queries.cases import CaseView
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Person, Verlauf

ANSWERS = ("open_case", "complete_task", "correlate", "set_variables", "import_case", "take_over", "abgleich")
UNCLEAR = "?"
# What the machine entered.
AUTOMATIC = "automatisch"


def entries(session: FallSession, view: CaseView) -> tuple[Eintrag, ...]:
    """All entries of the case in the order in which they came about."""
    rows = session.scalars(select(Verlauf).where(Verlauf.fall_id == view.fall.id, Verlauf.command.in_(ANSWERS)).order_by(Verlauf.id)).all()
    notes = [entry for entry, storno in reversed(journal(session, view.fall)) if storno is None]
    files = list(reversed(documents(session, view.fall)))
    authors = [one.by for one in notes] + [one.by for one in files] + [one.entschieden_von for one in view.segmente]
    lesart = Lesart.of(session, library.contents(session, view.release_id), rows, view.personen, authors)
    names, labels = lesart.names, lesart.labels
    about: dict[str, str] = {}
    for one in view.personen:
        # Of two who are called the same, nobody knows here whom an answer is about: it has to be chosen.
        name = f"{one.vorname} {one.name}"
        about[name] = UNCLEAR if name in about else one.person_id
    return (
        *(_person(one, labels) for one in view.personen),
        *(_segment(one, names, view.personen) for one in view.segmente),
        *(_answers(one, lesart, about) for one in rows if one.values),
        *(Eintrag(f"j{one.id}", "Journal", tag(one.am.isoformat()), names.get(one.by, one.by), one.text, one.person_id or "") for one in notes),
        *(Eintrag(f"d{one.id}", "Dokument", moment(one.at), names.get(one.by, one.by), one.name) for one in files),
    )


def tag(iso: str | None) -> str:
    return readable(iso) if iso else ""


def moment(at: datetime) -> str:
    return at.astimezone(ZURICH).strftime("%d.%m.%Y, %H:%M")


def _person(one: Person, labels: Labels) -> Eintrag:
    born = f"\nGeboren: {tag(one.geburtsdatum.isoformat())}" if one.geburtsdatum else ""
    insured = f"\nAHV-Nummer: {one.ahvn13}" if one.ahvn13 else ""
    return Eintrag(f"p{one.person_id}", "Person", tag(one.von.isoformat()), "", f"{one.vorname} {one.name}, {told('rolle_ue', one.rolle_ue, labels)}{born}{insured}", one.person_id)


def _segment(one: Any, names: Mapping[str, str], people: tuple[Person, ...]) -> Eintrag:
    who = next((f"{person.vorname} {person.name}" for person in people if person.person_id == one.person_id), one.person_id)
    text = f"{who}: {SEGMENTE.get(one.segment, one.segment)}, vorgeschlagen {SEGMENTE.get(one.vorschlag, one.vorschlag)}, Regel {one.regel or '–'}\n{one.begruendung}".strip()
    return Eintrag(f"s{one.id}", "Segment", tag(one.von.isoformat()), names.get(one.entschieden_von, one.entschieden_von), text, one.person_id)


def _answers(one: Verlauf, lesart: Lesart, about: Mapping[str, str]) -> Eintrag:
    text = "\n".join(lesart.lines(one)) or "Ohne Angaben."
    return Eintrag(f"v{one.id}", one.name or one.command, moment(one.at), lesart.names.get(one.by, AUTOMATIC), text, about.get(one.person_name or "", ""))
