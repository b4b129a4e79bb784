"""From region to region, and from other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Uebergabe(RegionOwned, Base):
    """A handover as the region that gives sees it; ``paket`` is what it wrote for release (see ``engine.cases.uebergabe``)."""

    __tablename__ = "uebergabe"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    uebergabe_nr: Mapped[str] = mapped_column(String(20), unique=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    an_region: Mapped[str | None] = mapped_column(String(16))
    per: Mapped[date] = mapped_column(Date)
    paket: Mapped[dict[str, Any]] = mapped_column(JSON)
    angeboten_am: Mapped[datetime | None]
    vollzogen_am: Mapped[datetime | None]


class Uebergabeangebot(RegionOwned, Base):
    """The same handover as the region that receives sees it: a copy of the released package, the only thing that ever crosses.

    ``fall_id`` is the receiving row of the case, which bears the handover's number until the case is taken over.
    ``zustand`` is offen, angenommen, uebernommen or zurueckgezogen.
    """

    __tablename__ = "uebergabeangebot"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    uebergabe_nr: Mapped[str] = mapped_column(String(20), unique=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    von_region: Mapped[str] = mapped_column(String(16))
    paket: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    zustand: Mapped[str] = mapped_column(String(16), default="offen")
    eingegangen_am: Mapped[datetime]


class Bestandsfall(RegionOwned, Base):
    """A running case that was imported: its number in the Fachapplikation, so that importing it again changes nothing."""

    __tablename__ = "bestandsfall"
    __table_args__ = (UniqueConstraint("region", "fachapplikation_nr"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fachapplikation_nr: Mapped[str] = mapped_column(String(60))
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    importiert_am: Mapped[datetime]
    importiert_von: Mapped[str] = mapped_column(String(80))
    ka_light_bis: Mapped[date] = mapped_column(Date)


class Bestandsdatei(RegionOwned, Base):
    """A file of the Fachapplikation between its upload and its import; ``content`` is emptied as soon as it is no longer needed.

    ``art`` is bestand (running cases come in) or abgleich (what it says of cases that are here).
    """

    __tablename__ = "bestandsdatei"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    erledigt_am: Mapped[datetime | None]
    ergebnis: Mapped[str] = mapped_column(Text, default="")
    art: Mapped[str] = mapped_column(String(12), default="bestand", server_default="bestand")
