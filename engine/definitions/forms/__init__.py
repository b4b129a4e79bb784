"""Forms as process owners draw them (form-js schema), interpreted on the server: the same definition renders, reads and validates.

Beyond form-js the linter and ``validate`` know these entries of a field's ``properties``:

- ``auswahl``: roles, with commas: a text field becomes a choice of the people who hold them in the region (``engine.queries.personenwahl``)
- ``validierung``: names of ``VALIDIERUNGEN``, with commas: ahvn13, zemis, iban, gemeinde, datum_vergangen, datum_kuenftig, geburtsdatum
- ``nicht_vor``: key of a date beside it that must not be later
- ``gueltig_am``: on a commune, key of a date beside it on which the commune must exist
- ``tage_voraus``: how many days from today a date may lie in the future
- ``meldung``: the text to show when the pattern does not fit
- on a dynamic list ``minItems`` and ``maxItems``

A choice of communes names ``gemeinden`` as its variable (``valuesKey``): those of today and to come; ``gemeinden_alle`` has the former ones too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions.feel import Feel
from engine.definitions.forms.checks import VALIDIERUNGEN, Day, check
from engine.definitions.forms.components import (
    AnyComponent,
    Checkbox,
    Checklist,
    Choice,
    Component,
    DateTime,
    DynamicList,
    Field,
    Group,
    Number,
    Option,
    Radio,
    Select,
    Separator,
    Shown,
    Spacer,
    Text,
    TextArea,
    TextField,
    flatten,
    walk,
)
from engine.definitions.forms.read import components, load
from engine.definitions.forms.show import Services, View, prefilled, readable, view
from engine.definitions.forms.text import ZURICH, Unreadable
from engine.definitions.forms.values import get, is_blank, posted_values, put
from engine.model.errors import DefinitionInvalid, Finding, FormInvalid

# The caller may put the BFS numbers of communes here that have not ended; without it any number of the canton passes.
GEMEINDEN = "gemeinden_gueltig"
# And here, by BFS number as text, those of them that begin or end: first day, last day, and the commune they become part of.
GEMEINDEN_GRENZEN = "gemeinden_grenzen"
# And the same communes, or all there ever were, as choices: objects with label and value.
GEMEINDEN_WAHL = "gemeinden"
GEMEINDEN_ALLE = "gemeinden_alle"

__all__ = [
    "GEMEINDEN", "GEMEINDEN_ALLE", "GEMEINDEN_GRENZEN", "GEMEINDEN_WAHL", "VALIDIERUNGEN", "AnyComponent", "Checkbox", "Checklist", "Choice", "Component", "DateTime",
    "DynamicList", "Field", "Form", "Group", "Number", "Option", "Radio", "Select", "Separator", "Shown", "Spacer", "Text", "TextArea", "TextField", "flatten", "read", "readable", "walk",
]  # fmt: skip


@dataclass(frozen=True)
class Form:
    """``id`` is what user tasks name in ``formId``."""

    id: str
    title: str
    components: tuple[AnyComponent, ...]

    def values_from(self, posted: Mapping[str, Any]) -> dict[str, Any]:
        """Raw values, nested by path, from the texts of an HTML form: a MultiDict, a dict of lists, or a dict of texts.

        Names are ``feld``, ``personen.0.vorname``; a date may come in parts (``feld.tag``, ``feld.monat``, ``feld.jahr``). Unknown
        names and locked fields are left out; an unsent checkbox is False, an unsent checklist ``[]``, a list without rows ``[]``.
        """
        return posted_values(self.components, posted)

    def prefill(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Raw values for the first look at a task whose variables are ``context``: these, or the fields' defaults."""
        return prefilled(self.components, context)

    def show(self, raw: Mapping[str, Any], context: Mapping[str, Any], *, feel: Feel, now: datetime) -> tuple[Shown, ...]:
        """The components as they look with these raw values (a prefill, a draft, a rejected post): for rendering."""
        return view(self.components, raw, context, Services(feel, now)).shown

    def validate(self, raw: Mapping[str, Any], context: Mapping[str, Any], *, feel: Feel, now: datetime) -> dict[str, Any]:
        """Typed values of all fields that are visible and not locked; an empty field is None.

        ``context`` holds the task's variables (see ``GEMEINDEN``); ``raw`` comes from ``values_from`` or from a program's JSON.

        Raises:
            FormInvalid: messages by path; nothing else happened.
            Trouble: a FEEL expression of the form failed.
        """
        seen = view(self.components, raw, context, Services(feel, now))
        checked = _Checked(seen, Day(now.astimezone(ZURICH).date(), _gemeinden(context)), context.get(GEMEINDEN_GRENZEN) or {}, {}, [])
        values = checked.scope(seen.shown)
        checked.patterns(feel, now)
        if checked.errors:
            raise FormInvalid(checked.in_order())
        return values


@dataclass
class _Checked:
    """One pass over the shown form, collecting every message."""

    seen: View
    day: Day
    bounds: Mapping[str, tuple[str, str, str]]
    errors: dict[str, str]
    matches: list[tuple[str, TextField, str]]

    def scope(self, shown: Sequence[Shown]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for one in shown:
            if not one.hidden:
                self._one(one, values)
        self._order(shown, values)
        self._communes(shown, values)
        return values

    def _one(self, one: Shown, values: dict[str, Any]) -> None:
        component = one.component
        if isinstance(component, Field):
            if not component.is_locked:
                put(values, component.key, self._field(component, one))
        elif isinstance(component, Group) and not component.path:
            for key, value in self.scope(one.children).items():
                put(values, key, value)
        elif isinstance(component, Group):
            put(values, component.path, self.scope(one.children))
        elif isinstance(component, DynamicList):
            put(values, component.path, self._rows(component, one))

    def _field(self, component: Field, one: Shown) -> Any:
        if one.path in self.seen.typed.errors:
            self.errors[one.path] = self.seen.typed.errors[one.path]
            return None
        try:
            value = check(component, one.value, self.day)
        except Unreadable as error:
            self.errors[one.path] = str(error)
            return None
        if isinstance(component, TextField) and component.pattern and value:
            self.matches.append((one.path, component, value))
        return value

    def _rows(self, component: DynamicList, one: Shown) -> list[dict[str, Any]]:
        if not component.may_change:
            return [{**row, **self.scope(shown)} for row, shown in zip(one.value, one.rows, strict=True)]
        filled = [shown for row, shown in zip(one.value, one.rows, strict=True) if not is_blank(row) or self._was_typed(shown)]
        blank = [shown for shown in one.rows if shown not in filled]
        kept = filled + blank[: max(0, component.min_items - len(filled))]
        self._count(component, one.path, len(kept))
        return [self.scope(shown) for shown in kept]

    def _was_typed(self, shown: Sequence[Shown]) -> bool:
        """Something unreadable stands in the row, so it is not blank."""
        return any(one.path in self.seen.typed.errors for one in flatten(shown))

    def _count(self, component: DynamicList, path: str, count: int) -> None:
        name = component.label or component.path
        if count < component.min_items:
            self.errors[path] = f"Erfassen Sie bei «{name}» mindestens {component.min_items} {'Eintrag' if component.min_items == 1 else 'Einträge'}."
        if count > component.max_items:
            self.errors[path] = f"Entfernen Sie bei «{name}» Einträge: höchstens {component.max_items} sind möglich, es sind {count}."

    def _order(self, shown: Sequence[Shown], values: Mapping[str, Any]) -> None:
        for one in shown:
            other = one.component.properties.get("nicht_vor")
            first, second = (get(values, other), one.value) if other else (None, None)
            if isinstance(first, str) and isinstance(second, str) and second < first and one.path not in self.errors:
                self.errors[one.path] = f"Geben Sie bei «{one.component.label}» ein Datum ein, das nicht vor dem {readable(first)} liegt."

    def _communes(self, shown: Sequence[Shown], values: Mapping[str, Any]) -> None:
        for one in shown:
            if not isinstance(one.component, Field) or "gemeinde" not in one.component.validierung or one.path in self.errors:
                continue
            given = get(values, one.component.properties.get("gueltig_am", ""))
            # Who moved here before a merger lives in the merged commune today.
            day = max(given[:10] if isinstance(given, str) else "", self.day.today.isoformat())
            first, last, successor = self.bounds.get(str(one.value), ("", "", ""))
            if last and day > last:
                self.errors[one.path] = f"Diese Gemeinde gibt es am {readable(day)} nicht mehr, sie besteht nur bis {readable(last)}. Wählen Sie stattdessen {successor or 'eine andere'}."
            elif day < first:
                self.errors[one.path] = f"Diese Gemeinde gibt es am {readable(day)} noch nicht, sie besteht erst ab {readable(first)}. Wählen Sie die bisherige Gemeinde."

    def in_order(self) -> dict[str, str]:
        """The messages in the order of the page, as the summary at its top lists them."""
        places = {one.path: place for place, one in enumerate(flatten(self.seen.shown))}
        return dict(sorted(self.errors.items(), key=lambda error: places.get(error[0], 0)))

    def patterns(self, feel: Feel, now: datetime) -> None:
        """Patterns run in the interpreter: JavaScript's dialect as in the form editor, under a time limit."""
        if not self.matches:
            return
        context = {f"{name}{i}": text for i, (_, field, value) in enumerate(self.matches) for name, text in (("wert", value), ("muster", field.pattern))}
        asked = [f"matches(wert{i}, muster{i})" for i in range(len(self.matches))]
        for (path, field, _), fits in zip(self.matches, feel.evaluate_all(asked, context, now=now), strict=True):
            if fits is not True:
                self.errors[path] = field.properties.get("meldung") or f"Geben Sie «{field.label}» in der verlangten Form ein{_hint(field)}."


def _hint(field: TextField) -> str:
    return f" ({field.description.rstrip('.')})" if field.description else ""


def _gemeinden(context: Mapping[str, Any]) -> frozenset[int] | None:
    found = context.get(GEMEINDEN)
    return None if found is None else frozenset(int(number) for number in found)


def read(content: bytes, file: str) -> Form:
    """Read a ``.form`` file.

    Raises:
        DefinitionInvalid: with one finding for everything that cannot be rendered or checked.
    """
    schema = load(content, file)
    findings: list[Finding] = []
    found = components(schema, file, findings)
    form_id = schema.get("id")
    if not isinstance(form_id, str) or not form_id.strip():
        findings.append(Finding(file, "", "", "form-id", "error", "Das Formular hat keine Id. Tragen Sie im Formular-Editor unter «General» eine ein."))
    if findings:
        raise DefinitionInvalid(findings)
    return Form(str(form_id), str(schema.get("title") or schema.get("name") or ""), found)
