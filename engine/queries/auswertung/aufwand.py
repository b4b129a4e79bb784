"""How much work cases are: tasks for each year of a case, and how many cases somebody carries now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from engine.model.calendar import ZURICH
from engine.queries.auswertung.abschnitt import HIDDEN, TOTAL, Abschnitt, Mass, anzahl
from engine.queries.auswertung.laeufe import MONTH
from engine.queries.auswertung.viele import quantil
from engine.queries.auswertung.zellschutz import gerundet
from engine.queries.falllast import falllast
from engine.statistics.spread import Weighed
from engine.statistics.suppression import ALL
from engine.store.session import FallSession
from engine.store.tables import Spur


def aufwand(rows: Sequence[Spur], names: Mapping[str, str], now: datetime, *, orte: Collection[str], least: int) -> Abschnitt | None:
    """Tasks that people did, for each year of a case; only regions with enough cases, of those (``orte``) of which it is told how many."""
    found, per_year, days = [], dict[str, Weighed](), dict[str, Weighed]()
    for region in [*sorted({spur.region for spur in rows}, key=lambda one: names.get(one, one)), ALL]:
        mine = [spur for spur in rows if region in (ALL, spur.region)]
        years = sum(((spur.beendet_am or now) - spur.begonnen_am).total_seconds() for spur in mine) / (12 * MONTH)
        spans = [(end - begin) / 86_400 for spur in mine for _, _, kind, begin, end, _, how in spur.schritte if kind == "USER_TASK" and how == "c" and begin is not None]
        if (region == ALL or region in orte) and len(mine) >= 2 * least and spans and years:
            found.append((names.get(region, TOTAL), anzahl(len(mine)), f"{len(spans) / years:.1f}", f"{quantil(spans, 0.5):.1f}", f"{quantil(spans, 0.9):.1f}"))
            per_year[region], days[region] = (round(len(spans) / years, 1), len(mine)), (round(quantil(spans, 0.5) or 0.0, 1), len(mine))
    definition = "Erledigte Aufgaben je Fall und Jahr, und Tage von der Entstehung einer Aufgabe bis zur Erledigung. Je Schritt: «Viele Fälle»."
    head = ("Region", "Fälle", "Aufgaben je Fall und Jahr", "Tage (Median)", "Tage (neun von zehn)")
    masse = tuple(Mass(name, unit, _ohne_total(of)) for name, unit, of in (("Aufgaben je Fall und Jahr", "", per_year), ("Tage bis zur Erledigung, Median", "Tage", days)))
    return Abschnitt("aufwand", "Aufwand", definition, head, tuple(found), n=_gesamt(found), masse=masse) if _is_safe(rows, found, orte, least) else None


def _ohne_total(of: Mapping[str, Weighed]) -> dict[str, Weighed]:
    return {region: one for region, one in of.items() if region != ALL}


def _gesamt(found: Sequence[tuple[str, ...]]) -> str:
    """The number of cases in the last row, which is the total."""
    return found[-1][1] if found else HIDDEN


def _is_safe(rows: Iterable[Spur], found: Sequence[tuple[str, ...]], orte: Collection[str], least: int) -> bool:
    """Whether what the total leaves for the regions that are not told is nothing, or enough."""
    sizes: dict[str, int] = {}
    for spur in rows:
        sizes[spur.region] = sizes.get(spur.region, 0) + 1
    rest = sum(size for region, size in sizes.items() if size < 2 * least or region not in orte)
    return bool(found) and (rest == 0 or rest >= 2 * least)


def falllast_tafel(session: FallSession, names: Mapping[str, str], least: int) -> Abschnitt | None:
    found, shown, per_post = [], 0, dict[str, Weighed]()
    for region in (one for one in names if session.access.everywhere or one in session.access.regionen):
        loads = falllast(session, region)
        cases, posts = sum(one.faelle for one in loads), sum(one.pensum for one in loads) / 100
        weighted = round(sum(one.gewichtet for one in loads) / posts) if posts else None
        if cases >= least and len(loads) > 1:
            # How many a region has had is told elsewhere: to the last case this would tell how many ended.
            shown += (told := gerundet(cases, schwelle=least))
            found.append((names.get(region, region), anzahl(told), str(len(loads)), f"{posts:.1f}", "–" if weighted is None else str(weighted)))
            per_post |= {} if weighted is None else {region: (weighted, told)}
    definition = f"Laufende Fälle (auf {least} gerundet), mit den Gewichten der Segmente, je Vollzeitstelle der Fallführung."
    head, day = ("Region", "Fälle", "Fallführende", "Vollzeitstellen", "gewichtet je Vollzeitstelle"), session.now.astimezone(ZURICH).strftime("%d.%m.%Y")
    masse = (Mass("gewichtete Fälle je Vollzeitstelle", "", per_post),)
    return Abschnitt("falllast", "Falllast", definition, head, tuple(found), n=anzahl(shown), zeitraum=f"am {day}", masse=masse) if found else None
