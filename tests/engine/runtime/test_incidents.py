"""What cannot go on stands still with a reason, and goes on after a correction."""

from __future__ import annotations

from engine.definitions.feel import shared
from engine.model.errors import Trouble
from engine.runtime import cancel, complete, fail, resolve, set_variables
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import diagram, each, end, flows, par, process, script, start, user, xor
from tests.engine.runtime.support import ROOT, Run


def test_a_gateway_without_a_true_flow_blocks_only_its_own_token_and_is_retried(run):
    case = run(process("p", start(), par("f", "j"), xor("w"), user("a"), user("b"), xor("m"), user("c"), end(),
                      flows("start -> f -> w; w -> a -> m -> j -> end : =wahl = 1; w -> b -> m : =wahl = 2; f -> c -> j")),
              variables={"wahl": 3})
    incident, = case.now.incidents
    assert (incident.element, incident.kind) == ("w", "CONDITION_ERROR") and case.open == ["c"]
    case.complete("c")
    assert [i.key for i in case.now.incidents] == [incident.key]
    case.do(resolve(incident.key))
    assert [i.key for i in case.now.incidents] == [incident.key]
    case.do(set_variables(ROOT, {"wahl": 2})).do(resolve(incident.key))
    assert case.now.incidents == () and case.open == ["b"]
    case.complete("b")
    assert case.now.completed


def test_a_failing_decision_is_evaluated_again_on_resolve(run):
    def decide(name, context):
        if context["x"] == 3:
            raise Trouble("DECISION_EVALUATION_ERROR", "no rule matches")
        return context["x"]

    case = run(diagrams.DECIDE, variables={"x": 3}, decide=decide)
    assert case.now.incidents[0].element == "tabelle"
    case.do(set_variables(ROOT, {"x": 2})).do(resolve(case.now.incidents[0].key))
    assert case.open == ["c"]


def test_a_timer_whose_expression_fails_is_armed_after_correction(run):
    case = run(diagrams.REMINDER, variables={"frist": None})
    assert [i.element for i in case.now.incidents] == ["frist"] and case.open == ["arbeit", "mahnung", "nachricht"]
    case.do(set_variables(ROOT, {"frist": "P3D"})).do(resolve(case.now.incidents[0].key))
    assert "frist" in case.open


def test_a_failing_output_mapping_keeps_the_result_and_is_retried():
    """On the stub: FEEL gives null for a division by zero, and hardly ever fails."""
    case = Run(process("p", start(), user("a", outputs={"z": "=wert / teiler"}), end(), flows("start -> a -> end")), variables={"teiler": 0})
    case.complete("a", wert=6)
    incident, = case.now.incidents
    assert case.now.waits == ()
    case.do(set_variables(incident.key, {"teiler": 2})).do(resolve(incident.key))
    assert case.now.completed and case.variables["z"] == 3


def test_a_job_without_retries_waits_for_an_operator(run):
    case = run(diagrams.PARALLEL)
    key = case.keys("c")[0]
    case.do(fail(key, 0, "timeout"))
    assert case.now.incidents[0].kind == "JOB_NO_RETRIES"
    assert case.now.incidents[0].message == "«c»: timeout. Bitte die Ursache beheben und dann erneut versuchen."
    case.do(fail(key, 1, "")).do(resolve(key)).do(complete(key, {}))
    assert case.now.incidents == () and case.open == ["a", "b"]


def test_a_missing_called_process_can_be_deployed_later(run):
    case = run(diagrams.CALL)
    assert case.now.incidents[0].kind == "CALLED_ELEMENT_ERROR"
    case.library.add(diagram(diagrams.CALLED))
    case.do(resolve(case.now.incidents[0].key))
    assert case.open == ["kindarbeit"]


def test_a_loop_without_anybody_acting_is_stopped():
    case = Run(process("p", start(), xor("m"), xor("w", default="w_m"), end(), flows("start -> m -> w -> m; w -> end : =x = 2")))
    assert case.now.incidents[0].kind == "RUNAWAY_LOOP"
    case.do(set_variables(ROOT, {"x": 2})).do(resolve(case.now.incidents[0].key))
    assert case.now.completed


def test_cancelling_a_case_closes_everything(run):
    case = run(diagrams.PARALLEL_SUBS).do(cancel())
    assert case.now.completed and case.now.waits == () and len(case.scopes) == 1


def test_the_same_commands_give_the_same_bytes(run):
    runs = [run(diagrams.REVIEW).fire("erinnern").complete("fachlich", ok=True).now.state for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_wrong_collection_is_an_incident_and_then_runs(run):
    case = run(diagrams.PERSONS, variables={"personen": "Anna"})
    assert case.now.incidents[0].element == "befragen"
    case.do(set_variables(ROOT, {"personen": ["Anna"]})).do(resolve(case.now.incidents[0].key))
    assert case.open == ["befragen"]


def test_a_failing_output_element_blocks_one_iteration_only():
    case = Run(process("p", start(), user("u", each("=personen", "person", "alle", "=wert / teiler"), inputs={"teiler": "=1", "wert": "=0"}), end(), flows("start -> u -> end")))
    first = case.keys("u")[0]
    case.do(complete(first, {"teiler": 0, "wert": 4}))
    assert len(case.now.incidents) == 1 and len(case.keys("u")) == 2
    case.do(set_variables(first, {"teiler": 2})).do(resolve(first))
    case.complete("u", wert=1).complete("u", wert=1)
    assert case.variables["alle"] == [2.0, 1.0, 1.0]


def test_an_incident_tells_what_feel_missed():
    case = Run(process("p", start(), xor("w"), user("a"), user("b"), xor("m"), end(), flows("start -> w; w -> a -> m -> end : =alter >= 18; w -> b -> m : =alter < 18")),
               feel=shared())
    incident, = case.now.incidents
    assert "ergab null" in incident.message and "alter" in incident.message.split("(", 1)[1]


def test_no_python_of_a_diagram_is_ever_run():
    case = Run(process("p", start(), script("s", "=__import__('os').system('true')", "x"), end(), flows("start -> s -> end")), feel=shared())
    incident, = case.now.incidents
    assert (incident.element, incident.kind) == ("s", "EXTRACT_VALUE_ERROR")


def test_other_branches_go_on_when_an_endless_loop_is_stopped():
    case = Run(process("p", start(), par("f"), user("a"), xor("m"), xor("w", default="w_m"), end(), end("e2"),
                       flows("start -> f -> a -> e2; f -> m -> w -> m; w -> end : =x = 2")))
    assert case.open == ["a"] and [one.kind for one in case.now.incidents] == ["RUNAWAY_LOOP"]
    assert case.complete("a").open == []
