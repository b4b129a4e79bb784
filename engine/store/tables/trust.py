"""Who proved who they are, who looked in from outside, what was sealed, and what was destroyed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned
from engine.store.verschluss import Verschlossen


class Zweitfaktor(Base):
    """An account's one-time codes (TOTP). ``zuletzt`` is the period of the last code used: no code counts twice.

    ``geheimnis`` is sealed in its column. It holds only once ``bestaetigt_am`` is set, so that nobody locks themselves out with a picture they could not scan.
    """

    __tablename__ = "zweitfaktor"

    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), primary_key=True)
    geheimnis: Mapped[str] = mapped_column(Verschlossen("totp"))
    zuletzt: Mapped[int] = mapped_column(default=0)
    notcodes: Mapped[list[str]] = mapped_column(JSON)
    bestaetigt_am: Mapped[datetime | None]


class Fremdkonto(Base):
    """An account of an OpenID provider, by its issuer and subject, which alone never change; and whose account it is here."""

    __tablename__ = "fremdkonto"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), unique=True)
    verbunden_am: Mapped[datetime]


class Aufsichtszugriff(Base):
    """A look into a region from outside: asked for with a reason, granted there, over by itself at ``bis``.

    ``umfang`` is fall (one case, ``fall_nr``) or ausfuhr (the history of all its cases as a file, without names; no ``fall_nr``).

    Bound to no region, because who asks has none; ``engine.commands.aufsicht`` says who sees which rows. It stays after the case.
    """

    __tablename__ = "aufsichtszugriff"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    region: Mapped[str] = mapped_column(String(16), index=True)
    umfang: Mapped[str] = mapped_column(String(12), server_default="fall", default="fall")
    fall_nr: Mapped[str] = mapped_column(String(20))
    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), index=True)
    rolle: Mapped[str] = mapped_column(String(40))
    begruendung: Mapped[str] = mapped_column(Text)
    tage: Mapped[int]
    beantragt_am: Mapped[datetime]
    entschieden_am: Mapped[datetime | None]
    entschieden_von: Mapped[str | None] = mapped_column(String(80))
    ist_bewilligt: Mapped[bool | None] = mapped_column(Boolean)
    bis: Mapped[datetime | None]


class Siegel(Base):
    """One link of the chain over history, access log and destruction protocol; ``hash`` covers its lines and the link before."""

    __tablename__ = "siegel"

    nummer: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    tabelle: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    anzahl: Mapped[int]
    salz: Mapped[str] = mapped_column(String(64))
    vorher: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Siegelzeile(Base):
    """The salted digest of one sealed row. It stays when the row is destroyed, and says nothing without its salt."""

    __tablename__ = "siegelzeile"

    tabelle: Mapped[str] = mapped_column(String(20), primary_key=True)
    zeile: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    siegel_nummer: Mapped[int] = mapped_column(ForeignKey("siegel.nummer"), index=True)
    fall_ref: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))


class Fallsalz(RegionOwned, Base):
    """What salts the digests of one case's history; it is destroyed with the case, and the digests then point to nothing."""

    __tablename__ = "fallsalz"

    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), primary_key=True, autoincrement=False)
    salz: Mapped[str] = mapped_column(String(64))


class Vernichtungsantrag(RegionOwned, Base):
    """The first of two steps: somebody wants a case destroyed whose retention is over. It goes with the case."""

    __tablename__ = "vernichtungsantrag"
    __table_args__ = (UniqueConstraint("fall_id"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"))
    archiv: Mapped[str] = mapped_column(String(20))
    beantragt_am: Mapped[datetime]
    beantragt_von: Mapped[str] = mapped_column(String(80))


class Vernichtung(RegionOwned, Base):
    """The protocol of a destruction, without personal data; ``zeilen`` counts what went, by table. ``fall_ref`` was the case's id."""

    __tablename__ = "vernichtung"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_ref: Mapped[int] = mapped_column(index=True)
    fall_nr: Mapped[str] = mapped_column(String(20))
    eroeffnet_am: Mapped[date] = mapped_column(Date)
    abgeschlossen_am: Mapped[date] = mapped_column(Date)
    archiv: Mapped[str] = mapped_column(String(20))
    beantragt_am: Mapped[datetime]
    beantragt_von: Mapped[str] = mapped_column(String(80))
    vernichtet_am: Mapped[datetime]
    vernichtet_von: Mapped[str] = mapped_column(String(80))
    zeilen: Mapped[dict[str, Any]] = mapped_column(JSON)


class Loeschfreigabe(Base):
    """Opens the history of one case to its destruction. The transaction that adds the row takes it away, so that no other sees it."""

    __tablename__ = "loeschfreigabe"

    fall_ref: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
