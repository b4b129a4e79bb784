"""A canton in parts: each region lives its years in a database of its own, in as many processes as there are; then all becomes one.

The same seed gives the same cases, however many processes work: nothing passes from one region to another. What that leaves out: whoever
registers in two regions is not noticed, and no case is handed over. Within one database ``simulation.simulate`` has neither gap.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from engine.demo.simulation import Effects, Simulation, weights
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.model.errors import NotFound
from engine.store.gather import gather
from engine.store.session import Database
from engine.store.tables import Fall, Instanz

# Numbers kept free for each new case of a region, and for what begins there without one: some come back and are new cases then, requests
# and handovers run beside, communes are asked every month.
ROOM, SPARE = 3, 500
# How seldom a process that does nothing else looks for what refers to itself, and after how many events, when diagrams and expressions
# are read, it leaves out for good what is there by then.
SELDOM, WARM = (200_000, 20, 100), 300
# How many ways to share the parts out are tried.
TRIES = 1000
# How often it is said how far the parts are.
SECONDS = 0.5

_told: Any = None


@dataclass(frozen=True)
class Share:
    """A region's part in the canton: how many cases begin there, after which number they count, and their chance."""

    region: str
    cases: int
    first: int
    seed: int


@dataclass(frozen=True)
class Years:
    """The time that all parts live through, in UTC, and what is planted in it."""

    began: datetime
    until: datetime
    effects: Effects


def shares(cases: int, regions: Sequence[str], seed: int) -> list[Share]:
    """The cases of the canton by region, as its weights say.

    Raises:
        NotFound: a region does not exist.
    """
    known = weights()
    if missing := [region for region in regions if region not in known]:
        raise NotFound(f"Die Sozialregion «{missing[0]}»")
    chosen = list(regions or known)
    drawn = Counter(Random(seed).choices(chosen, [known[region] for region in chosen], k=cases))
    found, first = [], 0
    for region in chosen:
        found.append(Share(region, drawn[region], first, Random(f"{seed} {region}").getrandbits(32)))
        first += ROOM * drawn[region] + SPARE
    return found


def live(base: Path, parts: Sequence[Share], years: Years, target: Database, *, processes: int, progress: Callable[[float], None]) -> None:
    """Let every part live in a copy of the SQLite file ``base``, which nobody has open, and gather all of them in ``target``.

    Raises:
        NotEmpty: the target holds cases already.
    """
    files = {part: base.with_name(f"{part.region}.db") for part in parts}
    total = sum(part.cases for part in parts) or 1
    for far in _lived(base, files, years, processes):
        progress(sum(part.cases * share for part, share in far.items()) / total)
    progress(1.0)
    with ExitStack() as stack:
        origin, *lived = (stack.enter_context(_opened(file, FixedClock(years.until))) for file in (base, *files.values()))
        gather(origin, list(zip(lived, (part.first for part in parts), strict=True)), target)


def _lived(base: Path, files: Mapping[Share, Path], years: Years, processes: int) -> Iterator[Mapping[Share, float]]:
    """Now and then how far each part is, from 0 to 1."""
    parts = list(files)
    if processes == 1:
        far = dict.fromkeys(parts, 0.0)
        for part in parts:
            for share in _live(part, base, files[part], years):
                yield far | {part: share}
            far[part] = 1.0
        return
    # Started anew, not forked: this process has threads and the interpreter of FEEL.
    context = multiprocessing.get_context("spawn")
    told = context.RawArray("d", len(parts))
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(told,)) as pool:
        pending = {pool.submit(_work, [(parts.index(part), part, files[part]) for part in hand], base, years) for hand in _evenly(parts, processes)}
        while pending:
            over, pending = wait(pending, timeout=SECONDS, return_when=FIRST_COMPLETED)
            for one in over:
                one.result()
            yield dict(zip(parts, told, strict=True))


def _evenly(parts: Sequence[Share], processes: int) -> list[list[Share]]:
    """The parts for so many processes, the longest first, so that all end at about the same time: of many tries the best."""
    rng, best, shortest = Random(0), [], sum(part.cases for part in parts) + 1
    for _ in range(TRIES):
        hands: list[list[Share]] = [[] for _ in range(processes)]
        for part in sorted(parts, key=lambda part: -part.cases * rng.uniform(1, 2)):
            min(hands, key=_length).append(part)
        if (longest := max(map(_length, hands))) < shortest:
            best, shortest = hands, longest
    return [sorted(hand, key=lambda part: -part.cases) for hand in best]


def _length(hand: Sequence[Share]) -> int:
    return sum(part.cases for part in hand)


def _begin(told: Any) -> None:
    """A process of the pool: it tells in ``told`` how far each part is that it lives."""
    global _told  # noqa: PLW0603 - what a pool gives its processes has no other place
    _told = told


def _work(hand: Sequence[tuple[int, Share, Path]], base: Path, years: Years) -> None:
    parent = os.getppid()
    for number, part, file in hand:
        for share in _live(part, base, file, years):
            _told[number] = share
            if os.getppid() != parent:
                return  # whoever was killed wants no canton any more


def _live(part: Share, base: Path, file: Path, years: Years) -> Iterator[float]:
    """Live the part, and say again and again how much of the time is over."""
    shutil.copyfile(base, file)
    clock = FixedClock(years.began)
    with _collecting_seldom(), _opened(file, clock) as database:
        _count_on(database, part)
        life = Simulation(database, clock, seed=part.seed, regions=[part.region], effects=years.effects)
        for count, moment in enumerate(life.run(years.until, cases=part.cases)):
            if count == WARM:
                gc.collect()
                gc.freeze()
            yield (moment - years.began) / (years.until - years.began)
    yield 1.0


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _count_on(database: Database, part: Share) -> None:
    """Cases and instances are numbered on from ``first``: that number is taken by a case that no part hands on."""
    with database.begin(system("simulation")) as session:
        today = session.now.date()
        session.add(Fall(id=part.first, region=part.region, fall_nr="frei", bezeichnung="frei", phase="", eroeffnet_am=today, abgeschlossen_am=today))
        session.flush()
        session.add(Instanz(nummer=part.first, fall_id=part.first, region=part.region, release_id=1, process="fall", version=1, zustand="completed", state="{}", started_at=session.now, revision=1))


@contextmanager
def _opened(file: Path, clock: FixedClock) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}", clock=clock, is_durable=False)
    try:
        yield database
    finally:
        database.close()
