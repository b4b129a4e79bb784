"""Definitions are shared and never change; what cannot be executed correctly is refused with the element's name."""

from __future__ import annotations

import collections
import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.model.errors import DefinitionInvalid
from engine.runtime import compile_bpmn, complete, fire
from tests.commands import drawings
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import (
    boundary,
    catch,
    diagram,
    each,
    element,
    end,
    ext,
    flows,
    job,
    on,
    process,
    start,
    sub,
    timer,
    user,
    xor,
    zeebe,
)
from tests.engine.runtime.support import Library, runtime
from tests.engine.runtime.walks import decide, walk

PLAIN = process("leer", start(), end(), flows("start -> end"))


def snapshot(definition):
    return {
        (name, task): {key: repr(value) for key, value in vars(spec).items() if key != "_wf_spec"}
        for name, graph in definition.specs.items()
        for task, spec in graph.task_specs.items()
    }


@pytest.mark.parametrize("file", diagrams.ALL, ids=lambda f: f.split('"')[1])
def test_running_never_changes_a_definition_and_key_order_never_matters(run, file):
    case = run(file, diagrams.CALLED if file is diagrams.CALL else PLAIN)
    before, rng = snapshot(case.definition), random.Random(1)
    for _ in range(25):
        if not case.now.waits:
            break
        wait = rng.choice(case.now.waits)
        command = complete(wait.key, {"x": 1, "runde": 9}) if wait.kind in ("user task", "job") else fire(wait.key)
        other = case.runtime.apply(json.dumps(json.loads(case.now.state), sort_keys=True), command)
        case.do(command)
        assert (other.waits, other.events, other.variables) == (case.now.waits, case.now.events, case.now.variables)
    assert snapshot(case.definition) == before


def test_threads_share_one_definition_without_noticing_each_other():
    library = Library()
    definitions = [found for xml in diagrams.FILES for found in library.add(xml)]
    before = [snapshot(definition) for definition in definitions]

    def walk_all(seed: int) -> collections.Counter:
        stats = collections.Counter()
        for definition in definitions:
            walk(runtime(library, decide=decide), definition, diagrams.VARIABLES, seed, stats)
        return stats

    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(walk_all, range(6)))
    assert together == [walk_all(seed) for seed in range(6)]
    assert [snapshot(definition) for definition in definitions] == before


ROUTE = "start -> x -> end"
EVENT_SUB = element("subProcess", "es", start("s1"), end("e1"), flows("s1 -> e1"), triggeredByEvent="true")


@pytest.mark.parametrize(("nodes", "element_", "message"), [
    pytest.param([job("x", type=""), flows(ROUTE)], "x", "Auftragstyp", id="service task without a type"),
    pytest.param([element("serviceTask", "x", name="Register abfragen"), flows(ROUTE)], "x", "Auftragstyp", id="service task without zeebe element"),
    pytest.param([element("scriptTask", "x"), flows(ROUTE)], "x", "zeebe:script", id="script without expression"),
    pytest.param([element("businessRuleTask", "x"), flows(ROUTE)], "x", "Entscheidung", id="business rule without decision"),
    pytest.param([element("callActivity", "x"), flows(ROUTE)], "x", "aufgerufene Prozess", id="call without process"),
    pytest.param([user("x", each("", "person")), flows(ROUTE)], "x", "inputCollection", id="multi-instance without list"),
    pytest.param([user("x", "<bpmn:multiInstanceLoopCharacteristics/>"), flows(ROUTE)], "x", "inputCollection", id="multi-instance without zeebe element"),
    pytest.param([user("x", "<bpmn:standardLoopCharacteristics/>"), flows(ROUTE)], "x", "Standardschleifen", id="standard loop"),
    pytest.param([user("x"), EVENT_SUB, flows(ROUTE)], "es", "Ereignis-Teilprozesse", id="event sub-process"),
    pytest.param([element("adHocSubProcess", "x", user("u")), flows(ROUTE)], "x", "adHocSubProcess", id="ad-hoc sub-process"),
    pytest.param([element("transaction", "x"), flows(ROUTE)], "x", "transaction", id="transaction"),
    pytest.param([element("complexGateway", "x"), flows(ROUTE)], "x", "complexGateway", id="complex gateway"),
    pytest.param([catch("x", on("conditional")), flows(ROUTE)], "x", "conditional", id="conditional event"),
    pytest.param([catch("x", on("link")), flows(ROUTE)], "x", "link", id="link event"),
    pytest.param([catch("x", ""), flows(ROUTE)], "x", "ohne Auslöser", id="catch without trigger"),
    pytest.param([catch("x", on("signal", "sg") + on("message", "m1")), flows(ROUTE)], "x", "mehrere Auslöser", id="two triggers"),
    pytest.param([catch("x", timer("Duration", " ")), flows(ROUTE)], "x", "Timer", id="timer without value"),
    pytest.param([catch("x", on("message")), flows(ROUTE)], "x", "Meldung", id="message without reference"),
    pytest.param([catch("x", on("message", "fort")), flows(ROUTE)], "x", "ins Leere", id="message that is gone"),
    pytest.param([catch("x", on("message", "stumm")), flows(ROUTE)], "x", "Korrelationsschlüssel", id="message without correlation key"),
    pytest.param([element("intermediateThrowEvent", "x", on("compensate")), flows(ROUTE)], "x", "compensate", id="compensation throw"),
    pytest.param([element("intermediateThrowEvent", "x", on("message", "m1")), flows(ROUTE)], "x", "Auftragstyp", id="message throw without job"),
    pytest.param([user("x"), boundary("b", "x", on("error"), interrupting=False), end("e"), flows(ROUTE + "; b -> e")], "b", "unterbricht immer",
                 id="error that does not interrupt"),
    pytest.param([user("x"), boundary("b", "x", on("cancel")), end("e"), flows(ROUTE + "; b -> e")], "b", "cancel", id="cancel event"),
    pytest.param([user("x"), user("y"), flows(ROUTE + "; x -> y -> end")], "x", "", id="two flows out of a task"),
    pytest.param([xor("x", default="x_end"), flows(ROUTE), element("sequenceFlow", "zweiter", sourceRef="x", targetRef="end")], "x", "", id="two flows to the same element"),
    pytest.param([xor("x"), user("y"), flows(ROUTE + "; x -> y -> end")], "x", "Bedingung", id="flow without condition"),
    pytest.param([user("x"), element("endEvent", "aus", on("error")), flows("start -> x -> aus")], "aus", "Name oder Code", id="error end without code"),
    pytest.param([sub("x", end("e1")), flows(ROUTE)], "x", "", id="sub-process without start"),
    pytest.param([user("x"), flows("start -> x -> weg")], "x", "", id="flow into nothing"),
])
def test_what_cannot_be_executed_is_refused_and_names_the_element(nodes, element_, message):
    stumm = element("message", "stumm", name="stumm")
    with pytest.raises(DefinitionInvalid) as refused:
        compile_bpmn(diagram(*diagrams.COMMON, stumm, process("p", start(), *nodes, end())), 1, "p.bpmn")
    finding, = refused.value.findings
    assert (finding.file, finding.element, finding.severity) == ("p.bpmn", element_, "error")
    assert message in finding.message


@pytest.mark.parametrize("content", [
    pytest.param(b"<bpmn/>", id="another XML"),
    pytest.param(b"kein XML", id="no XML"),
    pytest.param(diagram('<bpmn:process id="p" isExecutable="false"/>'), id="not executable"),
    pytest.param(diagram('<bpmn:process id="p" isExecutable="true"/>'), id="without start event"),
    pytest.param(diagram(PLAIN, PLAIN), id="the same id twice"),
    pytest.param(diagram('<bpmn:process isExecutable="true"><bpmn:startEvent id="s"/></bpmn:process>'), id="without id"),
])
def test_a_file_without_anything_executable_is_refused(content):
    with pytest.raises(DefinitionInvalid):
        compile_bpmn(content, 1)


def test_drawings_around_the_process_do_not_disturb_it(run):
    case = run(process("p", start(), user("a"), end(), flows("start -> a -> end"), "<!-- Kommentar -->",
                       '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="dr" dataObjectRef="d"/>'
                       '<bpmn:dataStoreReference id="ds" name="Register"/><bpmn:textAnnotation id="t"/>',
                       catch("frei", "<!-- Kommentar -->" + timer("Date", "2027-01-01"))))
    assert case.open == ["a"]


def test_the_binding_of_called_things_is_kept_with_the_definition():
    bound = element("callActivity", "c", ext(zeebe("calledElement", processId="k", bindingType="versionTag", versionTag="v2")))
    definition, = compile_bpmn(diagram(process("p", start(), bound, end(), flows("start -> c -> end"))), 1)
    called = definition.spec.task_specs["c"].extensions["called"]
    assert (called["binding"], called["version_tag"]) == ("versionTag", "v2")


def test_a_long_chain_of_elements_compiles():
    names = [f"u{number}" for number in range(150)]
    definition, = compile_bpmn(diagram(process("p", start(), *map(user, names), end(), flows(" -> ".join(["start", *names, "end"])))), 1)
    assert "u149" in definition.spec.task_specs


@pytest.mark.parametrize("tag", ["scriptTask", "businessRuleTask"])
def test_a_task_definition_without_headers_makes_a_job(tag: str) -> None:
    task = drawings.node(tag, "t", extensions='<zeebe:taskDefinition type="rechnen"/>')
    ends = (drawings.node("startEvent", "s"), drawings.node("endEvent", "e"), drawings.flow("s", "t"), drawings.flow("t", "e"))
    (definition,) = compile_bpmn(drawings.drawing("p", task, *ends), 1)
    assert definition.spec.task_specs["t"].wait_kind == "job"
