"""The runtime and the oracle side by side: the same commands, the same waits seeing the same variables, the same end."""

from __future__ import annotations

import collections
import json
import random
from dataclasses import dataclass
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
    done: list[Done] = []
    for number in range(limit):
        ours = seen(engine, now)
        if oracle.woken > 1 and not now.incidents and not agree(ours, now, oracle):
            stats["races"] += 1
            settled = in_another_order(tree, done, ours, now)
            if settled is None:
                stats[f"not settled: {where} step {number}: {difference(ours, offered(oracle), now, oracle)}"] += 1
                return
            oracle = settled
        theirs = offered(oracle)
        assert agree(ours, now, oracle), f"{where} step {number}: {difference(ours, theirs, now, oracle)}\n{tree}"
        if now.completed:
            stats["completed"] += 1
            return
        one = rng.choice(sorted({one for one, _ in ours}))
        wait = next(wait for what, wait in theirs if what == one)
        done.append(act(rng, oracle, wait, one, stats))
        key = min(key for what, key in ours if what == one)
        now = engine.apply(now.state, done[-1].command(wait, key))
        stats["steps"] += 1
    stats["cut off"] += 1


def agree(ours: list[Any], now: Step, oracle: Oracle) -> bool:
    """The same waits, which see the same; the same variables and end."""
    same = sorted(one for one, _ in ours) == sorted(one for one, _ in offered(oracle))
    return same and now.completed == oracle.completed and not now.incidents and dict(now.variables) == oracle.root.values


def in_another_order(tree: Any, done: list[Done], ours: list[Any], now: Step) -> Oracle | None:
    """Whom a signal reaches, go on in no particular order, and what one of them does (such as completing the loop of all) may end another.

    The interpreter takes one after the other to its next wait, the runtime all of them side by side. Where they differ, some order of the
    interpreter must give what the runtime gave; the walk goes on with that one.
    """
    for seed in range(40):
        done[-1].seed = seed
        again = Oracle(tree, VARIABLES)
        for one in done:
            one.again(again)
        if agree(ours, now, again):
            return again
    return None


@dataclass
class Done:
    """What was done to the wait that looked like ``what``: an error was thrown, or its values came. ``seed`` decides whom a signal reaches first."""

    what: Seen
    values: dict[str, int]
    error: str | None = None
    seed: int | None = None

    def to(self, oracle: Oracle, wait: Wait) -> None:
        oracle.woken, oracle.shuffle = 0, random.Random(self.seed).shuffle if self.seed is not None else None
        if self.error:
            oracle.throw(wait.scope, "error", self.error)
        else:
            oracle.act(wait, self.values)

    def again(self, oracle: Oracle) -> None:
        self.to(oracle, next(wait for what, wait in offered(oracle) if what == self.what))

    def command(self, wait: Wait, key: int) -> Command:
        if self.error:
            return throw_error(key, self.error)
        return (complete if wait.kind in ("user", "job") else fire)(key, self.values)


def act(rng: Any, oracle: Oracle, wait: Wait, what: Seen, stats: collections.Counter) -> Done:
    """Do something to the oracle, and remember what."""
    code = rng.choice(["409", "500"])
    if wait.kind == "job" and rng.randint(0, 9) < 4 and oracle.catches(wait.scope, "error", code):
        stats["errors"] += 1
        done = Done(what, {}, code)
    else:
        done = Done(what, {"x": rng.randint(0, 2)})
    done.to(oracle, wait)
    return done


def offered(oracle: Oracle) -> list[tuple[Seen, Wait]]:
    return [((wait.element, text(wait.sees.visible())), wait) for wait in oracle.waits]


def seen(engine: Runtime, now: Step) -> list[tuple[Seen, int]]:
    visible = engine.visible(now.state, [wait.key for wait in now.waits])
    return [((wait.element, text(visible[wait.key])), wait.key) for wait in now.waits]


def text(values: Any) -> str:
    return json.dumps(values, sort_keys=True)


def difference(ours: list[Any], theirs: list[Any], now: Step, oracle: Oracle) -> str:
    left, right = collections.Counter(one for one, _ in ours), collections.Counter(one for one, _ in theirs)
    return f"runtime only {left - right} {now.completed}, oracle only {right - left} {oracle.completed}, {now.incidents}"
