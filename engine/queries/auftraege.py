"""The orders of the vPe-Stelle: what it has to answer or report, and what it has done. Nothing else of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.cases.sichtbar import names
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Instanz

ROLLE = "vpe_stelle"


@dataclass(frozen=True)
class Auftrag:
    """An open task of the vPe-Stelle with the order it belongs to."""

    aufgabe: Aufgabe
    person: str
    fragestellung: str
    dringlichkeit: str


def offene(session: FallSession) -> list[Auftrag]:
    """The open orders, the most urgent first."""
    query = select(Aufgabe, Instanz).join(Instanz, Instanz.nummer == Aufgabe.instanz_nummer).where(*_own(session), Aufgabe.zustand == "CREATED")
    rows = session.execute(query.order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.key)).all()
    return [_auftrag(session, aufgabe, instanz) for aufgabe, instanz in rows]


def erledigte(session: FallSession, *, limit: int = 30) -> list[Aufgabe]:
    """What was answered and reported, the newest first."""
    query = select(Aufgabe).where(*_own(session), Aufgabe.zustand == "COMPLETED")
    return list(session.scalars(query.order_by(Aufgabe.completed_at.desc(), Aufgabe.key.desc()).limit(limit)))


def _own(session: FallSession) -> tuple[Any, ...]:
    mine = [region for region in session.access.places if ROLLE in session.access.rollen_in(region)]
    return (Aufgabe.region.in_(mine), names(Aufgabe.candidate_groups, ROLLE))


def _auftrag(session: FallSession, aufgabe: Aufgabe, instanz: Instanz) -> Auftrag:
    values = library.runtime(session, instanz.release_id, instanz.region).variables(instanz.state)
    return Auftrag(aufgabe, str(values.get("person_name") or ""), str(values.get("vpe_fragestellung") or ""), str(values.get("vpe_dringlichkeit") or ""))
