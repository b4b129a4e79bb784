"""Differential random walks: the same commands on a case kept in memory and on one saved and restored after each step."""

from __future__ import annotations

import collections
import dataclasses
import json
import random
from collections.abc import Iterable, Mapping
from typing import Any

from engine.model.errors import NotWaiting, Trouble
from engine.model.step import Step
from engine.runtime import Command, Definition, Runtime, complete, fail, fire, resolve, set_variables, throw_error
from engine.runtime.case import Case
from engine.runtime.drive import drive
from engine.runtime.runtime import outcome
from engine.runtime.tokens import plant
from engine.runtime.variables import Variables

START = 1_000
CORRECTION = {"x": 1, "runde": 1, "kaputt": False, "frist": "P1D", "fall": "F-2", "personen": ["Dario", "Eva"]}
OPTIONS = {
    "x": [0, 1, 2, 3],
    "ok": [True, False],
    "wert": [1, "zwei", None],
    "kaputt": [True, False, False, None],
    "inhalt": ["hallo"],
    "frist": ["P1D", 5],
    "neu": [[1, 2], {"k": 1}],
}


def decide(name: str, variables: Mapping[str, Any]) -> Any:
    if variables.get("x") == 3:
        raise Trouble("DECISION_EVALUATION_ERROR", "Keine Regel passt.")
    return variables.get("x")


def choose(rng: random.Random, now: Step) -> list[Command] | None:
    """A random command among everything the case offers, with random values, some of them wrong on purpose."""
    if now.incidents and (not now.waits or rng.random() < 0.5):
        incident = rng.choice(now.incidents)
        corrected = rng.random() < 0.7
        return [set_variables(START, {**CORRECTION, "x": rng.randint(0, 2)})] * corrected + [resolve(incident.key)]
    if not now.waits:
        return None
    wait = rng.choice(now.waits)
    values = {name: rng.choice(options) for name, options in OPTIONS.items() if rng.random() < 0.4}
    if wait.kind == "job":
        roll = rng.random()
        if roll < 0.15:
            return [fail(wait.key, 0, "kaputt")]
        if roll < 0.4:
            return [throw_error(wait.key, rng.choice(["409", "500", "418"]))]
    return [(complete if wait.kind in ("user task", "job") else fire)(wait.key, values)]


NEVER = 10**9


def forgetting(command: Command) -> Command:
    """The same command, with history forgotten after every single element."""

    def act(case: Case) -> None:
        case.prune_every = 1
        command(case)

    return act


class Walk:
    """One case twice: ``memory`` is never saved and never compacted, ``saved`` never kept and compacted all the time."""

    def __init__(self, runtime: Runtime, definition: Definition, variables: Mapping[str, Any]):
        self.runtime = runtime
        self.saved = runtime.start(definition, variables, key=START)
        self.memory = Case(definition, runtime)
        self.memory.prune_every = NEVER
        plant(self.memory)
        self.memory.counter = self.memory.root = START
        self.memory.variables.open(START, None, variables)
        drive(self.memory)

    def difference(self) -> str | None:
        live = dataclasses.replace(outcome(self.memory, ""), state=self.saved.state)
        if live != self.saved:
            return f"differs\n  memory {live}\n  saved  {self.saved}"
        if self.memory.variables.scopes != Variables.from_json(json.loads(self.saved.state)["scopes"]).scopes:
            return "scopes differ"
        return None

    def left_open(self) -> str | None:
        if self.saved.waits or self.saved.incidents or list(self.memory.live()) or len(self.memory.variables.scopes) != 1:
            return f"completed but open: {self.saved.waits} {self.memory.variables.scopes}"
        return None

    def go(self, commands: Iterable[Command]) -> int:
        """Carry the commands out on both; how many were refused."""
        for written in (self.memory.events, self.memory.signals, self.memory.variables.changes):
            written.clear()
        refused, steps = 0, []
        for command in commands:
            try:
                command(self.memory)
                drive(self.memory)
                self.saved = self.runtime.apply(self.saved.state, forgetting(command))
                steps.append(self.saved)
            except NotWaiting:
                refused += 1
        self.saved = dataclasses.replace(self.saved, **{name: joined(steps, name) for name in ("events", "signals", "changes")})
        return refused


def joined(steps: list[Step], name: str) -> tuple[Any, ...]:
    return tuple(one for step in steps for one in getattr(step, name))


def walk(runtime: Runtime, definition: Definition, variables: Mapping[str, Any], seed: int, stats: collections.Counter, limit: int = 60) -> None:
    """Walk until the case is completed; fails on the first difference."""
    rng, two = random.Random(seed), Walk(runtime, definition, variables)
    for number in range(limit):
        where = f"{definition.process} seed {seed} step {number}"
        assert (problem := two.difference()) is None, f"{where}: {problem}"
        stats["largest"] = max(stats["largest"], len(two.saved.state))
        stats["incidents"] += len(two.saved.incidents)
        if two.saved.completed:
            assert (problem := two.left_open()) is None, f"{where}: {problem}"
            stats["completed"] += 1
            return
        commands = choose(rng, two.saved)
        assert commands is not None, f"{where}: stuck, {two.saved}"
        stats["refused"] += two.go(commands)
        stats["steps"] += 1
    stats["cut off"] += 1
