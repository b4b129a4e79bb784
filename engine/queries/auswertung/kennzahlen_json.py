"""The figures of the evaluation for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.queries.angaben import SEGMENTE
from engine.queries.auswertung.abschnitt import PROZENT, Abschnitt, Mass, schlicht, zehntel
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.kennzahlen import DURATION_HORIZON, Figures, figures
from engine.queries.auswertung.rahmen import Rahmen, rahmen
from engine.queries.auswertung.schutz import geschuetzt
from engine.queries.auswertung.spreizung import SCHLUESSEL
from engine.queries.auswertung.tafeln import JE_MONAT, PUENKTLICH, TREUE, tafeln, treue_tafeln
from engine.queries.auswertung.treue import Treue
from engine.queries.auswertung.wirkung import wirkung
from engine.statistics.competing import Followed
from engine.statistics.spread import spread
from engine.statistics.suppression import Published
from engine.store.session import FallSession

# Each figure for programs, and the sections that say what it means.
QUELLEN = {
    "dauer_monate": "dauer", "log_rank": "dauer", "pilot_gegen_uebrige": "dauer", "rueckfall": "rueckfall", "puenktlich": PUENKTLICH,
    "standortbestimmungen_je_monat": JE_MONAT, "segmentwechsel": "wechsel", "uebersteuerung": "uebersteuert_region", "treue": TREUE, "spreizung": SCHLUESSEL,
}  # fmt: skip


def als_daten(session: FallSession, auswahl: Auswahl, treue: Treue) -> dict[str, Any]:
    """Everything that pages, report and files tell of the chosen cases; ``treue`` is measured apart, because that takes long."""
    found, names = figures(session, auswahl), regionen(session)
    own = [*treue_tafeln(treue, names), *tafeln(found, names, SEGMENTE)]
    refused, told = geschuetzt(session, auswahl).verweigert, as_json(found, own, wirkung(session, auswahl), rahmen(session, auswahl))
    # Nothing is told of the choice, which is not the same as that there is nobody.
    return {**told, "faelle": None, "verweigert": refused} if refused else told


def as_json(found: Figures, own: Sequence[Abschnitt], mehr: Sequence[Abschnitt], frame: Rahmen) -> dict[str, Any]:
    """For programs: keys in words, numbers as the pages round them: more digits would tell more of single people; what is withheld is null. ``own`` and ``mehr`` are tables.

    ``angaben`` says of each figure what the pages say of it: definition, n, period, version.
    """
    known = {one.schluessel: one for one in own}
    return {
        "stand": found.at.isoformat(),
        "schwelle": found.threshold,
        "faelle": found.number if found.number >= found.threshold or found.number == 0 else None,
        "dauer_monate": {name: _duration(found, name) for name in found.durations},
        "log_rank": None if found.log_rank is None else {"statistik": round(found.log_rank.statistic, 2), "freiheitsgrade": found.log_rank.degrees, "p": round(found.log_rank.p, 3)},
        "pilot_gegen_uebrige": None if found.pilot is None else {"differenz_monate": zehntel(found.pilot.difference), "p": round(found.pilot.p, 3), "anordnungen": found.pilot.arrangements},
        "rueckfall": {name: {str(months): _share(one, 2 if found.is_grob else 4) for months, one in shares.items()} for name, shares in found.relapse.items()},
        "puenktlich": {kind: {name: {"puenktlich": done, "von": of} for name, (done, of) in places.items()} for kind, places in found.punctual.items()},
        "standortbestimmungen_je_monat": _chart(found),
        "segmentwechsel": _cells(found.transitions),
        "uebersteuerung": {name: _cells(table) for name, table in found.overrides.items()},
        "spreizung": [_spread(one, mass, frame) for one in (*own, *mehr) for mass in one.masse if mass.je_region],
        "angaben": {figure: _angaben(known[key], frame) for figure, key in QUELLEN.items() if key in known},
        "tabellen": {one.schluessel: _table(one, frame) for one in own},
        "wirkung": {one.schluessel: _table(one, frame) for one in mehr},
    }


def _angaben(one: Abschnitt, frame: Rahmen) -> dict[str, str]:
    return {"titel": one.titel, "definition": one.definition, **frame.felder(one)}


def _table(one: Abschnitt, frame: Rahmen) -> dict[str, Any]:
    return {**_angaben(one, frame), "kopf": one.kopf, "zeilen": one.zeilen, "hinweis": schlicht(one.hinweis)}


def _spread(one: Abschnitt, mass: Mass, frame: Rahmen) -> dict[str, Any]:
    """How far the regions lie apart in one figure, of the section it is told in; null where fewer than two regions tell it."""
    apart = spread(mass.je_region.values())
    numbers = [None] * 5 if apart is None else [round(value, 2 if mass.ist_grob else 4) for value in (apart.least, apart.most, apart.range, apart.deviation, apart.weighted)]
    words = ("kleinster", "groesster", "spannweite", "standardabweichung", "gewichtet")
    number = sum(weight for _, weight in mass.je_region.values())
    about = {"kennzahl": mass.name, "einheit": "Anteil" if mass.einheit == PROZENT else mass.einheit, "regionen": len(mass.je_region)}
    return {**about, **dict(zip(words, numbers, strict=True)), **_angaben(one, frame), "n": number}


def _duration(found: Figures, place: str) -> dict[str, Any]:
    curve = found.durations[place]
    shares = {str(month): round(share, 4) for month in (6, 12, 24, 60) if (share := found.remaining(place, month)) is not None}
    return {"n": found.umfang(place), "median": zehntel(curve.quantile(0.5)), "mittel_bis_24": zehntel(curve.restricted_mean(DURATION_HORIZON)), "noch_im_bezug": shares}


def _share(one: Followed, places: int) -> dict[str, Any]:
    return {"n": one.number, "anteil": None if one.share is None else round(one.share, places), "von": round(one.lower, places), "bis": round(one.upper, places)}


def _chart(found: Figures) -> dict[str, Any] | None:
    if found.reviews is None:
        return None
    chart = found.reviews
    signals = [found.months[place] for place in chart.signals]
    months = {month: round(value, 3) for month, value in zip(found.months, chart.values, strict=True)}
    return {"monate": months, "mitte": round(chart.centre, 3), "untere": round(chart.lower, 3), "obere": round(chart.upper, 3), "signale": signals}


def _cells(published: Published | None) -> list[dict[str, Any]]:
    return [] if published is None else [{"zelle": list(cell), "anzahl": number} for cell, number in published.numbers.items()]
