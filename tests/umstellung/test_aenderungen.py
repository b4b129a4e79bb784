"""Each kind of edit at each place relative to where the case stands: it can still end, every step once, or it is refused and says why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from engine.model.step import Step
from engine.runtime import CannotMigrate, Definition, Runtime, Umbau, announce, complete, definitions_in, fire, rebuild
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import (
    boundary,
    call,
    catch,
    diagram,
    each,
    element,
    end,
    flows,
    job,
    message,
    on,
    par,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.runtime.support import ROOT, Library, runtime

MESSAGE = message("m_ruf", "ruf", "=1")
KINDS = ("unchanged", "add", "remove", "rename", "retype")


def edited(kind: str) -> tuple[str, str]:
    """The nodes that stand for the task ``e``, and its part of a path, ending with an arrow."""
    return {
        "unchanged": (user("e"), "e -> "),
        "add": (user("e") + user("n"), "e -> n -> "),
        "remove": ("", ""),
        "rename": (user("e9"), "e9 -> "),
        "retype": (job("e"), "e -> "),
    }[kind]


def before(kind: str) -> list[str]:
    nodes, path = edited(kind)
    return [process("p", start(), nodes, user("a"), user("z"), end(), flows(f"start -> {path}a -> z -> end"))]


def at(kind: str) -> list[str]:
    nodes, path = edited(kind)
    return [process("p", start(), nodes, user("z"), end(), flows(f"start -> {path}z -> end"))]


def after(kind: str) -> list[str]:
    nodes, path = edited(kind)
    return [process("p", start(), user("a"), nodes, user("z"), end(), flows(f"start -> a -> {path}z -> end"))]


def with_timer(kind: str) -> list[str]:
    """The edit is to the boundary event; ``a`` is its host."""
    events = {
        "unchanged": boundary("e", "a", timer("Duration", "P9D"), interrupting=False),
        "add": boundary("e", "a", timer("Duration", "P9D"), interrupting=False) + boundary("n", "a", timer("Duration", "P1D"), interrupting=False),
        "remove": "",
        "rename": boundary("e9", "a", timer("Duration", "P9D"), interrupting=False),
        "retype": boundary("e", "a", on("message", "m_ruf"), interrupting=False),
    }[kind]
    way = {"unchanged": "; e -> u -> end2", "add": "; e -> u -> end2; n -> v -> end3", "remove": "", "rename": "; e9 -> u -> end2", "retype": "; e -> u -> end2"}[kind]
    handlers = {"remove": "", "add": user("u") + user("v") + end("end2", "end3")}.get(kind, user("u") + end("end2"))
    return [MESSAGE, process("p", start(), user("a"), events, handlers, user("z"), end(), flows(f"start -> a -> z -> end{way}"))]


def in_sub(kind: str) -> list[str]:
    nodes, path = edited(kind)
    inner = sub("s", start("s1"), nodes, user("i"), end("s9"), flows(f"s1 -> {path}i -> s9"))
    return [process("p", start(), inner, boundary("t", "s", timer("Duration", "P9D")), user("u"), user("z"), end(), end("end2"), flows("start -> s -> z -> end; t -> u -> end2"))]


def in_call(kind: str) -> list[str]:
    nodes, path = edited(kind)
    return [
        process("p", start(), call("c", "k"), user("z"), end(), flows("start -> c -> z -> end")),
        process("k", start("k1"), nodes, user("i"), end("k9"), flows(f"k1 -> {path}i -> k9")),
    ]


def in_loop(kind: str) -> list[str]:
    """Two persons at once; the edit is within the repeated sub-process."""
    nodes, path = edited(kind)
    inner = sub("s", start("s1"), nodes, user("i"), end("s9"), flows(f"s1 -> {path}i -> s9"), loop=each("=[1, 2]", "person"))
    return [process("p", start(), inner, user("z"), end(), flows("start -> s -> z -> end"))]


def as_loop(kind: str) -> list[str]:
    """The edit is to the repeated task itself."""
    loop = each("=[1, 2]", "person")
    nodes = {"unchanged": user("e", loop), "add": user("e", loop) + user("n"), "remove": "", "rename": user("e9", loop), "retype": user("e")}[kind]
    return [process("p", start(), nodes, user("z"), end(), flows(f"start -> {edited(kind)[1]}z -> end"))]


def in_branch(kind: str) -> list[str]:
    nodes, path = edited(kind)
    return [process("p", start(), par("f", "j"), user("a"), nodes, user("z"), end(), flows(f"start -> f -> a -> j -> z -> end; f -> {path}j"))]


PLACES: Mapping[str, Callable[[str], list[str]]] = {
    "before the token": before,
    "at the token": at,
    "after the token": after,
    "boundary timer running": with_timer,
    "inside a sub-process": in_sub,
    "in a called process": in_call,
    "inside a multi-instance": in_loop,
    "the multi-instance itself": as_loop,
    "in a parallel branch": in_branch,
}
# How to come to the place where the case stands.
WAY = {"before the token": ["e"]}
GONE, OTHER = "kein Gegenstück", "von anderer Art"
# What is done after the migration, sorted; or why there is none.
EXPECTED: Mapping[str, tuple[list[str] | str, ...]] = {
    "before the token": (["a", "z"], ["a", "z"], ["a", "z"], ["a", "z"]),
    "at the token": (["e", "n", "z"], GONE, ["e9", "z"], OTHER),
    "after the token": (["a", "e", "n", "z"], ["a", "z"], ["a", "e9", "z"], ["a", "e", "z"]),
    "boundary timer running": (["a", "u", "v", "z"], GONE, ["a", "u", "z"], OTHER),
    "inside a sub-process": (["e", "i", "n", "z"], GONE, ["e9", "i", "z"], OTHER),
    "in a called process": (["e", "i", "n", "z"], GONE, ["e9", "i", "z"], OTHER),
    "inside a multi-instance": (["e", "e", "i", "i", "n", "n", "z"], GONE, ["e9", "e9", "i", "i", "z"], OTHER),
    "the multi-instance itself": (["e", "e", "n", "z"], GONE, ["e9", "e9", "z"], OTHER),
    "in a parallel branch": (["a", "e", "n", "z"], GONE, ["a", "e9", "z"], OTHER),
}


class World:
    """Two versions of a diagram and a case on the first."""

    def __init__(self, place: str, kind: str):
        self.library = Library()
        self.one = self._add(PLACES[place]("unchanged"), 1)
        self.two = self._add(PLACES[place](kind), 2)
        self.engine: Runtime = runtime(self.library)
        # Called processes belong to the same version as their caller, as in a release.
        self.engine = Runtime(self.library.find, lambda name, tag=None: self.library.find(name, 1), self.engine.feel, self.engine.decide, self.engine.now)
        self.now = self.engine.start(self.one["p"], {**diagrams.VARIABLES}, key=ROOT)
        for name in WAY.get(place, []):
            self.now = self.engine.apply(self.now.state, complete(next(wait.key for wait in self.now.waits if wait.element == name)))

    def _add(self, parts: list[str], version: int) -> dict[str, Definition]:
        return {one.process: one for one in self.library.add(diagram(*parts), version)}

    def migrate(self, mapping: Mapping[str, str] = {}, moves: Mapping[str, str] = {}, ends: frozenset[str] = frozenset()) -> Step:
        ways = [Umbau(self.one[name], self.two[name], mapping, moves, ends) for name in self.one]
        rebuilt = rebuild(self.now.state, ways)
        assert {version for _, version in definitions_in(rebuilt.state)} == {2}
        self.engine = Runtime(self.library.find, lambda name, tag=None: self.library.find(name, 2), self.engine.feel, self.engine.decide, self.engine.now)
        return self.engine.apply(rebuilt.state, announce(rebuilt.cancelled))

    def done(self, step: Step) -> list[str]:
        """Fire every deadline once, complete everything else, to the end."""
        found: Counter[str] = Counter()
        for _ in range(40):
            if not step.waits:
                assert step.completed and not step.incidents
                assert [scope[0] for scope in json.loads(step.state)["scopes"]] == [ROOT]
                return sorted(found.elements())
            wait = next((one for one in step.waits if one.kind == "timer" and one.element in ("e", "e9", "n")), None)
            wait = wait or next(one for one in step.waits if one.kind in ("user task", "job"))
            if wait.kind != "timer":
                found[wait.element] += 1
            step = self.engine.apply(step.state, fire(wait.key) if wait.kind == "timer" else complete(wait.key))
        raise AssertionError(f"never ends: {step.waits}")


CASES = [
    pytest.param(place, kind, expected, id=f"{kind} {place}")
    for place in PLACES
    for kind, expected in zip(KINDS[1:], EXPECTED[place], strict=True)
]


@pytest.mark.parametrize(("place", "kind", "expected"), CASES)
def test_after_an_edit_the_case_ends_with_every_step_once_or_says_why_not(place: str, kind: str, expected: list[str] | str) -> None:
    world = World(place, kind)
    mapping = {"e": "e9"} if kind == "rename" else {}
    if isinstance(expected, str):
        with pytest.raises(CannotMigrate, match=expected) as refused:
            world.migrate(mapping)
        assert {one.element for one in refused.value.obstacles} == {"e"}
        # Refused means as it was: the case goes on where it stands.
        assert "e" in {wait.element for wait in world.now.waits}
        assert world.done(world.now)
        return
    keys = {wait.key: mapping.get(wait.element, wait.element) for wait in world.now.waits}
    step = world.migrate(mapping)
    assert {wait.key: wait.element for wait in step.waits if wait.key in keys} == keys
    assert world.done(step) == expected


@pytest.mark.parametrize(
    ("place", "kind", "expected"),
    [
        pytest.param("at the token", "remove", ["z"], id="removed at the token"),
        pytest.param("at the token", "retype", ["z"], id="retyped at the token"),
        pytest.param("inside a sub-process", "remove", ["i", "z"], id="removed inside a sub-process"),
        pytest.param("in a called process", "remove", ["i", "z"], id="removed in a called process"),
        pytest.param("inside a multi-instance", "remove", ["i", "i", "z"], id="removed inside a multi-instance, for each person"),
        pytest.param("the multi-instance itself", "remove", ["z"], id="the removed multi-instance"),
    ],
)
def test_cases_at_a_removed_step_begin_anew_at_the_chosen_one(place: str, kind: str, expected: list[str]) -> None:
    world = World(place, kind)
    gone = {wait.key for wait in world.now.waits if wait.element == "e"}
    step = world.migrate(moves={"e": "i" if "i" in expected else "z"})
    assert gone <= {event.key for event in step.events if event.what == "cancelled"}
    assert world.done(step) == expected


def test_a_deadline_that_is_given_up_is_waited_for_no_longer() -> None:
    world = World("boundary timer running", "remove")
    step = world.migrate(ends=frozenset({"e"}))
    assert [wait.element for wait in step.waits] == ["a"]
    assert world.done(step) == ["a", "z"]


def test_a_branch_that_would_be_done_twice_is_refused() -> None:
    """Two branches without a join become one after the other."""
    library = Library()
    one, = library.add(diagram(process("p", start(), par("f"), user("a"), user("b"), end(), end("e2"), flows("start -> f -> a -> end; f -> b -> e2"))), 1)
    two, = library.add(diagram(process("p", start(), user("a"), user("b"), end(), flows("start -> a -> b -> end"))), 2)
    engine = runtime(library)
    with pytest.raises(CannotMigrate, match="geschähe zweimal"):
        rebuild(engine.start(one, {}, key=ROOT).state, [Umbau(one, two)])


GATE = element("eventBasedGateway", "tor")


@pytest.mark.parametrize(
    ("nodes", "route", "ends", "expected"),
    [
        pytest.param(catch("m", on("message", "m_ruf")) + catch("t", timer("Duration", "P9D")) + catch("n", timer("Duration", "P1D")),
                     "tor -> m -> z; tor -> t -> z; tor -> n -> z", (), {"m", "t", "n"}, id="a new alternative is waited for, too"),
        pytest.param(catch("m", on("message", "m_ruf")), "tor -> m -> z", ("t",), {"m"}, id="an alternative that was given up is not"),
        pytest.param(catch("m", on("message", "m_ruf")), "tor -> m -> z", (), "kein Gegenstück", id="an alternative that is gone needs a decision"),
        pytest.param(catch("m", on("message", "m_ruf")) + catch("t", timer("Duration", "P9D")), "tor -> m -> z; start2 -> t -> z", (),
                     "nicht mehr beisammen", id="alternatives torn apart"),
        pytest.param(catch("m", on("message", "m_ruf")) + catch("t", timer("Date", "2030-01-01")), "tor -> m -> z; tor -> t -> z", (), {"m", "t"},
                     id="a deadline told in another way"),
    ],
)  # fmt: skip
def test_what_waits_behind_an_event_gateway(nodes: str, route: str, ends: tuple[str, ...], expected: set[str] | str) -> None:
    old = catch("m", on("message", "m_ruf")) + catch("t", timer("Duration", "P9D"))
    library = Library()
    one, = library.add(diagram(MESSAGE, process("p", start(), GATE, old, user("z"), end(), flows("start -> tor -> m -> z -> end; tor -> t -> z"))), 1)
    second = start("start2") if "start2" in route else ""
    two, = library.add(diagram(MESSAGE, process("p", start(), second, GATE, nodes, user("z"), end(), flows(f"start -> tor; z -> end; {route}"))), 2)
    engine = runtime(library)
    state = engine.start(one, {}, key=ROOT).state
    if isinstance(expected, str):
        with pytest.raises(CannotMigrate, match=expected):
            rebuild(state, [Umbau(one, two, ends=frozenset(ends))])
        return
    rebuilt = rebuild(state, [Umbau(one, two, ends=frozenset(ends))])
    step = engine.apply(rebuilt.state, announce(rebuilt.cancelled))
    assert {wait.element for wait in step.waits} == expected
    # Whichever comes first, the others are waited for no longer, and the step behind comes once.
    for wait in step.waits:
        assert [one.element for one in engine.apply(step.state, fire(wait.key)).waits] == ["z"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(each("=[1, 2]", "person"), each("=[1, 2]", "person", sequential=True), "zählt oder sammelt anders", id="one after the other"),
        pytest.param(each("=[1, 2]", "person"), each("=[1, 2]", "person", "alle", "=person"), "zählt oder sammelt anders", id="a list of results"),
        pytest.param(each("=[1, 2]", "person"), each("=[1, 2, 3]", "person"), None, id="another list of persons: these two go on"),
    ],
)
def test_a_multi_instance_that_counts_otherwise_is_refused_while_it_runs(old: str, new: str, reason: str | None) -> None:
    library = Library()
    one, = library.add(diagram(process("p", start(), user("a", old), end(), flows("start -> a -> end"))), 1)
    two, = library.add(diagram(process("p", start(), user("a", new), end(), flows("start -> a -> end"))), 2)
    engine = runtime(library)
    now = engine.start(one, {}, key=ROOT)
    if reason:
        with pytest.raises(CannotMigrate, match=reason):
            rebuild(now.state, [Umbau(one, two)])
        return
    now = engine.apply(rebuild(now.state, [Umbau(one, two)]).state, announce([]))
    while now.waits:
        now = engine.apply(now.state, complete(now.waits[0].key))
    assert now.completed


def test_a_removed_join_with_two_open_branches_is_refused() -> None:
    library = Library()
    forked = [start(), par("f", "j"), user("a"), user("b"), user("z"), end()]
    one, = library.add(diagram(process("p", *forked, flows("start -> f -> a -> j -> z -> end; f -> b -> j"))), 1)
    two, = library.add(diagram(process("p", start(), xor("f", default="f_b"), xor("j"), user("a"), user("b"), user("z"), end(),
                                       flows("start -> f; f -> a : =true; f -> b; a -> j; b -> j; j -> z -> end"))), 2)  # fmt: skip
    engine = runtime(library)
    with pytest.raises(CannotMigrate, match="mehrere Zweige davor sind offen"):
        rebuild(engine.start(one, {}, key=ROOT).state, [Umbau(one, two)])


def test_between_a_new_fork_and_its_join_is_not_before_it_even_on_a_way_round() -> None:
    """The deadline leads back before the fork: from there both branches would come to the join, from the step itself only its own."""
    library = Library()
    body = [start(), xor("m"), user("a"), boundary("t", "a", timer("Duration", "P1D"), interrupting=True), end()]
    one, = library.add(diagram(process("p", *body, flows("start -> m -> a -> end; t -> m"))), 1)
    two, = library.add(diagram(process("p", *body, par("f", "j"), user("b"), flows("start -> m -> f -> a -> j -> end; f -> b -> j; t -> m"))), 2)
    engine = runtime(library)
    with pytest.raises(CannotMigrate, match="der andere käme nie an"):
        rebuild(engine.start(one, {}, key=ROOT).state, [Umbau(one, two)])


def test_a_step_inserted_into_one_of_two_open_branches_is_no_obstacle() -> None:
    library = Library()
    one, = library.add(diagram(process("p", start(), par("f", "j"), user("a"), user("b"), end(), flows("start -> f -> a -> j -> end; f -> b -> j"))), 1)
    two, = library.add(diagram(process("p", start(), par("f", "j"), user("a"), user("b"), user("c"), end(), flows("start -> f -> a -> j -> end; f -> b -> c -> j"))), 2)
    engine = runtime(library)
    now = engine.apply(rebuild(engine.start(one, {}, key=ROOT).state, [Umbau(one, two)]).state, announce([]))
    done = []
    while now.waits:
        done.append(now.waits[0].element)
        now = engine.apply(now.state, complete(now.waits[0].key))
    assert (sorted(done), now.completed) == (["a", "b", "c"], True)


def test_an_arrived_branch_is_known_again_when_its_last_step_gained_a_deadline() -> None:
    library = Library()
    body = [start(), par("f", "j"), user("a"), user("b"), end()]
    one, = library.add(diagram(process("p", *body, flows("start -> f -> a -> j -> end; f -> b -> j"))), 1)
    two, = library.add(diagram(process("p", *body, boundary("t", "b", timer("Duration", "P1D"), interrupting=False), end("e2"),
                                       flows("start -> f -> a -> j -> end; f -> b -> j; t -> e2"))), 2)  # fmt: skip
    engine = runtime(library)
    now = engine.start(one, {}, key=ROOT)
    now = engine.apply(now.state, complete(next(wait.key for wait in now.waits if wait.element == "b")))
    now = engine.apply(rebuild(now.state, [Umbau(one, two)]).state, announce([]))
    assert engine.apply(now.state, complete(now.waits[0].key)).completed
