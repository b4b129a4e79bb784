"""What a browser sends of a form that somebody filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def posted_form(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """Names and all their texts, with the button that completes the task."""
    found: dict[str, list[str]] = {"_aktion": ["abschliessen"]}
    for name, value in _posted(raw):
        found.setdefault(name, []).append(value)
    return found


def _posted(raw: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts as an HTML form sends them."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _posted(value, f"{path}.{key}" if path else key)
    elif isinstance(raw, list):
        for number, value in enumerate(raw):
            yield from _posted(value, f"{path}.{number}" if isinstance(value, Mapping) else path)
    elif raw not in (None, "", False):
        yield path, "true" if raw is True else str(raw)
