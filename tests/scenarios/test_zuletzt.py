"""Every way in the diagrams is told by some scenario of this package. Runs last, hence its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.definitions import bpmn
from tests.diagrams.drawn import files

# Told elsewhere: the handover has scenarios of its own.
ELSEWHERE = {"uebergabe.bpmn", "uebernahme.bpmn"}


def drawn_flows() -> set[tuple[str, str]]:
    return {
        (process.id, flow.id)
        for name, content in files("*.bpmn").items()
        if name not in ELSEWHERE
        for process in bpmn.read(content, name).processes
        for flow in process.flows
    }


def test_every_flow_is_taken_by_a_scenario(request: pytest.FixtureRequest, flows_taken: set[tuple[str, str]]) -> None:
    if hasattr(request.config, "workerinput"):
        # Several workers share the scenarios, and none of them saw all flows: tell them once more, in one process.
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", "tests/scenarios"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        assert ran.returncode == 0, ran.stdout[-3000:]
        return
    told = {item.nodeid for item in request.session.items if "tests/scenarios/" in item.nodeid}
    if len(told) < 45 or request.session.testsfailed:
        pytest.skip("counts only when all scenarios were told, and all were true")
    assert sorted(drawn_flows() - flows_taken) == []
