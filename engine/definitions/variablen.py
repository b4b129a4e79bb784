"""The variables of a process application, as an editor offers them while somebody types an expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from engine.definitions.bpmn import BpmnFile
from engine.definitions.bpmn import read as read_bpmn
from engine.definitions.forms import Form
from engine.definitions.forms import read as read_form
from engine.definitions.forms.components import (
    AnyComponent,
    Checkbox,
    Checklist,
    Choice,
    DateTime,
    DynamicList,
    Field,
    Group,
    Number,
)
from engine.definitions.lint.variables import writers
from engine.definitions.parameter import CONTEXT, catalogue
from engine.model.errors import DefinitionInvalid

TYPES = {"date": "date", "time": "time", "datetime": "date and time"}


@dataclass
class Variable:
    """``info`` says where it comes from, in German; ``entries`` are the parts of a structure, or of each element of a list."""

    name: str
    type: str = "Any"
    info: str = ""
    is_list: bool = False
    entries: dict[str, Variable] = field(default_factory=dict)


def variables(files: Mapping[str, bytes]) -> list[Variable]:
    """What the forms, mappings and results of these files write, and what every case has; files that cannot be read are left out."""
    diagrams, forms = _readable(files)
    found: dict[str, Variable] = {}
    for form in forms:
        _offer(found, form.components, f"Formular «{form.title or form.id}»")
    for name in sorted(writers(diagrams, forms).names - {""}):
        found.setdefault(name, Variable(name, info="Aus einer Zuordnung, einem Ergebnis oder vom Fall selbst"))
    found[CONTEXT] = _parameters()
    return [found[name] for name in sorted(found)]


def _readable(files: Mapping[str, bytes]) -> tuple[list[BpmnFile], list[Form]]:
    diagrams: list[BpmnFile] = []
    forms: list[Form] = []
    for name, content in files.items():
        with suppress(DefinitionInvalid):
            if name.endswith(".bpmn"):
                diagrams.append(read_bpmn(content, name))
            elif name.endswith(".form"):
                forms.append(read_form(content, name))
    return diagrams, forms


def _offer(found: dict[str, Variable], components: Sequence[AnyComponent], origin: str) -> None:
    for component in components:
        if isinstance(component, Group) and not component.path:
            _offer(found, component.components, origin)
        elif isinstance(component, Group | DynamicList):
            holder = _at(found, component.path, component.label, origin)
            holder.is_list = isinstance(component, DynamicList)
            holder.type = "List" if holder.is_list else "Context"
            _offer(holder.entries, component.components, origin)
        elif isinstance(component, Field) and not component.is_locked:
            _at(found, component.key, component.label, origin).type = _type(component)


def _at(found: dict[str, Variable], path: str, label: str, origin: str) -> Variable:
    """The variable of a path; what it lies in becomes a structure."""
    *outer, last = path.split(".")
    for name in outer:
        holder = found.setdefault(name, Variable(name, "Context", origin))
        found = holder.entries
    return found.setdefault(last, Variable(last, info=f"{label} – {origin}" if label else origin))


def _type(component: Field) -> str:
    if isinstance(component, Number):
        return "String" if component.as_text else "Number"
    if isinstance(component, Checkbox):
        return "Boolean"
    if isinstance(component, Checklist):
        return "List"
    if isinstance(component, DateTime):
        return TYPES.get(component.subtype, "date")
    values = list(_values(component))
    return f"String: {', '.join(values[:6])}{' …' if len(values) > 6 else ''}" if values else "String"


def _values(component: Field) -> Iterator[str]:
    if isinstance(component, Choice):
        yield from (f'"{option.value}"' for option in component.options)


def _parameters() -> Variable:
    entries = {one.name: Variable(one.name, {"zahl": "Number", "ja_nein": "Boolean"}.get(one.typ, "String"), f"{one.titel}: {one.words(one.default)}") for one in catalogue().values()}
    return Variable(CONTEXT, "Context", "Parameter des Kantons und der Region", entries=entries)
