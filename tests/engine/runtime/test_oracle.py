"""An independent interpreter offers the same waits, which see the same variables, after every command."""

from __future__ import annotations

import pytest

from tests.engine.runtime import agree


def test_the_runtime_and_an_independent_interpreter_offer_the_same_waits():
    stats = agree.run(range(90), walks=2)
    assert stats["completed"] > 150 and stats["steps"] > 1_000 and stats["errors"] > 10 and not stats["races"], stats


@pytest.mark.soak
def test_the_runtime_and_an_independent_interpreter_offer_the_same_waits_in_thousands_of_diagrams():
    stats = agree.run(range(6_000), walks=4)
    print(dict(stats))
    assert stats["completed"] > 20_000 and stats["races"] < 24, stats
