"""Which element of a newer diagram is which of an older one: the same id, else the same name, kind and neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.definitions.bpmn import Element, Process

# What two elements of the same kind have in common counts so much; below the last a proposal would rather mislead.
_SAME_NAME, _SAME_NEIGHBOUR, _SAME_WORK, _SAME_PLACE, _ENOUGH = 4, 2, 2, 1, 4


@dataclass(frozen=True)
class Paar:
    """An element of the older diagram and what is proposed for it; ``grund`` is kennung, name, umgebung or nichts."""

    alt: Element
    neu: Element | None
    grund: str


def propose(old: Process, new: Process) -> tuple[Paar, ...]:
    """A proposal for every element of ``old``, in its order. Each element of ``new`` is proposed at most once."""
    found = {one.id: one.id for one in old.elements.values() if is_alike(one, new.elements.get(one.id))}
    reasons = dict.fromkeys(found, "kennung")
    while best := max(_candidates(old, new, found), default=None):
        _, has_name, element, counterpart = best
        found[element] = counterpart
        reasons[element] = "name" if has_name else "umgebung"
    return tuple(Paar(one, new.elements.get(found.get(one.id, "")), reasons.get(one.id, "nichts")) for one in old.elements.values())


def is_alike(old: Element, new: Element | None) -> bool:
    """Whether a token on the one could stand on the other: the same kind, waiting for the same kind of thing, as often."""
    if new is None or old.type != new.type or (old.loop is None) != (new.loop is None):
        return False
    return (old.trigger.kind if old.trigger else None) == (new.trigger.kind if new.trigger else None)


def _candidates(old: Process, new: Process, found: Mapping[str, str]) -> Iterator[tuple[int, bool, str, str]]:
    taken = set(found.values())
    free = [one for one in new.elements.values() if one.id not in taken and one.id not in old.elements]
    for one in old.elements.values():
        if one.id in found:
            continue
        for other in free:
            score, has_name = _score(old, new, found, one, other)
            if score >= _ENOUGH:
                yield score, has_name, one.id, other.id


def _score(old: Process, new: Process, found: Mapping[str, str], one: Element, other: Element) -> tuple[int, bool]:
    if not is_alike(one, other):
        return 0, False
    has_name = bool(one.name) and one.name.casefold() == other.name.casefold()
    before = {found.get(flow.source) for flow in old.incoming(one.id)} & {flow.source for flow in new.incoming(other.id)}
    after = {found.get(flow.target) for flow in old.outgoing(one.id)} & {flow.target for flow in new.outgoing(other.id)}
    hosts = one.attached_to is not None and found.get(one.attached_to) == other.attached_to
    work = [(one.form_id, other.form_id), (one.called_process, other.called_process), (one.decision, other.decision), (one.job_type, other.job_type)]
    same_work = any(mine and mine == theirs for mine, theirs in work)
    same_place = found.get(one.parent or "", one.parent) == other.parent
    score = _SAME_NAME * has_name + _SAME_NEIGHBOUR * (bool(before) + bool(after) + 2 * hosts) + _SAME_WORK * same_work + _SAME_PLACE * same_place
    return (score, has_name) if same_place or has_name else (0, False)
