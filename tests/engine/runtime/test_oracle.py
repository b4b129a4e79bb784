"""An independent interpreter offers the same waits after every command."""

from __future__ import annotations

import pytest

from tests.engine.runtime import oracle


def test_the_runtime_and_an_independent_interpreter_offer_the_same_waits():
    stats = oracle.run(range(100), walks=3)
    assert stats["completed"] > 250 and stats["steps"] > 2_500, stats


@pytest.mark.soak
def test_the_runtime_and_an_independent_interpreter_offer_the_same_waits_in_thousands_of_diagrams():
    stats = oracle.run(range(6_000), walks=4)
    print(dict(stats))
    assert stats["completed"] > 20_000, stats
