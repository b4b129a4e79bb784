"""A ``.form`` as a page: what was typed stands where it was typed, each message at its field and in the summary above."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from engine.definitions import feel
from engine.definitions.forms import AnyComponent, Checklist, Choice, Field, Form, Option, Shown, flatten
from webui import words
from webui.markdown import markdown

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?")
# Up to this many short choices stand beside each other, such as the ratings 1 to 4.
_INLINE_CHOICES, _INLINE_LETTERS = 6, 44
# What stands for a field of which nothing was sent.
UNSENT: tuple[Any, ...] = (None, "", [], False)


@dataclass(frozen=True)
class Seite:
    """A form ready to be rendered; ``raw`` is what stands in the fields, ``errors`` maps paths to messages.

    ``herkunft`` says of prefilled keys where their values come from.
    """

    shown: tuple[Shown, ...]
    raw: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    herkunft: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> list[dict[str, str]]:
        """The messages in the order of the fields, each with the place to jump to."""
        order = {one.path: number for number, one in enumerate(flatten(self.shown)) if one.path}
        paths = sorted(self.errors, key=lambda path: order.get(path, len(order)))
        return [{"text": self.errors[path], "href": f"#{html_id(path)}"} for path in paths]

    @property
    def rendered_paths(self) -> str:
        """Which fields this page asks for; comes back with the post."""
        return " ".join(sorted(visible_paths(self.shown)))

    @property
    def deciding(self) -> str:
        """The last names of the fields on which conditions and templates depend: when one of these changes, the page is asked for anew."""
        texts = " ".join(text for one in flatten(self.shown) for text in _conditions(one.component))
        names = {one.component.key.rpartition(".")[2] for one in flatten(self.shown) if isinstance(one.component, Field)}
        return " ".join(sorted(name for name in names if re.search(rf"(?<![\w\"]){re.escape(name)}(?![\w\"])", texts)))

    @property
    def has_conditions(self) -> bool:
        return bool(self.deciding)

    def hint(self, one: Shown) -> dict[str, str] | None:
        """The description of a field and, when it came filled in, where from."""
        known = self.herkunft.get(one.path.split(".")[0], "") if "." not in one.path or not one.path.split(".")[1].isdigit() else ""
        texts = [text for text in (one.component.description, known if self.is_filled(one) else "") if text]
        return {"text": " – ".join(texts)} if texts else None

    def is_filled(self, one: Shown) -> bool:
        return look_up(self.raw, one.path) not in (None, "", [], False)

    def error(self, one: Shown) -> dict[str, str] | None:
        message = self.errors.get(one.path)
        return {"text": message, "visuallyHiddenText": "Fehler"} if message else None

    def has_errors_in(self, one: Shown) -> bool:
        """Whether a message stands inside a group; a folded one must then be open."""
        return any(inner.path in self.errors for inner in flatten(one.children))

    def text(self, one: Shown) -> str:
        """What stands in a text, number or date field."""
        return readable_text(one.value if _is_locked(one) else look_up(self.raw, one.path))

    def read_only(self, one: Shown) -> str:
        """A locked field's value, with the label of a choice instead of its value."""
        component = one.component
        if isinstance(component, Choice):
            values = one.value if isinstance(one.value, list) else [one.value]
            labels = {str(option.value): option.label for option in component.options}
            return ", ".join(labels.get(str(value), words.wert(value)) for value in values) or "–"
        return words.wert(one.value)

    def is_chosen(self, one: Shown, option: Option) -> bool:
        """Whether the option of a choice is selected; the browser sends texts, variables hold typed values."""
        value = look_up(self.raw, one.path)
        if isinstance(one.component, Checklist):
            return str(option.value) in {str(inner) for inner in value or []}
        return value is not None and str(option.value) == str(value)

    def is_ticked(self, one: Shown) -> bool:
        return look_up(self.raw, one.path) is True

    def is_inline(self, one: Shown) -> bool:
        """Beside each other: where the author says so, and ratings and yes or no anyway."""
        if one.component.properties.get("darstellung") == "inline":
            return True
        options = one.component.options if isinstance(one.component, Choice) else ()
        return len(options) <= _INLINE_CHOICES and sum(len(option.label) + 4 for option in options) <= _INLINE_LETTERS

    def markdown(self, text: str) -> Markup:
        return markdown(text)


def seite(
    form: Form,
    raw: Mapping[str, Any],
    context: Mapping[str, Any],
    now: datetime,
    errors: Mapping[str, str] | None = None,
    herkunft: Mapping[str, str] | None = None,
) -> Seite:
    """The form as it looks with these raw values."""
    return Seite(form.show(raw, context, feel=feel.shared(), now=now), raw, errors or {}, herkunft or {})


def _conditions(component: AnyComponent) -> Iterator[str]:
    """The expressions of a component that the server evaluates again when answers change."""
    for name in ("hide", "values_expression", "required", "readonly", "disabled"):
        text = getattr(component, name, None)
        if isinstance(text, str) and text.strip().startswith("="):
            yield text


def newly_asked(page: Seite, rendered: str | None) -> list[str]:
    """Labels of fields that the answers brought up and that the page sent had not shown yet; without a list, none."""
    if rendered is None:
        return []
    known = set(rendered.split())
    return [one.component.label for one in _visible(page.shown) if one.path not in known]


def with_known(form: Form, raw: Mapping[str, Any], context: Mapping[str, Any], now: datetime, rendered: str | None) -> dict[str, Any]:
    """``raw`` with what is known of fields that the page sent had not shown and that its answers now bring up: a browser sends nothing of them.

    Rows of lists stay as they were sent: they have no name of their own by which to know them again.
    """
    filled, known = dict(raw), set((rendered or "").split())
    while rendered is not None:
        new = [path for path in visible_paths(form.show(filled, context, feel=feel.shared(), now=now)) - known if not re.search(r"\.\d+(\.|$)", path)]
        found = {path: value for path in new if look_up(filled, path) in UNSENT and (value := look_up(form.prefill(context), path)) not in UNSENT}
        if not found:
            break
        known |= {*new}
        for path, value in found.items():
            filled = _put(filled, path.split("."), value)
    return filled


def _put(values: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    inner = values.get(path[0])
    return {**values, path[0]: _put(inner if isinstance(inner, Mapping) else {}, path[1:], value) if path[1:] else value}


def visible_paths(shown: tuple[Shown, ...]) -> set[str]:
    return {one.path for one in _visible(shown)}


def _visible(shown: tuple[Shown, ...]) -> Iterator[Shown]:
    for one in flatten(_not_hidden(shown)):
        if not one.hidden and isinstance(one.component, Field) and not one.component.is_locked:
            yield one


def _not_hidden(shown: tuple[Shown, ...]) -> tuple[Shown, ...]:
    return tuple(one for one in shown if not one.hidden)


def _is_locked(one: Shown) -> bool:
    return isinstance(one.component, Field) and one.component.is_locked


def change_rows(raw: dict[str, Any], action: str) -> dict[str, Any]:
    """Carry out ``mehr:PATH`` or ``weniger:PATH:INDEX`` on the rows of a list; anything else changes nothing."""
    what, _, rest = action.partition(":")
    path, _, index = rest.rpartition(":") if what == "weniger" else (rest, "", "")
    rows = look_up(raw, path)
    if not isinstance(rows, list):
        return raw
    if what == "mehr":
        rows.append({})
    elif index.isdigit() and int(index) < len(rows):
        del rows[int(index)]
    return raw


def look_up(values: Any, path: str) -> Any:
    """What lies under a path such as ``personen.0.vorname``, or None."""
    for name in path.split("."):
        if isinstance(values, list):
            values = values[int(name)] if name.isdigit() and int(name) < len(values) else None
        else:
            values = values.get(name) if isinstance(values, Mapping) else None
    return values


def html_id(path: str) -> str:
    return "f-" + path.replace(".", "-")


def readable_text(value: Any) -> str:
    """A raw value for an input: ISO dates as people here write them, everything else as it is."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    text = str(value)
    if not _ISO.fullmatch(text):
        return text
    return words.datum(text) + (f" {text[11:16]}" if "T" in text else "")
