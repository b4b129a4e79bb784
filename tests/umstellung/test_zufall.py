"""Cases on the real diagrams, somewhere on a random walk, when the drawing is changed at random: they go on, or stay and say why."""

from __future__ import annotations

import collections
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.model.errors import DefinitionInvalid, FormInvalid
from engine.runtime import CannotMigrate, Definition, Runtime, Umbau, announce, compile_bpmn, definitions_in, rebuild
from engine.runtime.tokenrows import SPLIT, host_of
from tests.engine.runtime.test_real_diagrams import PROCESSES, RealWalk
from tests.umstellung.redraw import Redraw

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
SOME = settings(max_examples=16, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(SOME, max_examples=1500, derandomize=False)
FILES = {process: BPMN / f"{process}.bpmn" for process in PROCESSES}


class EditedWalk(RealWalk):
    """A walk in the middle of which processes get another version."""

    def __init__(self, process: str, rng: Random):
        self.newer: dict[str, Definition] = {}
        super().__init__(process, rng)

    def runtime(self) -> Runtime:
        made = super().runtime()
        find = lambda process, version: self.newer[process] if version == 2 else self.processes[process]  # noqa: E731
        resolve = lambda process, tag=None: self.newer.get(process) or self.processes[process]  # noqa: E731
        return Runtime(find, resolve, made.feel, made.decide, made.now)

    def migrate(self, names: dict[str, str]) -> None:
        """Raises:
        CannotMigrate: with reasons; nothing was changed.
        """
        state = self.two.saved.state
        ways = [Umbau(self.processes[one], self.newer.get(one, self.processes[one]), names) for one, _ in sorted(definitions_in(state))]
        rebuilt = rebuild(state, ways)
        before = {wait.key: (names.get(wait.element, wait.element), wait.kind) for wait in self.two.saved.waits}
        self.two.runtime = self.runtime()
        step = self.two.runtime.apply(rebuilt.state, announce(rebuilt.cancelled))
        after = {wait.key: (wait.element, wait.kind) for wait in step.waits}
        assert {key: one for key, one in after.items() if key in before} == before, "something waited for was lost"
        assert all(kind in ("timer", "message", "signal") for key, (_, kind) in after.items() if key not in before), "something was begun twice"
        known = {(names.get(event, event), names.get(host, host)) for one in self.processes.values() for event, host in _hosts(one)}
        added = {(event, host) for one in self.newer.values() for event, host in _hosts(one)} - known
        assert {one for key, (one, _) in after.items() if key not in before} <= {event for event, _ in added}, "what has happened was armed again"
        self.two.saved = step

    def go(self) -> bool:
        """One random step of the saved case; False when it is over."""
        now = self.two.saved
        if now.completed or not now.waits:
            assert now.completed or now.incidents, "stuck: nothing is open, and the case has not ended"
            return False
        wait = self.rng.choice(now.waits)
        self.two.runtime = self.runtime()
        try:
            command = self.command(wait)
        except FormInvalid:  # what its choices come from is no longer written in the edited drawing
            return False
        self.two.saved = self.two.runtime.apply(now.state, command)
        return True


def _hosts(definition: Definition) -> set[tuple[str, str]]:
    """The boundary events, each with the activity it is attached to."""
    splits = [one for spec in definition.specs.values() for one in spec.task_specs.values() if one.name.endswith(SPLIT)]
    return {(event, host_of(one.name)) for one in splits for event in one._outputs}


def wander(seed: int, stats: collections.Counter[str], edits: int) -> None:
    rng = Random(seed)
    walk = EditedWalk(rng.choice(PROCESSES), rng)
    for _ in range(rng.randrange(25)):
        if not walk.go():
            break
    assume(walk.two.saved.waits)
    process = rng.choice(sorted(definitions_in(walk.two.saved.state)))[0]
    drawing = Redraw(FILES[process].read_bytes(), rng)
    made = [drawing.edit() for _ in range(edits)]
    try:
        walk.newer[process] = next(one for one in compile_bpmn(drawing.content(), 2) if one.process == process)
    except DefinitionInvalid:
        stats["not executable"] += 1
        return
    old = walk.two.saved
    try:
        walk.migrate(drawing.names)
    except CannotMigrate as refused:
        assert refused.reasons
        assert walk.two.saved is old
        walk.newer.clear()
        stats["refused"] += 1
    else:
        stats["migrated"] += 1
        stats.update(one for one in made if one)
    for _ in range(30):
        if not walk.go():
            break


@SOME
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 3))
def test_a_case_in_the_middle_survives_random_edits_of_its_diagram(seed: int, edits: int) -> None:
    wander(seed, collections.Counter(), edits)


@pytest.mark.soak
def test_many_cases_survive_random_edits_of_their_diagrams() -> None:
    stats: collections.Counter[str] = collections.Counter()
    MANY(given(seed=st.integers(0, 2**32), edits=st.integers(1, 3))(lambda seed, edits: wander(seed, stats, edits)))()
    assert stats["migrated"] > stats["refused"] > 0
    print(dict(stats))
