"""What is not drawn is pointed out."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, places, user

RULE = "layout"


def drawn(*ids):
    shapes = "".join(f'<bpmndi:BPMNShape bpmnElement="{id}"/>' for id in ids)
    return f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), flows("start -> a -> end")), ["p"], id="nothing"),
    pytest.param(around(user("a"), flows("start -> a -> end"), beside=drawn("start", "end", "start_a")), ["a", "a_end"], id="one task and one flow"),
])  # fmt: skip
def test_what_is_not_drawn_is_pointed_out(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end"), beside=drawn("start", "a", "end", "start_a", "a_end")), id="all"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
