"""A form as one person sees it now: conditions decided, options filled in, texts evaluated.

Each scope (the form, a group with a path, a row of a list) takes one call of the interpreter, however many expressions it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.definitions.feel import Feel
from engine.definitions.forms.components import AnyComponent, Choice, DynamicList, Field, Group, Option, Shown, fields, flatten, walk
from engine.definitions.forms.read import options
from engine.definitions.forms.values import Typed, get, put, rows_of

# Conditions may depend on fields that other conditions hide; more rounds than this mean that they contradict each other.
ROUNDS = 10
SWITCHES = ("required", "readonly", "disabled")
NUMBERS = ("minimum", "maximum", "min_length", "max_length")
TEXTS = ("label", "description", "text", "prefix", "suffix")
# Under this name a component remembers its FEEL texts; it is no field, so copies do not take it along.
READ = "_sources"
TEMPLATE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)
# Days that FEEL put into a sentence, with the time if they have one; case numbers such as 2026-00012 are none.
ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:T(\d{2}:\d{2})[\d:.]*(?:Z|[+-]\d{2}:\d{2})?)?(?![\w-])")
# Before it, a number in a text is an amount.
CHF = "CHF "


@dataclass(frozen=True)
class Services:
    """The interpreter and its clock."""

    feel: Feel
    now: datetime


@dataclass
class View:
    """``shown`` with the typed values and reading errors it was decided from; ``hidden`` and ``locked`` are paths.

    ``offered`` are the options, by path, of choices that only an expression or a variable gives.
    """

    shown: tuple[Shown, ...] = ()
    typed: Typed = field(default_factory=Typed)
    hidden: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    offered: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


def view(components: Sequence[AnyComponent], raw: Mapping[str, Any], context: Mapping[str, Any], services: Services) -> View:
    """Decide conditions until they agree: what is hidden has no value for the others."""
    seen = View()
    for _ in range(ROUNDS):
        now = View(hidden=seen.hidden, locked=seen.locked, offered=seen.offered)
        values = _values(components, raw, context, "", now)
        now.shown = _show(components, values, {**context, **values}, "", now, services)
        everything = list(flatten(now.shown))
        hidden = frozenset(_hidden(now.shown))
        locked = frozenset(one.path for one in everything if isinstance(one.component, Field) and one.component.is_locked)
        offered = _offered(components, everything)
        if (hidden, locked, offered) == (seen.hidden, seen.locked, seen.offered):
            return now
        further = replace(now, hidden=hidden, locked=locked, offered=offered)
        if _is_settled(now, further):
            return further
        seen = further
    return seen


def _is_settled(now: View, further: View) -> bool:
    """Whether another round would read every answer as this one did: what was found hidden now was empty, what is locked was never read, and
    what is offered are the values that were read. Half of all forms that hide something are settled so."""
    typed = now.typed
    for one in _all(now.shown):
        if one.path in further.hidden and one.path not in now.hidden:
            if not isinstance(one.component, Field | Group) or isinstance(one.component, Field) and one.value is not None or one.path in typed.errors:
                return False
        elif one.path in typed.values and (one.path in further.locked) != (one.path in now.locked):
            return False
    known = (typed.values.get(path) for path, found in further.offered.items() if found != now.offered.get(path))
    if any(value is not None for value in known) or now.hidden - further.hidden or now.locked - further.locked:
        return False
    for path in further.hidden:
        typed.values.pop(path, None)
    return True


def _all(shown: Sequence[Shown]) -> Iterator[Shown]:
    """All of it, also what lies in something hidden."""
    for one in shown:
        yield one
        yield from _all(one.children)
        for row in one.rows:
            yield from _all(row)


def _offered(components: Sequence[AnyComponent], everything: Sequence[Shown]) -> dict[str, tuple[Option, ...]]:
    """What the next round reads answers against: a browser sends texts, conditions compare the values that stand behind them."""
    if not any(isinstance(component, Choice) and not component.options for component in walk(components)):
        return {}
    return {one.path: one.component.options for one in everything if isinstance(one.component, Choice)}


def _hidden(shown: Sequence[Shown], inside: bool = False) -> Iterator[str]:
    for one in shown:
        gone = inside or one.hidden
        if gone and one.path:
            yield one.path
        yield from _hidden(one.children, gone)
        for row in one.rows:
            yield from _hidden(row, gone)


def _values(components: Sequence[AnyComponent], raw: Any, base: Any, prefix: str, now: View) -> dict[str, Any]:
    """Typed values of one scope and all below it; ``base`` holds the variables of the same scope, for locked fields."""
    values: dict[str, Any] = {}
    for component in components:
        if isinstance(component, Field):
            put(values, component.key, _value(component, raw, base, prefix + component.key, now))
        elif isinstance(component, Group) and not component.path:
            for key, value in _values(component.components, raw, base, prefix, now).items():
                put(values, key, value)
        elif isinstance(component, Group):
            inner = f"{prefix}{component.path}"
            put(values, component.path, _values(component.components, get(raw, component.path), get(base, component.path), inner + ".", now))
        elif isinstance(component, DynamicList):
            put(values, component.path, _rows(component, raw, base, prefix + component.path, now))
    return values


def _value(component: Field, raw: Any, base: Any, path: str, now: View) -> Any:
    if path in now.hidden:
        return None
    if component.is_locked or path in now.locked:
        return get(base, component.key)
    if isinstance(component, Choice) and not component.options:
        component = replace(component, options=now.offered.get(path, ()))
    return now.typed.read(component, get(raw, component.key), path)


def _rows(component: DynamicList, raw: Any, base: Any, path: str, now: View) -> list[dict[str, Any]] | None:
    if path in now.hidden:
        return None
    stored = dict(rows_of(component, get(base, component.path)))
    sent = dict(rows_of(component, get(raw, component.path)))
    if component.may_change:
        return [_values(component.components, row, None, f"{path}.{index}.", now) for index, row in sent.items()]
    # Rows nobody may add or remove keep what the form does not show, such as a person's id.
    return [
        {**row, **_values(component.components, sent.get(index, {}), row, f"{path}.{index}.", now)}
        for index, row in stored.items()
    ]  # fmt: skip


def _show(components: Sequence[AnyComponent], values: Any, context: Mapping[str, Any], prefix: str, now: View, services: Services) -> tuple[Shown, ...]:
    scope = list(_scope(components))
    asked = [(component, name, source) for component in scope for name, source in _sources(component)]
    results = services.feel.evaluate_all([source for _, _, source in asked], context, now=services.now) if asked else []
    found: dict[int, dict[str, list[Any]]] = {}
    for (component, name, _), result in zip(asked, results, strict=True):
        found.setdefault(id(component), {}).setdefault(name, []).append(result)
    return tuple(_shown(component, values, context, prefix, now, services, found) for component in components)


def _scope(components: Sequence[AnyComponent]) -> Iterator[AnyComponent]:
    for component in components:
        yield component
        if isinstance(component, Group) and not component.path:
            yield from _scope(component.components)


def _shown(
    component: AnyComponent, values: Any, context: Mapping[str, Any], prefix: str, now: View, services: Services, found: Mapping[int, Mapping[str, list[Any]]]
) -> Shown:
    results = found.get(id(component), {})
    hidden = results.get("hide", [False])[0] is True
    resolved = _resolved(component, results, context)
    if isinstance(component, Field):
        path = prefix + component.key
        return Shown(resolved, path, hidden, get(values, component.key))
    if isinstance(component, Group) and not component.path:
        children = tuple(_shown(inner, values, context, prefix, now, services, found) for inner in component.components)
        return Shown(resolved, "", hidden, children=children)
    if isinstance(component, Group):
        own = get(values, component.path) or {}
        inner = {**context, **own, "this": own, "parent": values}
        return Shown(resolved, prefix + component.path, hidden, own, _show(component.components, own, inner, f"{prefix}{component.path}.", now, services))
    if isinstance(component, DynamicList):
        return _list(component, resolved, values, context, prefix, now, services, hidden=hidden)
    return Shown(resolved, "", hidden)


def _list(
    component: DynamicList, resolved: Any, values: Any, context: Mapping[str, Any], prefix: str, now: View, services: Services, *, hidden: bool
) -> Shown:
    path, own = prefix + component.path, get(values, component.path) or []
    rows = tuple(
        _show(component.components, row, {**context, **row, "this": row, "parent": values, "i": index + 1}, f"{path}.{index}.", now, services)
        for index, row in enumerate([] if hidden else own)
    )
    return Shown(resolved, path, hidden, own, rows=rows)


def _sources(component: AnyComponent) -> Iterable[tuple[str, str]]:
    """The FEEL texts of a component with the attribute each belongs to; a template holds several. Read once: components never change."""
    known: tuple[tuple[str, str], ...] | None = component.__dict__.get(READ)
    if known is None:
        known = component.__dict__[READ] = tuple(_read_sources(component))
    return known


def _read_sources(component: AnyComponent) -> Iterator[tuple[str, str]]:
    for name in ("hide", "values_expression", *SWITCHES, *NUMBERS, *TEXTS):
        text = getattr(component, name, None)
        if isinstance(text, str) and text.strip().startswith("="):
            yield name, text.strip()[1:]
        elif isinstance(text, str) and name in TEXTS:
            yield from ((name, source.strip()) for source in TEMPLATE.findall(text))


def _resolved(component: AnyComponent, results: Mapping[str, list[Any]], context: Mapping[str, Any]) -> AnyComponent:
    changes: dict[str, Any] = {}
    for name, found in results.items():
        if name in SWITCHES:
            changes[name] = found[0] is True
        elif name in NUMBERS:
            changes[name] = found[0] if isinstance(found[0], int | float) and not isinstance(found[0], bool) else None
        elif name in TEXTS:
            changes[name] = _filled_in(getattr(component, name), found)
    if isinstance(component, Choice) and not component.options:
        given = results["values_expression"][0] if "values_expression" in results else get(context, component.values_key or "")
        changes["options"] = options(given)
    return replace(component, **changes) if changes else component


def _filled_in(text: str, found: Sequence[Any]) -> str:
    if text.strip().startswith("="):
        return readable(found[0])
    parts = iter(found)
    return TEMPLATE.sub(lambda at: (francs if text[: at.start()].endswith(CHF) else readable)(next(parts)), text)


def readable(value: Any) -> str:
    """A variable as people read it: Swiss dates, also within a sentence, yes and no, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, list):
        return ", ".join(readable(one) for one in value)
    return ISO_DATE.sub(_swiss, value) if isinstance(value, str) else str(value)


def francs(value: Any) -> str:
    """An amount with its thousands apart: ``1'234``, and ``1'234.50`` where there are centimes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return readable(value)
    return f"{value:,.2f}".replace(",", "'").removesuffix(".00")


def _swiss(day: re.Match[str]) -> str:
    return f"{day[3]}.{day[2]}.{day[1]}" + (f", {day[4]}" if day[4] else "")


def expressions(components: Sequence[AnyComponent]) -> Iterator[tuple[AnyComponent, str, str]]:
    """Every FEEL text of a form with its component and attribute, for the linter."""
    for component in components:
        for name, source in _sources(component):
            yield component, name, source
        if isinstance(component, Group | DynamicList):
            yield from expressions(component.components)


def prefilled(components: Sequence[AnyComponent], context: Any) -> dict[str, Any]:
    """Raw values for a first look: the variables, else the defaults, else empty rows."""
    raw: dict[str, Any] = {}
    for one in fields(components):
        known = get(context, one.key)
        put(raw, one.key, one.default if known is None else known)
    for component in _scope(components):
        if isinstance(component, Group) and component.path:
            put(raw, component.path, prefilled(component.components, get(context, component.path)))
        elif isinstance(component, DynamicList):
            stored = [row for _, row in rows_of(component, get(context, component.path))]
            rows = stored or [{}] * (component.repetitions if component.may_change else 0)
            put(raw, component.path, [prefilled(component.components, row) for row in rows])
    return raw
