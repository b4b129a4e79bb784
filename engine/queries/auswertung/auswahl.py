"""Which cases an evaluation looks at: filters that stack, and the access by which it may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.model.access import Access
from engine.replay.own_history import SHOWN
from engine.store.session import FallSession
from engine.store.tables import Region, Spur

# Cantonal roles that see figures of every region; a Leitung sees those of its own.
KANTONAL = ("evaluation", "koordination")
EIGENE = "leitung"
# The process that a case is; the others are parts of some cases.
FALL = "fall"
EINSTIEGE = {"anmeldung": "Anmeldung", "bestand": "laufender Fall", "uebernahme": "Übernahme aus anderer Region"}
OHNE = "ohne"


@dataclass(frozen=True)
class Auswahl:
    """The filters, as they stand in the address; empty is everything."""

    prozess: str = FALL
    region: str = ""
    version: str = ""
    von: date | None = None
    bis: date | None = None
    segment: str = ""
    einstieg: str = ""
    alter: str = ""

    def without(self, name: str) -> Auswahl:
        gone: dict[str, Any] = {name: None if name in ("von", "bis") else ""}
        return replace(self, **gone)

    def as_args(self) -> dict[str, str]:
        """For an address."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items() if value}

    @staticmethod
    def of(args: Mapping[str, str]) -> Auswahl:
        """What an address says; nonsense counts as nothing, a year as its first or last day."""
        text = {name: args.get(name, "").strip()[:120] for name in ("region", "version", "segment", "einstieg", "alter")}
        return Auswahl(args.get("prozess", "").strip()[:120] or FALL, von=_day(args.get("von", ""), "01-01"), bis=_day(args.get("bis", ""), "12-31"), **text)

    @staticmethod
    def misread(args: Mapping[str, str]) -> list[str]:
        """What an address says of the period that is no day and no year."""
        return [text for name in ("von", "bis") if (text := args.get(name, "").strip()[:40]) and _day(text, "01-01") is None]


def _day(text: str, of_year: str) -> date | None:
    if len(text.strip()) == 4:
        text = f"{text.strip()}-{of_year}"
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def lesend(access: Access, regionen: Iterable[str], *, kantonal: Sequence[str] = KANTONAL) -> Access:
    """The access that reads for figures: every region for cantonal roles, the led ones for a Leitung. Trial runs are in none."""
    if access.rollen_in("*") & set(kantonal):
        return Access(access.konto, {region: frozenset({"evaluation"}) for region in regionen})
    return Access(access.konto, {region: frozenset({EIGENE}) for region, rollen in access.rollen.items() if EIGENE in rollen and region in access.regionen})


def regionen(session: FallSession) -> dict[str, str]:
    """Every region, Kürzel to name."""
    return dict(session.execute(select(Region.kuerzel, Region.name).order_by(Region.name)).all())


def variante(spur: Spur) -> tuple[str, ...]:
    """What a log would show of the instance: elements that were done, in order."""
    return tuple(element for element, _, kind, _, _, _, end in spur.schritte if end == "c" and kind in SHOWN)
