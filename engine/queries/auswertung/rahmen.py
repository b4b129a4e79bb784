"""What every figure of one choice has in common: the period and the versions of its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.abschnitt import Abschnitt, schlicht
from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.schutz import geschuetzt
from engine.queries.auswertung.vorhanden import versionen
from engine.store.session import FallSession
from engine.store.tables import Spur


@dataclass(frozen=True)
class Rahmen:
    """In words, as a page and the report print them."""

    zeitraum: str
    fassung: str

    def angaben(self, one: Abschnitt) -> str:
        """``n = 1'175. Zeitraum: … Fassung: …`` of a figure."""
        return "n = {n}. Zeitraum: {zeitraum}. Fassung: {fassung}.".format_map(self.felder(one))

    def felder(self, one: Abschnitt) -> dict[str, str]:
        """The same one by one; what the figure has of its own goes first."""
        return {"n": one.n or "–", "zeitraum": one.zeitraum or self.zeitraum, "fassung": one.fassung or self.fassung}

    def zeile(self, one: Abschnitt) -> str:
        """What a file says of its figure, in its last line."""
        return schlicht(" ".join(part for part in (f"{one.titel}.", one.definition, one.hinweis, self.angaben(one)) if part))


def rahmen(session: FallSession, auswahl: Auswahl) -> Rahmen:
    """The period as it may be told (in whole years) and the versions that the session sees."""
    held = geschuetzt(session, auswahl).auswahl
    return Rahmen(_zeitraum(session, held), _fassung(session, held))


def _zeitraum(session: FallSession, held: Auswahl) -> str:
    query = select(func.min(Spur.begonnen_am)).where(Spur.process == held.prozess)
    first: datetime | None = gehalten(session, "beginn", Auswahl(prozess=held.prozess), lambda: session.scalar(query))
    if first is None:
        return f"Stand {_tag(augenblick(session).at)}"
    von = held.von.year if held.von else first.astimezone(ZURICH).year
    bis = held.bis.year if held.bis else augenblick(session).at.astimezone(ZURICH).year
    years = f"{von}" if von == bis else f"{von} bis {bis}" if von < bis else _asked(held)
    return f"Beginn {years}, beobachtet bis {_tag(augenblick(session).at)}"


def _asked(held: Auswahl) -> str:
    """The filters as they are, where no case began within."""
    return " und ".join([*([f"ab {held.von.year}"] if held.von else []), *([f"bis {held.bis.year}"] if held.bis else [])])


def _fassung(session: FallSession, held: Auswahl) -> str:
    if held.version:
        return held.version
    known = versionen(session, held.prozess)
    if len(known) < 2:
        return ", ".join(map(str, known)) or "–"
    return f"alle ({known[0]} bis {known[-1]})"


def _tag(moment: datetime) -> str:
    return moment.astimezone(ZURICH).strftime("%d.%m.%Y")
