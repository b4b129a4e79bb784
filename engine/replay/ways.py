"""What a scope says about the ways of its tokens, whatever the state of the search."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product

from engine.replay.places import FULL, PASS, Def, Merge, Op, mask
from engine.replay.running import Run

# A token that runs through more gateways than this runs in circles.
LONG_WAY = 2000


def on_leaving(scope: Def, host: str | None, m: int) -> Sequence[tuple[Op, ...]]:
    """What else may have happened just before an activity ends: each of its events whose time would then be over."""
    live = [(ops, most) for unit_, ops, most in scope.live.get(host, ()) if m & unit_ * FULL] if host else []
    if not live:
        return [()]
    return [tuple(chain.from_iterable(ops * times for (ops, _), times in zip(live, some, strict=True))) for some in product(*(range(most + 1) for _, most in live))]


def somebody_comes(scope: Def, run: Run, merge: Merge, marked: int) -> bool:
    """Whether a token that has not reached the merge yet may still reach it from outside of ``marked``."""
    reaches = [reach for p, reach in merge.from_place.items() if reach and run.m & mask(p)]
    reaches += [merge.from_kid[host] for host, _ in run.kids]
    return any(reach & ~marked and not reach & marked for reach in reaches)


def flattened(scope: Def, ops: Sequence[Op]) -> tuple[Op, ...]:
    """The same with every passing on already done; what runs in circles is left for ``play`` to notice."""
    found: list[Op] = []
    todo = list(ops)
    for _ in range(LONG_WAY):
        if not todo:
            return tuple(reversed(found))
        op = todo.pop()
        if op[0] != PASS:
            found.append(op)
        elif isinstance(op[1], str):
            todo.append(scope.ops[op[1]])
        else:
            todo.extend(op[1])
    return tuple(ops)
