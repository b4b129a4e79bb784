"""What exists besides the file under the linter's eyes: the other files of the upload and what is deployed already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.definitions.feel import Feel, shared
from engine.model.access import ROLLEN

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Catalog:
    """Ids of everything known. ``missing`` is the severity of a reference to something unknown: a diagram may be deployed before its form."""

    processes: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    rollen: frozenset[str] = frozenset(ROLLEN)
    missing: Severity = "error"

    @property
    def feel(self) -> Feel:
        return shared()
