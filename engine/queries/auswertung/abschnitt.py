"""A figure as a page, a report and a file show it: what it means, over how many cases, and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.statistics.spread import Weighed
from engine.statistics.suppression import ALL, Published

HIDDEN = "*"
TOTAL = "Total"
PROZENT = "%"
# A space that no line breaks at, and the sign of negative numbers.
FEST, MINUS = "\u00a0", "\u2212"


@dataclass(frozen=True)
class Mass:
    """One figure of every region whose row shows it: ``je_region`` holds it with the number it is of. Shares are from 0 to 1 with ``einheit`` ``%``.

    Whoever makes it takes numbers that the table shows and no others: what is made of it then tells nothing that the table does not. ``ist_grob``: the
    numbers are ``gerundet``, so that shares have no decimals.
    """

    name: str
    einheit: str
    je_region: Mapping[str, Weighed]
    ist_grob: bool = False


@dataclass(frozen=True)
class Abschnitt:
    """``zeilen`` are texts, the first of each is its head. ``hinweis`` is a sentence below, ``n`` how many it rests on, in words;
    ``zeitraum`` and ``fassung`` only where they are not those of the chosen cases. ``masse`` are the figures by region behind the rows.
    ``anteile`` are the shares (0 to 1) that the last column rounds, row by row: of numbers that the row shows, None where it shows none."""

    schluessel: str
    titel: str
    definition: str
    kopf: tuple[str, ...]
    zeilen: tuple[tuple[str, ...], ...]
    hinweis: str = ""
    n: str = ""
    zeitraum: str = ""
    fassung: str = ""
    masse: tuple[Mass, ...] = ()
    anteile: tuple[float | None, ...] = ()


def nicht_gezeigt(everything: Iterable[Abschnitt], shown: Iterable[Abschnitt]) -> tuple[str, ...]:
    """The titles of what filters leave away."""
    there = {one.schluessel for one in shown}
    return tuple(one.titel for one in everything if one.schluessel not in there)


def anzahl(number: int | None) -> str:
    """A count as people read it; a star where it must not be seen."""
    return HIDDEN if number is None else f"{number:,}".replace(",", "'")


def prozent(part: int | None, whole: int | None) -> str:
    """``42 %``; a star where one of the two is hidden, a dash of nothing."""
    if part is None or whole is None:
        return HIDDEN
    return f"{100 * part / whole:.0f} %" if whole else "–"


def monate(value: float | None) -> str:
    return "nicht erreicht" if value is None else f"{value:.1f}"


def zehntel(value: float | None) -> float | None:
    """As ``monate`` says it, for programs."""
    return None if value is None else round(value, 1)


def zeilen(
    table: Published, rows: Mapping[str, str], columns: Mapping[str, str], *, share: str | None = None, total: str = TOTAL
) -> tuple[tuple[str, ...], ...]:
    """A table of two dimensions, row by row with its sum, the total last; ``share`` is the column whose part is told, too, a dash where it would say little."""
    found = []
    for row in [*(one for one in rows if (one, ALL) in table.numbers), ALL]:
        numbers = [table.numbers.get((row, column), 0) for column in columns]
        whole = table.numbers[row, ALL]
        part = [] if share is None else [prozent(table.numbers.get((row, share), 0), table.whole(row)) if table.carries(whole) else "–"]
        found.append((rows.get(row, total) if row != ALL else total, *map(anzahl, numbers), anzahl(whole), *part))
    return tuple(found)


def genau(table: Published, rows: Mapping[str, str], share: str) -> tuple[float | None, ...]:
    """What ``zeilen`` rounds in its last column, row by row."""
    return tuple(_anteil(table, row, share) for row in [*(one for one in rows if (one, ALL) in table.numbers), ALL])


def anteile(name: str, table: Published, share: str) -> tuple[Mass, ...]:
    """The share of a column in every row, where the table shows both the number and its sum."""
    found = {row: (_anteil(table, row, share), whole) for (row, column), whole in table.numbers.items() if column == ALL and row != ALL}
    return (Mass(name, PROZENT, {row: (part, whole) for row, (part, whole) in found.items() if part is not None and whole}, table.step > 1),)


def _anteil(table: Published, row: str, share: str) -> float | None:
    part, whole = table.numbers.get((row, share), 0), table.whole(row)
    return None if part is None or not whole or not table.carries(table[row, ALL]) else part / whole


def kopf(first: str, columns: Iterable[str], *, share: str = "", von: str = "Fälle") -> tuple[str, ...]:
    """The heads of ``zeilen``; ``von`` is what their sums count."""
    return (first, *columns, von, *([share] if share else []))


def p_text(p: float | None) -> str:
    """A probability as people read it, in one piece."""
    return "" if p is None else f"p{FEST}<{FEST}0.001" if p < 0.001 else f"p{FEST}={FEST}{p:.3f}"


def mit_vorzeichen(value: float, unit: str) -> str:
    """``+0.4 Monate``, ``−0.1 Monate``, ``0.0 Monate``: a difference as people read it, in one piece."""
    rounded = round(value, 1)
    return f"{rounded:+.1f}{FEST}{unit}".replace("-", MINUS) if rounded else f"0.0{FEST}{unit}"


def schlicht(text: str) -> str:
    """The same as files have it: with the minus and the spaces of a keyboard."""
    return text.replace(MINUS, "-").replace(FEST, " ")


def inner(table: Published, rows: Sequence[str], columns: Sequence[str]) -> list[list[int]] | None:
    """The numbers without sums, None as soon as one is hidden; rows and columns of nothing are left out."""
    found = [[table.numbers.get((row, column), 0) for column in columns] for row in rows]
    if any(number is None for row in found for number in row):
        return None
    whole = [[int(number or 0) for number in row] for row in found if any(row)]
    kept = [place for place in range(len(columns)) if any(row[place] for row in whole)]
    return [[row[place] for place in kept] for row in whole]


Worte = Mapping[str, str]
Machen = Callable[[], Abschnitt | None]
