"""Definitions are shared and never change; the state does not depend on the order of its keys."""

from __future__ import annotations

import json
import random

import pytest

from engine.runtime import complete
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import end, flows, process, start


def _snapshot(definition):
    return {name: {task: {k: repr(v) for k, v in vars(spec).items() if k != "_wf_spec"} for task, spec in spec_.task_specs.items()}
            for name, spec_ in definition.specs.items()}


@pytest.mark.parametrize("file", diagrams.ALL, ids=lambda f: f.split('"')[1])
def test_running_never_changes_a_definition_and_key_order_never_matters(run, file):
    case = run(file, diagrams.CALLED if "eltern" in file[:40] else process("leer", start(), end(), flows("start -> end")))
    definition = case.library.resolve(json.loads(case.now.state)["flows"][0][1])
    before, rng = _snapshot(definition), random.Random(1)
    for _ in range(25):
        if not case.now.waits:
            break
        wait = rng.choice(case.now.waits)
        command = complete(wait.key, {"x": 1, "runde": 9}) if wait.kind in ("user task", "job") else __import__("runtime").fire(wait.key)
        sorted_state = json.dumps(json.loads(case.now.state), sort_keys=True)
        other = case.runtime.apply(sorted_state, command)
        case.do(command)
        assert (other.waits, other.events, other.variables) == (case.now.waits, case.now.events, case.now.variables)
    assert _snapshot(definition) == before
