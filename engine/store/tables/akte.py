"""What people keep about a case beside its process: journal, documents, papers, links, and what the Fachapplikation says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Identity, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Journaleintrag(RegionOwned, Base):
    """A note in the file, append-only (chapter 11). A Storno is an entry of its own that names the one it cancels, with the reason.

    ``am`` is the day it is about, ``at`` when it was written.
    """

    __tablename__ = "journaleintrag"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    am: Mapped[date] = mapped_column(Date)
    art: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    storniert_id: Mapped[int | None] = mapped_column(ForeignKey("journaleintrag.id"), unique=True)


class Dokument(RegionOwned, Base):
    """A file of a case; its bytes lie in ``Dokumentinhalt``, so that no list ever loads them.

    ``zustand`` is quarantaene, sauber, befallen or freigegeben; only the second and the last may be downloaded. ``medientyp`` is what the
    content says, never what the sender claimed.
    """

    __tablename__ = "dokument"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    art: Mapped[str] = mapped_column(String(20))
    medientyp: Mapped[str] = mapped_column(String(100))
    groesse: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    zustand: Mapped[str] = mapped_column(String(16))
    befund: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    freigegeben_am: Mapped[datetime | None]
    freigegeben_von: Mapped[str | None] = mapped_column(String(80))
    freigabe_grund: Mapped[str] = mapped_column(Text, default="")
    storniert_am: Mapped[datetime | None]
    storniert_von: Mapped[str | None] = mapped_column(String(80))
    storno_grund: Mapped[str] = mapped_column(Text, default="")


class Dokumentinhalt(RegionOwned, Base):
    __tablename__ = "dokumentinhalt"

    dokument_id: Mapped[int] = mapped_column(ForeignKey("dokument.id"), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    inhalt: Mapped[bytes]


class Papier(RegionOwned, Base):
    """A letter or report that was made from the case: who, when, and where it is kept if it was kept."""

    __tablename__ = "papier"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    art: Mapped[str] = mapped_column(String(30))
    titel: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    dokument_id: Mapped[int | None] = mapped_column(ForeignKey("dokument.id"))


class Auskunft(RegionOwned, Base):
    """What one person is told of the file (§ 24 VRG): entries chosen, passages blackened with a reason, released by somebody else.

    ``auswahl`` lists the keys of the entries that go out; ``schwaerzungen`` are ``{"eintrag", "stelle", "grund"}``, ``stelle`` a passage of
    that entry or empty for all of it. ``zustand`` is entwurf, geprueft or herausgegeben.
    """

    __tablename__ = "auskunft"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    person_id: Mapped[str] = mapped_column(String(20))
    zustand: Mapped[str] = mapped_column(String(16))
    auswahl: Mapped[list[str]] = mapped_column(JSON)
    schwaerzungen: Mapped[list[Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(nullable=False)
    erstellt_am: Mapped[datetime]
    erstellt_von: Mapped[str] = mapped_column(String(80))
    bearbeitet_von: Mapped[str] = mapped_column(String(80))
    geprueft_am: Mapped[datetime | None]
    geprueft_von: Mapped[str | None] = mapped_column(String(80))
    dokument_id: Mapped[int | None] = mapped_column(ForeignKey("dokument.id"))

    __mapper_args__ = {"version_id_col": revision}


class Verknuepfung(RegionOwned, Base):
    """Two cases of one region that somebody linked by hand, with the reason; both pages show it."""

    __tablename__ = "verknuepfung"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    anderer_fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    grund: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    aufgehoben_am: Mapped[datetime | None]
    aufgehoben_von: Mapped[str | None] = mapped_column(String(80))


class Fachapplikationsstand(RegionOwned, Base):
    """What the Fachapplikation last said of a case: claim and money are its business, here they are only shown (chapter 4)."""

    __tablename__ = "fachapplikationsstand"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), unique=True)
    fachapplikation_nr: Mapped[str] = mapped_column(String(60))
    anspruch: Mapped[str] = mapped_column(String(20))
    anspruch_ab: Mapped[date | None] = mapped_column(Date)
    anspruch_bis: Mapped[date | None] = mapped_column(Date)
    letzte_zahlung_am: Mapped[date | None] = mapped_column(Date)
    letzte_zahlung_rappen: Mapped[int | None]
    stand_am: Mapped[date] = mapped_column(Date)
    importiert_am: Mapped[datetime]
    importiert_von: Mapped[str] = mapped_column(String(80))


class Briefkopf(Base):
    """What stands at the top of a region's letters. It says nothing of a case, so it is bound to no region's access."""

    __tablename__ = "briefkopf"

    kuerzel: Mapped[str] = mapped_column(ForeignKey("region.kuerzel"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    zusatz: Mapped[str] = mapped_column(String(200), default="")
    strasse: Mapped[str] = mapped_column(String(200), default="")
    ort: Mapped[str] = mapped_column(String(200), default="")
    telefon: Mapped[str] = mapped_column(String(60), default="")
    mail: Mapped[str] = mapped_column(String(200), default="")
    logo: Mapped[bytes | None]
    logo_typ: Mapped[str] = mapped_column(String(10), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
