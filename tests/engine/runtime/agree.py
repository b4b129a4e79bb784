"""The runtime and the oracle side by side: the same commands, the same waits seeing the same variables, the same end."""

from __future__ import annotations

import collections
import json
import random
from typing import Any

from engine.model.step import Step
from engine.runtime import Command, Definition, Runtime, complete, fire, throw_error
from tests.engine.runtime.blocks import Blocks, draw
from tests.engine.runtime.oracle import Oracle, Wait
from tests.engine.runtime.support import Library, runtime

VARIABLES = {"x": 0, "fall": "F"}
Seen = tuple[str, str]


def run(numbers: range, walks: int) -> collections.Counter:
    """Compare on the diagrams with these numbers; the sums of what was seen."""
    stats: collections.Counter = collections.Counter()
    for number in numbers:
        tree, library, definition = compiled(random.Random(number), stats)
        for seed in range(walks):
            compare(runtime(library), definition, tree, random.Random(f"{number} {seed}"), stats, f"diagram {number} seed {seed}")
    return stats


def compiled(rng: Any, stats: collections.Counter, depth: int = 4) -> tuple[Any, Library, Definition]:
    blocks, library = Blocks(rng), Library()
    tree = blocks.block(depth)
    definition, *_ = [found for file in draw(tree) for found in library.add(file)]
    stats["diagrams"] += 1
    stats["elements"] += blocks.count
    return tree, library, definition


def compare(engine: Runtime, definition: Definition, tree: Any, rng: Any, stats: collections.Counter, where: str, limit: int = 120) -> None:
    now, oracle = engine.start(definition, VARIABLES, key=1), Oracle(tree, VARIABLES)
    for number in range(limit):
        ours = seen(engine, now)
        theirs = [((wait.element, text(wait.sees.visible())), wait) for wait in oracle.waits]
        same = sorted(one for one, _ in ours) == sorted(one for one, _ in theirs) and now.completed == oracle.completed and not now.incidents
        if not same and oracle.woken > 1 and not now.incidents:
            # The interpreter takes them to their end one after the other, the runtime side by side: a race that both may end as they do.
            stats["races"] += 1
            return
        assert same, f"{where} step {number}: {difference(ours, theirs, now, oracle)}\n{tree}"
        assert dict(now.variables) == oracle.root.values, f"{where} step {number}: {now.variables} {oracle.root.values}\n{tree}"
        if now.completed:
            stats["completed"] += 1
            return
        one = rng.choice(sorted({one for one, _ in ours}))
        wait = next(wait for what, wait in theirs if what == one)
        key = min(key for what, key in ours if what == one)
        now = engine.apply(now.state, act(rng, oracle, wait, key, stats))
        stats["steps"] += 1
    stats["cut off"] += 1


def act(rng: Any, oracle: Oracle, wait: Wait, key: int, stats: collections.Counter) -> Command:
    """Do something to the oracle; the command that does the same to the runtime."""
    oracle.woken = 0
    code = rng.choice(["409", "500"])
    if wait.kind == "job" and rng.randint(0, 9) < 4 and oracle.catches(wait.scope, "error", code):
        stats["errors"] += 1
        oracle.throw(wait.scope, "error", code)
        return throw_error(key, code)
    values = {"x": rng.randint(0, 2)}
    oracle.act(wait, values)
    return (complete if wait.kind in ("user", "job") else fire)(key, values)


def seen(engine: Runtime, now: Step) -> list[tuple[Seen, int]]:
    visible = engine.visible(now.state, [wait.key for wait in now.waits])
    return [((wait.element, text(visible[wait.key])), wait.key) for wait in now.waits]


def text(values: Any) -> str:
    return json.dumps(values, sort_keys=True)


def difference(ours: list[Any], theirs: list[Any], now: Step, oracle: Oracle) -> str:
    left, right = collections.Counter(one for one, _ in ours), collections.Counter(one for one, _ in theirs)
    return f"runtime only {left - right} {now.completed}, oracle only {right - left} {oracle.completed}, {now.incidents}"
