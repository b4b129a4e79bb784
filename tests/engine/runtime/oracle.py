"""A second, independent meaning of random processes: a small interpreter over the block structure, no graph, no tokens, no
library. The runtime must offer the same waits after every command, and complete at the same moment."""

from __future__ import annotations

import collections
import random

from engine.runtime import Runtime, complete, fire
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
    on,
    process,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.runtime.support import Library, runtime

CYCLES = 2


class Blocks:
    """Random block trees, as plain tuples."""

    def __init__(self, rng):
        self.rng, self.count = rng, 0

    def id(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def block(self, depth):
        if depth == 0:
            return ("user", self.id("u"), self.guards())
        kind = self.rng.choice(["user", "seq", "seq", "xor", "inc", "par", "par", "loop", "sub", "sub", "each", "gate", "call"])
        if kind == "user":
            return ("user", self.id("u"), self.guards())
        if kind == "call":
            return ("call", self.id("call"), self.guards())
        if kind == "seq":
            return ("seq", [self.block(depth - 1) for _ in range(self.rng.randint(2, 3))])
        if kind in ("xor", "inc", "par"):
            return (kind, self.id("f"), self.id("j"), [self.block(depth - 1) for _ in range(self.rng.randint(2, 3))])
        if kind == "loop":
            return ("loop", [self.id(p) for p in "zmpwo"], self.block(depth - 1))
        if kind == "gate":
            return ("gate", self.id("g"), self.id("j"), [(self.id("c"), self.block(depth - 1)) for _ in range(2)])
        id, body, ending = self.id("sub"), self.block(depth - 1), self.rng.choice(["none", "none", "error", "escalation", "terminate"])
        return (kind, id, body, ending, [self.id(p) for p in ("start", "e", "t", "w")], self.guards(ending))

    def guards(self, ending=None):
        kinds = [k for k in ("timer", "cycle", "message", "escalation") if self.rng.random() < .15]
        found = [(self.id("b"), k, self.rng.random() < .5 and k != "cycle", self.id("h"), self.id("x")) for k in kinds]
        if ending == "error" or self.rng.random() < .1:
            found.append((self.id("b"), "error", True, self.id("h"), self.id("x")))
        return found


class Writer:
    """Blocks to BPMN; returns the entry and exit of each."""

    def __init__(self, called):
        self.nodes, self.flows, self.called = [], [], called

    def flow(self, *path, condition=None):
        self.flows.append(" -> ".join(path) + (f" : {condition}" if condition else ""))

    def write(self, node):
        return getattr(self, node[0])(*node[1:])

    def user(self, id, guards):
        self.nodes.append(user(id))
        return id, self.guarded(id, guards)

    def call(self, id, guards):
        self.nodes.append(call(id, f"kind_{id}", children="false"))
        self.called.append(process(f"kind_{id}", start("a"), user(f"in_{id}"), end("z"), flows(f"a -> in_{id} -> z")))
        return id, self.guarded(id, guards)

    def guarded(self, id, guards):
        out = id
        for event, kind, interrupting, handler, merge in guards:
            trigger = {"timer": timer("Duration", "P1D"), "cycle": timer("Cycle", f"R{CYCLES}/P1D"), "message": on("message", "m1"),
                       "error": on("error"), "escalation": on("escalation", "es1")}[kind]
            self.nodes += [boundary(event, id, trigger, interrupting), user(handler), xor(merge) if interrupting else end(merge)]
            self.flow(event, handler, merge)
            if interrupting:
                self.flow(out, merge)
                out = merge
        return out

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
        zero, merge, plus, test, out = ids
        into, last = self.write(body)
        name = f"n{zero}"
        self.nodes += [script(zero, "=0", name), xor(merge, out), script(plus, f"={name} + 1", name), xor(test, default=f"{test}_{merge}")]
        self.flow(zero, merge, into), self.flow(last, plus, test, merge)
        self.flow(test, out, condition=f"={name} >= 3")
        return zero, out

    def gate(self, gate, join, arms):
        self.nodes += [element("eventBasedGateway", gate), xor(join)]
        for event, body in arms:
            into, out = self.write(body)
            self.nodes.append(catch(event, timer("Duration", "P1D")))
            self.flow(gate, event, into), self.flow(out, join)
        return gate, join

    def sub(self, id, body, ending, ids, guards, loop=""):
        s, e, t, w = ids
        inner = Writer(self.called)
        into, out = inner.write(body)
        inner.flow(s, into)
        if ending == "none":
            inner.flow(out, e)
        else:
            inner.flow(out, w, e), inner.flow(w, t, condition="=x = 1")
            inner.nodes += [xor(w, default=f"{w}_{e}"), element("endEvent", t, on(ending, {"error": "er500", "escalation": "es1"}.get(ending)))]
        self.nodes.append(sub(id, start(s), end(e), *inner.nodes, flows(";".join(inner.flows)), loop=loop))
        return id, self.guarded(id, guards)

    def each(self, *args):
        return self.sub(*args, loop=each("=personen", "person", sequential=True))


class Scope:
    def __init__(self, parent, catchers=()):
        self.parent, self.catchers, self.tokens, self.alive, self.empty = parent, catchers, 0, True, None

    def inside(self, other):
        return self is other or (self.parent is not None and self.parent.inside(other))

    def leave(self):
        self.tokens -= 1
        if self.alive and self.tokens == 0:
            self.empty()


class Oracle:
    """Continuations over blocks: every wait knows what happens next."""

    def __init__(self, block, x):
        self.waits, self.x, self.completed = [], x, False
        root = Scope(None)
        root.tokens, root.empty = 1, self.finish
        self.run(block, root, root.leave)

    def finish(self):
        self.completed = True

    def act(self, element, x):
        wait = next(w for w in self.waits if w[0] == element)
        self.waits.remove(wait)
        if not element.startswith("in_"):
            self.x = x
        wait[2]()

    def kill(self, scope):
        scope.alive = False
        self.waits = [w for w in self.waits if not w[1].inside(scope)]

    def run(self, node, scope, then):
        getattr(self, "run_" + node[0])(scope, then, *node[1:])

    def run_user(self, scope, then, id, guards):
        self.activity(scope, then, guards, lambda inner, done: self.waits.append((id, inner, done)))

    def run_call(self, scope, then, id, guards):
        self.activity(scope, then, guards, lambda inner, done: self.waits.append((f"in_{id}", inner, done)))

    def run_seq(self, scope, then, parts):
        if len(parts) == 1:
            self.run(parts[0], scope, then)
        else:
            self.run(parts[0], scope, lambda: self.run_seq(scope, then, parts[1:]))

    def run_xor(self, scope, then, fork, join, parts):
        self.run(parts[1 if self.x >= 1 else 0], scope, then)

    def run_inc(self, scope, then, fork, join, parts):
        self.together(scope, then, [p for i, p in enumerate(parts) if i and self.x >= i] or parts[:1])

    def run_par(self, scope, then, fork, join, parts):
        self.together(scope, then, parts)

    def together(self, scope, then, parts):
        left = [len(parts)]

        def arrive():
            left[0] -= 1
            if left[0] == 0:
                then()

        for part in parts:
            self.run(part, scope, arrive)

    def run_loop(self, scope, then, ids, body, count=0):
        self.run(body, scope, lambda: then() if count == 2 else self.run_loop(scope, then, ids, body, count + 1))

    def run_gate(self, scope, then, gate, join, arms):
        group = Scope(scope)

        def chosen(body):
            self.kill(group)
            self.run(body, scope, then)

        for event, body in arms:
            self.waits.append((event, group, lambda body=body: chosen(body)))

    def run_sub(self, scope, then, id, body, ending, ids, guards):
        self.activity(scope, then, guards, lambda inner, done: self.inside(inner, done, body, ending))

    def run_each(self, scope, then, id, body, ending, ids, guards):
        def iterate(inner, done, left):
            if left == 0:
                done()
            else:
                self.inside(Scope(inner), lambda: iterate(inner, done, left - 1), body, ending)

        self.activity(scope, then, guards, lambda inner, done: iterate(inner, done, 2))

    def inside(self, inner, done, body, ending):
        inner.tokens, inner.empty = 1, done
        self.run(body, inner, lambda: self.ending(inner, done, ending))

    def ending(self, inner, done, ending):
        if ending == "none" or self.x != 1:
            inner.leave()
        elif ending == "terminate":
            self.kill(inner)
            done()
        elif not self.throw(inner, ending):
            inner.leave()

    def throw(self, scope, kind):
        while scope is not None:
            for guard, trigger in scope.catchers:
                if guard[1] == kind:
                    trigger()
                    return guard[2]
            scope = scope.parent
        return False

    def activity(self, scope, then, guards, begin):
        inner = Scope(scope)

        def trigger(guard, fired=0):
            event, kind, interrupting, handler, _ = guard
            if interrupting:
                self.kill(inner)
                self.waits.append((handler, scope, then))
                return
            if kind == "message" or (kind == "cycle" and fired + 1 < CYCLES):
                self.waits.append((event, inner, lambda: trigger(guard, fired + 1)))
            scope.tokens += 1
            self.waits.append((handler, scope, scope.leave))

        def done():
            self.kill(inner)
            then()

        for guard in guards:
            if guard[1] in ("error", "escalation"):
                inner.catchers = (*inner.catchers, (guard, lambda guard=guard: trigger(guard)))
            else:
                self.waits.append((guard[0], inner, lambda guard=guard: trigger(guard)))
        begin(inner, done)


def run(numbers: range, walks: int) -> collections.Counter:
    """Compare the runtime with the oracle on the diagrams with these numbers; the sums of what was seen."""
    stats = collections.Counter()
    for number in numbers:
        tree, library, definition = compiled(number, stats)
        for seed in range(walks):
            compare(runtime(library), definition, tree, f"diagram {number} seed {seed}", stats)
    return stats


def compiled(number, stats):
    blocks, called = Blocks(random.Random(number)), []
    tree, writer, library = blocks.block(4), Writer(called), Library()
    into, out = writer.write(tree)
    writer.flow("anfang", into), writer.flow(out, "schluss")
    body = process("zufall", start("anfang"), *writer.nodes, end("schluss"), flows(";".join(writer.flows)))
    definition, = library.add(diagram(*diagrams.COMMON, body))
    for one in called:
        library.add(diagram(one))
    stats["elements"] += blocks.count
    return tree, library, definition


def compare(engine: Runtime, definition, tree, where: str, stats: collections.Counter) -> None:
    rng = random.Random(where.split()[-1])
    now, oracle = engine.start(definition, {"x": 0, "personen": ["A", "B"], "fall": "F"}, key=1), Oracle(tree, 0)
    for step in range(120):
        ours, theirs = sorted(w.element for w in now.waits), sorted(w[0] for w in oracle.waits)
        same = ours == theirs and now.completed == oracle.completed and not now.incidents
        assert same, f"{where} step {step}: runtime {ours} {now.completed} oracle {theirs} {oracle.completed} {now.incidents}\n{tree}"
        if now.completed:
            stats["completed"] += 1
            return
        chosen, x = rng.choice(now.waits), rng.randint(0, 2)
        wait = min((w for w in now.waits if w.element == chosen.element), key=lambda w: w.key)
        now = engine.apply(now.state, (complete if wait.kind == "user task" else fire)(wait.key, {"x": x}))
        oracle.act(wait.element, x)
        stats["steps"] += 1
