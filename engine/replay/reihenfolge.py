"""In which order the elements of a diagram stand, along its flows: what tells apart what began in the same second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.definitions.plain import Scope
from engine.replay.model import Model

# Element, process.
Stelle = tuple[str, str]


def reihenfolge(model: Model) -> dict[Stelle, int]:
    """The place of each element: behind everything that leads to it, a sub-process before what is inside, a called process where it is called first."""
    found: dict[Stelle, int] = {}
    for stelle in _along(model.main, model.main.id, model.called, {model.main.id}):
        found.setdefault(stelle, len(found))
    return found


def _along(scope: Scope, process: str, called: Mapping[str, Scope], seen: set[str]) -> Iterator[Stelle]:
    for id_ in _sorted(scope):
        node = scope.nodes[id_]
        yield id_, process
        if node.body is not None:
            yield from _along(node.body, process, called, seen)
        if node.called is not None and node.called in called and node.called not in seen:
            seen.add(node.called)
            yield from _along(called[node.called], node.called, called, seen)


def _sorted(scope: Scope) -> list[str]:
    """From the starts on, branches in the order in which they are drawn; what nothing leads to comes last. Where flows lead back, what was come to first goes first."""
    further: dict[str, list[str]] = defaultdict(list)
    for flow in scope.flows:
        if flow.source in scope.nodes and flow.target in scope.nodes:
            further[flow.source].append(flow.target)
    for node in scope.nodes.values():
        if node.attached_to is not None:
            further[node.attached_to].append(node.id)
    seen: set[str] = set()
    order = _behind(further, [node.id for node in scope.nodes.values() if node.kind == "start"], seen)
    for id_ in scope.nodes:
        order += _behind(further, [id_], seen)
    return order


def _behind(further: Mapping[str, Sequence[str]], first: Sequence[str], seen: set[str]) -> list[str]:
    """What is reached from ``first`` and was not ``seen``, each behind all that lead to it, unless they lead back."""
    done: list[str] = []
    for begin in reversed(first):
        todo: list[tuple[str, Iterator[str]]] = _step(begin, further, seen)
        while todo:
            at, left = todo[-1]
            target = next(left, None)
            if target is None:
                done.append(at)
                todo.pop()
            else:
                todo += _step(target, further, seen)
    return done[::-1]


def _step(id_: str, further: Mapping[str, Sequence[str]], seen: set[str]) -> list[tuple[str, Iterator[str]]]:
    if id_ in seen:
        return []
    seen.add(id_)
    targets: Iterable[str] = reversed(further.get(id_, ()))
    return [(id_, iter(targets))]
