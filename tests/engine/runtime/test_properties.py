"""Properties of generated processes: whatever hypothesis draws, saving, compacting and a second interpreter agree.

``make test`` looks at a few fixed examples; ``make soak`` draws new ones every time and shrinks what fails.
"""

from __future__ import annotations

import collections
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.runtime import agree
from tests.engine.runtime.blocks import Blocks, draw
from tests.engine.runtime.support import Library, runtime
from tests.engine.runtime.walks import Walk, choose, decide

RANDOM = st.randoms(use_true_random=False)
SEED = st.integers(0, 2**32)
FEW = settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=1_500, derandomize=False)


def agrees(rng: Any, seed: int) -> None:
    stats: collections.Counter = collections.Counter()
    tree, library, definition = agree.compiled(rng, stats, depth=3)
    agree.compare(runtime(library), definition, tree, random.Random(seed), stats, f"seed {seed}")


def survives(rng: Any, seed: int) -> None:
    """Random commands, some of them wrong: incidents, errors, refused keys."""
    library = Library()
    tree = Blocks(rng).block(3)
    definition, *_ = [found for file in draw(tree, listening=rng) for found in library.add(file)]
    chance, two = random.Random(seed), Walk(runtime(library, decide=decide), definition, {"x": 0, "fall": "F"})
    for number in range(60):
        assert (problem := two.difference()) is None, f"step {number}: {problem}"
        if two.saved.completed:
            assert (problem := two.left_open()) is None, problem
            return
        commands = choose(chance, two.saved)
        assert commands is not None, f"step {number}: stuck, {two.saved}"
        two.go(commands)


@FEW
@given(RANDOM, SEED)
def test_generated_processes_agree_with_the_reference_interpreter(rng, seed):
    agrees(rng, seed)


@FEW
@given(RANDOM, SEED)
def test_generated_processes_do_not_notice_being_saved_and_compacted(rng, seed):
    survives(rng, seed)


@pytest.mark.soak
@MANY
@given(RANDOM, SEED)
def test_many_generated_processes_agree_with_the_reference_interpreter(rng, seed):
    agrees(rng, seed)


@pytest.mark.soak
@MANY
@given(RANDOM, SEED)
def test_many_generated_processes_do_not_notice_being_saved_and_compacted(rng, seed):
    survives(rng, seed)
