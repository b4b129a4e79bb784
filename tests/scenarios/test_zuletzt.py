"""Every way in the diagrams is told by some scenario, of a case or of a handover. Runs last: see ``conftest.py``."""

from __future__ import annotations

import shutil
import time

import pytest

from engine.definitions import bpmn
from tests.diagrams.drawn import files
from tests.scenarios.wege import SHARED, Told, scenarios, told

# Fewer scenarios than this are somebody's choice of a few.
ENOUGH = 100
# How long other processes may need for the scenarios they still tell.
PATIENCE_SECONDS = 300


def drawn_flows() -> set[tuple[str, str]]:
    return {
        (process.id, flow.id)
        for name, content in files("*.bpmn").items()
        for process in bpmn.read(content, name).processes
        for flow in process.flows
    }


def all_told(chosen: set[str]) -> Told:
    until = time.monotonic() + PATIENCE_SECONDS
    while chosen - (found := told()).scenarios:
        assert time.monotonic() < until, "other processes did not come to an end"
        time.sleep(0.2)
    return found


def test_every_flow_is_taken_by_a_scenario(request: pytest.FixtureRequest) -> None:
    chosen = scenarios(item.nodeid.split("@")[0] for item in request.session.items)
    if len(chosen) < ENOUGH:
        pytest.skip("counts only when all scenarios are told")
    found = all_told(chosen)
    shutil.rmtree(SHARED)
    if found.failed:
        pytest.skip("counts only when all scenarios were true")
    assert sorted(drawn_flows() - found.taken) == []
