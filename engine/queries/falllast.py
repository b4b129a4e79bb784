"""Falllast: how many cases somebody carries, weighted by segment, for each full-time post; warning levels are parameters (chapter 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from engine.cases.projection import SEGMENTE
from engine.cases.vertretung import today
from engine.definitions.parameter import catalogue
from engine.store import parameter
from engine.store.session import FallSession
from engine.store.tables import Fall, Segmentzuordnung, Teammitglied

GEWICHT = "falllast_gewicht"
OHNE = "ohne"


@dataclass(frozen=True)
class Falllast:
    """``gewichtet`` are the cases by the weight of their segment, ``je_vze`` the same for a full-time post; ``stufe`` is gut, warnung or rot."""

    login: str
    faelle: int
    gewichtet: float
    pensum: int
    stufe: str

    @property
    def je_vze(self) -> float:
        return self.gewichtet * 100 / self.pensum if self.pensum else self.gewichtet


def falllast(session: FallSession, region: str) -> list[Falllast]:
    """The Falllast of everybody who is responsible for an open case of the region, or belongs to one of its teams."""
    values = parameter.log(session).values(region, today(session))
    cases = _cases(session, region, {name: _of(values, f"{GEWICHT}.{name}") for name in (*(segment.lower() for segment in SEGMENTE), OHNE)})
    pensen = _pensen(session, region)
    levels = (_of(values, "falllast_warnung"), _of(values, "falllast_rot"))
    return [_last(login, *cases.get(login, (0, 0.0)), pensen.get(login, 100), levels) for login in sorted({*cases, *pensen})]


def _last(login: str, faelle: int, gewichtet: float, pensum: int, levels: tuple[int, int]) -> Falllast:
    bare = Falllast(login, faelle, round(gewichtet, 2), pensum, "")
    stufe = "rot" if bare.je_vze >= levels[1] else "warnung" if bare.je_vze >= levels[0] else "gut"
    return Falllast(login, faelle, bare.gewichtet, pensum, stufe)


def _cases(session: FallSession, region: str, weights: Mapping[str, int]) -> dict[str, tuple[int, float]]:
    """By login how many open cases and their weight; each counts with the heaviest segment of its household. ``weights`` are hundredths.

    Counted in the database: a region has hundreds of them, and whoever hands out a case asks.
    """
    weight = case({segment: weights[segment.lower()] for segment in SEGMENTE}, value=Segmentzuordnung.segment, else_=weights[OHNE])
    is_open = (Fall.region == region, Fall.fallfuehrung.is_not(None), Fall.abgeschlossen_am.is_(None), Fall.uebergeben_am.is_(None))
    heaviest = (
        select(Fall.fallfuehrung.label("login"), func.max(weight).label("weight"))
        .outerjoin(Segmentzuordnung, (Segmentzuordnung.fall_id == Fall.id) & Segmentzuordnung.bis.is_(None))
        .where(*is_open)
        .group_by(Fall.id, Fall.fallfuehrung)
        .subquery()
    )
    rows = session.execute(select(heaviest.c.login, func.count(), func.sum(heaviest.c.weight)).group_by(heaviest.c.login))
    return {login: (count, float(sum) / 100) for login, count, sum in rows}


def _pensen(session: FallSession, region: str) -> dict[str, int]:
    """Somebody of two teams works in each with a part of the post."""
    rows = session.execute(
        select(Teammitglied.login, func.sum(Teammitglied.pensum)).where(Teammitglied.region == region).group_by(Teammitglied.login)
    )
    return {login: int(pensum) for login, pensum in rows}


def _of(values: Mapping[str, Any], key: str) -> int:
    return int(values.get(catalogue()[key].name, catalogue()[key].default))

