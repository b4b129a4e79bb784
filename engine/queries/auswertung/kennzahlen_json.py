"""The figures of the evaluation for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.queries.auswertung.abschnitt import Abschnitt
from engine.queries.auswertung.kennzahlen import DURATION_HORIZON, Figures
from engine.statistics.competing import Followed
from engine.statistics.suppression import Published
from engine.statistics.survival import Curve


def as_json(found: Figures, mehr: Sequence[Abschnitt] = ()) -> dict[str, Any]:
    """For programs, ``mehr`` as tables: keys in words, numbers rounded to what they can mean; what is withheld is null."""
    return {
        "stand": found.at.isoformat(),
        "schwelle": found.threshold,
        "faelle": found.number if found.number >= found.threshold or found.number == 0 else None,
        "dauer_monate": {name: _duration(curve) for name, curve in found.durations.items()},
        "log_rank": None if found.log_rank is None else {"statistik": found.log_rank.statistic, "freiheitsgrade": found.log_rank.degrees, "p": found.log_rank.p},
        "pilot_gegen_uebrige": None if found.pilot is None else {"differenz_monate": found.pilot.difference, "p": found.pilot.p, "anordnungen": found.pilot.arrangements},
        "rueckfall": {name: {str(months): _share(one) for months, one in shares.items()} for name, shares in found.relapse.items()},
        "puenktlich": {kind: {name: {"puenktlich": done, "von": of} for name, (done, of) in places.items()} for kind, places in found.punctual.items()},
        "standortbestimmungen_je_monat": _chart(found),
        "segmentwechsel": _cells(found.transitions),
        "uebersteuerung": {name: _cells(table) for name, table in found.overrides.items()},
        "wirkung": {one.schluessel: {"titel": one.titel, "definition": one.definition, "kopf": one.kopf, "zeilen": one.zeilen, "hinweis": one.hinweis} for one in mehr},
    }


def _duration(curve: Curve) -> dict[str, Any]:
    rounded: Callable[[float | None], float | None] = lambda value: None if value is None else round(value, 2)  # noqa: E731
    shares = {str(month): round(curve.share(month), 4) for month in (6, 12, 24, 60) if curve.at_risk(month)}
    return {"n": curve.number, "median": rounded(curve.quantile(0.5)), "mittel_bis_24": rounded(curve.restricted_mean(DURATION_HORIZON)), "noch_im_bezug": shares}


def _share(one: Followed) -> dict[str, Any]:
    return {"n": one.number, "anteil": one.share, "von": round(one.lower, 4), "bis": round(one.upper, 4)}


def _chart(found: Figures) -> dict[str, Any] | None:
    if found.reviews is None:
        return None
    chart = found.reviews
    signals = [found.months[place] for place in chart.signals]
    return {"monate": dict(zip(found.months, chart.values, strict=True)), "mitte": chart.centre, "untere": chart.lower, "obere": chart.upper, "signale": signals}


def _cells(published: Published | None) -> list[dict[str, Any]]:
    return [] if published is None else [{"zelle": list(cell), "anzahl": number} for cell, number in published.numbers.items()]
