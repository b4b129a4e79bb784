"""The introduction in all regions, and the funds of RRB 2025/1559 (process description, chapter 15b)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select

import engine.store
from engine.model.access import room_of
from engine.model.errors import NotFound
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Einfuehrungsstand, Hinweis, Region

MITTEL = Path(engine.store.__file__).parent / "data" / "mittel.csv"
# As the decision states it; its own lines add up to one franc more.
EINGESETZT_IM_BESCHLUSS = 5_520_637
GESAMT_IM_BESCHLUSS = 12_501_838


@dataclass(frozen=True)
class Regionsstand:
    """A region, and how far it is; ``stand`` is None where the introduction has not begun."""

    region: Region
    stand: Einfuehrungsstand | None

    @property
    def is_implemented(self) -> bool:
        return self.stand is not None and self.stand.stand in ("freigegeben", "abgeschlossen")


@dataclass(frozen=True)
class Mittel:
    """One line of the decision, in whole francs."""

    jahr: int
    zweck: str
    art: str
    betrag: int


@dataclass(frozen=True)
class Uebersicht:
    regionen: tuple[Regionsstand, ...]
    mittel: tuple[Mittel, ...]

    @property
    def umgesetzt(self) -> int:
        return sum(one.is_implemented for one in self.regionen)

    def summe(self, art: str, zweck: str | None = None) -> int:
        return sum(one.betrag for one in self.mittel if one.art == art and zweck in (None, one.zweck))

    @property
    def pauschalen(self) -> int:
        return sum(one.stand.pauschale or 0 for one in self.regionen if one.stand)

    @property
    def verwendet(self) -> int:
        return sum(one.stand.verwendet or 0 for one in self.regionen if one.stand)

    @property
    def zurueckbezahlt(self) -> int:
        return sum(one.stand.zurueckbezahlt or 0 for one in self.regionen if one.stand)


def einfuehrung(session: FallSession) -> Uebersicht:
    """All regions, implemented or not, and the funds."""
    known = {row.region: row for row in session.scalars(select(Einfuehrungsstand))}
    regionen = session.scalars(select(Region).order_by(Region.name)).all()
    return Uebersicht(tuple(Regionsstand(region, known.get(region.kuerzel)) for region in regionen), mittel())


def tasks(session: FallSession, region: str | None = None) -> list[tuple[str, Aufgabe]]:
    """The open tasks of introductions that this person sees, by region; the most urgent first."""
    rooms = {room_of(kuerzel): kuerzel for kuerzel in ([region] if region else session.scalars(select(Region.kuerzel)))}
    query = select(Aufgabe).where(Aufgabe.zustand == "CREATED", Aufgabe.region.in_(rooms)).order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.key)
    return [(rooms[one.region], one) for one in session.scalars(query)]


def is_visible(session: FallSession, region: str) -> bool:
    """Whether there is such a region, and its introduction is this person's to see."""
    return session.get(Region, region) is not None and (session.access.everywhere or room_of(region) in session.access.places)


def steps(session: FallSession, region: str) -> list[Aufgabe]:
    """What has been done in a region's introduction, the newest first.

    Raises:
        NotFound: the region's introduction is not this person's to see.
    """
    if not is_visible(session, region):
        raise NotFound(f"Die Einführung der Sozialregion «{region}»")
    query = select(Aufgabe).where(Aufgabe.region == room_of(region), Aufgabe.zustand == "COMPLETED").order_by(Aufgabe.completed_at.desc(), Aufgabe.key.desc())
    return list(session.scalars(query))


def notices(session: FallSession, region: str) -> list[Hinweis]:
    """What the introduction has pointed out, the newest first; nothing where it is not this person's to see."""
    return list(session.scalars(select(Hinweis).where(Hinweis.region == room_of(region)).order_by(Hinweis.id.desc())))


@cache
def mittel() -> tuple[Mittel, ...]:
    """What the decision lists."""
    with MITTEL.open(encoding="utf-8") as file:
        return tuple(Mittel(int(row["jahr"]), row["zweck"], row["art"], int(row["betrag"])) for row in csv.DictReader(file))
