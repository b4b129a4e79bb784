"""However two transactions are interleaved, the outcome is that of one after the other, or one of them is refused by name."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands
from engine.commands.stepping import advance, lock
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.queries.consistency import check
from engine.runtime import cancel
from engine.store.session import Database
from engine.store.steps import Act
from engine.store.tables import Instanz
from tests.commands.conftest import Desk
from tests.robustness.conftest import prepare
from tests.robustness.interleaving import Segment, Stage
from tests.robustness.outcome import Mark, content, in_any_order
from tests.robustness.scenarios import LEITUNG, SCENARIOS, Meeting, Scenario

# Refused although the other order would have let it through: nothing is stored, and the same again succeeds.
REFUSALS = ("Stale", "Conflict", "DatabaseBusy")
# All orders with two changes of most scenarios (some 50 to 200), and a quarter as many with more changes. Whoever works through several cases
# takes a hundred statements: of the thousands of orders of two such, so many.
MOST = 1_000
_numbers = itertools.count(1)


class Theatre:
    """Plays a scenario again and again, each time on new cases."""

    def __init__(self, database: Database, clock: FixedClock, stage: Stage, scenario: Scenario):
        self.database, self.clock, self.stage, self.scenario = database, clock, stage, scenario
        self.begun = clock.at
        self.people = [Access(name, {"SDOL": frozenset(LEITUNG)}) for name in ("anna", "beat")]

    def play(self, *segments: Segment, only: int | None = None) -> tuple[list[Any], dict[str, list[str]], list[int]]:
        """The two results, what was stored, and how many steps each took. ``only`` leaves the other out."""
        self.clock.at = self.begun
        anna, beat = (Desk(self.database, self.clock, person) for person in self.people)
        meeting, mark = Meeting(anna, beat, f"x{next(_numbers)}x", [], {}), Mark(self.database)
        self.scenario.prepare(meeting)
        works: list[Callable[[], Any]] = [lambda work=work: work(meeting) for work in self.scenario.works]
        actors = self.stage.play(works if only is None else [works[only]], segments)
        with self.database.begin(system()) as session:
            assert check(session, after=mark.instanz) == []
            stored = content(session, mark, meeting.suffix)
        # Between two transactions of one scheduler the other may do what is due next: each is judged by itself, by ``check`` and by what it did.
        if not self.scenario.in_one:
            stored = in_any_order(stored)
        self._clear(mark)
        return [_comparable(actor.result, meeting) for actor in actors], stored, [actor.steps for actor in actors]

    def _clear(self, mark: Mark) -> None:
        with self.database.begin(system()) as session:
            for nummer in session.scalars(select(Instanz.nummer).where(Instanz.nummer > mark.instanz, Instanz.zustand == "active")).all():
                if (instanz := lock(session, nummer)).zustand == "active":  # not ended with another one
                    advance(session, instanz, cancel(), Act("cancel_case", name="vorbei"))


def _comparable(result: Any, meeting: Meeting) -> Any:
    return "case" if isinstance(result, commands.CaseRef) else result


@pytest.fixture(params=list(SCENARIOS))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return SCENARIOS[request.param]


@pytest.fixture
def theatre(database: Database, clock: FixedClock, scenario: Scenario) -> Iterator[Theatre]:
    prepare(database)
    scenario.once(database)
    with Stage(database).open() as stage:
        yield Theatre(database, clock, stage, scenario)


def schedules(steps: Sequence[int], chosen: random.Random) -> list[list[Segment]]:
    """All orders with at most two changes, in a random order: one goes so far, then the other so far, then the first to its end."""
    found = [
        [(first, i), (1 - first, j), (first, 1000)]
        for first in (0, 1)
        for i in range(1, steps[first] + 1)
        for j in range(1, steps[1 - first] + 1)
    ]
    chosen.shuffle(found)
    return found


def weave(steps: Sequence[int], chosen: random.Random) -> list[Segment]:
    """An order with many changes."""
    return [(chosen.randrange(2), chosen.randint(1, 3)) for _ in range(sum(steps))]


def explore(theatre: Theatre, count: int, seed: int) -> Counter[str]:
    """Play so many orders and compare each with both serial ones; gives how often each kind of outcome came."""
    serial = [theatre.play((0, 1000), (1, 1000)), theatre.play((1, 1000), (0, 1000))]
    assert not [row for _, rows, _ in serial for row in rows["verlauf"] if '"command": "fail_job"' in row]
    alone = [theatre.play((0, 1000), only=0), theatre.play((0, 1000), only=1)]
    chosen, seen = random.Random(seed), Counter[str]()
    orders = schedules(serial[0][2], chosen)[:count]
    for order in orders + [weave(serial[0][2], chosen) for _ in range(math.ceil(len(orders) / 4))]:
        results, stored, _ = theatre.play(*order)
        seen[_judged(results, stored, serial, alone, order)] += 1
    return seen


def _judged(results: list[Any], stored: Any, serial: Sequence[Any], alone: Sequence[Any], order: list[Segment]) -> str:
    for name, (expected, rows, _) in zip(("first before second", "second before first"), serial, strict=True):
        if (results, stored) == (expected, rows):
            return name
    for refused in (0, 1):
        ((expected,), rows, _) = alone[1 - refused]
        if results[refused] in REFUSALS and (results[1 - refused], stored) == (expected, rows):
            return f"{results[refused]} for one"
    anywhere = [rows for _, rows, _ in serial]
    differences = {table: (stored[table], [rows[table] for rows in anywhere]) for table in stored if all(stored[table] != rows[table] for rows in anywhere)}
    raise AssertionError(f"order {order} gave {results}, serially {[expected for expected, _, _ in serial]}; rows {differences}")


@pytest.mark.usefixtures("scenario")
def test_two_transactions_end_as_if_one_came_after_the_other(theatre: Theatre):
    print(explore(theatre, 1 if theatre.database.is_sqlite else 3, seed=7))


@pytest.mark.soak
def test_all_orders_of_two_transactions_end_as_if_one_came_after_the_other(theatre: Theatre):
    print(explore(theatre, 20 if theatre.database.is_sqlite else MOST, seed=8))
