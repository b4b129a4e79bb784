"""What a form consists of. Text attributes may be FEEL (``=…``) until ``Form.show`` has evaluated them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True)
class Component:
    """Anything on a form. ``hide`` is a FEEL condition with its ``=``; ``properties`` are the author's own key/value pairs."""

    type: str
    id: str = ""
    label: str = ""
    description: str = ""
    hide: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Field(Component):
    """Something with a value. ``key`` may be dotted (``adresse.strasse``): then the value lies in a nested object."""

    key: str
    required: bool | str = False
    readonly: bool | str = False
    disabled: bool | str = False
    default: Any = None

    @property
    def is_locked(self) -> bool:
        """Shown only: never taken from what a person sent."""
        return self.readonly is True or self.disabled is True

    @property
    def validierung(self) -> tuple[str, ...]:
        """The named rules of this project, such as ``ahvn13``."""
        return tuple(name.strip() for name in self.properties.get("validierung", "").split(",") if name.strip())


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """``validation`` is ``email`` or ``phone`` when the author chose it instead of a pattern."""

    min_length: int | str | None = None
    max_length: int | str | None = None
    pattern: str | None = None
    validation: str | None = None
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class TextArea(TextField):
    pass


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    minimum: float | str | None = None
    maximum: float | str | None = None
    decimals: int | None = None
    as_text: bool = False
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkbox(Field):
    pass


@dataclass(frozen=True)
class Option:
    """``value`` keeps the type it has in the form or the variable; HTML carries ``str(value)``."""

    label: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """Static ``options``, or those found under the variable ``values_key``, or the list ``values_expression`` gives."""

    options: tuple[Option, ...] = ()
    values_key: str | None = None
    values_expression: str | None = None


@dataclass(frozen=True, kw_only=True)
class Radio(Choice):
    pass


@dataclass(frozen=True, kw_only=True)
class Select(Choice):
    pass


@dataclass(frozen=True, kw_only=True)
class Checklist(Choice):
    """Several choices, as checkboxes or (type ``taglist``) as a list of tags; the value is a list."""


@dataclass(frozen=True, kw_only=True)
class DateTime(Field):
    """``subtype`` is date, time or datetime. Values are ISO: ``2026-08-31``, ``14:30``, ``2026-08-31T14:30:00`` (Europe/Zurich).

    ``days_ahead``: how many days from today it may lie in the future; None: any.
    """

    subtype: str = "date"
    no_past: bool = False
    days_ahead: int | None = None


@dataclass(frozen=True, kw_only=True)
class Text(Component):
    """Markdown without HTML; ``{{…}}`` is FEEL."""

    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """With a ``path`` its values lie in an object of that name."""

    components: tuple[AnyComponent, ...] = ()
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class DynamicList(Component):
    """Rows of the same fields: a list of objects under ``path``."""

    components: tuple[AnyComponent, ...] = ()
    path: str
    repetitions: int = 1
    min_items: int = 0
    max_items: int = 100
    may_change: bool = True


@dataclass(frozen=True, kw_only=True)
class Separator(Component):
    pass


@dataclass(frozen=True, kw_only=True)
class Spacer(Component):
    height: int = 30


AnyComponent: TypeAlias = (
    TextField | TextArea | Number | Checkbox | Radio | Select | Checklist | DateTime | Text | Group | DynamicList | Separator | Spacer
)


@dataclass(frozen=True)
class Shown:
    """A component as one person sees it now: ``component`` holds results instead of FEEL, ``path`` is its HTML name.

    ``value`` is converted where that is possible, otherwise as typed; ``rows`` belong to a dynamic list, ``children`` to a group.
    """

    component: AnyComponent
    path: str
    hidden: bool
    value: Any = None
    children: tuple[Shown, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()


def fields(components: Sequence[AnyComponent]) -> Iterator[Field]:
    """All fields of one scope: through groups without a path, but into no list and no group with one."""
    for component in components:
        if isinstance(component, Field):
            yield component
        elif isinstance(component, Group) and not component.path:
            yield from fields(component.components)


def walk(components: Sequence[AnyComponent]) -> Iterator[AnyComponent]:
    """Every component at any depth."""
    for component in components:
        yield component
        if isinstance(component, Group | DynamicList):
            yield from walk(component.components)


def flatten(shown: Sequence[Shown]) -> Iterator[Shown]:
    """Every shown component at any depth that is not inside something hidden."""
    for one in shown:
        yield one
        if not one.hidden:
            yield from flatten(one.children)
            for row in one.rows:
                yield from flatten(row)
