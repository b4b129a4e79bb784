"""Which values of a case somebody may see: roles of chapter 3 × field groups. The only place where that is decided.

``data/feldgruppen.csv`` is the matrix, ``data/felder.csv`` says to which group a field belongs; a form may say it itself with the property
``feldgruppe``. What neither names belongs to ``unbestimmt``, which only those see who work on whole cases: a new field opens to nobody by
accident. A value not seen is not sent, not shown, and stays as it was when the person completes a task.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.definitions.forms import AnyComponent, DynamicList, Field, Form, Group, walk
from engine.model.access import ROLLEN, Access
from engine.store.library import Contents

UNBESTIMMT = "unbestimmt"
PROPERTY = "feldgruppe"

_DATA = Path(__file__).parent / "data"


@cache
def matrix() -> Mapping[str, frozenset[str]]:
    """Each field group with the roles that see it."""
    return {line["feldgruppe"]: frozenset(rolle for rolle in ROLLEN if line[rolle] == "x") for line in _lines("feldgruppen.csv")}


@cache
def bezeichnungen() -> Mapping[str, str]:
    """Each field group as people call it."""
    return {line["feldgruppe"]: line["bezeichnung"] for line in _lines("feldgruppen.csv")}


@cache
def felder() -> Mapping[str, str]:
    """The group of each field that the data file names, by name or by dotted path (``ergebnisse.status``)."""
    return {line["feld"]: line["feldgruppe"] for line in _lines("felder.csv")}


def visible_groups(access: Access, region: str) -> frozenset[str]:
    """The field groups this person sees in cases of ``region``."""
    return frozenset(matrix()) if access.everywhere else groups_of(access.rollen_in(region))


@cache
def groups_of(rollen: frozenset[str]) -> frozenset[str]:
    """The field groups that somebody with these roles sees."""
    return frozenset(group for group, seeing in matrix().items() if seeing & rollen)


def sicht(access: Access, region: str, contents: Contents | None = None) -> Sicht:
    """What this person sees of cases of ``region``; ``contents`` is the case's release, whose forms may name groups themselves."""
    groups = visible_groups(access, region)
    # Asked for nobody who sees everything: that is nearly always.
    return Sicht(groups, felder() if contents is None or groups >= matrix().keys() else {**felder(), **_named_in(contents)})


@dataclass(frozen=True)
class Sicht:
    """The field groups somebody sees, and the group of each known field."""

    groups: frozenset[str]
    known: Mapping[str, str] = field(default_factory=felder)

    @property
    def is_whole(self) -> bool:
        """Nothing is hidden from this person."""
        return self.groups >= matrix().keys()

    def sees(self, group: str) -> bool:
        """Whether a whole field group is visible, such as ``notizen``."""
        return group in self.groups

    def may_see(self, path: str) -> bool:
        """Whether one field or variable is visible, by its dotted path without row numbers."""
        return self.group_of(path) in self.groups

    def group_of(self, path: str, around: str = UNBESTIMMT) -> str:
        """The group of a field or variable; ``around`` is that of the object it lies in."""
        return self.known.get(path) or self.known.get(path.rpartition(".")[2]) or around

    def redacted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values without those of other groups, at any depth; objects and lists of which nothing is left are gone, too."""
        return dict(values) if self.is_whole else self._redacted(values, "", UNBESTIMMT)

    def form(self, form: Form) -> Form:
        """The form without the fields the person may not see.

        A list with such a field can be filled in but not made longer or shorter: what is not seen could otherwise land in a wrong row.
        """
        return form if self.is_whole else replace(form, components=self._visible(form.components, "", UNBESTIMMT))

    def restored(self, values: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
        """Values from this person's form, with what they did not see put back into the objects and rows they would replace."""
        if self.is_whole:
            return dict(values)
        return {name: self._restored(value, stored.get(name), name, self.group_of(name)) for name, value in values.items()}

    def _redacted(self, values: Mapping[str, Any], prefix: str, around: str) -> dict[str, Any]:
        found = {name: self._part(value, f"{prefix}{name}", self.group_of(f"{prefix}{name}", around)) for name, value in values.items()}
        return {name: value for name, value in found.items() if value is not _HIDDEN}

    def _part(self, value: Any, path: str, group: str) -> Any:
        if isinstance(value, Mapping):
            return self._redacted(value, f"{path}.", group) or _HIDDEN
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            # A bare value among objects has no name by which it could be judged.
            rows = [self._redacted(one, f"{path}.", group) for one in value if isinstance(one, Mapping)]
            return rows if any(rows) else _HIDDEN
        return value if group in self.groups else _HIDDEN

    def _visible(self, components: Sequence[AnyComponent], prefix: str, around: str) -> tuple[AnyComponent, ...]:
        found = (self._one(component, prefix, around) for component in components)
        return tuple(component for component in found if component is not None)

    def _one(self, component: AnyComponent, prefix: str, around: str) -> AnyComponent | None:
        if isinstance(component, Field):
            return component if self._group(component, prefix + component.key, around) in self.groups else None
        if not isinstance(component, Group | DynamicList):
            return component
        path, inner = self._inside(component, prefix, around)
        kept = self._visible(component.components, path, inner)
        if not any(isinstance(one, Field) for one in walk(kept)) and any(isinstance(one, Field) for one in walk(component.components)):
            return None
        is_whole = len(list(walk(kept))) == len(list(walk(component.components)))
        if isinstance(component, Group) or is_whole:
            return replace(component, components=kept)
        return replace(component, components=kept, may_change=False)

    def fields(self, components: Sequence[AnyComponent], prefix: str = "", around: str = UNBESTIMMT) -> Iterator[tuple[str, Field, str]]:
        """Each field at any depth with its dotted path and its group."""
        for component in components:
            if isinstance(component, Field):
                yield prefix + component.key, component, self._group(component, prefix + component.key, around)
            elif isinstance(component, Group | DynamicList):
                yield from self.fields(component.components, *self._inside(component, prefix, around))

    def _group(self, component: AnyComponent, path: str, around: str) -> str:
        return component.properties.get(PROPERTY) or self.group_of(path, around)

    def _inside(self, component: Group | DynamicList, prefix: str, around: str) -> tuple[str, str]:
        """The prefix of what lies in a group or list, and the field group it has unless it has one of its own."""
        if not component.path:
            return prefix, component.properties.get(PROPERTY) or around
        return f"{prefix}{component.path}.", self._group(component, prefix + component.path, around)

    def _restored(self, value: Any, stored: Any, path: str, group: str) -> Any:
        if isinstance(value, Mapping) and isinstance(stored, Mapping):
            return self._merged(value, stored, path, group)
        if isinstance(value, list) and isinstance(stored, list):
            rows = [stored[at] if at < len(stored) else None for at in range(len(value))]
            return [self._restored(one, row, path, group) for one, row in zip(value, rows, strict=True)]
        return value

    def _merged(self, value: Mapping[str, Any], stored: Mapping[str, Any], path: str, group: str) -> dict[str, Any]:
        seen = self._redacted(stored, f"{path}.", group)
        unseen = {name: one for name, one in stored.items() if name not in seen and name not in value}
        own = {name: self._restored(one, stored.get(name), f"{path}.{name}", self.group_of(f"{path}.{name}", group)) for name, one in value.items()}
        return {**unseen, **own}


_HIDDEN = object()


def _named_in(contents: Contents) -> dict[str, str]:
    """The groups that forms of a release name themselves."""
    found: dict[str, str] = {}
    for item in contents.items.values():
        if item.kind == "form":
            found.update(item.once("feldgruppen", lambda id=item.id: _named(contents.form(id))))  # type: ignore[misc]
    return found


def _named(form: Form) -> dict[str, str]:
    own = Sicht(frozenset(), {})
    return {path: group for path, _, group in own.fields(form.components) if group != UNBESTIMMT}


def _lines(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
