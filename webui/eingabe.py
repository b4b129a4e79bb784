"""What people type into fields of our own pages."""

from __future__ import annotations

from datetime import date

from engine.definitions.forms.text import iso_date
from engine.model.errors import FallflussError


class DayUnreadable(FallflussError):
    """Not a day."""

    def __init__(self) -> None:
        super().__init__("Geben Sie den Tag als Datum ein, zum Beispiel 31.8.2026. Es wurde nichts geändert.")


def day(text: str) -> date | None:
    """``31.8.2026``; None when nothing was typed.

    Raises:
        DayUnreadable
    """
    try:
        iso = iso_date(text.strip())
    except ValueError:
        raise DayUnreadable from None
    return date.fromisoformat(iso) if iso else None
