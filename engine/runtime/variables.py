"""The scope tree: every variable of a case lives here, never in a task. Every write of a step is remembered as a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model.step import Change


class Variables:
    """Scopes by key; a scope knows its parent and its own values. Values are replaced, never changed in place.

    A scope without parent is a root: the case itself, or a called process, which sees nothing of its caller.
    """

    def __init__(self, scopes: dict[int, tuple[int | None, dict[str, Any]]] | None = None):
        self.scopes = scopes or {}
        self.changes: list[Change] = []

    def open(self, key: int, parent: int | None, values: Mapping[str, Any] | None = None) -> None:
        self.scopes[key] = (parent, {})
        self.write(key, values or {})

    def close(self, key: int) -> None:
        self.scopes.pop(key, None)

    def local(self, key: int) -> Mapping[str, Any]:
        """The scope's own values, to read; writing goes through ``write``."""
        return self.scopes[key][1]

    def write(self, key: int, values: Mapping[str, Any]) -> None:
        """Set values in exactly this scope."""
        held = self.scopes[key][1]
        for name, value in values.items():
            self.changes.append(Change(key, name, held.get(name), value, name not in held))
            held[name] = value

    def propagate(self, key: int, values: Mapping[str, Any]) -> None:
        """Write each value into the nearest scope that holds its name, else into the root."""
        for name, value in values.items():
            self.write(self._holder(key, name), {name: value})

    def _holder(self, scope: int, name: str) -> int:
        parent, values = self.scopes[scope]
        while name not in values and parent is not None:
            scope = parent
            parent, values = self.scopes[scope]
        return scope

    def visible(self, key: int | None) -> dict[str, Any]:
        """All variables seen from a scope; inner names hide outer ones."""
        chain = []
        while key is not None:
            key, values = self.scopes[key]
            chain.append(values)
        seen: dict[str, Any] = {}
        for values in reversed(chain):
            seen.update(values)
        return seen

    def to_json(self) -> list[list[Any]]:
        return [[key, parent, values] for key, (parent, values) in self.scopes.items()]

    @classmethod
    def from_json(cls, rows: list[list[Any]]) -> Variables:
        return cls({key: (parent, values) for key, parent, values in rows})


def assign(target: dict[str, Any], path: str, value: Any, *, outer: Mapping[str, Any]) -> None:
    """Set a dotted output target; only the leaf changes, its siblings are taken over from ``outer``."""
    head, *rest = path.split(".")
    if not rest:
        target[head] = value
        return
    base = target.get(head, outer.get(head))
    node = target[head] = dict(base) if isinstance(base, dict) else {}
    for part in rest[:-1]:
        inner = node.get(part)
        node[part] = dict(inner) if isinstance(inner, dict) else {}
        node = node[part]
    node[rest[-1]] = value
