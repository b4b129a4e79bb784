"""The entries of a file that somebody may be told of: people, segments, answers, journal, documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.cases.auskunft import Eintrag
from engine.definitions.forms import Choice, Field, walk
from engine.definitions.forms.show import readable
from engine.model.calendar import ZURICH
from engine.queries import konten
from engine.queries.akte import documents, journal
from engine.queries.cases import CaseView
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Person, Verlauf

ANSWERS = ("open_case", "complete_task", "correlate", "set_variables", "import_case", "take_over", "abgleich")


UNCLEAR = "?"
SEGMENTE = {"ABLOESEN": "Ablösen", "VERAENDERN": "Verändern", "ORIENTIEREN": "Orientieren", "STABILISIEREN": "Stabilisieren"}
# Numbers by which the process knows things; nobody is told anything by them.
TECHNICAL = frozenset({"person_id", "fall_nr", "region", "uebergabe_nr"})


def entries(session: FallSession, view: CaseView) -> tuple[Eintrag, ...]:
    """All entries of the case in the order in which they came about."""
    rows = session.scalars(select(Verlauf).where(Verlauf.fall_id == view.fall.id, Verlauf.command.in_(ANSWERS)).order_by(Verlauf.id)).all()
    notes = [entry for entry, storno in reversed(journal(session, view.fall)) if storno is None]
    files = list(reversed(documents(session, view.fall)))
    authors = [one.by for one in rows] + [one.by for one in notes] + [one.by for one in files]
    names = konten.names(session, authors + [one.entschieden_von for one in view.segmente])
    labels = field_labels(library.contents(session, view.release_id))
    people: dict[str, str] = {}
    for one in view.personen:
        # Of two who are called the same, nobody knows here whom an answer is about: it has to be chosen.
        name = f"{one.vorname} {one.name}"
        people[name] = UNCLEAR if name in people else one.person_id
    return (
        *(_person(one, labels) for one in view.personen),
        *(_segment(one, names, view.personen) for one in view.segmente),
        *(_answers(one, names, labels, people) for one in rows if one.values),
        *(Eintrag(f"j{one.id}", "Journal", tag(one.am.isoformat()), names.get(one.by, one.by), one.text, one.person_id or "") for one in notes),
        *(Eintrag(f"d{one.id}", "Dokument", moment(one.at), names.get(one.by, one.by), one.name) for one in files),
    )


def field_labels(contents: Contents) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Of every field of a release's forms: its label, and the labels of its options."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for (kind, id), _ in contents.items.items():
        for one in walk(contents.form(id).components) if kind == "form" else ():
            if isinstance(one, Field):
                options = {str(option.value): option.label for option in one.options} if isinstance(one, Choice) else {}
                found.setdefault(one.key.rpartition(".")[2], (one.label or one.key, options))
    return found


def told(key: str, value: Any, labels: Mapping[str, tuple[str, Mapping[str, str]]]) -> str:
    """A value as its form shows it."""
    options = labels.get(key, ("", {}))[1]
    if isinstance(value, list):
        return ", ".join(told(key, one, labels) for one in value)
    return options.get(str(value), readable(value))


def lines(values: Mapping[str, Any], labels: Mapping[str, tuple[str, Mapping[str, str]]], indent: str = "") -> Iterator[str]:
    """One line for each answer, rows of lists below their heading."""
    for key, value in values.items():
        label = labels.get(key, (key.replace("_", " ").capitalize(), {}))[0]
        if value in (None, "", [], False) or key in TECHNICAL:
            continue
        if isinstance(value, Mapping):
            yield f"{indent}{label}:"
            yield from lines(value, labels, indent + "  ")
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            for number, row in enumerate(value, start=1):
                yield f"{indent}{label} {number}:"
                yield from lines(row, labels, indent + "  ") if isinstance(row, Mapping) else (f"{indent}  {readable(row)}",)
        else:
            yield f"{indent}{label}: {told(key, value, labels)}"


def tag(iso: str | None) -> str:
    return readable(iso) if iso else ""


def moment(at: datetime) -> str:
    return at.astimezone(ZURICH).strftime("%d.%m.%Y, %H:%M")


def _person(one: Person, labels: Mapping[str, tuple[str, Mapping[str, str]]]) -> Eintrag:
    born = f"\nGeboren: {tag(one.geburtsdatum.isoformat())}" if one.geburtsdatum else ""
    insured = f"\nAHV-Nummer: {one.ahvn13}" if one.ahvn13 else ""
    return Eintrag(f"p{one.person_id}", "Person", tag(one.von.isoformat()), "", f"{one.vorname} {one.name}, {told('rolle_ue', one.rolle_ue, labels)}{born}{insured}", one.person_id)


def _segment(one: Any, names: Mapping[str, str], people: tuple[Person, ...]) -> Eintrag:
    who = next((f"{person.vorname} {person.name}" for person in people if person.person_id == one.person_id), one.person_id)
    text = f"{who}: {SEGMENTE.get(one.segment, one.segment)}, vorgeschlagen {SEGMENTE.get(one.vorschlag, one.vorschlag)}, Regel {one.regel or '–'}\n{one.begruendung}".strip()
    return Eintrag(f"s{one.id}", "Segment", tag(one.von.isoformat()), names.get(one.entschieden_von, one.entschieden_von), text, one.person_id)


def _answers(one: Verlauf, names: Mapping[str, str], labels: Mapping[str, tuple[str, Mapping[str, str]]], people: Mapping[str, str]) -> Eintrag:
    text = "\n".join(lines(one.values or {}, labels))
    return Eintrag(f"v{one.id}", one.name or one.command, moment(one.at), names.get(one.by, one.by), text, people.get(one.person_name or "", ""))
