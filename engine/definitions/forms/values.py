"""From what was sent to raw values by path, and from raw values to typed ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    TextField,
)
from engine.definitions.forms.text import Unreadable, clean, iso_date, iso_datetime, iso_time, number, truth

MAX_ROWS = 500


def posted_values(components: Sequence[AnyComponent], posted: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Texts as sent, nested by path; only for fields a person may fill in. See ``Form.values_from``."""
    raw: dict[str, Any] = {}
    for component in components:
        if isinstance(component, Field) and not component.is_locked:
            _take(component, posted, prefix, raw)
        elif isinstance(component, Group) and component.path:
            put(raw, component.path, posted_values(component.components, posted, f"{prefix}{component.path}."))
        elif isinstance(component, Group):
            _merge(raw, posted_values(component.components, posted, prefix))
        elif isinstance(component, DynamicList):
            put(raw, component.path, _rows(component, posted, f"{prefix}{component.path}."))
    return raw


def _take(component: Field, posted: Mapping[str, Any], prefix: str, raw: dict[str, Any]) -> None:
    sent = all_of(posted, prefix + component.key)
    if isinstance(component, Checklist):
        put(raw, component.key, [text for text in sent if text != ""])
    elif isinstance(component, Checkbox):
        put(raw, component.key, any(text.strip().lower() not in ("", "false", "off", "0") for text in sent))
    elif isinstance(component, DateTime) and not sent:
        put(raw, component.key, _parts(posted, prefix + component.key))
    elif sent:
        put(raw, component.key, sent[0])


def _parts(posted: Mapping[str, Any], name: str) -> str:
    """A date sent in parts: ``feld.tag``, ``feld.monat``, ``feld.jahr`` and, or instead, ``feld.datum`` with ``feld.zeit``."""
    tag, monat, jahr, datum, zeit = ("".join(all_of(posted, f"{name}.{part}")[:1]).strip() for part in ("tag", "monat", "jahr", "datum", "zeit"))
    day = f"{tag}.{monat}.{jahr}" if tag or monat or jahr else datum
    return f"{day} {zeit}".strip()


def _rows(component: DynamicList, posted: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Rows in the order of their numbers; gaps left by removed rows close."""
    pattern = re.compile(re.escape(prefix) + r"(\d{1,4})\.")
    numbers = sorted({int(found[1]) for name in posted if (found := pattern.match(name))})
    return [posted_values(component.components, posted, f"{prefix}{number}.") for number in numbers[:MAX_ROWS]]


def all_of(posted: Mapping[str, Any], name: str) -> list[str]:
    """Every text sent under ``name``, from a MultiDict, a dict of lists, or a dict of texts."""
    getlist: Callable[[str], Sequence[Any]] | None = getattr(posted, "getlist", None)
    found = getlist(name) if getlist else posted.get(name, [])
    return [str(one) for one in ([found] if isinstance(found, str) else found)]


def get(values: Any, path: str) -> Any:
    """What lies under a dotted path, or None."""
    for name in path.split("."):
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def has(values: Any, path: str) -> bool:
    outer, _, name = path.rpartition(".")
    scope = get(values, outer) if outer else values
    return isinstance(scope, Mapping) and name in scope


def put(values: dict[str, Any], path: str, value: Any) -> None:
    """Set a dotted path, making the objects on the way."""
    *outer, name = path.split(".")
    for step in outer:
        inner = values.get(step)
        values[step] = dict(inner) if isinstance(inner, Mapping) else {}
        values = values[step]
    if isinstance(value, dict) and isinstance(values.get(name), dict):
        _merge(values[name], value)
    else:
        values[name] = value


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        put(values, name, value)


@dataclass
class Typed:
    """Typed values by full path, as far as they could be read, and the messages for those that could not."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, component: Field, raw: Any, path: str) -> Any:
        try:
            self.values[path] = convert(component, raw)
        except Unreadable as error:
            self.errors[path] = str(error)
            self.values[path] = None
        return self.values[path]


def convert(component: Field, raw: Any) -> Any:
    """One field's raw value, from HTML or from JSON, in its stored type; None when empty.

    Raises:
        Unreadable: with the message for the person.
    """
    if isinstance(component, Checkbox):
        return truth(raw)
    if isinstance(component, Checklist):
        return [_behind(component, one) for one in _list(raw)]
    if isinstance(component, Number):
        return number(raw)
    if isinstance(component, DateTime):
        return DATES[component.subtype](raw) or None
    if isinstance(component, TextField):
        return (clean(raw) or None) if raw is not None else None
    return _behind(component, _choice(raw))


def _behind(component: Field, sent: Any) -> Any:
    """The value of the option that was chosen, in its own type: the text ``3`` of a browser is the number 3 of the form."""
    options = component.options if isinstance(component, Choice) else ()
    return next((option.value for option in options if sent is not None and str(option.value) == str(sent)), sent)


def _list(raw: Any) -> list[Any]:
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list) or not all(isinstance(one, str | int | float) for one in raw):
        raise Unreadable("Wählen Sie aus den angebotenen Möglichkeiten.")
    return list(raw)


def _choice(raw: Any) -> Any:
    if raw is not None and not isinstance(raw, str | int | float):
        raise Unreadable("Wählen Sie eine der angebotenen Möglichkeiten.")
    return None if raw == "" else raw


DATES: Mapping[str, Callable[[Any], str | None]] = {"date": iso_date, "time": iso_time, "datetime": iso_datetime}


def rows_of(component: DynamicList, raw: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The raw rows of a list with their numbers; things that are no objects count as empty rows."""
    for index, row in enumerate(raw[:MAX_ROWS] if isinstance(raw, list) else []):
        yield index, row if isinstance(row, Mapping) else {}


def is_blank(value: Any) -> bool:
    """Nothing was entered: an untouched row of a list looks like this."""
    if isinstance(value, Mapping):
        return all(is_blank(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_blank(inner) for inner in value)
    return value is None or value is False or (isinstance(value, str) and not value.strip())
