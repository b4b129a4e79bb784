"""The charts of the printed report as vector graphics (SVG), of the points that the charts of the page show and no others.

They are read in black and white: lines differ in width and dashes, marks in shape. Names are set beside them by the template, not within.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from engine.queries.auswertung.kennzahlen import Figures
from engine.queries.auswertung.verbund import KANTON
from engine.statistics.control import Xmr

YEAR = 12
# How wide a picture is by how many stand beside each other: their words are set in the same size everywhere.
WIDTH = {1: 520.0, 2: 255.0, 3: 170.0}
# So many years are the most of which each has its mark on the axis.
MOST_TICKS = 6
# So many months have their name below the control chart, and so many spans of months, whose names are long.
MOST_MONTHS, MOST_SPANS = 8, 3
GREY, BLACK = "#777777", "#000000"
DASHED = ' stroke-dasharray="4 2.5"'

Step = tuple[float, float]


@dataclass(frozen=True)
class Bild:
    """``alt`` says in words what the picture shows, for whoever hears the report."""

    titel: str
    svg: str
    alt: str


@dataclass(frozen=True)
class Bilder:
    """Pictures that are set beside each other, so many in a row, and what their lines and marks mean."""

    reihe: tuple[Bild, ...]
    spalten: int
    legende: str


@dataclass(frozen=True)
class Flaeche:
    """Where the numbers of a chart lie, in points of the picture: months or places from 0 to ``most`` across, shares from ``least`` to 1 upwards."""

    width: float
    height: float
    most: float
    left: float = 26
    bottom: float = 24
    rest: float = 6
    least: float = 0
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        return round(self.left + (self.width - self.left - self.rest) * value / (self.most or 1), 2)

    def y(self, share: float) -> float:
        return round(self.rest + (self.height - self.bottom - self.rest) * (1 - share) / (1 - self.least), 2)

    def line(self, begin: Step, end: Step, *, color: str = GREY, width: float = 0.5, more: str = "") -> None:
        (x1, y1), (x2, y2) = begin, end
        self.parts.append(f'<line x1="{self.x(x1)}" y1="{self.y(y1)}" x2="{self.x(x2)}" y2="{self.y(y2)}" stroke="{color}" stroke-width="{width}"{more}/>')

    def path(self, drawn: str, *, color: str = BLACK, width: float = 1.2, more: str = "") -> None:
        self.parts.append(f'<path d="{drawn}" fill="none" stroke="{color}" stroke-width="{width}"{more}/>')

    def word(self, x: float, y: float, text: str, *, anchor: str = "middle") -> None:
        """At a place of the picture; numbers, months and words of this module only."""
        self.parts.append(f'<text x="{round(x, 2)}" y="{round(y, 2)}" font-family="Libertinus Serif" font-size="9" text-anchor="{anchor}">{text}</text>')

    def shares(self) -> None:
        """The axis of shares with its lines."""
        step = 0.5 if not self.least else 0.1 if self.least >= 0.5 else 0.2
        ticks = (1 - step * number for number in range(int((1 - self.least) / step) + 1))
        for share in sorted([self.least, *(tick for tick in ticks if tick - self.least > step / 2)]):
            self.line((0, share), (self.most, share), color=BLACK if share == self.least else "#bbbbbb")
            self.word(self.left - 3, self.y(share) + 3, f"{share:.0%}", anchor="end")

    def svg(self) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}pt" height="{self.height}pt">{"".join(self.parts)}</svg>'


def dauer(found: Figures, namen: Mapping[str, str]) -> Bilder | None:
    """A small Kaplan–Meier curve of each region, with that of the canton behind it; all have the same axes. None without curves."""
    steps = {name: sichtbar(found, name) for name in sorted(found.durations, key=lambda name: (name == KANTON, namen.get(name, name)))}
    if not steps:
        return None
    most = max(YEAR, YEAR * ceil(max(month for those in steps.values() for month, _ in those) / YEAR))
    canton = steps.get(KANTON)
    beside = min(max(WIDTH), len(steps))
    pictures = tuple(
        Bild(namen.get(name, name), _curve(those, None if name == KANTON else canton, Flaeche(WIDTH[beside], 150 if beside == 1 else 92, most)), _told(those))
        for name, those in steps.items()
    )
    behind = "; grau gestrichelt: der ganze Kanton" if canton and len(steps) > 1 else ""
    legend = (
        f"Anteil der Fälle, die nach so vielen Monaten noch nicht abgelöst sind (Kaplan–Meier){behind}. "
        "Gezeichnet, so weit sich daraus nicht auf wenige Fälle schliessen lässt."
    )
    return Bilder(pictures, beside, legend)


def sichtbar(found: Figures, name: str) -> list[Step]:
    """The steps of a curve that may be told, from 1 at month 0, rounded as on the page."""
    return [(0.0, 1.0), *((round(point.time, 2), round(point.share, 4)) for point in found.points(name))]


def untergrenze(chart: Xmr) -> float:
    """Where the axis of shares begins, a full tenth: what varies fills the chart, so that the limits stand apart."""
    return int(max(0.0, 10 * min(chart.lower, *chart.values) - 0.5)) / 10


def regelkarte(found: Figures) -> Bilder | None:
    """The control chart of punctual Standortbestimmungen by month. None where there is none."""
    chart = found.reviews
    if chart is None:
        return None
    area = Flaeche(WIDTH[1], 150, len(chart.values) - 1, least=untergrenze(chart))
    area.shares()
    area.line((0, chart.centre), (area.most, chart.centre), color=BLACK, width=0.8)
    for limit in (chart.lower, chart.upper):
        area.line((0, limit), (area.most, limit), color=BLACK, width=0.8, more=DASHED)
    area.path(_through(area, enumerate(chart.values)), color=GREY, width=1)
    for place, value in enumerate(chart.values):
        _mark(area, place, value, is_signal=place in chart.signals)
    _months(area, found.months)
    legend = "Anteil pünktlicher Standortbestimmungen je Monat (oder je so viele Monate, dass es genug sind). Ausgezogen: Mitte; gestrichelt: untere und obere Grenze (XmR); Quadrat: ausserhalb der Grenzen."
    return Bilder((Bild("Pünktliche Standortbestimmungen je Monat", area.svg(), _told_chart(chart, found.months)),), 1, legend)


def _curve(steps: Sequence[Step], behind: Sequence[Step] | None, area: Flaeche) -> str:
    area.shares()
    every = YEAR * ceil(area.most / YEAR / MOST_TICKS)
    for month in range(0, int(area.most) + 1, every):
        area.word(area.x(month), area.height - area.bottom + 10, str(month))
    area.word(area.x(area.most / 2), area.height - 3, "Monate")
    if behind:
        area.path(_stairs(area, behind), color=GREY, width=1, more=DASHED)
    area.path(_stairs(area, steps))
    return area.svg()


def _stairs(area: Flaeche, steps: Sequence[Step]) -> str:
    """Level until the next step, then down."""
    (month, share), *rest = steps
    return f"M{area.x(month)} {area.y(share)}" + "".join(f"H{area.x(month)}V{area.y(share)}" for month, share in rest)


def _through(area: Flaeche, points: Iterable[Step]) -> str:
    return "M" + "L".join(f"{area.x(place)} {area.y(value)}" for place, value in points)


def _mark(area: Flaeche, place: int, value: float, *, is_signal: bool) -> None:
    x, y = area.x(place), area.y(value)
    area.parts.append(f'<rect x="{x - 3.5}" y="{y - 3.5}" width="7" height="7"/>' if is_signal else f'<circle cx="{x}" cy="{y}" r="2"/>')


def _months(area: Flaeche, months: Sequence[str]) -> None:
    most = MOST_MONTHS if max(map(len, months)) == len("2026-01") else MOST_SPANS
    every = max(1, ceil(len(months) / most))
    for place in range(0, len(months), every):
        is_last = area.x(place) > area.width - area.left
        area.word(area.x(place), area.height - area.bottom + 12, months[place], anchor="start" if not place else "end" if is_last else "middle")


def _told(steps: Sequence[Step]) -> str:
    """In words, of the points drawn only."""
    last = steps[-1][0]
    told = [f"nach {month} Monaten {_share(steps, month):.0%}" for month in range(YEAR, int(last) + 1, YEAR)]
    return f"Kurve der Dauer bis zur Ablösung: Anteil noch im Bezug, {', '.join(told) or 'kürzer als ein Jahr beobachtet'}; gezeichnet bis Monat {last:.0f}."


def _share(steps: Sequence[Step], month: float) -> float:
    return next(share for at, share in reversed(steps) if at <= month)


def _told_chart(chart: Xmr, months: Sequence[str]) -> str:
    outside = [f"{months[place]} mit {chart.values[place]:.0%}" for place in chart.signals]
    return (
        f"Regelkarte mit {len(months)} Werten, der erste für {months[0]}, der letzte für {months[-1]}: Mitte {chart.centre:.0%}, untere Grenze {chart.lower:.0%}, "
        f"obere Grenze {chart.upper:.0%}; ausserhalb {'liegen ' + ', '.join(outside) if outside else 'liegt keiner'}."
    )
