"""Numbers that follow at once from those shown beside them: withholding them protects nobody, it only makes a table harder to read.

What follows from shown numbers is known to whoever reads them. Telling it leaves every other number exactly as uncertain as it was: the
lives that agree with the table are the same before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.statistics.suppression import ALL, Cell

Numbers = Mapping[Cell, int | None]


def implied(numbers: Numbers, *, places: Collection[int], threshold: int) -> dict[Cell, int | None]:
    """The table with what follows from a sum and its other parts, or from a sum that its shown parts use up.

    ``places``: along which dimensions the cells given are all there are, so that they add up to their sum. What follows and is small itself stays
    withheld.
    """
    found = dict(numbers)
    lines = [line for place in places for line in _lines(found, place)]
    # Each round shows at least one more.
    while new := {cell: value for whole, parts in lines for cell, value in _follow(found, whole, parts) if not 0 < value < threshold}:
        found |= new
    return found


def _follow(numbers: Numbers, whole: Cell, parts: Collection[Cell]) -> Iterator[tuple[Cell, int]]:
    """What one line says of those of its numbers that are not shown."""
    missing, rest = [cell for cell in parts if numbers[cell] is None], sum(numbers[cell] or 0 for cell in parts)
    total = numbers[whole]
    if total is None:
        if not missing:
            yield whole, rest
    elif len(missing) == 1 or total == rest:
        yield from ((cell, total - rest) for cell in missing)


def _lines(numbers: Numbers, place: int) -> Iterator[tuple[Cell, list[Cell]]]:
    """Each sum over a dimension with its parts."""
    parts: dict[Cell, list[Cell]] = {}
    for cell in numbers:
        if cell[place] != ALL:
            parts.setdefault((*cell[:place], ALL, *cell[place + 1 :]), []).append(cell)
    yield from ((whole, cells) for whole, cells in parts.items() if whole in numbers)
