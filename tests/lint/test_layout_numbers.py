"""Coordinates must be numbers."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, places, user

RULE = "layout-numbers"


def drawn(x: str) -> bytes:
    bounds = f'<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="{x}" y="80" width="100" height="80"/>'
    shape = f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="a">{bounds}</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    return around(user("a"), flows("start -> a -> end"), beside=shape)


@pytest.mark.parametrize("x", ["", "links", "NaN", "inf", "1e300"])
def test_unreadable_coordinates_are_refused(x):
    assert places(drawn(x), RULE) == ["a"]


@pytest.mark.parametrize("x", ["160", "-12.5"])
def test_everything_else_passes(x):
    assert places(drawn(x), RULE) == []
