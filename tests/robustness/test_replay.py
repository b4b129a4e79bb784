"""History suffices: whoever has a case's rows of history has the case."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sqlalchemy import select

from engine import commands
from engine.model.access import system
from engine.queries.consistency import check, step_of
from engine.scheduling.due import run_due
from engine.store.tables import Instanz
from tests.commands.conftest import Desk
from tests.robustness.replay import replay
from tests.robustness.walk import Walk


def replayed(desk: Desk) -> Counter[str]:
    """Replay every case, compare each step and the end; gives how often which command was replayed."""
    seen: Counter[str] = Counter()
    with desk.database.begin(system()) as session:
        for instanz in session.scalars(select(Instanz)):
            for row, step in replay(session, instanz):
                assert [[e.what, e.key, e.element, e.type, e.process, e.version] for e in step.events] == row.events, row.command
                assert [[c.scope, c.name, c.before, c.after, c.created] for c in step.changes] == row.changes, row.command
                seen[row.command] += 1
            saved = step_of(session, instanz)
            assert (step.state, step.waits, step.incidents) == (instanz.state, saved.waits, saved.incidents)
    return seen


def walked(desk: Desk, seed: int, steps: int) -> Counter[str]:
    walk = Walk(desk.database, desk.clock, seed)
    for number in range(steps):
        walk.step()
        if number % 40 == 39:
            run_due(desk.database)
    with desk.database.begin(system()) as session:
        assert check(session) == []
    return replayed(desk)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_case_is_rebuilt_from_its_history(desk: Desk, seed):
    seen = walked(desk, seed, 150)
    print(seen)
    assert len(seen) >= 6


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_cases_are_rebuilt_from_their_histories(desk: Desk, seed):
    assert len(walked(desk, seed, random.Random(seed).randint(200, 900))) >= 7


def test_a_correction_of_one_task_alone_is_rebuilt_as_such(desk: Desk):
    desk.open("klemmt")
    key = desk.tasks("erfassen")[0].key
    desk.do(commands.set_variables, key, {"punkte": 1}, local=True)
    desk.do(commands.set_variables, key, {"punkte": 2, "neu": 3})
    desk.complete("erfassen", punkte=9)
    assert replayed(desk)["set_variables"] == 2
