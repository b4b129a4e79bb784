"""Which of equally cheap situations to look at first: the one that seems nearest to the rest of the trace and then to the end.

Where steps cost nothing because no log shows them, costs alone do not tell a way that leads on from one that goes in circles. What is said here
only decides in which order a search looks, never what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from engine.replay.flows import Flows, Key, Way
from engine.replay.places import BITS, FULL, Def, LoopDef

# Steps that no log shows weigh 1, steps that a log shows so much, and so much more if the rest of this trace does not show them.
SHOWN, LACKING = 4, 16
# So much weighs each activity of the trace that is still to come; each step taken makes up for some of it, so that no way is followed for ever.
COMING, TAKEN = 24, 2
# As far as something is that no way leads to.
FAR = 64

# How many steps it is, and which labels a trace would have to show on the way, as bits.
Distance = tuple[int, int]
# What a way weighs, the label shown on it as a bit, and the way.
Option = tuple[int, int, Way]


class Guide:
    """Estimates for the states of one net, in steps, read off the same equations as the potentials of ``Flows``."""

    def __init__(self, flows: Flows):
        self.states = flows.states
        self.acting = flows.acting
        options = _options(flows)
        self.before: dict[Key, list[tuple[int, int, Key]]] = {}
        for key, ways in options.items():
            for weight, bit, way in ways:
                for one in way:
                    self.before.setdefault(one, []).append((weight, bit, key))
        self.efforts = _efforts(options, flows)
        self.distances: dict[int, dict[Key, Distance]] = {}
        self.near: dict[tuple[int, int], Distance] = {}
        self.loads: dict[int, tuple[int, int]] = {}

    def estimate(self, state: int, labels: Sequence[int], bits: int, left: int) -> int:
        """What is still to be done from a state, where ``left`` more activities are to come: ``labels``, each once, and as ``bits``."""
        if state < 0:
            return (FAR + COMING) * left
        least, most = self._load(state)
        found = COMING * left + least + (most if left else 0)
        for label in labels:
            far, needed = self._distance(state, label)
            found += far + LACKING * (needed & ~bits).bit_count()
        return found

    def _distance(self, state: int, label: int) -> Distance:
        """How far it is from the nearest that runs in the state to the label."""
        found = self.near.get((state, label))
        if found is None:
            if label not in self.distances:
                self.distances[label] = self._distances(label)
            distances = self.distances[label]
            found = min((distances[key] for key in self._keys(state) if key in distances), default=(FAR, 0))
            for _, kid in self.states.known[state][2]:
                found = min(found, self._distance(kid, label))
            self.near[state, label] = found
        return found

    def _keys(self, state: int) -> Iterable[Key]:
        scope, m, kids = self.states.known[state]
        for host, _ in kids:
            yield ("base", id(scope), host)
        for place, _ in _marked(m):
            yield ("place", id(scope), place)

    def _distances(self, label: int) -> dict[Key, Distance]:
        """Of everything that leads to the label, by Dijkstra from there."""
        found: dict[Key, Distance] = {}
        queue = [(0, 0, number, key) for number, key in enumerate(self.acting.get(label, ()))]
        number = len(queue)
        while queue:
            far, needed, _, key = heappop(queue)
            if key in found:
                continue
            found[key] = (far, needed)
            for weight, bit, source in self.before.get(key, ()):
                if source not in found:
                    number += 1
                    heappush(queue, (far + weight, needed | bit, number, source))
        return found

    def _load(self, state: int) -> tuple[int, int]:
        """About how many steps it takes until everything in the state is over, by the shortest way and without giving up anything begun."""
        found = self.loads.get(state)
        if found is None:
            scope, m, kids = self.states.known[state]
            here = id(scope)
            least = sum(count * self.efforts.get(("place", here, place), 0) for place, count in _marked(m & scope.tokens if isinstance(scope, Def) else 0))
            most = least
            for host, kid in kids:
                inside, everything = self._load(kid)
                if isinstance(self.states.known[kid][0], LoopDef):
                    inside += self.efforts.get(("flow", here, f"nach {host}"), 0)
                least += 1 + min(self.efforts.get(("out", here, host), FAR), inside)
                most += 1 + everything
            found = self.loads[state] = (least, most)
        return found


def _marked(m: int) -> Iterable[tuple[int, int]]:
    """The places of a marking, and how many tokens each holds."""
    while m:
        place = ((m & -m).bit_length() - 1) // BITS
        yield place, m >> BITS * place & FULL
        m &= ~(FULL << BITS * place)


def _options(flows: Flows) -> dict[Key, list[Option]]:
    """All ways on from a key, those that a log shows too."""
    found: dict[Key, list[Option]] = {key: [(0, 0, way) for way in ways] for key, ways in flows.unseen.items()}
    for key, ways in flows.free.items():
        found[key] += [(1, 0, way) for way in ways]
    for key, shown in flows.shown.items():
        found[key] += [(SHOWN, 1 << label, way) for label, way in shown]
    for base, body in flows.repeated.items():
        found[base].append((0, 0, (body,)))
    return found


def _efforts(options: Mapping[Key, list[Option]], flows: Flows) -> dict[Key, int]:
    """Of each key how many steps it takes until all that comes of it is over."""
    every = dict(options)
    for base, begins in flows.begun.items():
        _, here, host = base
        every["out", here, host] = [(0, 0, way) for way in flows.aborts.get(base, ())]
        after: Way = (("flow", here, f"nach {host}"),) if base in flows.repeated else begins
        every["kid", here, host] = [*every["out", here, host], (1, 0, after)]
    # What only waits keeps nothing from being over.
    found: dict[Key, int] = dict.fromkeys(flows.idle, 0)
    changed = True
    while changed:
        changed = False
        for key, ways in every.items():
            best = min((weight + sum(found.get(one, FAR) for one in way) for weight, _, way in ways), default=FAR)
            if best < found.get(key, FAR):
                found[key] = best
                changed = True
    return found
