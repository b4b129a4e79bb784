"""What the linter lets pass the runtime opens, and no diagram, however damaged, makes the linter fail."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions.lint import lint
from engine.runtime import compile_bpmn

DIAGRAMS = sorted(Path(__file__).parents[2].glob("bpmn/**/*.bpmn"))
VALUES = ("", "=x", "=(", "x", "start")


def damaged(path: Path, chance: random.Random) -> bytes:
    """The diagram with up to two attributes or elements removed or changed."""
    tree = deepcopy(etree.parse(path))
    nodes = [node for node in tree.getroot().iter("*") if "/DI" not in str(node.tag)]
    for _ in range(chance.randint(0, 2)):
        node = chance.choice(nodes)
        if node.attrib and chance.random() < 0.6:
            node.set(chance.choice(sorted(map(str, node.attrib))), chance.choice(VALUES))
        elif (parent := node.getparent()) is not None:
            parent.remove(node)
    return etree.tostring(tree)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_damaged_diagram_that_passes_the_linter_is_opened_by_the_runtime(path):
    agree(path, random.Random(f"{path.stem} 0"), times=15)


@pytest.mark.soak
@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_many_damaged_diagrams_that_pass_the_linter_are_opened_by_the_runtime(path):
    agree(path, random.Random(f"{path.stem} 1"), times=200)


def agree(path: Path, chance: random.Random, *, times: int) -> None:
    for _ in range(times):
        content = damaged(path, chance)
        if not any(finding.severity == "error" for finding in lint({path.name: content}, missing="warning")):
            compile_bpmn(content, 1)


def test_the_diagrams_of_the_project_pass_without_a_remark():
    folder = Path(__file__).parents[2] / "bpmn"
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".bpmn", ".dmn", ".form")}
    assert lint(files) == []
