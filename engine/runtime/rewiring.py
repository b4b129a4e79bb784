"""What a change of the drawing does to tokens that are on their way together: nothing may wait for ever, and nothing happen twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.runtime.gateways import InclusiveGateway, ParallelGateway, upstream
from engine.runtime.tokenrows import Rows

Say = Callable[..., None]
_JOINS = (ParallelGateway, InclusiveGateway)


def rewired(rows: Rows, before: Mapping[int, str], vias: Mapping[int, str], mapping: Mapping[str, str], say: Say) -> None:
    """Say what would wait for ever or be done twice. ``before`` gives the former element of each row, ``vias`` whence it came to a join."""
    known = [row for row in rows.tokens() if row[1] in rows.new.task_specs and before.get(row[0]) in rows.old.task_specs]
    former = _View(rows.old, {row[0]: before[row[0]] for row in known}, vias)
    now = _View(rows.new, {row[0]: row[1] for row in known}, {row[0]: row[4]["via"] for row in known if "via" in row[4]})
    _vanished_joins(former, now, mapping, say)
    names = {new: old for old, new in mapping.items()}
    for name, spec in rows.new.task_specs.items():
        if isinstance(spec, ParallelGateway) and len(spec._inputs) > 1:
            _changed_join(former, now, names.get(name, name), name, say)
    _twice(former, now, say)


@dataclass(frozen=True)
class _View:
    """Where the tokens stand in one version: row number → element, and for those at a join the branch they came by."""

    spec: Any
    at: Mapping[int, str]
    via: Mapping[int, str]

    def branches(self, join: str) -> list[frozenset[int]]:
        """For each incoming flow of a join the tokens that can still come over it, or have come."""
        found = []
        for branch in self.spec.task_specs[join]._inputs:
            way = upstream(self.spec, [branch], join)
            found.append(frozenset(one for one, place in self.at.items() if place in way or (place == join and self.via.get(one) == branch)))
        return found

    def ahead(self, token: int, *, without: int | None = None) -> set[str]:
        """What the token can come to; ``without``: not through a join that consumes that other token, too."""
        seen: set[str] = set()
        todo = list(self.spec.task_specs[self.at[token]]._outputs)
        while todo:
            found = todo.pop()
            if found not in seen and not (without is not None and self._joins(found, without)):
                seen.add(found)
                todo.extend(self.spec.task_specs[found]._outputs)
        return seen

    def unforked(self, token: int) -> set[str]:
        """What the token can come to without being split into several on its way."""
        seen: set[str] = set()
        todo = [self.at[token]]
        while todo:
            for found in self.spec.task_specs[todo.pop()]._outputs:
                if found not in seen:
                    seen.add(found)
                    todo += [] if self._forks(found) else [found]
        return seen

    def _forks(self, name: str) -> bool:
        spec = self.spec.task_specs[name]
        return isinstance(spec, _JOINS) and len(spec._outputs) > 1

    def _joins(self, name: str, token: int) -> bool:
        spec = self.spec.task_specs[name]
        return isinstance(spec, _JOINS) and len(spec._inputs) > 1 and any(token in branch for branch in self.branches(name))


def _changed_join(former: _View, now: _View, old_name: str, name: str, say: Say) -> None:
    """All tokens still before the fork, or as many on each branch as the former version had; anything else never fits together."""
    branches = now.branches(name)
    was_join = isinstance(former.spec.task_specs.get(old_name), ParallelGateway)
    # On a way round, a token between fork and join stands before the fork, too; it would come to a new join alone.
    if len(set(branches)) == 1 and (was_join or not any(name in now.unforked(one) for one in branches[0])):
        return
    if was_join and Counter(former.branches(old_name)) == Counter(branches):
        return
    if was_join:
        message = f"die Zweige vor der Zusammenführung «{name}» haben sich geändert, während sie durchlaufen werden"
    else:
        message = f"vor der neuen Zusammenführung «{name}» ist ein Zweig schon offen, der andere käme nie an"
    say("zusammenfuehrung", old_name, message)


def _vanished_joins(former: _View, now: _View, mapping: Mapping[str, str], say: Say) -> None:
    """Two branches on their way to a join that is none any more would each go on alone."""
    for name, spec in former.spec.task_specs.items():
        if not isinstance(spec, _JOINS) or len(spec._inputs) < 2:
            continue
        target = now.spec.task_specs.get(mapping.get(name, name))
        if target is not None and type(target) is type(spec) and len(target._inputs) > 1:
            continue
        if len({branch for branch in former.branches(name) if branch}) > 1:
            message = f"die Zusammenführung «{name}» fehlt in der neuen Version, und mehrere Zweige davor sind offen"
            say("zusammenfuehrung", name, message, needs_decision=target is None)


def _twice(former: _View, now: _View, say: Say) -> None:
    """A token that newly leads to where another one stands would do that step a second time."""
    for one, place in now.at.items():
        ahead, ahead_before = now.ahead(one), former.ahead(one)
        for other, there in now.at.items():
            is_same_place = there == place and former.at[other] != former.at[one] and other > one
            leads_there = there != place and there in ahead and former.at[other] not in ahead_before and there in now.ahead(one, without=other)
            if is_same_place or leads_there:
                say("doppelt", former.at[one], f"«{former.at[one]}» führt neu zu «{there}», das schon offen ist: Der Schritt geschähe zweimal")
