"""Inclusive joins wait for whoever can still come: from where in a scope that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from engine.replay.places import Def, mask

Edges = Mapping[str, Sequence[str]]


def fill_reach(made: Def, ins: Edges, outs: Edges, boundaries: Edges) -> None:
    """Tell each join of the scope which of its flows a token can still take, from each place (BPMN 2.0, chapter 13.4.3)."""
    target = {flow: node for node, flows in ins.items() for flow in flows}
    for merge in made.merges:
        join = made.places[merge.places[0]]
        into = {flow: bit for bit, flow in enumerate(ins[join])}
        reach = {node: _reaches(node, join, into, outs, boundaries, target) for node in ins if node != join}
        for place, node in enumerate(made.places):
            if place not in merge.places and made.tokens & mask(place):
                merge.from_place[place] = reach.get(node, 0)
        merge.from_kid = {kid: reach.get(kid, 0) for kid in made.kids}


def _reaches(node: str, join: str, into: Mapping[str, int], outs: Edges, boundaries: Edges, target: Mapping[str, str]) -> int:
    found, seen, todo = 0, {node}, [node]
    while todo:
        at = todo.pop()
        for flow in chain.from_iterable(outs[source] for source in (at, *boundaries.get(at, ()))):
            if target[flow] == join:
                found |= 1 << into[flow]
            elif target[flow] not in seen:
                seen.add(target[flow])
                todo.append(target[flow])
    return found
