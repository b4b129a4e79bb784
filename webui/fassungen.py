"""Two versions of one form side by side: what somebody typed, and what was saved, sent or changed meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions import feel
from engine.definitions.forms import Choice, DynamicList, Field, Form, Group, Shown, walk
from webui import words
from webui.formulare import look_up

Raw = dict[str, Any]


@dataclass(frozen=True)
class Unterschied:
    """A field that differs; ``meine`` and ``andere`` are for reading."""

    path: str
    label: str
    meine: str
    andere: str


def stand(form: Form | None, values: Mapping[str, Any]) -> str:
    """A digest of what the case says in the fields of a form: it changes when somebody else changed one of them."""
    if form is None:
        return ""
    keys = {component.key.split(".")[0] for component in walk(form.components) if isinstance(component, Field)}
    keys |= {component.path.split(".")[0] for component in walk(form.components) if isinstance(component, Group | DynamicList) and component.path}
    text = json.dumps({key: values.get(key) for key in sorted(keys)}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def unterschiede(form: Form, meine: Raw, andere: Raw, context: Mapping[str, Any], now: datetime) -> tuple[Unterschied, ...]:
    """The fields in which two versions differ, in the order of the form."""
    mine, theirs = (dict(_texts(form.show(raw, context, feel=feel.shared(), now=now))) for raw in (meine, andere))
    order = [*mine, *(path for path in theirs if path not in mine)]
    empty = ("", "")
    rows = [(path, mine.get(path, empty), theirs.get(path, empty)) for path in order]
    return tuple(
        Unterschied(path, own[0] or other[0], own[1] or "–", other[1] or "–") for path, own, other in rows if own[1] != other[1]
    )


def zusammen(meine: Raw, andere: Raw, gewaehlt: Sequence[str]) -> Raw:
    """My version with the chosen paths from the other."""
    merged: Raw = json.loads(json.dumps(meine, default=str))
    for path in gewaehlt:
        _put(merged, path.split("."), look_up(andere, path))
    return merged


def als_text(form: Form, raw: Raw, context: Mapping[str, Any], now: datetime) -> str:
    """A version for the journal: one line for each answer."""
    lines = [f"{label}: {text}" for _, (label, text) in _texts(form.show(raw, context, feel=feel.shared(), now=now)) if text]
    return "\n".join(lines)


def _texts(shown: Sequence[Shown], before: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """Path, label and text of every field that a person may fill in."""
    for one in shown:
        if one.hidden:
            continue
        component = one.component
        if isinstance(component, Field) and not component.is_locked:
            yield one.path, (before + component.label, _text(component, one.value))
        yield from _texts(one.children, before)
        for number, row in enumerate(one.rows, start=1):
            yield from _texts(row, f"{component.label or one.path} {number}: ")


def _text(component: Field, value: Any) -> str:
    if isinstance(component, Choice):
        labels = {str(option.value): option.label for option in component.options}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in chosen if one not in (None, ""))
    return "" if value in (None, "", [], False) else words.wert(value)


def _put(target: Any, names: list[str], value: Any) -> None:
    """Set a path through objects and lists, with rows added as needed."""
    name, rest = names[0], names[1:]
    if isinstance(target, list):
        index = int(name)
        target.extend({} for _ in range(index + 1 - len(target)))
        if rest:
            _put(target[index], rest, value)
        return
    if not rest:
        target[name] = value
        return
    if not isinstance(target.get(name), dict | list):
        target[name] = [] if rest[0].isdigit() else {}
    _put(target[name], rest, value)
