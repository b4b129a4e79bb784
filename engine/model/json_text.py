"""JSON that somebody sent or typed, read strictly: only what a case can keep, on either database and for ever."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100
LARGEST = 10**300


def parsed(text: str | bytes) -> Any:
    """The value.

    Raises:
        ValueError: no JSON, or one with what no database keeps: text with zero bytes or halves of characters, numbers that are none or too large, and
            depths that nobody means.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("zu tief verschachtelt") from None
    _check(value, 0)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} gibt es in JSON nicht")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("zu tief verschachtelt")
    if isinstance(value, str) and ("\0" in value or not _is_whole(value)):
        raise ValueError("ein Zeichen, das sich nicht speichern lässt")
    if isinstance(value, int | float) and abs(value) > LARGEST:
        raise ValueError("eine Zahl, die zu gross ist")
    if isinstance(value, dict):
        for name in value:
            _check(name, depth)
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check(part, depth + 1)


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
