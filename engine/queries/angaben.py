"""What was answered, as its form shows it: labels for fields, words for choices, names for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.forms import Choice, Field, Form, walk
from engine.definitions.forms.show import readable
from engine.model.errors import NotFound
from engine.queries import konten
from engine.queries.personenwahl import PROPERTY
from engine.queries.umgestellt import in_words
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Person, Verlauf

# Of each field its label and the words of its choices.
Labels = Mapping[str, tuple[str, Mapping[str, str]]]

SEGMENTE = {"ABLOESEN": "Ablösen", "VERAENDERN": "Verändern", "ORIENTIEREN": "Orientieren", "STABILISIEREN": "Stabilisieren"}
# Numbers by which the process knows things; nobody is told anything by them.
TECHNICAL = frozenset({"person_id", "fall_nr", "region", "uebergabe_nr"})
# What the process keeps by itself and no form asks, or asks in other words.
KEPT: Mapping[str, str] = {
    "vorschlag": "Vorgeschlagenes Segment", "begruendung": "Begründung", "naechste_sb": "Nächste Standortbestimmung", "folgt_eltern": "Folgt den Eltern",
    "orientieren_in_folge": "Orientieren in Folge", "intensiv": "Intensive Fallführung", "status_vorher": "Stand zuvor", "segmente": "Segment", "regel": "Regel",
}  # fmt: skip
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Lesart:
    """How to read a case's history: ``names`` are those of people by login or by their number in the case, and of communes by theirs."""

    contents: Contents
    names: Mapping[str, str]
    labels: Labels
    # By row of the history, what is said of a migration instead of ids of elements.
    umgestellt: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: FallSession, contents: Contents, rows: Iterable[Verlauf], persons: Iterable[Person], also: Iterable[str | None] = ()) -> Lesart:
        """For these rows; ``also`` are further logins whose names are wanted."""
        rows = list(rows)
        acting = [who for row in rows for who in (row.by, row.im_namen_von)]
        known = communes(session) | konten.names(session, [*acting, *also, *logins(rows, contents)]) | people(persons)
        return cls(contents, known, field_labels(contents, known), in_words(session, rows))

    def pairs(self, row: Verlauf, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Label and text of each answer in ``values``, which are the row's as far as somebody may see them."""
        return pairs(self._said(row, values), self._labels(row), self.names)

    def lines(self, row: Verlauf) -> Iterator[str]:
        return lines(self._said(row, row.values or {}), self._labels(row), names=self.names)

    def _said(self, row: Verlauf, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**values, **{key: text for key, text in self.umgestellt.get(row.id, {}).items() if key in values}}

    def _labels(self, row: Verlauf) -> Labels:
        form = form_of(row, self.contents)
        return {**self.labels, **_of_form(form, self.names)} if form is not None else self.labels


def field_labels(contents: Contents, names: Mapping[str, str] | None = None) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Of every field of a release's forms; where several forms ask for the same, the first gives the label, all of them the words.

    ``names`` are those of people by their number in the case or by login, and of communes, for choices that the form only finds when it is shown.
    """
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for kind, id in contents.items:
        for key, (label, words) in (_of_form(contents.form(id), names or {}) if kind == "form" else {}).items():
            before = found.get(key, (label, {}))
            found[key] = (before[0], {**words, **before[1]})
    return {**found, **{key: (label, found.get(key, ("", {}))[1]) for key, label in KEPT.items()}}


def form_of(row: Verlauf, contents: Contents) -> Form | None:
    """The form that a row of the history answers, if its release still has it."""
    process = next((event[4] for event in row.events if event[2] == row.element), None)
    if process is None or row.element is None:
        return None
    try:
        element = contents.element(process, row.element)
    except NotFound:  # an element of a release the case has left since
        return None
    id = element.form_id if element is not None else None
    return contents.form(id) if id and contents.item("form", id) is not None else None


def logins(rows: Iterable[Verlauf], contents: Contents) -> set[str]:
    """The colleagues that answers name, so that their names can be looked up at once."""
    asked = {one.key for kind, id in contents.items if kind == "form" for one in walk(contents.form(id).components) if isinstance(one, Field) and one.properties.get(PROPERTY)}
    keys = {*asked, "an"}  # the latter is to whom a task or case was given
    return {value for row in rows for key, value in (row.values or {}).items() if key in keys and isinstance(value, str)}


def communes(session: FallSession) -> dict[str, str]:
    """The name of each commune by its number, as answers hold it."""
    return {str(number): name for number, name in konten.gemeinden(session).items()}


def people(persons: Iterable[Person]) -> dict[str, str]:
    """The name of each person by the number the process knows them by."""
    return {one.person_id: f"{one.vorname} {one.name}" for one in persons}


def told(key: str, value: Any, labels: Labels) -> str:
    """A value as its form shows it."""
    if isinstance(value, list):
        return ", ".join(told(key, one, labels) for one in value)
    return labels.get(key, ("", {}))[1].get(str(value)) or SEGMENTE.get(str(value)) or readable(value)


def pairs(values: Mapping[str, Any], labels: Labels, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Label and text of each answer; rows of lists one below the other."""
    for key, value in values.items():
        if value in EMPTY or key in TECHNICAL:
            continue
        label = label_of(key, labels)
        if isinstance(value, Mapping):
            yield label, "\n".join(lines(value, labels, names=names))
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            for number, row in enumerate(value, start=1):
                text = "\n".join(lines(row, labels, names=names)) if isinstance(row, Mapping) else readable(row)
                yield (f"{label} {number}" if len(value) > 1 else label), text
        else:
            yield label, told(key, value, labels)


def lines(values: Mapping[str, Any], labels: Labels, indent: str = "", *, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """One line for each answer, rows of lists below their heading."""
    who = (names or {}).get(str(values.get("person_id")))
    if who and "person_name" not in values and "name" not in values:
        yield f"{indent}Person: {who}"
    for key, value in values.items():
        if value in EMPTY or value is False or key in TECHNICAL:
            continue
        label = label_of(key, labels)
        if isinstance(value, Mapping):
            yield f"{indent}{label}:"
            yield from lines(value, labels, indent + "  ", names=names)
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            for number, row in enumerate(value, start=1):
                yield f"{indent}{label} {number}:"
                yield from lines(row, labels, indent + "  ", names=names) if isinstance(row, Mapping) else (f"{indent}  {readable(row)}",)
        else:
            yield f"{indent}{label}{' ' if label.endswith(('?', '…')) else ': '}{told(key, value, labels)}"


def label_of(key: str, labels: Labels) -> str:
    return labels.get(key, (key.replace("_", " ").capitalize(), {}))[0]


def _of_form(form: Form, names: Mapping[str, str]) -> dict[str, tuple[str, Mapping[str, str]]]:
    return {one.key.rpartition(".")[2]: (one.label or one.key, _words(one, names)) for one in reversed(list(walk(form.components))) if isinstance(one, Field)}


def _words(one: Field, names: Mapping[str, str]) -> Mapping[str, str]:
    """Of a choice of people or communes, which the form only finds when it is shown, their names."""
    if isinstance(one, Choice) and one.options:
        return {str(option.value): option.label for option in one.options}
    return names if isinstance(one, Choice) or one.properties.get(PROPERTY) else {}
