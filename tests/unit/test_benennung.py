"""What people read of elements that bear no name on the diagram."""

from __future__ import annotations

import pytest

from engine.definitions.bpmn import read
from tests.lint.build import boundary, definitions, element, end, flows, process, start, sub, timer

DRAWN = definitions(process(
    start("los"), element("parallelGateway", "teilen"), element("userTask", "a", name="Prüfen"), element("userTask", "b", name="Rechnen"), element("parallelGateway", "sammeln"),
    element("eventBasedGateway", "warten"), element("intermediateCatchEvent", "tag", timer("P1D"), name="Ein Tag"),
    element("intermediateCatchEvent", "woche", timer("P7D"), name="Eine Woche"), element("userTask", "stumm"),
    boundary("frist", "a", timer("P3D"), cancel="false"), end("ende_a"), end("ende_b"), end("ende_c"),
    sub("phase", start("innen"), element("userTask", "c", name="Handeln"), end("schluss"), flows("innen -> c -> schluss"), name="Phase"),
    flows("los -> teilen -> a -> sammeln -> warten -> tag -> stumm -> phase -> ende_a; teilen -> b -> sammeln; warten -> woche -> ende_b; frist -> ende_c"),
))  # fmt: skip


@pytest.mark.parametrize(("id", "called"), [
    pytest.param("a", "Prüfen", id="a name is what it is"),
    pytest.param("los", "Beginn vor ‹Prüfen› und ‹Rechnen›", id="a start, through a gateway without a name"),
    pytest.param("innen", "Beginn von ‹Phase›", id="the start of a sub-process"),
    pytest.param("teilen", "Gabelung vor ‹Prüfen› und ‹Rechnen›", id="a split"),
    pytest.param("sammeln", "Zusammenführung vor ‹Ein Tag› und ‹Eine Woche›", id="a join"),
    pytest.param("warten", "Warten auf ‹Ein Tag› oder ‹Eine Woche›", id="an event gateway"),
    pytest.param("stumm", "Aufgabe vor ‹Phase›", id="a task"),
    pytest.param("frist", "Ereignis an ‹Prüfen›", id="a boundary event that leads to nothing with a name"),
    pytest.param("ende_a", "Ende nach ‹Phase›", id="an end"),
    pytest.param("ende_c", "Ende nach ‹Prüfen›", id="an end behind a boundary event without a name"),
])  # fmt: skip
def test_an_element_without_a_name_is_called_by_its_kind_and_its_neighbours(id, called):
    assert read(DRAWN, "a.bpmn").processes[0].elements[id].label == called


def test_two_that_would_be_called_the_same_are_numbered():
    drawn = definitions(process(element("startEvent", "s", name="Los"), element("userTask", "a", name="A"), end("e1"), end("e2"), flows("s -> a -> e1; a -> e2")))
    assert [read(drawn, "a.bpmn").processes[0].elements[one].label for one in ("e1", "e2")] == ["Ende nach ‹A›", "Ende nach ‹A› (2)"]
