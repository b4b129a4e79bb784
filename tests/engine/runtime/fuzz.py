"""Random sound processes, block by block, walked differentially; each fork must be joined exactly as often as it ran."""

from __future__ import annotations

import collections
import random

from engine.runtime import Definition, Runtime
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
    on,
    par,
    process,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.runtime.support import Library, runtime
from tests.engine.runtime.walks import Walk, choose, decide


class Maker:
    def __init__(self, rng):
        self.rng, self.count, self.nodes, self.flows, self.pairs = rng, 0, [], [], []

    def id(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def add(self, *xml):
        self.nodes.extend(xml)

    def flow(self, source, target, condition=None):
        self.flows.append(f"{source} -> {target}" + (f" : {condition}" if condition else ""))

    def block(self, depth):
        kinds = ["user", "user", "job", "catch", "script"]
        if depth > 0:
            kinds = ["user", "job", "seq", "seq", "xor", "par", "par", "inc", "loop", "sub", "sub", "many", "gate", "call"]
        return getattr(self, "make_" + self.rng.choice(kinds))(depth)

    def make_user(self, depth):
        id = self.id("u")
        self.add(user(id, outputs={f"v{self.rng.randint(0, 3)}": "=wert"} if self.rng.random() < 0.3 else {}))
        return id, self.guard(id)

    def make_job(self, depth):
        id = self.id("s")
        self.add(job(id, inputs={"lokal": "=x"}))
        return id, self.guard(id)

    def guard(self, host):
        """Sometimes boundary events: a reminder beside it, a message beside it, an interruption merged behind it."""
        exit_ = host
        if self.rng.random() < .25:
            b, h, e = self.id("b"), self.id("u"), self.id("e")
            trigger = self.rng.choice([timer("Cycle", "R2/P1D"), on("message", "m1"), on("escalation", "es1")])
            self.add(boundary(b, host, trigger, interrupting=False), user(h), end(e))
            self.flow(b, h), self.flow(h, e)
        if self.rng.random() < .3:
            b, h, m = self.id("b"), self.id("u"), self.id("m")
            self.add(boundary(b, host, self.rng.choice([timer("Duration", "P1D"), on("error"), on("message", "m1")])), user(h), xor(m))
            self.flow(b, h), self.flow(h, m), self.flow(host, m)
            exit_ = m
        return exit_

    def make_catch(self, depth):
        id = self.id("c")
        self.add(catch(id, timer("Duration", "=frist") if self.rng.random() < .5 else on("message", "m1")))
        return id, id

    def make_script(self, depth):
        id = self.id("p")
        self.add(script(id, "=x", f"w{self.count}"))
        return id, id

    def make_seq(self, depth):
        parts = [self.block(depth - 1) for _ in range(self.rng.randint(2, 3))]
        for (_, out), (into, _) in zip(parts, parts[1:], strict=False):
            self.flow(out, into)
        return parts[0][0], parts[-1][1]

    def branches(self, fork, join, depth, conditions):
        for index in range(self.rng.randint(2, 3)):
            into, out = self.block(depth - 1)
            self.flow(fork, into, f"=x >= {index}" if conditions and index else None)
            self.flow(out, join)
            if index == 0:
                first = into
        return first

    def make_xor(self, depth, tag="exclusiveGateway", prefix="w"):
        fork, join = self.id(prefix), self.id("j")
        first = self.branches(fork, join, depth, True)
        self.add(element(tag, fork, default=f"{fork}_{first}"), element(tag, join))
        if prefix == "i":
            self.pairs.append((fork, join))
        return fork, join

    def make_inc(self, depth):
        return self.make_xor(depth, "inclusiveGateway", "i")

    def make_par(self, depth):
        fork, join = self.id("f"), self.id("j")
        self.branches(fork, join, depth, False)
        self.add(par(fork, join))
        self.pairs.append((fork, join))
        return fork, join

    def make_loop(self, depth):
        zero, merge, plus, test, out = (self.id(x) for x in "zmpwo")
        n = f"n{zero}"
        into, exit_ = self.block(depth - 1)
        self.add(script(zero, "=0", n), xor(merge, out), script(plus, f"={n} + 1", n), xor(test, default=f"{test}_{merge}"))
        for pair in ((zero, merge), (merge, into), (exit_, plus), (plus, test), (test, merge)):
            self.flow(*pair)
        self.flow(test, out, f"={n} >= 3")
        return zero, out

    def make_sub(self, depth, loop=""):
        id = self.id("sub")
        outer, self.nodes, self.flows = (self.nodes, self.flows), [], []
        into, out = self.block(depth - 1)
        s, e = self.id("s_"), self.id("e_")
        throw = self.id("t")
        kind = self.rng.choice(["none", "error", "escalation", "terminate"])
        if kind == "none":
            self.flow(out, e)
            self.add(end(e))
        else:
            w = self.id("w")
            self.add(xor(w, default=f"{w}_{e}"), end(e), element("endEvent", throw, on(kind, {"error": "er500", "escalation": "es1"}.get(kind))
                     if kind != "terminate" else on("terminate")))
            self.flow(out, w), self.flow(w, e), self.flow(w, throw, "=x = 1")
        self.flow(s, into)
        inner = [start(s), *self.nodes, flows(";".join(self.flows))]
        self.nodes, self.flows = outer
        self.add(sub(id, *inner, loop=loop, mapping={"inputs": {"lokal": "=x"}, "outputs": {"aus": "=lokal"}} if self.rng.random() < .5 else None))
        return id, self.guard(id)

    def make_many(self, depth):
        return self.make_sub(depth, each("=personen", self.id("person"), self.id("alle"), "=x", sequential=self.rng.random() < .5,
                                         condition="=numberOfCompletedInstances >= 2" if self.rng.random() < 0.3 else None))

    def make_gate(self, depth):
        gate, join = self.id("g"), self.id("m")
        for _ in range(2):
            c = self.id("c")
            self.add(catch(c, timer("Duration", "P1D")))
            into, out = self.block(depth - 1)
            self.flow(gate, c), self.flow(c, into), self.flow(out, join)
        self.add(element("eventBasedGateway", gate), xor(join))
        return gate, join

    def make_call(self, depth):
        id = self.id("call")
        self.add(call(id, "kind", parent=self.rng.choice(["true", "false"]), children=self.rng.choice(["true", "false"]), inputs={"x": "=x"}))
        return id, self.guard(id)


def make(seed):
    maker = Maker(random.Random(seed))
    into, out = maker.block(4)
    maker.flow("start", into), maker.flow(out, "end")
    return maker, diagram(*diagrams.COMMON, process("zufall", start(), *maker.nodes, end(), flows(";".join(maker.flows))))


def walk(engine: Runtime, definition: Definition, pairs: list[tuple[str, str]], seed: int, stats: collections.Counter, limit: int = 150) -> None:
    """Walk until completed. Joins are counted unless something was interrupted on the way."""
    rng, two = random.Random(seed), Walk(engine, definition, diagrams.VARIABLES)
    counts, cut = collections.Counter(), False
    for number in range(limit):
        assert (problem := two.difference()) is None, f"seed {seed} step {number}: {problem}"
        for event in two.saved.events:
            counts[event.what, event.element] += 1
            cut = cut or (event.what == "cancelled" and event.type in ("SUB_PROCESS", "MULTI_INSTANCE_BODY")) or event.element[:1] == "t"
        if two.saved.completed:
            assert (problem := two.left_open()) is None, f"seed {seed}: {problem}"
            stats["completed"] += 1
            for fork, join in pairs if not cut else ():
                stats["pairs"] += counts["completed", fork]
                assert counts["completed", fork] == counts["completed", join], f"seed {seed}: {fork} and {join}"
            return
        commands = choose(rng, two.saved)
        assert commands is not None, f"seed {seed} step {number}: stuck, {two.saved}"
        two.go(commands)
        stats["steps"] += 1
    stats["cut off"] += 1


def run(numbers: range, walks: int) -> collections.Counter:
    """Walk through the diagrams with these numbers; the sums of what was seen."""
    stats = collections.Counter()
    for number in numbers:
        maker, xml = make(number)
        library = Library()
        definition, = library.add(xml)
        library.add(diagram(diagrams.CALLED))
        stats["elements"] += maker.count
        for seed in range(walks):
            try:
                walk(runtime(library, decide=decide), definition, maker.pairs, seed, stats)
            except Exception as error:
                raise AssertionError(f"diagram {number} seed {seed}: {error!r}") from error
    return stats
