"""What no log shows costs nothing: random diagrams of which some tasks are automatic, against searches that were written differently."""

from __future__ import annotations

from random import Random

import pytest

from engine.replay.model import only_human
from tests.replay.build import HEAD, aligner, model
from tests.replay.exhaustive import ALL, ROUNDS, Block, Drawing, flat_cost, random_block, random_flat, word_cost, words
from tests.replay.test_random import KINDS

# Of the first blocks all are decided; of the many more a few, in which free steps multiply, may not be.
USUAL = 1000


def _flat_differences(seed: int) -> list[object]:
    rng = Random(seed)
    kinds, edges = random_flat(rng)
    tasks = [node for node, kind in kinds.items() if kind == "task"]
    free = frozenset(task for task in tasks if rng.random() < 0.5)
    nodes = "".join(f'<{"serviceTask" if node in free else KINDS[kind]} id="{node}"/>' for node, kind in kinds.items())
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(edges))
    found = only_human(model(f'{HEAD}<process id="main">{nodes}{flows}</process></definitions>'.encode()), set(), match="id")
    wrong: list[object] = []
    for _ in range(4):
        trace = tuple(rng.choice([task for task in tasks if task not in free] or ["nobody"]) for _ in range(rng.randint(0, 4)))
        expected = flat_cost(kinds, edges, trace, most=7, free=free)
        got = aligner(found, [trace]).align(trace)
        if expected is not None and got.cost != expected and not (got.cost is None and got.lower <= expected):
            wrong.append((edges, free, trace, expected, got))
    return wrong


def _drawn(block: Block, free: frozenset[str]) -> bytes:
    text = Drawing().process(block)
    for letter in free:
        text = text.replace(f'<task id="{_id(text, letter)}" name="{letter}"></task>', f'<serviceTask id="{_id(text, letter)}" name="{letter}"></serviceTask>')
    return f'{HEAD}<process id="main">{text}</process></definitions>'.encode()


def _id(text: str, letter: str) -> str:
    return text.partition(f'" name="{letter}"')[0].rpartition('"')[2]


def _block_differences(seed: int, *, tabulated: bool) -> list[object]:
    rng = Random(seed)
    block = random_block(rng, rng.randint(3, 6), ALL)
    if len(words(block)) > 3000:
        return []
    letters = sorted({letter for word in words(block) for letter in word})
    free = frozenset(letter for letter in letters if rng.random() < 0.5)
    shown = [letter for letter in letters if letter not in free] or ["fremd"]
    found = only_human(model(_drawn(block, free)), set(), match="name")
    assert found.silent == free
    wrong: list[object] = []
    undecided: list[object] = []
    for _ in range(4):
        base = [letter for letter in rng.choice(sorted(words(block))) if letter not in free][:5]
        for _ in range(rng.randint(0, 2)):
            base.insert(rng.randint(0, len(base)), rng.choice(shown))
        if base and rng.random() < 0.5:
            del base[rng.randrange(len(base))]
        trace = tuple(base)
        if any(trace.count(letter) >= ROUNDS for letter in trace):
            continue  # the language stops there, also where another round was only begun
        one = aligner(found, [trace], match="name")
        if tabulated:
            one.tabulate(600)
        got = one.align(trace)
        expected = word_cost(block, trace, free)
        if got.cost is None and got.lower <= expected:
            undecided.append(trace)
        elif got.cost != expected or sum(move.kind != "sync" for move in got.moves) != expected:
            wrong.append((block, free, trace, expected, got))
    return wrong if seed >= USUAL else wrong + undecided


@pytest.mark.parametrize("part", range(2))
def test_any_graph_costs_what_counting_tokens_one_by_one_says(part: int) -> None:
    assert [found for seed in range(part * 40, part * 40 + 40) for found in _flat_differences(seed)] == []


@pytest.mark.parametrize("tabulated", [False, True], ids=["searched", "by table"])
@pytest.mark.parametrize("hundred", range(2))
def test_any_block_costs_what_the_nearest_word_without_its_free_letters_costs(hundred: int, tabulated: bool) -> None:  # noqa: FBT001 - given by pytest
    seeds = range(hundred * 100, hundred * 100 + 100)
    assert [found for seed in seeds for found in _block_differences(seed, tabulated=tabulated)] == []


@pytest.mark.soak
@pytest.mark.parametrize("thousand", range(1, 6))
def test_many_more_graphs_and_blocks(thousand: int) -> None:
    seeds = range(thousand * 1000, thousand * 1000 + 1000)
    assert [found for seed in seeds for found in (*_flat_differences(seed), *_block_differences(seed, tabulated=bool(seed % 2)))] == []
