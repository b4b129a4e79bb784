"""A running case goes to another version of its process, or stays where it is with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.runtime import CannotMigrate, complete, fire, migrate
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import boundary, call, diagram, end, flows, par, process, start, sub, timer, user, zeebe
from tests.engine.runtime.support import ROOT, Library, runtime


@pytest.fixture
def library():
    return Library()


def version(library, number, *nodes):
    definition, = library.add(diagram(*diagrams.COMMON, process("p", *nodes)), number)
    return definition


def test_a_waiting_task_gains_a_timer_a_new_name_and_a_successor(library):
    one = version(library, 1, start(), user("a"), end(), flows("start -> a -> end"))
    two = version(library, 2, start(), user("neu"), boundary("frist", "neu", timer("Duration", "P1D")), user("mehr"), user("spaet"), end(), end("e2"),
                  flows("start -> neu -> mehr -> end; frist -> spaet -> e2"))
    engine = runtime(library)
    before = engine.start(one, {}, key=ROOT)
    state = migrate(before.state, one, two, {"a": "neu"})
    now = engine.apply(state, lambda case: None)
    assert {w.element for w in now.waits} == {"neu", "frist"}
    assert next(w.key for w in now.waits if w.element == "neu") == before.waits[0].key
    late = engine.apply(now.state, fire(next(w.key for w in now.waits if w.element == "frist")))
    assert [w.element for w in late.waits] == ["spaet"]
    done = engine.apply(now.state, complete(before.waits[0].key))
    assert [w.element for w in done.waits] == ["mehr"]
    assert engine.apply(done.state, complete(done.waits[0].key)).completed


def test_a_removed_waiting_task_refuses_and_says_which(library):
    one = version(library, 1, start(), user("a"), end(), flows("start -> a -> end"))
    two = version(library, 2, start(), user("b"), end(), flows("start -> b -> end"))
    engine = runtime(library)
    with pytest.raises(CannotMigrate, match="«a» ist offen"):
        migrate(engine.start(one, {}, key=ROOT).state, one, two, {})


def test_running_boundary_timers_and_inner_tasks_survive(library):
    body = [start(), sub("s", start("s1"), user("u"), end("e1"), flows("s1 -> u -> e1")), boundary("t", "s", timer("Cycle", "R/P7D"), interrupting=False),
            user("h"), end("e2")]
    one = version(library, 1, *body, end(), flows("start -> s -> end; t -> h -> e2"))
    two = version(library, 2, *body, user("danach"), end(), flows("start -> s -> danach -> end; t -> h -> e2"))
    engine = runtime(library)
    now = engine.start(one, {}, key=ROOT)
    now = engine.apply(now.state, fire(next(w.key for w in now.waits if w.element == "t")))
    after = engine.apply(migrate(now.state, one, two, {}), lambda case: None)
    assert [(w.key, w.element, w.request, w.version) for w in after.waits] == [(w.key, w.element, w.request, 2) for w in now.waits]
    after = engine.apply(after.state, complete(next(w.key for w in after.waits if w.element == "u")))
    assert {w.element for w in after.waits} == {"danach", "h"}


@pytest.mark.parametrize("name", ["t", "t2"], ids=["of the same name", "renamed"])
def test_a_deadline_that_has_passed_does_not_begin_anew(library, name):
    def drawn(timer_id):
        return [start(), user("a"), boundary(timer_id, "a", timer("Duration", "P7D"), interrupting=False), user("h"), end(), end("e2"),
                flows(f"start -> a -> end; {timer_id} -> h -> e2")]
    one, two = version(library, 1, *drawn("t")), version(library, 2, *drawn(name))
    engine = runtime(library)
    now = engine.start(one, {}, key=ROOT)
    now = engine.apply(now.state, fire(next(w.key for w in now.waits if w.element == "t")))
    now = engine.apply(now.state, complete(next(w.key for w in now.waits if w.element == "h")))
    after = engine.apply(migrate(now.state, one, two, {"t": name}), lambda case: None)
    assert [w.element for w in after.waits] == ["a"]
    assert engine.apply(after.state, complete(after.waits[0].key)).completed


FORKED = [start(), par("f"), user("a"), user("b"), par("j"), user("z"), end()]


@pytest.mark.parametrize(("before", "nodes", "route", "mapping", "reason"), [
    pytest.param(["b"], FORKED, "start -> f -> a -> j -> z -> end; f -> b -> j", {}, None, id="the same branches"),
    pytest.param(["b"], [*FORKED, user("c")], "start -> f -> a -> j -> z -> end; f -> b -> j; f -> c -> j", {}, "haben sich geändert",
                 id="a branch added while the others run"),
    pytest.param(["b"], [start(), par("f", "j"), user("a"), user("b2"), user("z"), end()], "start -> f -> a -> j -> z -> end; f -> b2 -> j", {},
                 "wartet ein Zweig", id="a branch renamed that has already arrived"),
    pytest.param(["b"], [start(), par("f", "j"), user("a"), user("b2"), user("z"), end()], "start -> f -> a -> j -> z -> end; f -> b2 -> j",
                 {"b": "b2"}, None, id="the same, with the new name given"),
    pytest.param([], [start(), par("f", "f2", "j2", "j"), user("a"), user("b"), user("c"), user("z"), end()],
                 "start -> f -> f2 -> a -> j2 -> j -> z -> end; f2 -> c -> j2; f -> b -> j", {}, "der andere käme nie an",
                 id="a branch split in two behind a new fork while it is open"),
    pytest.param(["a", "b"], [start(), par("f", "f2", "j2", "j"), user("a"), user("b"), user("c"), user("z"), end()],
                 "start -> f -> f2 -> a -> j2 -> j -> z -> end; f2 -> c -> j2; f -> b -> j", {}, None,
                 id="the same when the region is closed already"),
    pytest.param(["b"], [*FORKED, user("c"), end("e2")], "start -> f -> a -> j -> z -> end; f -> b -> j; f -> c -> e2", {}, None,
                 id="a branch added that is not joined: cases past the fork do without it"),
    pytest.param([], [start(), par("f", "j", "f3", "j3"), user("a"), user("b"), user("z"), user("y"), user("z2"), end()],
                 "start -> f -> a -> j -> f3 -> z -> j3 -> end; f3 -> y -> z2 -> j3; f -> b -> j", {}, None, id="a new region behind the open one"),
    pytest.param([], [start(), par("f", "j"), sub("a", start("s"), end("e"), flows("s -> e")), user("b"), user("z"), end()],
                 "start -> f -> a -> j -> z -> end; f -> b -> j", {}, "von anderer Art", id="a task turned into a sub-process"),
])
def test_an_open_parallel_region_migrates_only_when_its_join_still_fits(library, before, nodes, route, mapping, reason):
    one = version(library, 1, *FORKED, flows("start -> f -> a -> j -> z -> end; f -> b -> j"))
    two = version(library, 2, *nodes, flows(route))
    engine = runtime(library)
    now = engine.start(one, {}, key=ROOT)
    for element in before:
        now = engine.apply(now.state, complete(next(w.key for w in now.waits if w.element == element)))
    if reason:
        with pytest.raises(CannotMigrate, match=reason):
            migrate(now.state, one, two, mapping)
        return
    now = engine.apply(migrate(now.state, one, two, mapping), lambda case: None)
    while now.waits:
        now = engine.apply(now.state, complete(now.waits[0].key))
    assert now.completed


def test_a_called_process_stays_on_its_version_when_its_caller_migrates(library):
    library.add(diagram(diagrams.CALLED), 1)
    body = [start(), call("c", "kind"), end()]
    one = version(library, 1, *body, flows("start -> c -> end"))
    two = version(library, 2, *body, user("danach"), flows("start -> c -> danach -> end"))
    engine = runtime(library)
    now = engine.apply(migrate(engine.start(one, {"x": 1}, key=ROOT).state, one, two, {}), lambda case: None)
    assert [(w.element, w.process, w.version) for w in now.waits] == [("kindarbeit", "kind", 1)]
    now = engine.apply(now.state, complete(now.waits[0].key))
    assert [(w.element, w.process, w.version) for w in now.waits] == [("danach", "p", 2)]


def test_an_open_task_takes_the_form_that_came_with_its_new_version(library):
    task = user("a", fields=[zeebe("formDefinition", formId="blatt", bindingType="deployment")])
    one, two = (replace(version(library, number, start(), task, end(), flows("start -> a -> end")), together=f"@{number}") for number in (1, 2))
    before = runtime(library).start(one, {}, key=ROOT)
    after = runtime(library).apply(migrate(before.state, one, two, {}), lambda case: None)
    assert [step.waits[0].request["formVersionTag"] for step in (before, after)] == ["@1", "@2"]
