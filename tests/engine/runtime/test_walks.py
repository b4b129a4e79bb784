"""Saving and restoring after every step changes nothing: random walks through hand-written and random diagrams."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from engine.definitions.feel import shared
from tests.engine.runtime import diagrams, fuzz
from tests.engine.runtime.support import Library, runtime
from tests.engine.runtime.walks import decide, walk

SAMPLE, ALL = range(25), range(500)
DIAGRAMS, MANY = range(50), range(2_500)


def walk_all(seeds: range, feel: Any = None) -> collections.Counter:
    library, stats = Library(), collections.Counter()
    for definition in [found for xml in diagrams.FILES for found in library.add(xml)]:
        for seed in seeds:
            walk(runtime(library, feel, decide), definition, diagrams.VARIABLES, seed, stats)
    return stats


def test_walks_through_hand_written_diagrams_do_not_notice_being_saved():
    stats = walk_all(SAMPLE)
    assert stats["completed"] > 350 and stats["incidents"] > 30 and stats["steps"] > 2_000, stats


@pytest.mark.soak
def test_many_walks_through_hand_written_diagrams_do_not_notice_being_saved():
    stats = walk_all(ALL)
    print(dict(stats))
    assert stats["completed"] > 8_000, stats


@pytest.mark.soak
def test_walks_with_the_feel_of_the_modelers_do_not_notice_being_saved():
    stats = walk_all(SAMPLE, shared())
    print(dict(stats))
    assert stats["completed"] > 350, stats


def test_walks_through_random_diagrams_join_as_often_as_they_fork():
    stats = fuzz.run(DIAGRAMS, walks=3)
    assert stats["completed"] > 50 and stats["pairs"] > 50, stats


@pytest.mark.soak
def test_many_walks_through_random_diagrams_join_as_often_as_they_fork():
    stats = fuzz.run(MANY, walks=6)
    print(dict(stats))
    assert stats["pairs"] > 5_000, stats
