"""Passages from element to element by month, for dots that run along the flows of a diagram: only so much of them that nobody can be found.

Numbers at elements and numbers of passages together are an account: what was there, plus what came, minus what went. Exact numbers of passages
would give the withheld ones back. So of the passages about every second counts, chosen by a keyed coin that is the same each time; of those
that count, whole groups of the threshold are told. What is told is then only the least that happened: how much more it was bounds nothing
from above, however many such numbers are added and subtracted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from weakref import WeakKeyDictionary
from zlib import crc32

from engine.definitions.plain import Scope
from engine.model.calendar import ZURICH
from engine.replay.flusswege import Weg, flusswege
from engine.replay.model import Model
from engine.store.tables import Spur

# One of so many passages counts: a coin of one bit.
JEDER = 2
BITS = 512
AROUND = "SUB_PROCESS"
DONE = "c"
YEARS = range(1990, 2101)
MOST = 20

# Process, from, to.
Paar = tuple[str, str, str]
# A passage in a month, counted from the first of ``YEARS``.
Zelle = tuple[Paar, int]


@dataclass(frozen=True)
class Abschnitt:
    """A calendar month, by its first moment and that of the next; ``punkte``: how many dots take each way."""

    von: datetime
    bis: datetime
    punkte: Mapping[Paar, int]


class Netz:
    """The ways of the processes of a model, by where they lead to, and what cases made of them."""

    def __init__(self, processes: Mapping[str, Scope]):
        self.wege = {(process, *ends): way for process, scope in processes.items() for ends, way in flusswege(scope).items()}
        self._before: dict[tuple[str, str], dict[str, Weg]] = defaultdict(dict)
        self._ends: dict[tuple[str, str], str] = {}
        self._starts: dict[tuple[str, str], str] = {}
        self._known: WeakKeyDictionary[Spur, tuple[bytes, Mapping[Zelle, bool]]] = WeakKeyDictionary()
        for (process, origin, target), way in self.wege.items():
            nodes = processes[process].nodes
            if target in nodes and nodes[target].kind == "end":
                self._ends.setdefault((process, origin), target)
            elif origin in nodes and nodes[origin].kind == "start":
                self._starts.setdefault((process, target), origin)
            else:
                self._before[process, target][origin] = way

    def zellen(self, spur: Spur, key: bytes) -> Mapping[Zelle, bool]:
        """What the case passed in which month, and whether that counts; found once."""
        known = self._known.get(spur)
        if known is None or known[0] != key:
            known = self._known[spur] = (key, self._zellen(spur, key))
        return known[1]

    def _zellen(self, spur: Spur, key: bytes) -> dict[Zelle, bool]:
        found: dict[Zelle, bool] = {}
        coins: dict[int, int] = {}
        for pair, at in self.gaenge(spur):
            if at not in coins:
                coins[at] = _coins(key, spur.fall_id, at)
            cell = pair, bisect_right(_months(), at) - 1
            found[cell] = found.get(cell, False) or bool(coins[at] >> _bit(pair) & 1)
        return found

    def gaenge(self, spur: Spur) -> Iterator[tuple[Paar, int]]:
        """From where to where the case went, and when, in seconds: an element began when another, from which a way leads there, was done."""
        done: dict[tuple[str, int], set[str]] = defaultdict(set)
        for element, process, kind, _, ended, _, how in spur.schritte:
            if how == DONE and kind != AROUND:
                done[process, ended].add(element)
        first = min((begun for _, process, kind, begun, *_ in spur.schritte if begun is not None and kind != AROUND and process == spur.process), default=None)
        went: set[tuple[str, int, str]] = set()
        for element, process, kind, begun, _, _, how in spur.schritte:
            if kind == AROUND or begun is None:
                continue
            here = done.get((process, begun), ())
            # Of the events that wait beside each other the token goes to the one that comes.
            near = [(origin, way) for origin, way in self._before.get((process, element), {}).items() if origin in here]
            origins = [origin for origin, way in near if how == DONE or not way.waehlt]
            # Of the case itself a start lies behind what came first alone; a process that is called begins again and again.
            if not near and (begun == first or process != spur.process) and (process, element) in self._starts:
                origins = [self._starts[process, element]]
            for origin in origins:
                went.add((process, begun, origin))
                yield (process, origin, element), begun
        for (process, at), elements in done.items():
            for element in elements:
                if (process, element) in self._ends and (process, at, element) not in went:
                    yield (process, element, self._ends[process, element]), at


_netze: OrderedDict[str, Netz] = OrderedDict()


def netz(model: Model) -> Netz:
    """The ways of the model and of what it calls; made once."""
    found = _netze.get(model.hash)
    if found is None:
        found = _netze[model.hash] = Netz(model.called)
        while len(_netze) > MOST:
            _netze.popitem(last=False)
    return found


def uebergaenge(spuren: Sequence[Spur], netz: Netz, *, schluessel: bytes, schwelle: int, bekannt: Container[Paar] | None = None) -> list[Abschnitt]:
    """The months in which enough cases that count made a passage, in order; of those that are not ``bekannt`` nothing is told.

    Months are those of the calendar, whatever is chosen: two choices do not cut time differently.
    """
    everybody: dict[Zelle, set[int]] = defaultdict(set)
    counting: dict[Zelle, set[int]] = defaultdict(set)
    for spur in spuren:
        for cell, counts in netz.zellen(spur, schluessel).items():
            if bekannt is None or cell[0] in bekannt:
                everybody[cell].add(spur.fall_id)
                if counts:
                    counting[cell].add(spur.fall_id)
    dots = {cell: len(cases) // schwelle for cell, cases in counting.items() if len(cases) >= schwelle}
    return _by_month(_with_rest(dots, {cell: len(cases) for cell, cases in everybody.items()}, schwelle))


def _with_rest(dots: Mapping[Zelle, int], cases: Mapping[Zelle, int], schwelle: int) -> dict[Zelle, int]:
    """As many months less that of every passage enough is left untold over the whole period: its total may be known from other tables."""
    rest: dict[Paar, int] = defaultdict(int)
    for cell, number in cases.items():
        rest[cell[0]] += number - schwelle * dots.get(cell, 0)
    told: dict[Zelle, int] = {}
    for cell, number in sorted(dots.items(), key=lambda item: (item[1], item[0])):
        if rest[cell[0]] < schwelle:
            rest[cell[0]] += schwelle * number
        else:
            told[cell] = number
    return told


def _by_month(dots: Mapping[Zelle, int]) -> list[Abschnitt]:
    months: dict[int, dict[Paar, int]] = defaultdict(dict)
    for (pair, month), number in sorted(dots.items()):
        months[month][pair] = number
    begin = [datetime.fromtimestamp(at, UTC) for at in _months()]
    return [Abschnitt(begin[month], begin[month + 1], months[month]) for month in sorted(months)]


def _coins(key: bytes, fall: int, at: int) -> int:
    """The coins of a case at a moment: the same with every filter and at every look, so that looking again tells nothing new."""
    return int.from_bytes(blake2b(f"{fall} {at}".encode(), key=key[:64], digest_size=BITS // 8).digest())


@cache
def _bit(pair: Paar) -> int:
    """Which of these coins is that of the passage."""
    return crc32("\n".join(pair).encode()) % BITS


@cache
def _months() -> tuple[int, ...]:
    """The first moments of the months of ``YEARS``, in seconds."""
    return tuple(int(datetime(year, month, 1, tzinfo=ZURICH).timestamp()) for year in YEARS for month in range(1, 13))
