"""Plays a net: states are numbers, and of each the search asks what may be seen next.

A running scope is its marking and the running scopes inside it; equal ones are one number (hash consing), so instances that differ only in
their order are the same state. Steps that nobody sees are taken only as far as something visible, or the end, needs them: what one branch
decides silently is never multiplied with what the others could decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.replay.allowance import Allowance
from engine.replay.net import Net
from engine.replay.places import (
    BITS,
    END,
    ERROR,
    ESCALATE,
    FULL,
    JOIN,
    KID,
    MERGE,
    PASS,
    PUT,
    TERMINATE,
    Action,
    Def,
    LoopDef,
    Op,
    mask,
)
from engine.replay.repetition import loop_closure, loop_outcome
from engine.replay.running import Closure, Effects, Kids, Outcome, Run, minus, plus, with_, without
from engine.replay.ways import LONG_WAY, flattened, on_leaving, somebody_comes

DEEP = 40


@dataclass
class States(Allowance):
    """All states of one net met so far."""

    net: Net
    known: list[tuple[Def | LoopDef, int, Kids]] = field(default_factory=list)
    numbers: dict[tuple[int, int, Kids], int] = field(default_factory=dict)
    closures: dict[int, Closure] = field(default_factory=dict)
    begun: dict[int, Outcome] = field(default_factory=dict)
    flat: dict[int, tuple[Op, ...]] = field(default_factory=dict)
    depth: int = 0

    def start(self) -> int | None:
        return self.begin(self.net.root)[0]

    def begin(self, scope: Def | LoopDef) -> Outcome:
        """The state in which a scope begins; None when it is over at once."""
        key = id(scope)
        if key not in self.begun:
            if self.depth > DEEP:
                self.overflowed = True
                return (None, (("error", "zu tief verschachtelt"),))
            self.depth += 1
            self.begun[key] = self._begin(scope)
            self.depth -= 1
        return self.begun[key]

    def _begin(self, scope: Def | LoopDef) -> Outcome:
        if isinstance(scope, LoopDef):
            return loop_outcome(self, scope, 0, (), ())
        run = Run(0, ())
        for units in scope.begins:
            run.m += units
        self.play(scope, run, scope.starts)
        return self._outcome(scope, run)

    def number(self, scope: Def | LoopDef, m: int, kids: Kids) -> int:
        key = (id(scope), m, kids)
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.known)
            self.known.append((scope, m, kids))
        return found

    def closure(self, state: int) -> Closure:
        found = self.closures.get(state)
        if found is None:
            before, self.overflowed = self.overflowed, False
            scope, m, kids = self.known[state]
            found = loop_closure(self, scope, m, kids) if isinstance(scope, LoopDef) else self._closure(scope, m, kids)
            found = Closure(found.seen, found.ends, self.overflowed or found.truncated)
            self.overflowed = before or found.truncated
            self.closures[state] = found
        elif found.truncated:
            self.overflowed = True
        return found

    def is_final(self, state: int | None) -> bool:
        """Whether everything can end from here without anything more to be seen."""
        return state is None or any(after is None for after, _ in self.closure(state).ends)

    # A scope

    def _closure(self, scope: Def, m: int, kids: Kids) -> Closure:
        seen: dict[tuple[int, int | None, Effects], None] = {}
        ends: dict[Outcome, None] = {}
        first = Run(m, kids)
        if not m & scope.tokens and not kids:
            ends[(None, ())] = None
        done = {first.key()}
        todo = [first]
        is_first = True
        while todo and self.look(len(done), todo[-1].kids):
            run = todo.pop()
            for visible, is_fresh, after in self._steps(scope, run, begins=is_first):
                if after.is_lost:
                    continue
                if visible >= 0:
                    seen[(visible, *self._outcome(scope, after))] = None
                    continue
                self._note(scope, run, after, is_new_thread=not (is_first or is_fresh))
                if after.is_over or after.effects:
                    ends[self._outcome(scope, after)] = None  # whoever is around goes on from there
                    continue
                if not after.m & scope.tokens and not after.kids:
                    ends[(None, ())] = None
                key = after.key()
                if key not in done:
                    done.add(key)
                    todo.append(after)
            is_first = False
        return Closure(tuple(seen), tuple(ends), False)

    @staticmethod
    def _note(scope: Def, before: Run, after: Run, *, is_new_thread: bool) -> None:
        """A branch may be left alone where it waits for others; what it did must then be used by somebody."""
        after.pending = (before.pending or is_new_thread) and not after.pending
        after.synced = after.synced or bool(after.fresh & scope.syncs) or bool(scope.merges)

    def _outcome(self, scope: Def, run: Run) -> Outcome:
        if run.is_over or not (run.m & (scope.tokens | scope.waits)) and not run.kids:
            return (None, run.effects)
        return (self.number(scope, run.m, run.kids), run.effects)

    def _steps(self, scope: Def, run: Run, *, begins: bool) -> Iterator[tuple[int, bool, Run]]:
        """What can happen to tokens that this run has made; to others only where a run begins or has come to wait for them."""
        m = run.m
        actions = scope.actions
        while m:
            place = ((m & -m).bit_length() - 1) // BITS
            m &= ~(FULL << BITS * place)
            if not actions[place]:
                continue
            is_fresh = bool(run.fresh & FULL << BITS * place)
            if not (begins or is_fresh or run.synced):
                continue
            is_unseen = run.pending or not (begins or is_fresh)
            for action in actions[place]:
                if action.visible >= 0 and is_unseen:
                    continue
                if action.leaves is None and not action.clears:
                    yield action.visible, is_fresh, self._taken(scope, run, action, place)
                    continue
                for after in self._act(scope, run, action, place):
                    yield action.visible, is_fresh, after
        last = None
        for kid in run.kids:
            if kid != last:
                for step in self._kid_steps(scope, run, kid):
                    is_mine = begins or step[1]
                    if is_mine and not run.pending if step[0] >= 0 else is_mine or run.synced:
                        yield step
            last = kid

    def _act(self, scope: Def, run: Run, action: Action, place: int) -> Iterator[Run]:
        if action.clears:
            after = Run(0, ())
            self.play(scope, after, action.ops)
            yield after
            return
        for extra in on_leaving(scope, action.leaves, run.m):
            after = Run(run.m - action.take, run.kids, run.fresh, run.fresh_kids, effects=run.effects)
            if action.take and not after.m & FULL << BITS * place:
                after.fresh &= ~(FULL << BITS * place)
            self._leave(scope, after, action.leaves)
            self.play(scope, after, (*extra, *action.ops))
            yield after

    def _taken(self, scope: Def, run: Run, action: Action, place: int) -> Run:
        """The usual way for a token to leave: nothing else ends by it."""
        after = Run(run.m - action.take, run.kids, run.fresh, run.fresh_kids, effects=run.effects)
        if action.take and not after.m & FULL << BITS * place:
            after.fresh &= ~(FULL << BITS * place)
        flat = self.flat.get(id(action))
        if flat is None:
            flat = self.flat[id(action)] = flattened(scope, action.ops)
        self.play(scope, after, flat)
        return after

    def _kid_steps(self, scope: Def, run: Run, kid: tuple[str, int]) -> Iterator[tuple[int, bool, Run]]:
        host, state = kid
        is_fresh = kid in run.fresh_kids
        inner = self.closure(state)
        for visible, after, effects in inner.seen:
            for done in self._replace(scope, run, kid, after, effects):
                yield visible, is_fresh, done
        for end in inner.ends:
            for done in self._replace(scope, run, kid, *end):
                yield -1, is_fresh, done
        for action in scope.kid_actions.get(host, ()):
            for extra in on_leaving(scope, host, run.m):
                done = without(run, kid)
                self._leave(scope, done, host)
                self.play(scope, done, (*extra, *action.ops))
                yield action.visible, is_fresh, done

    def _replace(self, scope: Def, run: Run, kid: tuple[str, int], after: int | None, effects: Effects) -> Iterator[Run]:
        """The scope after something happened in one of those running in it."""
        host = kid[0]
        if after is not None and not effects:
            yield with_(without(run, kid), (host, after))
            return
        for extra in on_leaving(scope, host, run.m) if after is None else [()]:
            done = without(run, kid)
            if after is not None:
                done = with_(done, (host, after))
            else:
                self._leave(scope, done, host)
            if effects:
                self._catch(scope, done, (host, after), effects, extra)
            else:
                done.synced = True
                self.play(scope, done, (*extra, self._exit(scope, host)))
            yield done

    @staticmethod
    def _exit(scope: Def, host: str) -> Op:
        return scope.ops[f"nach {host}"]

    def _catch(self, scope: Def, run: Run, kid: tuple[str, int | None], effects: Effects, extra: tuple[Op, ...]) -> None:
        host, after = kid
        is_dead = any(what == "error" for what, _ in effects)
        ops: list[Op] = list(extra)
        for what, code in effects:
            found = next((c for c in scope.caught.get(host, ()) if c[0] == what and c[1] in (None, code)), None)
            if found is None:
                self._throw(scope, run, what, code)
                if run.is_over:
                    return
                continue
            if found[2] and after is not None:
                run.kids = minus(run.kids, (host, after))
                run.fresh_kids = minus(run.fresh_kids, (host, after))
                self._leave(scope, run, host)
                is_dead = True
            is_dead = is_dead or found[2]
            ops.append(found[3])
        if after is None and not is_dead:
            run.synced = True
            ops.append(self._exit(scope, host))
        self.play(scope, run, tuple(ops))

    def _throw(self, scope: Def, run: Run, what: str, code: str) -> None:
        """An error or escalation in this scope: an event sub-process takes it, or it goes on upwards."""
        found = next((c for c in scope.errors if c[0] == what and c[1] in (None, code)), None)
        if found is not None:
            if found[2]:
                run.m, run.kids, run.fresh, run.fresh_kids = 0, (), 0, ()
            self.play(scope, run, (found[3],))
            return
        run.effects = (*run.effects, (what, code))
        if what == "error":
            run.m, run.kids, run.is_over = 0, (), True

    @staticmethod
    def _leave(scope: Def, run: Run, host: str | None) -> None:
        if host in scope.ends_with:
            run.m &= ~scope.ends_with[host]

    # Tokens on their way

    def play(self, scope: Def, run: Run, ops: Sequence[Op]) -> None:
        """Let tokens go until each waits: for something visible, for a decision, or for others."""
        todo = list(ops)
        steps = 0
        while True:
            while todo and not run.is_over:
                steps += 1
                if steps > LONG_WAY:
                    run.is_lost = True
                    return
                op, argument = todo.pop()
                if op == PUT:
                    self._put(scope, run, argument)
                elif op == PASS:
                    if isinstance(argument, str):
                        todo.append(scope.ops[argument])
                    else:
                        todo.extend(argument)
                elif op == JOIN:
                    self._join(scope, run, argument, todo)
                elif op == MERGE:
                    self._add(run, argument)
                elif op == KID:
                    self._enter(scope, run, argument, todo)
                elif op == END:
                    run.synced = True
                elif op == ERROR:
                    self._throw(scope, run, "error", argument)
                elif op == ESCALATE:
                    code, following = argument
                    todo.extend(following)
                    self._throw(scope, run, "escalation", code)
                elif op == TERMINATE:
                    run.m, run.kids, run.is_over = 0, (), True
            if run.is_over or run.is_lost or not scope.merges or not self._merge(scope, run, todo):
                return

    def _add(self, run: Run, place: int) -> None:
        if (run.m >> BITS * place) & FULL == FULL:
            self.overflowed = run.is_lost = True
            return
        run.m += 1 << BITS * place
        run.fresh |= FULL << BITS * place

    def _put(self, scope: Def, run: Run, place: int) -> None:
        self._add(run, place)
        if place in scope.arms:
            self._arm(scope, run, place)

    @staticmethod
    def _arm(scope: Def, run: Run, host: int | str) -> None:
        for unit_, count, cap in scope.arms.get(host, ()):
            shift = unit_.bit_length() - 1
            run.fresh |= unit_ * FULL
            run.m += unit_ * min(count, max(cap - ((run.m >> shift) & FULL), 0))

    def _join(self, scope: Def, run: Run, place: int, todo: list[Op]) -> None:
        self._add(run, place)
        places, after = scope.joins[place]
        m = run.m
        for p in places:
            if not m & FULL << BITS * p:
                return
        for p in places:
            run.m -= 1 << BITS * p
            run.fresh &= ~(FULL << BITS * p)
        run.pending = True  # whoever waited here was needed
        todo.append(after)

    def _merge(self, scope: Def, run: Run, todo: list[Op]) -> bool:
        for merge in scope.merges:
            marked = sum(1 << bit for bit, p in enumerate(merge.places) if run.m & mask(p))
            if marked and not somebody_comes(scope, run, merge, marked):
                for p in merge.places:
                    if run.m & mask(p):
                        run.m -= 1 << BITS * p
                        run.fresh &= ~mask(p)
                run.pending = True
                todo.append(merge.after)
                return True
        return False

    def _enter(self, scope: Def, run: Run, host: str, todo: list[Op]) -> None:
        state, effects = self.begin(scope.kids[host])
        self._arm(scope, run, host)
        if state is not None:
            kid = (host, state)
            run.kids = plus(run.kids, kid)
            run.fresh_kids = plus(run.fresh_kids, kid)
        if effects:
            self._catch(scope, run, (host, state), effects, ())
        elif state is None:
            self._leave(scope, run, host)
            todo.append(self._exit(scope, host))

    # For people

    def positions(self, state: int | None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, int]]:
        """Where tokens are: the activities around, the element, how many."""
        if state is None:
            return
        scope, m, kids = self.known[state]
        if isinstance(scope, Def):
            for place, node in enumerate(scope.places):
                count = (m >> BITS * place) & FULL
                if count and scope.tokens & mask(place):
                    yield path, node, count
        for host, kid in kids:
            if host:
                yield path, host, 1
            yield from self.positions(kid, (*path, host) if host else path)
