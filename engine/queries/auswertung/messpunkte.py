"""Which elements of the diagrams the figures mean (``messpunkte.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def messpunkte() -> Mapping[str, frozenset[str]]:
    """Ids of elements by what they stand for; an id that was once used stays."""
    text = files(__package__).joinpath("messpunkte.toml").read_text("utf-8")
    return {name: frozenset(ids) for name, ids in tomllib.loads(text).items()}
