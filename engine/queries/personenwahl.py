"""Text fields of a form that ask for a colleague become a choice: who of the region holds the roles, how loaded, and who is away.

The form says so with the property ``auswahl``, whose value names the roles. Where nobody holds them the field stays a text.
"""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.forms import AnyComponent, Form, Group, walk
from engine.definitions.forms.components import Option, Select, TextField
from engine.queries.kollegium import Auswahl, auswahl
from engine.store.session import FallSession

PROPERTY = "auswahl"
STUFEN = {"warnung": ", viel", "rot": ", zu viel"}


def with_people(session: FallSession, form: Form, region: str) -> Form:
    """The form with the people of ``region`` in it."""
    if not any(_asks(component) for component in walk(form.components)):
        return form
    return replace(form, components=tuple(_with(session, component, region) for component in form.components))


def _asks(component: AnyComponent) -> bool:
    return isinstance(component, TextField) and bool(component.properties.get(PROPERTY))


def _with(session: FallSession, component: AnyComponent, region: str) -> AnyComponent:
    if isinstance(component, Group):
        return replace(component, components=tuple(_with(session, one, region) for one in component.components))
    if not isinstance(component, TextField) or not _asks(component):
        return component
    people = auswahl(session, region, [rolle.strip() for rolle in component.properties[PROPERTY].split(",")])
    if not people:
        return component
    return Select(
        type="select", id=component.id, label=component.label, description=component.description, hide=component.hide,
        properties=component.properties, key=component.key, required=component.required, readonly=component.readonly,
        disabled=component.disabled, default=component.default, options=tuple(Option(_label(one), one.person.login) for one in people),
    )  # fmt: skip


def _label(one: Auswahl) -> str:
    """Name, Falllast, absence: what decides to whom a case goes."""
    last = one.last
    load = f" – {last.faelle} {'Fall' if last.faelle == 1 else 'Fälle'}, {last.je_vze:.0f} je Vollzeitstelle{STUFEN.get(last.stufe, '')}" if last else " – keine Fälle"
    return f"{one.person.name}{load}{f', abwesend bis {one.weg.bis:%d.%m.%Y}' if one.weg else ''}"
