"""A second, independent meaning of random processes: a small interpreter over the block structure, no graph, no tokens, no library.

It imports nothing of the engine. The runtime must offer the same waits, seeing the same variables, after every command.
"""

from __future__ import annotations

from tests.engine.runtime.blocks import CYCLES


class Scope:
    """Where tokens live and where variables live. ``sees`` is the scope around for variables: none for a called process."""

    def __init__(self, parent, *, isolated=False, values=None):
        self.parent, self.sees = parent, None if isolated else parent
        self.values, self.catchers = dict(values or {}), []
        self.tokens, self.alive, self.empty = 0, True, None

    def inside(self, other):
        return self is other or (self.parent is not None and self.parent.inside(other))

    def lives(self):
        return self.alive and (self.parent is None or self.parent.lives())

    def leave(self):
        self.tokens -= 1
        if self.lives() and self.tokens == 0:
            self.empty()

    def visible(self):
        return {**(self.sees.visible() if self.sees else {}), **self.values}

    def put(self, name, value):
        """Into the nearest scope that holds the name, else into the outermost."""
        if name in self.values or self.sees is None:
            self.values[name] = value
        else:
            self.sees.put(name, value)


def value(expression, scope):
    """The expressions that trees contain: a name, ``=x + 1`` and a number."""
    text = expression.removeprefix("=")
    if text.isidentifier():
        return scope.visible()[text]
    return scope.visible()["x"] + 1 if text == "x + 1" else int(text)


class Wait:
    """``sees`` is the scope a person at this place looks from; ``go`` takes the values that came."""

    def __init__(self, element, scope, go, sees=None, kind="event"):
        self.element, self.scope, self.go, self.sees, self.kind = element, scope, go, sees or scope, kind


class Oracle:
    """Continuations over blocks: every wait knows what happens next."""

    def __init__(self, tree, variables):
        self.waits, self.completed = [], False
        # How many the last signal of this command reached: what several of them do next, they do in no particular order.
        self.woken = 0
        # Decides about that order; None takes them as they came.
        self.shuffle = None
        self.root = Scope(None, values=variables)
        self.root.tokens, self.root.empty = 1, self.finish
        self.run(tree, self.root, self.root.leave)

    def finish(self):
        self.completed = True

    def act(self, wait, values):
        self.waits.remove(wait)
        wait.go(values)

    def kill(self, scope):
        scope.alive = False
        self.waits = [wait for wait in self.waits if not wait.scope.inside(scope)]

    def run(self, node, scope, then):
        if scope.lives():
            getattr(self, "run_" + node[0])(scope, then, *node[1:])

    # Leaves

    def run_user(self, scope, then, activity):
        self.activity(scope, then, activity, lambda inner, done: self.waits.append(Wait(activity.id, inner, done, kind="user")))

    def run_job(self, scope, then, activity):
        self.activity(scope, then, activity, lambda inner, done: self.waits.append(Wait(activity.id, inner, done, kind="job")))

    def run_hoert(self, scope, then, id):
        self.waits.append(Wait(id, scope, self.caught(scope, then), kind="signal"))

    def caught(self, scope, then):
        def go(values):
            self.take(scope, values)
            then()

        return go

    def take(self, scope, values):
        for name, one in values.items():
            scope.put(name, one)

    def run_ruf(self, scope, then, id):
        """Everybody who listens now hears it, also whoever surrounds the thrower and thereby ends it.

        All hear it at once: boundary events first, before what goes on inside can end their activity.
        """
        hearing = [one for one in self.waits if one.kind in ("signal", "signal guard")]
        if self.shuffle:
            self.shuffle(hearing)
        hearing.sort(key=lambda one: one.kind == "signal")
        self.woken = max(self.woken, len(hearing))
        for wait in hearing:
            if wait in self.waits:
                self.act(wait, {})
        if scope.lives():
            then()

    # Structure

    def run_seq(self, scope, then, parts):
        if len(parts) == 1:
            self.run(parts[0], scope, then)
        else:
            self.run(parts[0], scope, lambda: self.run_seq(scope, then, parts[1:]))

    def run_xor(self, scope, then, fork, join, parts):
        self.run(parts[1 if scope.visible()["x"] >= 1 else 0], scope, then)

    def run_inc(self, scope, then, fork, join, parts):
        x = scope.visible()["x"]
        self.together(scope, then, [part for index, part in enumerate(parts) if index and x >= index] or parts[:1])

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

    def run_loop(self, scope, then, ids, body):
        """Three rounds, counted in a scope of their own, which also lasts until what began beside them has ended."""
        name = f"n_{ids[0]}"
        space = Scope(scope, values={name: 0})
        space.tokens, space.empty = 1, then

        def again():
            space.values[name] += 1
            if space.values[name] < 3:
                self.run(body, space, again)
            else:
                space.leave()

        self.run(body, space, again)

    def run_gate(self, scope, then, gate, join, arms):
        group = Scope(scope)

        def choose(body):
            def go(values):
                self.kill(group)
                self.take(scope, values)
                self.run(body, scope, then)

            return go

        for event, body in arms:
            self.waits.append(Wait(event, group, choose(body)))

    # Activities

    def run_sub(self, scope, then, activity, body, ending, ids):
        def begin(inner, done):
            space = Scope(inner)
            space.tokens, space.empty = 1, lambda: done({})
            self.run(body, space, lambda: self.ending(space, done, ending))

        self.activity(scope, then, activity, begin)

    def ending(self, space, done, ending):
        if ending == "none" or space.visible()["x"] != 1:
            space.leave()
        elif ending == "terminate":
            self.kill(space)
            done({})
        elif not self.throw(space, ending, {"error": "500", "escalation": "1"}[ending]):
            space.leave()

    def run_call(self, scope, then, activity, body, parent, children):
        def begin(inner, done):
            child = Scope(inner, isolated=True, values=inner.visible() if parent else inner.values)
            child.tokens, child.empty = 1, lambda: done(dict(child.values) if children or activity.outputs else {})
            self.run(body, child, child.leave)

        self.activity(scope, then, activity, begin)

    def catches(self, scope, kind, code):
        """The nearest guard around for an error or escalation."""
        while scope is not None:
            for guard, trigger in scope.catchers:
                if guard[1] == kind and guard[5] in (None, code):
                    return guard, trigger
            scope = scope.parent
        return None

    def throw(self, scope, kind, code):
        found = self.catches(scope, kind, code)
        if found is None:
            return False
        guard, trigger = found
        trigger()
        return guard[2]

    def activity(self, scope, then, activity, begin):
        """``begin(inner, done)`` does the work of one instance; ``done(values)`` takes its result."""
        body = Scope(scope)

        def over():
            self.kill(body)
            then()

        for guard in activity.guards:
            self.guard(guard, scope, body, then)
        if activity.loop is None:
            self.instance(body, scope, activity, begin, over)
        else:
            self.iterate(body, scope, activity, begin, over)

    def instance(self, inner, outer, activity, begin, over):
        """Inputs into the instance's own scope; its result goes outwards, or through the outputs."""
        for target, source in activity.inputs:
            inner.values[target] = value(source, inner)

        def done(values):
            if not activity.outputs:
                self.take(inner, values)
            else:
                inner.values.update(values)
                for target, source in activity.outputs:
                    outer.put(target, value(source, inner))
            over()

        begin(inner, done)

    def iterate(self, body, scope, activity, begin, over):
        """One scope for each item. Results are collected in the order of the items, and handed outwards at the end."""
        name, loop = activity.id, activity.loop
        finished, todo, results = [0], list(range(loop.size)), f"alle_{name}"
        body.values[results] = [None] * loop.size

        def leave():
            scope.put(results, body.values[results])
            over()

        def one(index):
            inner = Scope(body, values={"loopCounter": index + 1, f"i_{name}": index, f"r_{name}": None})

            def collected():
                self.kill(inner)
                held = body.values[results]
                body.values[results] = [*held[:index], inner.values[f"r_{name}"], *held[index + 1 :]]
                finished[0] += 1
                if finished[0] == loop.size or (loop.enough and finished[0] >= loop.enough):
                    leave()
                elif loop.sequential:
                    one(todo.pop(0))

            self.instance(inner, inner, activity, begin, collected)

        if not todo:
            leave()
        for _ in range(1 if loop.sequential else loop.size):
            if todo:
                one(todo.pop(0))

    def guard(self, guard, scope, body, then):
        """A boundary event: interrupting it ends the activity, otherwise it starts a handler beside it."""
        event, kind, interrupting, handler, _, _ = guard

        def trigger(values, fired=0):
            self.take(scope, values)
            if interrupting:
                self.kill(body)
                self.waits.append(Wait(handler, scope, self.caught(scope, then), kind="user"))
                return
            if kind in ("message", "signal") or (kind == "cycle" and fired + 1 < CYCLES):
                arm(fired + 1)
            scope.tokens += 1
            self.waits.append(Wait(handler, scope, self.caught(scope, scope.leave), kind="user"))

        def arm(fired):
            wait = Wait(event, body, lambda values: trigger(values, fired), kind="signal guard" if kind == "signal" else "event")
            self.waits.append(wait)

        if kind in ("error", "escalation"):
            body.catchers.append((guard, lambda: trigger({})))
        else:
            arm(0)
