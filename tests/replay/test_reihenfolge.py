"""The order of a diagram's elements along its flows, which tells apart what began in the same second."""

from __future__ import annotations

import pytest

from engine.replay.model import load
from engine.replay.reihenfolge import reihenfolge
from tests.replay.build import HEAD, drawn, scope


@pytest.mark.parametrize(
    ("flows", "nodes", "order"),
    [
        pytest.param("b > e; a > b; s > a", "", "s a b e", id="behind what leads to it, however the file is written"),
        pytest.param("s > p1; p1 > b; p1 > a; a > c; b > c; c > e", "", "s p1 b a c e", id="branches as they are drawn, what joins them behind both"),
        pytest.param("s > x1 > a > x2 > e; x2 > x1", "", "s x1 a x2 e", id="what leads back changes nothing"),
        pytest.param("s > x1; x1 > e; x1 > a > b > e", "", "s x1 a b e", id="a short cut puts nothing before what leads to it"),
        pytest.param("s > in > z > e", f'<subProcess id="in">{scope("s2 > m > e2")}</subProcess>', "s in s2 m e2 z e", id="a sub-process before what is inside"),
        pytest.param("s > a > e; t > u", '<boundaryEvent id="t" attachedToRef="a"/>', "s a e t u", id="what an event on the border leads to"),
    ],
)
def test_elements_stand_along_the_flows(flows: str, nodes: str, order: str) -> None:
    places = reihenfolge(load([("x.bpmn", drawn(flows, nodes))]))
    assert [element for element, _ in sorted(places, key=lambda one: places[one])] == order.split()


def test_a_called_process_stands_where_it_is_called_first() -> None:
    call = '<callActivity id="c{0}"><extensionElements><zeebe:calledElement processId="unter"/></extensionElements></callActivity>'
    calling = drawn("s > a > c1 > c2 > e", call.format(1) + call.format(2))
    below = f'{HEAD}<process id="unter">{scope("s > m > e")}</process></definitions>'.encode()
    model = load([("a.bpmn", calling), ("b.bpmn", below)])
    places = reihenfolge(model)
    main = model.main.id
    assert sorted(places, key=lambda one: places[one]) == [("s", main), ("a", main), ("c1", main), ("s", "unter"), ("m", "unter"), ("e", "unter"), ("c2", main), ("e", main)]
