"""Many cases at once as tables: what a file of elements, ways or moments holds, each with what it means and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.model.calendar import ZURICH
from engine.queries.auswertung.abschnitt import Abschnitt, anzahl
from engine.queries.auswertung.viele import PHASENWEISE, Augenblick, Element, Wege

ELEMENTE, WEGE, ZEITRAFFER = "elemente", "wege", "zeitraffer"
FOLGE_WORTE = {"phasen": "Phasen", "schritte": "Schritten"}
ZUGLEICH = " Was zugleich begann, steht in der Reihenfolge des Diagramms."
GERUNDET = " Anzahlen sind auf Vielfache der kleinsten, die gezeigt wird, gerundet: Auf einem Diagramm folgte sonst eine aus den anderen."
# Between the steps of a way.
DANN = " → "


def elemente_tafel(found: Sequence[Element], namen: Mapping[str, str], n: int | None) -> Abschnitt:
    """Every element that enough cases came to; durations in seconds. ``n``: of how many cases, None where that must not be seen."""
    rows = tuple(
        (
            namen.get(one.element, one.element), one.element, anzahl(one.faelle), anzahl(one.mal),
            *map(_sekunden, (one.median, one.neuntes_zehntel, one.wartezeit)), anzahl(one.abgebrochen), anzahl(one.offen),
        )
        for one in found if one.faelle is not None
    )  # fmt: skip
    head = ("Element", "Id", "Fälle", "Durchläufe", "Dauer Median (Sekunden)", "Dauer 90 % (Sekunden)", "Warten Median (Sekunden)", "abgebrochen", "offen")
    definition = (
        "Wie viele Fälle ein Element erreichten, wie oft es durchlaufen wurde, wie lange es von der Entstehung bis zur Erledigung dauerte "
        f"und wie lange davon niemand daran war. Elemente, die zu wenige Fälle erreichten, fehlen.{GERUNDET}"
    )
    return Abschnitt(ELEMENTE, "Häufigkeit, Dauer und Warten je Element", definition, head, rows, n=anzahl(n))


def wege_tafel(found: Wege, namen: Mapping[str, str], folge: str, n: int | None) -> Abschnitt:
    """Every way that enough cases took; what the rare ones come to stands below."""
    rows = tuple(
        (DANN.join(namen.get(step, step) for step in way.schritte) or "nichts", anzahl(way.faelle), anzahl(way.abweichend), _sekunden(way.median)) for way in found.wege
    )
    definition = f"Die Folge von {FOLGE_WORTE[folge]}, die Fälle nahmen, wie viele davon vom Diagramm abwichen und wie lange die beendeten dauerten.{ZUGLEICH if folge == PHASENWEISE else ''}{GERUNDET}"
    told = f"Nicht gezeigt sind seltenere Wege, zusammen {anzahl(found.seltene_faelle)} Fälle." if found.seltene else ""
    head = ("Weg", "Fälle", "abweichend", "Dauer Median (Sekunden)")
    return Abschnitt(WEGE, f"Wege nach {FOLGE_WORTE[folge]}", definition, head, rows, told, n=anzahl(n))


def zeitraffer_tafel(moments: Sequence[Augenblick], namen: Mapping[str, str], n: int | None) -> Abschnitt:
    """Where the cases were on each day of the time-lapse: one row for all together, then one for each element with enough."""
    rows = []
    for one in moments:
        day = one.at.astimezone(ZURICH).strftime("%d.%m.%Y")
        rows.append((day, "alle", "", anzahl(one.offen)))
        rows += [(day, namen.get(element, element), element, anzahl(number)) for marks in one.marken.values() for element, number in marks.items()]
    definition = f"Wie viele Fälle an einem Tag unterwegs waren («alle») und bei welchem Element. Wo weniger standen, als gezeigt werden dürfen, steht nichts.{GERUNDET}"
    return Abschnitt(ZEITRAFFER, "Zeitraffer", definition, ("Tag", "Element", "Id", "Fälle"), tuple(rows), n=anzahl(n))


def _sekunden(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
