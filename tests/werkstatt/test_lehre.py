"""What a rule teaches is true: the wrong example is wrong for that rule, the right one is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import engine.definitions
from engine.definitions.bpmn import read
from engine.definitions.lint import lint
from engine.definitions.lint.lehre import Lehre, lehre, lehren

DRAWN = [one for one in lehren() if one.falsch]
# They are about the drawing itself, which an example gets here.
ABOUT_DRAWINGS = {"layout", "layout-numbers"}


@pytest.mark.parametrize("one", [pytest.param(one, id=one.regel) for one in DRAWN if one.regel not in ABOUT_DRAWINGS])
def test_an_example_is_what_it_says(one: Lehre) -> None:
    assert one.falsch and one.richtig
    wrong = [finding for finding in lint({"beispiel.bpmn": one.falsch}) if finding.rule == one.regel]
    assert {finding.element for finding in wrong} == set(one.stellen)
    assert one.regel not in {finding.rule for finding in lint({"beispiel.bpmn": one.richtig})}


@pytest.mark.parametrize("one", [pytest.param(one, id=one.regel) for one in DRAWN])
def test_every_element_of_a_right_example_is_drawn(one: Lehre) -> None:
    assert one.richtig
    assert [finding for finding in lint({"beispiel.bpmn": one.richtig}) if finding.rule == "layout"] == []
    assert read(one.richtig, "beispiel.bpmn").processes


def test_every_rule_of_ours_is_taught() -> None:
    folder = Path(engine.definitions.__file__).parent
    rules = {rule for file in (folder / "lint").glob("*.py") for rule in re.findall(r'^RULE = "(.+)"$', file.read_text("utf-8"), re.MULTILINE)}
    for file in [*(folder / "dmn").glob("*.py"), *(folder / "forms").glob("*.py")]:
        rules |= set(re.findall(r'"((?:dmn|form)-[a-z-]+)"', file.read_text("utf-8")))
    assert {rule for rule in rules if lehre(rule) is None} == set()


def test_rules_of_the_modeler_are_taught_in_german_too() -> None:
    found = lehre("camunda-compat/user-task-definition")
    assert found is not None
    assert (found.titel, found.abhilfe) == ("Der Aufgabe fehlt das Formular", "Tragen Sie unter «Form» die Formular-Id ein.")
    assert lehre("erfunden") is None
