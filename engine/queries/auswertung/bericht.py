"""The printed evaluation report: the same figures as on the pages, as the plain values that its template takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from engine.model.calendar import ZURICH
from engine.queries.auswertung.abschnitt import Abschnitt, anzahl
from engine.queries.auswertung.bilder import Bilder, dauer, regelkarte
from engine.queries.auswertung.kennzahlen import Figures
from engine.queries.auswertung.rahmen import Rahmen
from engine.queries.auswertung.tafeln import JE_MONAT, PUENKTLICH, tafeln, treue_tafeln, warum_nicht
from engine.queries.auswertung.treue import Treue

ART = "evaluation"
DAUER, WECHSEL = "dauer", "wechsel"


def bericht(
    found: Figures, treue: Treue, mehr: Sequence[Abschnitt], *, rahmen: Rahmen, namen: Mapping[str, str], segmente: Mapping[str, str],
    filter_: Sequence[str], region: str, nicht_gezeigt: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """What ``evaluation.typ`` needs; ``filter_`` are the filters in words, ``region`` whose report it is, empty for the canton.

    ``nicht_gezeigt`` are the titles of figures that the filters leave away.
    """
    parts = [*treue_tafeln(treue, namen), *_printed(tafeln(found, namen, segmente)), *mehr]
    bilder = {DAUER: dauer(found, namen), PUENKTLICH: regelkarte(found)}
    return {
        "titel": f"Evaluationsbericht {namen.get(region, region) if region else 'Kanton Solothurn'}",
        "stand": found.at.astimezone(ZURICH).strftime("%d.%m.%Y, %H:%M"),
        "faelle": anzahl(found.number if found.number >= found.threshold or not found.number else None),
        "schwelle": found.threshold,
        "filter": list(filter_),
        "nicht_gezeigt": list(nicht_gezeigt),
        "warum_nicht": warum_nicht(nicht_gezeigt),
        "abschnitte": [_part(one, rahmen, bilder.get(one.schluessel)) for one in parts],
    }


def _printed(own: Sequence[Abschnitt]) -> list[Abschnitt]:
    """Of the control chart, whose months are many, the report has no table: they are in its picture, and what they come to is a sentence.
    Of changes of segment it has no picture, so that there is nothing to say of what is drawn.
    """
    limits = next((one.hinweis for one in own if one.schluessel == JE_MONAT), "")
    other = {PUENKTLICH: limits, WECHSEL: ""}
    return [replace(one, hinweis=other.get(one.schluessel, one.hinweis)) for one in own if one.schluessel != JE_MONAT]


def _part(one: Abschnitt, rahmen: Rahmen, bilder: Bilder | None) -> dict[str, Any]:
    return {
        "titel": one.titel, "definition": one.definition, "kopf": list(one.kopf), "zeilen": [list(row) for row in one.zeilen],
        "hinweis": one.hinweis, "angaben": rahmen.angaben(one),
        "bilder": [asdict(bild) for bild in bilder.reihe] if bilder else [], "spalten": bilder.spalten if bilder else 1, "legende": bilder.legende if bilder else "",
    }  # fmt: skip
