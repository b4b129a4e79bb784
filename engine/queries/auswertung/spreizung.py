"""How far the regions lie apart, as a figure of its own. It knows the sections that are shown and nothing else: it can tell no more than they do."""

from __future__ import annotations

from collections.abc import Iterable

from engine.queries.auswertung.abschnitt import PROZENT, Abschnitt, Mass, anzahl
from engine.statistics.spread import spread

SCHLUESSEL, TREUE, WIRKUNG = "spreizung", "spreizung_treue", "spreizung_wirkung"
TITEL = {
    SCHLUESSEL: "Spreizung zwischen den Regionen",
    TREUE: "Spreizung der Prozesstreue zwischen den Regionen",
    WIRKUNG: "Spreizung der Wirkung zwischen den Regionen",
}
KOPF = ("Kennzahl", "Regionen", "n", "kleinster Wert", "grösster Wert", "Spannweite", "Standardabweichung", "gewichtet")
DEFINITION = (
    "Wie weit die Regionen auseinanderliegen: kleinster und grösster Wert einer Region, ihr Abstand (Spannweite, aus den gerundeten Werten) und die Standardabweichung zwischen "
    "den Regionen, einmal jede gleich gezählt, einmal nach ihrem n gewichtet. Es zählen nur Regionen, deren Wert in den Tabellen dieser Auswertung steht; "
    "«Pp.» sind Prozentpunkte. Auch bei gleicher Arbeit liegen Regionen zufällig auseinander, kleine mehr als grosse."
)
ZU_WENIGE = "«–»: Weniger als zwei Regionen zeigen diesen Wert, eine Spreizung gibt es darum nicht."
JE_ZEILE = "je Kennzahl in der Spalte «n»"


def mit_spreizung(own: Iterable[Abschnitt], schluessel: str = SCHLUESSEL) -> list[Abschnitt]:
    """The sections, and after them how far the regions lie apart in what they show."""
    made = list(own)
    last = spreizung(made, schluessel)
    return made if last is None else [*made, last]


def spreizung(shown: Iterable[Abschnitt], schluessel: str = SCHLUESSEL) -> Abschnitt | None:
    """One row for each figure that the sections tell by region; None where none is told of two regions."""
    told = [(one, mass) for one in shown for mass in one.masse if mass.je_region]
    if not any(spread(mass.je_region.values()) for _, mass in told):
        return None
    rows = tuple(_row(mass) for _, mass in told)
    hinweis = " ".join([*([ZU_WENIGE] if any("–" in row for row in rows) else []), *(_anders(one, mass) for one, mass in told if one.zeitraum or one.fassung)])
    return Abschnitt(schluessel, TITEL[schluessel], DEFINITION, KOPF, rows, hinweis, n=JE_ZEILE)


def _anders(one: Abschnitt, mass: Mass) -> str:
    """What of a figure is not as it says below the table."""
    own = [f"Zeitraum: {one.zeitraum}"] * bool(one.zeitraum) + [f"Fassung: {one.fassung}"] * bool(one.fassung)
    return f"Anders bei «{mass.name}»: {'. '.join(own)}."


def _row(mass: Mass) -> tuple[str, ...]:
    found = spread(mass.je_region.values())
    if found is None:
        return (mass.name, anzahl(len(mass.je_region)), anzahl(sum(number for _, number in mass.je_region.values())), *("–",) * 5)
    values = (_value(one, mass) for one in (found.least, found.most))
    # Whoever subtracts what stands in the row finds the same.
    apart = _rounded(found.most, mass) - _rounded(found.least, mass)
    distances = (_distance(one, mass) for one in (apart, found.deviation, found.weighted))
    return (mass.name, anzahl(found.regions), anzahl(found.number), *values, *distances)


def _rounded(value: float, mass: Mass) -> float:
    """As it is shown: to a decimal, of shares to a decimal of their per cent, or to whole ones."""
    return float(_prozent(value, mass)) / 100 if mass.einheit == PROZENT else float(f"{value:.1f}")


def _value(value: float, mass: Mass) -> str:
    return f"{_prozent(value, mass)} %" if mass.einheit == PROZENT else f"{value:.1f} {mass.einheit}".strip()


def _distance(value: float, mass: Mass) -> str:
    return f"{_prozent(value, mass)} Pp." if mass.einheit == PROZENT else f"{value:.1f} {mass.einheit}".strip()


def _prozent(value: float, mass: Mass) -> str:
    return f"{100 * value:.{0 if mass.ist_grob else 1}f}"
