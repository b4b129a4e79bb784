"""Tables about the same people give nothing away together: what one withholds must not follow from another.

Each table counts the cells of a part, a contingency table of a few properties that holds everything its tables tell apart. Parts that share
properties agree on them (``Link``); beyond that any tables of the parts count as possible. From what all tables tell together no small number of
any of them can be narrowed, see ``engine.statistics.audit``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from engine.statistics.audit import Audit, Unknowns
from engine.statistics.suppression import ALL, Cell

# Name of a table or fact, and the cell or sum in it.
Key = tuple[str, Cell]
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Link:
    """Parts ``here`` and ``there`` agree on how many have each label; None is nobody that both parts count."""

    here: str
    there: str
    label_here: Callable[[Any], Hashable | None]
    label_there: Callable[[Any], Hashable | None]


@dataclass(frozen=True)
class Table:
    """``cell`` says in which cell of the table a cell of the part is counted, None where in none. ``numbers`` are what the table tells by itself, with
    its sums; cells that it does not have are nobody's. Of a larger ``rank`` numbers are missed more."""

    part: str
    cell: Callable[[Any], Cell | None]
    numbers: Mapping[Cell, int | None]
    rank: int = 0


@dataclass(frozen=True)
class Fact:
    """What is told beside tables: how many of the part are ``counted``. It goes with all facts of the same ``name`` or not at all."""

    name: str
    part: str
    counted: Callable[[Any], bool]
    rank: int = 9


@dataclass(frozen=True)
class Together:
    """``withheld`` cells of each table, more than by itself where it must be; ``gone`` are names of facts that must not be told."""

    withheld: Mapping[str, frozenset[Cell]]
    gone: frozenset[str] = field(default=frozenset())


def audit(
    parts: Mapping[str, Mapping[Place, int]], links: Iterable[Link], tables: Mapping[str, Table], facts: Sequence[Fact] = (), *,
    threshold: int, fixed: Iterable[Key] = (),
) -> Together:  # fmt: skip
    """What of the tables may be told beside each other. ``parts`` hold every cell that could be, also those of nobody; ``fixed`` is told anyhow."""
    space = _Space(parts)
    numbers: dict[Key, tuple[Unknowns, int]] = {}
    groups: dict[Key, list[Key]] = {}
    ranks: dict[str, int] = {name: table.rank for name, table in tables.items()}
    for name, table in tables.items():
        numbers |= {(name, margin): (unknowns, space.sum(unknowns)) for margin, unknowns in space.margins(table)}
    for place, fact in enumerate(facts):
        unknowns, key = space.where(fact.part, fact.counted), (fact.name, (str(place),))
        numbers[key] = (unknowns, space.sum(unknowns))
        groups.setdefault((fact.name, ()), []).append(key)
        ranks[fact.name] = fact.rank
    small = {key for key, (_, number) in numbers.items() if 0 < number < threshold and key[0] in tables}
    withheld = {(name, cell) for name, table in tables.items() for cell, number in table.numbers.items() if number is None} | small
    Audit(
        space.size, numbers, list(space.agreements(links)), [numbers[key] for key in sorted(small)], withheld=withheld, fixed=frozenset(fixed), threshold=threshold,
        loss=lambda key: (ranks[key[0]], key[1].count(ALL), numbers[key][1], key), with_it=lambda key: groups.get((key[0], ()), (key,)),
    ).run()  # fmt: skip
    found: dict[str, set[Cell]] = {name: set() for name in tables}
    for name, cell in withheld:
        if name in found:
            found[name].add(cell)
    return Together({name: frozenset(cells) for name, cells in found.items()}, frozenset(name for name, _ in withheld if name not in tables))


class _Space:
    """The unknowns: the cells of all parts one after the other."""

    def __init__(self, parts: Mapping[str, Mapping[Place, int]]):
        self.cells = {name: list(part) for name, part in parts.items()}
        ends = np.cumsum([0, *map(len, self.cells.values())])
        self.first = {name: int(end) for name, end in zip(self.cells, ends, strict=False)}
        self.counts = np.array([number for part in parts.values() for number in part.values()], dtype=int)

    @property
    def size(self) -> int:
        return len(self.counts)

    def sum(self, unknowns: Unknowns) -> int:
        return int(self.counts[unknowns].sum())

    def where(self, part: str, counted: Callable[[Any], bool]) -> Unknowns:
        return np.array([self.first[part] + place for place, cell in enumerate(self.cells[part]) if counted(cell)], dtype=np.intp)

    def margins(self, table: Table) -> Iterator[tuple[Cell, Unknowns]]:
        """Every cell of a table and every sum of it, with what it is the sum of."""
        found: dict[Cell, list[int]] = defaultdict(list)
        for place, cell in enumerate(self.cells[table.part], start=self.first[table.part]):
            counted = table.cell(cell)
            for margin in () if counted is None else product(*((value, ALL) for value in counted)):
                found[margin].append(place)
        yield from ((margin, np.array(places, dtype=np.intp)) for margin, places in found.items())

    def agreements(self, links: Iterable[Link]) -> Iterator[tuple[Unknowns, Unknowns]]:
        for link in links:
            here, there = self._labelled(link.here, link.label_here), self._labelled(link.there, link.label_there)
            nobody = np.zeros(0, dtype=np.intp)
            yield from ((here.get(label, nobody), there.get(label, nobody)) for label in sorted({*here, *there}, key=repr))

    def _labelled(self, part: str, label: Callable[[Any], Hashable | None]) -> dict[Hashable, Unknowns]:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for place, cell in enumerate(self.cells[part], start=self.first[part]):
            if (name := label(cell)) is not None:
                found[name].append(place)
        return {name: np.array(places, dtype=np.intp) for name, places in found.items()}
