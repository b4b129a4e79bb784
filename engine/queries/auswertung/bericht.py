"""The printed evaluation report: the same figures as on the pages, as the plain values that its template takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.model.calendar import ZURICH
from engine.queries.auswertung.abschnitt import Abschnitt, anzahl, kopf, monate, p_text, zeilen
from engine.queries.auswertung.kennzahlen import DURATION_HORIZON, Figures
from engine.queries.auswertung.treue import Treue
from engine.statistics.suppression import ALL

ART = "evaluation"
ARTEN = {"standortbestimmung": "Standortbestimmungen", "kurzassessment": "Kurzassessments"}


def bericht(found: Figures, treue: Treue, mehr: Sequence[Abschnitt], *, namen: Mapping[str, str], segmente: Mapping[str, str], filter_: Sequence[str], region: str) -> dict[str, Any]:
    """What ``evaluation.typ`` needs; ``filter_`` are the filters in words, ``region`` whose report it is, empty for the canton."""
    parts = [one for one in (_treue(treue, namen), _dauer(found, namen), _puenktlich(found, namen), _wechsel(found, segmente), *_uebersteuert(found, namen), *mehr) if one is not None]
    return {
        "titel": f"Evaluationsbericht {namen.get(region, region) if region else 'Kanton Solothurn'}",
        "stand": found.at.astimezone(ZURICH).strftime("%d.%m.%Y"),
        "faelle": anzahl(found.number if found.number >= found.threshold or not found.number else None),
        "schwelle": found.threshold,
        "filter": list(filter_),
        "abschnitte": [{"titel": one.titel, "definition": one.definition, "kopf": list(one.kopf), "zeilen": [list(row) for row in one.zeilen], "hinweis": one.hinweis} for one in parts],
    }


def _treue(found: Treue, namen: Mapping[str, str]) -> Abschnitt | None:
    rows = tuple(
        (f"Fassung {row.version}, {namen.get(row.region, row.region)}", anzahl(row.faelle), *(anzahl(row.zahlen[one]) for one in ("passend", "akzeptiert", "abweichend", "unentschieden")))
        for row in found.zeilen
    )
    whole = f"Von {anzahl(found.faelle)} Fällen passen {anzahl(found.zahlen['passend'])} ohne Abweichung."
    head = ("Fassung und Region", "Fälle", "passend", "akzeptiert", "abweichend", "nicht entschieden")
    return Abschnitt("treue", "Prozesstreue", "Jeder Fall auf der Fassung nachgespielt, mit der er lief; die kleinste Zahl von Abweichungen zählt.", head, rows, whole) if rows else None


def _dauer(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    def at(curve: Any, month: int) -> str:
        return f"{100 * curve.share(month):.0f} %" if curve.at_risk(month) >= found.threshold else "–"

    rows = tuple(
        (namen.get(name, name), anzahl(curve.number), monate(curve.quantile(0.5)), f"{curve.restricted_mean(DURATION_HORIZON):.1f}", at(curve, 12), at(curve, 24))
        for name, curve in found.durations.items()
    )
    told = []
    if found.log_rank is not None:
        test, freedom = found.log_rank, "Freiheitsgrad" if found.log_rank.degrees == 1 else "Freiheitsgrade"
        told.append(f"Log-Rang-Test zwischen den Regionen: χ² = {test.statistic:.2f}, {test.degrees} {freedom}, {p_text(test.p)}.")
    if found.pilot is not None:
        told.append(f"Pilotregionen gegen die übrigen: {found.pilot.difference:+.1f} Monate, {p_text(found.pilot.p)} (ganze Regionen vertauscht).")
    head = ("Region", "Fälle", "Median (Monate)", "Mittel bis 24 (Monate)", "nach 12 im Bezug", "nach 24 im Bezug")
    definition = "Vom Beginn des Falls bis zur ersten Ablösung (Kaplan–Meier); wer noch im Bezug ist oder anders endete, zählt bis dahin mit."
    return Abschnitt("dauer", "Dauer bis zur Ablösung", definition, head, rows, " ".join(told)) if rows else None


def _puenktlich(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    rows = tuple(
        (f"{ARTEN[art]}, {namen.get(name, name)}", anzahl(done), anzahl(of), f"{100 * done / of:.0f} %") for art, places in found.punctual.items() for name, (done, of) in places.items()
    )
    told = "" if found.reviews is None else f"Standortbestimmungen je Monat: Mitte {100 * found.reviews.centre:.0f} %, Grenzen {100 * found.reviews.lower:.0f} bis {100 * found.reviews.upper:.0f} % (XmR)."
    return Abschnitt("puenktlich", "Pünktlich innert Frist", "Erledigte Aufgaben mit Frist.", ("Was und wo", "pünktlich", "von", "Anteil"), rows, told) if rows else None


def _wechsel(found: Figures, segmente: Mapping[str, str]) -> Abschnitt | None:
    if found.transitions is None:
        return None
    columns = {one: word for one, word in segmente.items() if (ALL, one) in found.transitions.numbers}
    return Abschnitt("wechsel", "Segmentwechsel", "Von (Zeile) nach (Spalte), Personen.", kopf("Von", columns.values()), zeilen(found.transitions, segmente, columns))


def _uebersteuert(found: Figures, namen: Mapping[str, str]) -> list[Abschnitt]:
    columns = {"gefolgt": "gefolgt", "übersteuert": "übersteuert"}
    titles = {"region": "Region", "regel": "Regel"}
    made = []
    for art, table in found.overrides.items():
        rows = {cell[0]: namen.get(cell[0], cell[0]) for cell in table.numbers if cell[0] != ALL}
        made.append(Abschnitt(f"uebersteuert_{art}", f"Übersteuerte Vorschläge je {titles[art]}", "Segmentvorschläge.", kopf(titles[art], columns.values(), share="Anteil"), zeilen(table, rows, columns, share="übersteuert")))
    return made
