"""Random small diagrams: the engine's costs against searches that were written differently, and against somebody else's aligner."""

from __future__ import annotations

from random import Random

import pytest

from tests.replay.build import HEAD, aligner, model
from tests.replay.exhaustive import ALL, PLAIN, ROUNDS, Block, Drawing, flat_cost, random_block, random_flat, word_cost, words

KINDS = {"start": "startEvent", "end": "endEvent", "xor": "exclusiveGateway", "and": "parallelGateway", "task": "task"}


def _flat(seed: int) -> tuple[bytes, dict[str, str], list[tuple[str, str]]]:
    kinds, edges = random_flat(Random(seed))
    nodes = "".join(f'<{KINDS[kind]} id="{node}"/>' for node, kind in kinds.items())
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(edges))
    return f'{HEAD}<process id="main">{nodes}{flows}</process></definitions>'.encode(), kinds, edges


def _flat_differences(seed: int) -> list[object]:
    content, kinds, edges = _flat(seed)
    rng = Random(seed)
    tasks = [node for node, kind in kinds.items() if kind == "task"] or ["nobody"]
    found = []
    for _ in range(4):
        trace = tuple(rng.choice(tasks) for _ in range(rng.randint(0, 4)))
        expected = flat_cost(kinds, edges, trace, most=7)
        got = aligner(model(content), [trace]).align(trace)
        if expected is not None and got.cost != expected and not (got.cost is None and got.lower <= expected):
            found.append((edges, trace, expected, got))
    return found


def drawn(block: Block) -> bytes:
    return f'{HEAD}<process id="main">{Drawing().process(block)}</process></definitions>'.encode()


def _block_differences(seed: int) -> list[object]:
    rng = Random(seed)
    block = random_block(rng, rng.randint(2, 5), ALL)
    if len(words(block)) > 3000:
        return []
    letters = sorted({letter for word in words(block) for letter in word}) or ["a"]
    found = []
    for _ in range(4):
        base = list(rng.choice(sorted(words(block))))[:5]
        for _ in range(rng.randint(0, 2)):
            base.insert(rng.randint(0, len(base)), rng.choice(letters))
        if base and rng.random() < 0.5:
            del base[rng.randrange(len(base))]
        trace = tuple(base)
        if any(trace.count(letter) > ROUNDS for letter in trace):
            continue  # the language stops there
        got = aligner(model(drawn(block)), [trace], match="name").align(trace)
        if got.cost != word_cost(block, trace):
            found.append((block, trace, word_cost(block, trace), got.cost))
    return found


@pytest.mark.parametrize("part", range(2))
def test_any_graph_costs_what_counting_tokens_one_by_one_says(part: int) -> None:
    assert [found for seed in range(part * 40, part * 40 + 40) for found in _flat_differences(seed)] == []


@pytest.mark.parametrize("hundred", range(3))
def test_any_block_costs_what_the_nearest_word_of_its_language_costs(hundred: int) -> None:
    assert [found for seed in range(hundred * 100, hundred * 100 + 100) for found in _block_differences(seed)] == []


@pytest.mark.soak
@pytest.mark.parametrize("thousand", range(1, 6))
def test_many_more_graphs_and_blocks(thousand: int) -> None:
    seeds = range(thousand * 1000, thousand * 1000 + 1000)
    assert [found for seed in seeds for found in (*_flat_differences(seed), *_block_differences(seed))] == []


__all__ = ["PLAIN", "drawn"]
