"""What exists besides the file under the linter's eyes: the other files of the upload and what is deployed already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.definitions.feel import Feel, Kind, shared
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
    uploaded: frozenset[tuple[str, str]] | None = None  # kind and id of all that comes together; None where nothing does

    @property
    def feel(self) -> Feel:
        return shared()

    def parse_error(self, source: str, kind: Kind = "expression") -> str | None:
        """As ``Feel.parse_error``."""
        return self.feel.parse_error(source, kind=kind)

    def unknown_functions(self, source: str, kind: Kind = "expression") -> list[str]:
        """Of a text that is FEEL: the functions nobody defines."""
        return self.feel.unknown_functions(source, kind=kind) if "(" in source else []
