"""Random block-structured processes: trees of plain tuples, and how each is drawn as BPMN.

A guard is ``(event, kind, interrupting, handler, merge, code)``; mappings are lists of ``(target, expression)``. Conditions read only
``x``, and only commands write it outside the scope in which it is local, so that tokens that move in the same step do not race.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
    listen,
    on,
    process,
    script,
    start,
    sub,
    timer,
    user,
    xor,
    zeebe,
)

CYCLES = 2
BRANCHING = ["user", "job", "seq", "seq", "xor", "inc", "par", "par", "loop", "sub", "sub", "many", "many", "gate", "call", "ruf"]
LEAVES = ["user", "user", "user", "job", "job", "hoert"]


@dataclass
class Loop:
    """A multi-instance: how many items, one after the other or all at once, enough after so many."""

    size: int
    sequential: bool
    enough: int | None


@dataclass
class Activity:
    """What all activities share. ``inputs`` and ``outputs`` are mappings."""

    id: str
    guards: list[Any]
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    loop: Loop | None = None


class Blocks:
    """Random trees; ``rng`` needs ``random``, ``choice`` and ``randint`` only."""

    def __init__(self, rng):
        self.rng, self.count = rng, 0

    def id(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def chance(self, share):
        return self.rng.randint(0, 99) < share * 100

    def block(self, depth):
        kind = self.rng.choice(BRANCHING if depth else LEAVES)
        return getattr(self, "make_" + kind)(depth - 1)

    def several(self, depth):
        return [self.block(depth) for _ in range(self.rng.randint(2, 3))]

    def activity(self, prefix, ending=None, loop=True):
        made = Activity(self.id(prefix), self.guards(ending))
        if self.chance(0.25):
            made.inputs = [("x", self.rng.choice(["=x + 1", "=2", "=x"]))]
        if self.chance(0.3):
            made.outputs = [(f"v_{made.id}", "=x")]
        return made

    def guards(self, ending=None):
        kinds = [kind for kind in ("timer", "cycle", "message", "escalation", "signal") if self.chance(0.12)]
        found = [(self.id("b"), kind, self.chance(0.5) and kind != "cycle", self.id("h"), self.id("x"), "1") for kind in kinds]
        if ending == "error" or self.chance(0.15):
            code = None if self.chance(0.5) else "500"
            found.append((self.id("b"), "error", True, self.id("h"), self.id("x"), code))
        return found

    def make_user(self, depth):
        return "user", self.looped(self.activity("u"), 0.1)

    def make_job(self, depth):
        return "job", self.looped(self.activity("s", "error" if self.chance(0.5) else None), 0.1)

    def looped(self, activity, share):
        if self.chance(share):
            size = self.rng.randint(1, 3)  # an empty one waits for nothing, and what follows would race
            activity.loop = Loop(size, self.chance(0.5), self.rng.randint(1, 2) if self.chance(0.3) else None)
            activity.outputs = [(f"r_{activity.id}", "=x")]
        return activity

    def make_hoert(self, depth):
        return "hoert", self.id("c")

    def make_ruf(self, depth):
        return "seq", [self.make_user(0), ("ruf", self.id("t"))]

    def make_seq(self, depth):
        return "seq", self.several(depth)

    def make_xor(self, depth, kind="xor"):
        return kind, self.id("f"), self.id("j"), self.several(depth)

    def make_inc(self, depth):
        return self.make_xor(depth, "inc")

    def make_par(self, depth):
        return self.make_xor(depth, "par")

    def make_loop(self, depth):
        return "loop", [self.id(prefix) for prefix in ("k", "a", "m", "p", "w", "e")], self.block(depth)

    def make_gate(self, depth):
        return "gate", self.id("g"), self.id("j"), [(self.id("c"), self.block(depth)) for _ in range(2)]

    def make_sub(self, depth, share=0.0):
        ending = self.rng.choice(["none", "none", "error", "escalation", "terminate"])
        activity = self.looped(self.activity("sub", ending), share)
        return "sub", activity, self.block(depth), ending, [self.id(prefix) for prefix in ("start", "e", "t", "w")]

    def make_many(self, depth):
        return self.make_sub(depth, 1.0)

    def make_call(self, depth):
        """A called process keeps ``x`` to itself: its value comes in as an input, and stays in the call's scope when handed back."""
        activity = self.looped(self.activity("call"), 0.2)
        activity.inputs = [("x", "=x"), ("fall", "=fall")]
        return "call", activity, self.block(min(depth, 1)), self.chance(0.5), self.chance(0.5)


class Writer:
    """Blocks to BPMN; every method gives the entry and the exit of its block."""

    def __init__(self, called, rng=None):
        self.nodes, self.flows, self.called, self.rng = [], [], called, rng

    def flow(self, *path, condition=None):
        self.flows.append(" -> ".join(path) + (f" : {condition}" if condition else ""))

    def write(self, node):
        return getattr(self, node[0])(*node[1:])

    def user(self, activity):
        self.nodes.append(user(activity.id, loop(activity), fields=self.listeners(), **mapping(activity)))
        return self.guarded(activity)

    def listeners(self):
        """With a ``rng``, some user tasks have listeners; the reference interpreter knows none."""
        events = ("start", "creating", "assigning", "completing", "end")
        chosen = [event for event in events if self.rng and self.rng.randint(0, 9) < 1]
        return (listen(*((event, "horchen") for event in chosen)), zeebe("assignmentDefinition", assignee="wer")) if chosen else ()

    def job(self, activity):
        self.nodes.append(job(activity.id, loop(activity), **mapping(activity)))
        return self.guarded(activity)

    def call(self, activity, body, parent, children):
        inner = Writer(self.called, self.rng)
        into, out = inner.write(body)
        inner.flow("a", into), inner.flow(out, "z")
        self.called.append(process(f"kind_{activity.id}", start("a"), *inner.nodes, end("z"), flows(";".join(inner.flows))))
        flags = {"parent": str(parent).lower(), "children": str(children).lower()}
        self.nodes.append(call(activity.id, f"kind_{activity.id}", loop(activity), **flags, **mapping(activity)))
        return self.guarded(activity)

    def hoert(self, id):
        self.nodes.append(catch(id, on("signal", "sg")))
        return id, id

    def ruf(self, id):
        self.nodes.append(element("intermediateThrowEvent", id, on("signal", "sg")))
        return id, id

    def guarded(self, activity):
        out = activity.id
        for event, kind, interrupting, handler, merge, code in activity.guards:
            trigger = {"timer": timer("Duration", "P1D"), "cycle": timer("Cycle", f"R{CYCLES}/P1D"), "message": on("message", "m1"),
                       "error": on("error", "er500" if code else None), "escalation": on("escalation", "es1"), "signal": on("signal", "sg")}[kind]
            self.nodes += [boundary(event, activity.id, trigger, interrupting), user(handler), xor(merge) if interrupting else end(merge)]
            self.flow(event, handler, merge)
            if interrupting:
                self.flow(out, merge)
                out = merge
        return activity.id, out

    def seq(self, parts):
        ends = [self.write(part) for part in parts]
        for (_, out), (into, _) in zip(ends, ends[1:], strict=False):
            self.flow(out, into)
        return ends[0][0], ends[-1][1]

    def fork(self, tag, fork, join, parts, conditional):
        ends = [self.write(part) for part in parts]
        for index, (into, out) in enumerate(ends):
            self.flow(fork, into, condition=f"=x >= {index}" if conditional and index else None)
            self.flow(out, join)
        self.nodes += [element(tag, fork, **({"default": f"{fork}_{ends[0][0]}"} if conditional else {})), element(tag, join)]
        return fork, join

    def xor(self, *args):
        return self.fork("exclusiveGateway", *args, True)

    def inc(self, *args):
        return self.fork("inclusiveGateway", *args, True)

    def par(self, *args):
        return self.fork("parallelGateway", *args, False)

    def loop(self, ids, body):
        """Three rounds in a sub-process of their own, so that each of several parallel iterations counts for itself."""
        id, begin, merge, plus, test, out = ids
        inner, name = Writer(self.called, self.rng), f"n_{id}"
        into, last = inner.write(body)
        inner.nodes += [start(begin), xor(merge), script(plus, f"={name} + 1", name), xor(test, default=f"{test}_{merge}"), end(out)]
        inner.flow(begin, merge, into), inner.flow(last, plus, test, merge)
        inner.flow(test, out, condition=f"={name} >= 3")
        self.nodes.append(sub(id, *inner.nodes, flows(";".join(inner.flows)), mapping={"inputs": {name: "=0"}}))
        return id, id

    def gate(self, gate, join, arms):
        self.nodes += [element("eventBasedGateway", gate), xor(join)]
        for event, body in arms:
            into, out = self.write(body)
            self.nodes.append(catch(event, timer("Duration", "P1D")))
            self.flow(gate, event, into), self.flow(out, join)
        return gate, join

    def sub(self, activity, body, ending, ids):
        s, e, t, w = ids
        inner = Writer(self.called, self.rng)
        into, out = inner.write(body)
        inner.flow(s, into)
        if ending == "none":
            inner.flow(out, e)
        else:
            inner.flow(out, w, e), inner.flow(w, t, condition="=x = 1")
            inner.nodes += [xor(w, default=f"{w}_{e}"), element("endEvent", t, on(ending, {"error": "er500", "escalation": "es1"}.get(ending)))]
        self.nodes.append(sub(activity.id, start(s), end(e), *inner.nodes, flows(";".join(inner.flows)), loop=loop(activity), mapping=mapping(activity)))
        return self.guarded(activity)


def mapping(activity):
    return {"inputs": dict(activity.inputs), "outputs": dict(activity.outputs)}


def loop(activity):
    if activity.loop is None:
        return ""
    items, name = str(list(range(activity.loop.size))), activity.id
    condition = f"=numberOfCompletedInstances >= {activity.loop.enough}" if activity.loop.enough else None
    return each(f"={items}", f"i_{name}", f"alle_{name}", f"=r_{name}", condition=condition, sequential=activity.loop.sequential)


def draw(tree, listening=None) -> list[bytes]:
    """The files of a tree: the process ``zufall`` first, then those it calls. ``listening`` decides who has listeners."""
    called: list[str] = []
    writer = Writer(called, listening)
    into, out = writer.write(tree)
    writer.flow("anfang", into), writer.flow(out, "schluss")
    body = process("zufall", start("anfang"), *writer.nodes, end("schluss"), flows(";".join(writer.flows)))
    return [diagram(*diagrams.COMMON, one) for one in (body, *called)]


