"""The diagrams are drawn to be read, and open in the Modeler without a warning."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.diagrams.drawing import Drawing
from tests.diagrams.drawn import BPMN, files

DRAWINGS = {name: Drawing(content) for name, content in files("*.bpmn").items()}
ROLLEN = {
    "intake": "Intake", "administration": "Administration", "fallfuehrung": "Fallführung", "teamleitung": "Teamleitung", "leitung": "Leitung",
    "fallfuehrung_intensiv": "Intensive Fallführung", "vpe_stelle": "vPe-Stelle", "koordination": "Koordinationsstelle",
}  # fmt: skip
HERE = Path(__file__).parent


@pytest.mark.parametrize("name", DRAWINGS)
def test_lines_are_straight_and_do_not_cross(name: str) -> None:
    drawing = DRAWINGS[name]
    assert drawing.slanted() == []
    assert sorted(drawing.crossings()) == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_name_has_no_hyphen_that_only_breaks_a_line(name: str) -> None:
    names = [node.get("name") for node in DRAWINGS[name].root.iter("{*}*") if node.get("name")]
    assert [one for one in names if re.search(r"\w-[a-zäöü]|\u00ad|\n", one) and not one.startswith("=")] == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_hides_anything(name: str) -> None:
    assert DRAWINGS[name].overlapping() == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_band_or_lane_around_a_task_names_who_does_it(name: str) -> None:
    drawing = DRAWINGS[name]
    wrong = {
        task: (drawing.roles_shown(task), groups)
        for task, groups in drawing.user_tasks()
        if not any(ROLLEN.get(group, "Leitung") in drawing.roles_shown(task) for group in groups.split(","))
    }
    assert wrong == {}


def test_the_modelers_parts_read_every_diagram_without_a_warning() -> None:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("no node on this machine")
    assert node
    paths = [str(BPMN / name) for name in files("*.bpmn")]
    ran = subprocess.run([node, HERE / "moddle.mjs", BPMN.parent, *paths], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(ran.stdout) == {path: [] for path in paths}
