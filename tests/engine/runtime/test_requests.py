"""What waits say to the outside, and what happens when a diagram's expression gives something of the wrong kind."""

from __future__ import annotations

import pytest

from engine.definitions.feel import shared
from engine.runtime import fail, resolve, set_variables
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import boundary, catch, element, end, ext, flows, job, process, start, timer, user, xor, zeebe
from tests.engine.runtime.support import ROOT, Run


def task(*fields, **attributes):
    return process("p", start(), user("a", fields=fields, **attributes), end(), flows("start -> a -> end"))


def assigned(**attributes):
    return zeebe("assignmentDefinition", **attributes)


def scheduled(**attributes):
    return zeebe("taskSchedule", **attributes)


def priority(value):
    return zeebe("priorityDefinition", priority=value)


@pytest.mark.parametrize(("field", "name", "value"), [
    pytest.param(assigned(candidateGroups="intake, fallfuehrung ,"), "candidateGroups", ["intake", "fallfuehrung"], id="groups as text with commas"),
    pytest.param(assigned(candidateGroups="=gruppen"), "candidateGroups", ["a", "b"], id="groups as list"),
    pytest.param(assigned(candidateGroups='="x, y"'), "candidateGroups", ["x", "y"], id="groups as FEEL text with commas"),
    pytest.param(assigned(candidateUsers="=gruppen"), "candidateUsers", ["a", "b"], id="users as list"),
    pytest.param(assigned(assignee="=wer"), "assignee", "meier", id="assignee"),
    pytest.param(assigned(assignee="=niemand"), "assignee", None, id="assignee null means nobody yet"),
    pytest.param(scheduled(dueDate="2026-08-31"), "dueDate", "2026-08-31", id="due date as text"),
    pytest.param(scheduled(dueDate="=tag"), "dueDate", "2026-09-01", id="due date as expression"),
    pytest.param(scheduled(dueDate="=niemand"), "dueDate", None, id="due date null means none"),
    pytest.param(scheduled(followUpDate="2026-08-31T10:00:00+02:00"), "followUpDate", "2026-08-31T10:00:00+02:00", id="follow-up date"),
    pytest.param(priority("70"), "priority", 70, id="priority as text"),
    pytest.param(priority("=40 + 2"), "priority", 42, id="priority as expression"),
    pytest.param("", "priority", 50, id="priority by default"),
    pytest.param(zeebe("formDefinition", formId="f10"), "formId", "f10", id="form"),
    pytest.param(zeebe("formDefinition", externalReference="extern"), "externalReference", "extern", id="external form"),
])
def test_a_user_task_says_what_it_asks_for(run, field, name, value):
    case = run(task(field), variables={"gruppen": ["a", "b"], "wer": "meier", "tag": "2026-09-01", "niemand": None})
    assert case.request("a")[name] == value


@pytest.mark.parametrize(("field", "words"), [
    pytest.param(scheduled(dueDate="=x"), "«dueDate» ergab 1", id="due date is a number"),
    pytest.param(scheduled(dueDate="bald"), "«dueDate» ergab 'bald'", id="due date is a word"),
    pytest.param(priority("=101"), "«priority» ergab 101", id="priority above 100"),
    pytest.param(priority("hoch"), "«priority» ergab 'hoch'", id="priority is a word"),
    pytest.param(priority("=ok"), "«priority» ergab null", id="priority is null"),
    pytest.param(priority("=x = 1"), "«priority» ergab True", id="priority is a boolean"),
    pytest.param(assigned(candidateGroups="=ok"), "«candidateGroups» ergab null", id="groups are null: nobody would see the task"),
    pytest.param(assigned(candidateGroups="=x"), "«candidateGroups» ergab 1", id="groups are a number"),
    pytest.param(assigned(assignee="=x"), "«assignee» ergab 1", id="assignee is a number"),
    pytest.param(zeebe("formDefinition", formId="=ok"), "«formId» ergab null", id="form is null"),
])
def test_a_field_of_the_wrong_kind_is_an_incident_that_says_what_to_do(run, field, words):
    case = run(process("p", start(), element("userTask", "a", ext(field), name="Anmeldung prüfen"), end(), flows("start -> a -> end")))
    incident, = case.now.incidents
    assert (incident.element, incident.kind, incident.process, incident.version) == ("a", "EXTRACT_VALUE_ERROR", "p", 1)
    assert incident.message.startswith("«Anmeldung prüfen» (a): ") and words in incident.message
    assert "berichtigen" in incident.message and "erneut versuchen" in incident.message


def test_a_corrected_due_date_opens_the_task(run):
    case = run(task(scheduled(dueDate="=tag")), variables={"tag": 5})
    case.do(set_variables(ROOT, {"tag": "2026-09-01"})).do(resolve(case.now.incidents[0].key))
    assert case.open == ["a"] and case.now.incidents == ()


def test_a_job_says_its_type_retries_and_static_headers(run):
    case = run(process("p", start(), job("a", type="=art", retries="=2 + 3", headers={"an_rolle": "leitung", "text": "=nicht ausgewertet"}), end(),
                       flows("start -> a -> end")), variables={"art": "hinweis"})
    assert case.request("a") == {"type": "hinweis", "retries": 5, "headers": {"an_rolle": "leitung", "text": "=nicht ausgewertet"}}


@pytest.mark.parametrize("options", [
    pytest.param({"type": "=ok"}, id="type is null"),
    pytest.param({"retries": "oft"}, id="retries are a word"),
    pytest.param({"retries": "=0"}, id="no retries at all"),
])
def test_a_job_of_the_wrong_kind_is_an_incident(run, options):
    case = run(process("p", start(), job("a", **options), end(), flows("start -> a -> end")))
    assert [one.kind for one in case.now.incidents] == ["EXTRACT_VALUE_ERROR"] and case.open == []


def test_resolving_a_job_without_retries_gives_it_one_more(run):
    case = run(diagrams.PARALLEL)
    key = case.keys("c")[0]
    case.do(fail(key, 0, "Zeitüberschreitung.")).do(resolve(key))
    assert case.request("c")["retries"] == 1 and case.now.incidents == ()


@pytest.mark.parametrize(("kind", "text", "is_accepted"), [
    pytest.param("Date", "2026-08-31", True, id="a day"),
    pytest.param("Date", "2026-08-31T08:00:00Z", True, id="an instant"),
    pytest.param("Date", "morgen", False, id="a word for a date"),
    pytest.param("Duration", "P6M", True, id="months"),
    pytest.param("Duration", "PT1H30M", True, id="hours"),
    pytest.param("Duration", "-P1D", True, id="already over"),
    pytest.param("Duration", "P", False, id="an empty duration"),
    pytest.param("Duration", "P1DT", False, id="an unfinished duration"),
    pytest.param("Duration", "30 Tage", False, id="words for a duration"),
    pytest.param("Cycle", "R3/P7D", True, id="three rounds"),
    pytest.param("Cycle", "R/2026-01-01T00:00:00Z/P1D", True, id="from a day on, endlessly"),
    pytest.param("Cycle", "0 0 8 * * MON", True, id="cron"),
    pytest.param("Cycle", "P7D", False, id="a duration for a cycle"),
])
def test_a_timer_that_nobody_could_compute_is_an_incident(run, kind, text, is_accepted):
    case = run(process("p", start(), user("h"), boundary("a", "h", timer(kind, text), interrupting=False), end("e"), end(), flows("start -> h -> end; a -> e")))
    assert case.open == (["a", "h"] if is_accepted else ["h"])
    assert [one.element for one in case.now.incidents] == ([] if is_accepted else ["a"])


@pytest.mark.parametrize(("kind", "text", "value"), [
    pytest.param("Date", '=date("2026-08-31") + duration("P6M")', "2027-02-28", id="half a year after 31 August"),
    pytest.param("Date", '=today() + duration("P30D")', "2026-04-01", id="thirty days from the day of the command"),
    pytest.param("Duration", '=duration("P30D")', "P30D", id="a duration"),
])
def test_dates_and_durations_of_feel_arrive_as_iso_text(kind, text, value):
    """On FEEL alone: the stub knows no dates."""
    case = Run(process("p", start(), catch("c", timer(kind, text)), end(), flows("start -> c -> end")), feel=shared())
    assert case.request("c")["value"] == value


@pytest.mark.parametrize("value", [None, True, "", [1]], ids=repr)
def test_a_correlation_key_that_is_neither_text_nor_number_is_an_incident(run, value):
    case = run(diagrams.EVENTS, variables={"fall": value})
    assert [(one.element, one.kind) for one in case.now.incidents] == [("antwort", "EXTRACT_VALUE_ERROR")]
    assert case.open == ["kurz", "lang"]


def test_conditions_behind_the_first_true_one_do_not_matter(run):
    gate = process("p", start(), xor("w"), user("a"), user("b"), xor("m"), end(),
                   flows("start -> w; w -> a -> m -> end : =x = 1; w -> b -> m : =unbekannt"))
    assert run(gate).open == ["a"]
    incident, = run(gate, variables={"x": 2}).now.incidents
    assert incident.kind == "CONDITION_ERROR" and "«=unbekannt»" in incident.message


def test_a_catch_without_boundary_is_armed_with_its_own_variables(run):
    case = run(process("p", start(), catch("c", timer("Duration", "=frist")), end(), flows("start -> c -> end")))
    assert case.request("c") == {"kind": "duration", "value": "P14D", "fired": 0}
