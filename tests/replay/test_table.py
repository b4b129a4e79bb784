"""The table of a small model says what a search for each variant says, and its moves are moves of the model."""

from __future__ import annotations

from random import Random

import pytest

from engine.replay.alignment import LOG, SYNC, Aligner, Alignment
from engine.replay.states import States
from tests.replay.build import MESSAGE as EVENT
from tests.replay.build import aligner, boundary, drawn, model, sub
from tests.replay.exhaustive import ALL, random_block, words
from tests.replay.test_random import drawn as drawn_block

TRACES = 10


def _traces(rng: Random, letters: list[str]) -> list[tuple[str, ...]]:
    return [tuple(rng.choice(letters) for _ in range(rng.randint(0, 5))) for _ in range(TRACES)]


def _explains(aligner: Aligner, trace: tuple[str, ...], found: Alignment, *, is_open: bool) -> bool:
    """Whether the moves are one way through the model and through the trace, and cost what they say."""
    state: int | None = aligner.states.start()
    position, cost = 0, 0
    for move in found.moves:
        if move.activity is not None:
            if move.activity != position:
                return False
            position += 1
        if move.kind == LOG:
            cost += 1
            continue
        cost += move.kind != SYNC
        steps = aligner.following(-1 if state is None else state)[1]
        if (move.visible, -1 if move.state is None else move.state) not in {(seen, after) for _, seen, after in steps}:
            return False
        state = move.state
    return position == len(trace) and cost == found.cost and (is_open or aligner.is_final(-1 if state is None else state))


def _differences(content: bytes, traces: list[tuple[str, ...]], *, match: str) -> list[object]:
    loaded = model(content)
    together = aligner(loaded, traces, match=match)
    together.tabulate(3000)
    if together.table is None:
        return []
    wrong: list[object] = []
    for trace in traces:
        for is_open in (False, True):
            alone = Aligner(States(together.states.net)).align(trace, is_open=is_open)
            found = together.align(trace, is_open=is_open)
            if alone.cost is not None and (found.cost != alone.cost or not _explains(together, trace, found, is_open=is_open)):
                wrong.append((trace, is_open, alone.cost, found))
    return wrong


@pytest.mark.parametrize("seed", range(12))
def test_random_blocks_cost_the_same_by_table_and_by_search(seed: int) -> None:
    rng = Random(seed)
    block = random_block(rng, rng.randint(2, 5), ALL)
    letters = sorted({letter for word in words(block) for letter in word}) or ["a"]
    assert _differences(drawn_block(block), _traces(rng, letters), match="name") == []


def test_nesting_and_interruptions_cost_the_same_by_table_and_by_search() -> None:
    content = drawn("s > sp > c > e; bo > d > e", sub("sp", "s1 > a > p1 > b > p2 > e1; p1 > f > p2") + boundary("bo", "sp", EVENT))
    assert _differences(content, _traces(Random(3), ["a", "b", "c", "d", "f", "bo"]), match="id") == []


def test_a_large_model_is_not_tabulated() -> None:
    content = drawn("s > p1; " + "; ".join(f"p1 > t{n} > u{n} > v{n} > p2" for n in range(7)) + "; p2 > e")
    together = aligner(model(content), [("t1",)])
    together.tabulate(500)
    assert together.table is None
