"""What a waiting element sees, read from the saved state alone: for a wide case rebuilding every token costs far more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.model.errors import NotWaiting
from engine.runtime.codec import read
from engine.runtime.variables import Variables

_SPLIT = ".BoundaryEventSplit"


class Seen:
    """The scopes of a saved case, as its elements see them."""

    def __init__(self, text: str):
        state = read(text)
        self._root = int(state["root"])
        self._variables = Variables.from_json(state["scopes"])
        self._rows: dict[int, tuple[Any, Any]] = {}
        self._by_key: dict[int, int] = {}
        self._hosts: dict[tuple[int, str], int] = {}
        for owner, _, _, _, rows in state["flows"]:
            for number, element, _, parent, data in rows:
                self._rows[number] = (owner, (element, parent, data))
                self._hosts[parent, element] = number
                for local in (data, data.get("listener", {})):
                    if "key" in local:
                        self._by_key[local["key"]] = number

    def visible(self, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
        """All variables by key; of a boundary event, those its activity sees.

        Raises:
            NotWaiting: nothing waits under a key any more.
        """
        return {key: self._variables.visible(self._scope(self._viewer(key))) for key in keys}

    def _viewer(self, key: int) -> int:
        if key not in self._by_key:
            raise NotWaiting(key)
        number = self._by_key[key]
        parent = self._rows[number][1][1]
        split = self._rows[parent][1][0] if parent is not None else ""
        return self._hosts.get((parent, split.removesuffix(_SPLIT)), number) if split.endswith(_SPLIT) else number

    def _scope(self, number: int) -> int:
        """The innermost scope the element sees: its own if it has one, else that of its iteration, its sub-process or its caller."""
        owner, (_, parent, data) = self._rows[number]
        if data.get("key") in self._variables.scopes:
            return int(data["key"])
        if "loop" in data:
            return self._scope(parent)
        if owner is None:
            return self._root
        return int(self._rows[owner][1][2].get("child") or self._scope(owner))
