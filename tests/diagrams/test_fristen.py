"""Deadlines are parameters: what a canton or a region may want to change is no text in a drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml import etree

from tests.diagrams.drawn import files

DURATION = re.compile(r"(?<!\w)P(?=T?\d)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?(?!\w)")
SERIES = re.compile(r"\[\s*\d+(?:\s*,\s*\d+)+\s*\]")
PROSE = ("documentation", "text")
# What nobody sets, each with the reason why it stays in the drawing.
ON_PURPOSE = {
    ("fall.bpmn", "ziele_frist", "P1D"): "overdue is what is still open on the day after its deadline",
    ("fall.bpmn", "altersschritt_berechnen", "P18Y"): "the age of majority is the law's (ZGB 14)",
}
DRAWING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><documentation>P9D</documentation>
  <userTask id="a" name="P8D"><extensionElements><schedule {schedule}/></extensionElements></userTask>
  <intermediateCatchEvent id="b"><timerEventDefinition id="zeit"><timeDuration>{timer}</timeDuration></timerEventDefinition></intermediateCatchEvent>
</process></definitions>"""


def fixed(content: bytes) -> set[tuple[str, str]]:
    """Every duration or series of numbers written out in a drawing, with the step or event it belongs to."""
    return {(_owner(node), found[0]) for node, text in _texts(content) for pattern in (DURATION, SERIES) for found in pattern.finditer(text)}


def test_no_deadline_stands_in_a_drawing_but_those_left_there_on_purpose() -> None:
    found = {(name, *place) for name, content in files("*.bpmn").items() for place in fixed(content)}
    assert found == set(ON_PURPOSE), "Make it a parameter (engine/definitions/data/parameter.csv) or say in ON_PURPOSE why not."


@pytest.mark.parametrize(("schedule", "timer", "found"), [
    pytest.param("due='=today() + duration(\"P5D\")'", "=x", {("a", "P5D")}, id="the deadline of a task"),
    pytest.param("due='=d'", "P10D", {("b", "P10D")}, id="a timer"),
    pytest.param("due='=d'", "R/P1W", {("b", "P1W")}, id="a cycle"),
    pytest.param("due='=d'", "PT2H", {("b", "PT2H")}, id="hours"),
    pytest.param("in='=[1, 3, 5]'", "=x", {("a", "[1, 3, 5]")}, id="a series of months"),
    pytest.param("due='=today() + duration(parameter.frist)'", '=duration("P" + string(n) + "M")', set(), id="a parameter, and a duration made of one"),
    pytest.param("in='=[{person_id: \"P1\"}]'", "=x", set(), id="what only looks like one"),
])  # fmt: skip
def test_a_deadline_written_out_is_found(schedule: str, timer: str, found: set[tuple[str, str]]) -> None:
    assert fixed(DRAWING.format(schedule=schedule, timer=timer).encode()) == found


def _texts(content: bytes) -> Iterator[tuple[etree._Element, str]]:
    for node in etree.fromstring(content).iter(etree.Element):
        if etree.QName(node).localname in PROSE:
            continue
        yield from ((node, text) for name, text in node.attrib.items() if name not in ("id", "name"))
        if node.text:
            yield node, node.text


def _owner(node: etree._Element) -> str:
    """The id of the nearest step or event; an event's definition has an id of its own."""
    around = (one for one in (node, *node.iterancestors()) if one.get("id") and not etree.QName(one).localname.endswith("EventDefinition"))
    return str(next(around).get("id"))
