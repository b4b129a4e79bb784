"""Every way in the diagrams is told by some scenario, of a case or of a handover. Runs last: see ``conftest.py``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.definitions import bpmn
from tests.diagrams.drawn import files
from tests.scenarios.wege import FOLDERS, TAKEN, TOLD, scenarios

# Fewer scenarios than this are somebody's choice of a few.
ENOUGH = 100


def drawn_flows() -> set[tuple[str, str]]:
    return {
        (process.id, flow.id)
        for name, content in files("*.bpmn").items()
        for process in bpmn.read(content, name).processes
        for flow in process.flows
    }


def test_every_flow_is_taken_by_a_scenario(request: pytest.FixtureRequest) -> None:
    chosen = scenarios(item.nodeid.split("@")[0] for item in request.session.items)
    if len(chosen) < ENOUGH or request.session.testsfailed:
        pytest.skip("counts only when all scenarios were told, and all were true")
    if chosen - TOLD and hasattr(request.config, "workerinput"):
        # Without groups several workers share the scenarios, and none of them saw all flows: tell them once more, in one process.
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", *FOLDERS]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        assert ran.returncode == 0, ran.stdout[-3000:]
        return
    assert sorted(drawn_flows() - TAKEN) == []
