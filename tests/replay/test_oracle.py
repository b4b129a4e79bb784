"""Costs against somebody else's aligner: the same blocks as a Petri net."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import pytest
import r4pm

from tests.replay.build import aligner, model
from tests.replay.exhaustive import PLAIN, Block, random_block, words
from tests.replay.test_random import drawn


class Net:
    """A block as r4pm's Petri net; splits and loops are silent transitions."""

    def __init__(self, block: Block):
        self.places: dict[str, Any] = {}
        self.transitions: dict[str, Any] = {}
        self.arcs: list[Any] = []
        begin, end = self._place(), self._place()
        self._add(block, begin, end)
        self.json = {
            "places": self.places, "transitions": self.transitions, "arcs": self.arcs, "initial_marking": {begin: 1}, "final_markings": [{end: 1}],
        }  # fmt: skip

    def _id(self) -> str:
        return str(UUID(int=len(self.places) + len(self.transitions) + 1))

    def _place(self) -> str:
        id_ = self._id()
        self.places[id_] = {"id": id_}
        return id_

    def _step(self, label: str | None, before: list[str], after: list[str]) -> None:
        id_ = self._id()
        self.transitions[id_] = {"id": id_, "label": label}
        self.arcs += [{"from_to": {"type": "PlaceTransition", "nodes": [place, id_]}, "weight": 1} for place in before]
        self.arcs += [{"from_to": {"type": "TransitionPlace", "nodes": [id_, place]}, "weight": 1} for place in after]

    def _add(self, block: Block, begin: str, end: str) -> None:
        kind, *parts = block
        if kind in ("task", "skip"):
            self._step(parts[0] if parts else None, [begin], [end])
        elif kind == "seq":
            middle = self._place()
            self._add(parts[0], begin, middle)
            self._add(parts[1], middle, end)
        elif kind == "xor":
            for part in parts:
                self._add(part, begin, end)
        elif kind == "and":
            ways = [(self._place(), self._place()) for _ in parts]
            self._step(None, [begin], [first for first, _ in ways])
            self._step(None, [last for _, last in ways], [end])
            for part, (first, last) in zip(parts, ways, strict=True):
                self._add(part, first, last)
        else:
            assert kind == "loop"
            first, last = self._place(), self._place()
            self._step(None, [begin], [first])
            self._add(parts[0], first, last)
            self._step(None, [last], [first])
            self._step(None, [last], [end])


def _oracle(block: Block, trace: list[str]) -> int:
    result = r4pm.bindings.align_trace(Net(block).json, trace, None)
    return int(result["cost"])


@pytest.mark.parametrize("part", range(3))
def test_blocks_cost_what_r4pm_says(part: int) -> None:
    wrong = []
    for seed in range(part * 60, part * 60 + 60):
        rng = Random(seed)
        block = random_block(rng, rng.randint(2, 7), PLAIN)
        letters = "abcdefg"[: rng.randint(1, 7)]
        trace = [rng.choice(letters) for _ in range(rng.randint(0, 8))]
        got = aligner(model(drawn(block)), [trace], match="name").align(trace).cost
        if got != _oracle(block, trace):
            wrong.append((block, trace, got, _oracle(block, trace)))
    assert wrong == []


def test_the_oracle_itself_finds_a_deviation() -> None:
    block = ("seq", ("task", "a"), ("task", "b"))
    assert words(block) == {("a", "b")} and _oracle(block, ["a"]) > 0
