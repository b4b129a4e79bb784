"""Two ways to know the cost of an alignment that share nothing with the engine: by tokens counted one by one, and by words of a language."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count
from random import Random
from typing import Any

Edges = list[tuple[str, str]]


def flat_cost(kinds: dict[str, str], edges: Edges, trace: Sequence[str], most: int = 12, free: frozenset[str] = frozenset()) -> int | None:
    """Of a diagram without nesting, by Dijkstra over all markings of its flows, each gateway a step of its own; ``free``: tasks that cost nothing."""
    ins = {node: [n for n, (_, to) in enumerate(edges) if to == node] for node in kinds}
    outs = {node: [n for n, (source, _) in enumerate(edges) if source == node] for node in kinds}
    start: Counter[int] = Counter()
    for node, kind in kinds.items():
        if kind == "start":
            start.update(outs[node])
    number = count()
    queue: list[tuple[int, int, tuple[tuple[int, int], ...], int]] = [(0, next(number), tuple(sorted(start.items())), 0)]
    done = set()
    while queue:
        price, _, marking, at = heapq.heappop(queue)
        if (marking, at) in done:
            continue
        done.add((marking, at))
        if len(done) > 4_000:
            return None  # a graph that never ends
        if not marking and at == len(trace):
            return price
        if at < len(trace):
            heapq.heappush(queue, (price + 1, next(number), marking, at + 1))
        tokens = Counter(dict(marking))
        if sum(tokens.values()) > most:
            continue
        for seen, after in _firings(kinds, ins, outs, tokens):
            key = tuple(sorted((+after).items()))
            if seen is None or seen in free:
                heapq.heappush(queue, (price, next(number), key, at))
            else:
                heapq.heappush(queue, (price + 1, next(number), key, at))
                if at < len(trace) and trace[at] == seen:
                    heapq.heappush(queue, (price, next(number), key, at + 1))
    return None


def _firings(kinds: dict[str, str], ins: Any, outs: Any, tokens: Counter[int]) -> Iterator[tuple[str | None, Counter[int]]]:
    for node, kind in kinds.items():
        if kind == "and":
            if ins[node] and all(tokens[flow] for flow in ins[node]):
                yield None, tokens - Counter(ins[node]) + Counter(outs[node])
            continue
        for flow in ins[node]:
            if not tokens[flow]:
                continue
            rest = tokens - Counter([flow])
            if kind == "task":
                yield node, rest + Counter(outs[node])
            elif kind == "end":
                yield None, rest
            else:
                for out in outs[node]:
                    yield None, rest + Counter([out])


def random_flat(rng: Random) -> tuple[dict[str, str], Edges]:
    """A small graph nobody would draw on purpose: gateways and tasks in any order, with merges, splits and loops where they fall."""
    nodes = [f"{rng.choice('aaabxxp')}{n}" for n in range(rng.randint(2, 6))]
    kinds = {node: {"x": "xor", "p": "and"}.get(node[0], "task") for node in nodes}
    order = ["s", *nodes, "e"]
    edges: Edges = list(zip(order, order[1:], strict=False))
    for _ in range(rng.randint(0, 4)):
        source, target = rng.choice(nodes), rng.choice([*nodes, "e"])
        if (source, target) not in edges and source != target:
            edges.append((source, target))
    return {"s": "start", **kinds, "e": "end"}, edges


# Blocks and their languages

Word = tuple[str, ...]
Block = tuple[Any, ...]
ROUNDS = 3


@cache
def words(block: Block) -> frozenset[Word]:
    """All sequences of a block, its loops at most ``ROUNDS`` times."""
    kind, *parts = block
    if kind == "task":
        return frozenset({(parts[0],)})
    if kind == "skip":
        return frozenset({()})
    if kind == "seq":
        return _then(words(parts[0]), words(parts[1]))
    if kind == "xor":
        return words(parts[0]) | words(parts[1])
    if kind == "and":
        return _beside(words(parts[0]), words(parts[1]))
    if kind == "or":
        return words(parts[0]) | words(parts[1]) | _beside(words(parts[0]), words(parts[1]))
    if kind in ("loop", "each"):
        return _times(words(parts[0]), 1 if kind == "loop" else 0)
    if kind == "side by side":
        return _several(words(parts[0]))
    if kind == "sub":
        return words(parts[0])
    if kind == "until":  # a timer ends the work, its handler takes over
        inside = words(parts[0])
        begun = {word[:n] for word in inside for n in range(len(word))}
        return inside | _then(frozenset(begun), words(parts[1]))
    assert kind == "told"  # a timer that tells, in a scope of its own
    return words(parts[0]) | _beside(words(parts[0]), words(parts[1]))


def _then(first: frozenset[Word], second: frozenset[Word]) -> frozenset[Word]:
    return frozenset(a + b for a in first for b in second)


def _times(body: frozenset[Word], least: int) -> frozenset[Word]:
    found = done = frozenset({()})
    result: frozenset[Word] = frozenset() if least else done
    for _ in range(ROUNDS):
        found = _then(found, body)
        result |= found
    return result


def _several(body: frozenset[Word]) -> frozenset[Word]:
    result = found = frozenset({()})
    for _ in range(ROUNDS):
        found = _beside(found, body)
        result |= found
    return result


def _beside(first: frozenset[Word], second: frozenset[Word]) -> frozenset[Word]:
    return frozenset(word for a in first for b in second for word in _shuffles(a, b))


@cache
def _shuffles(a: Word, b: Word) -> frozenset[Word]:
    if not a or not b:
        return frozenset({a + b})
    return frozenset((a[0], *rest) for rest in _shuffles(a[1:], b)) | frozenset((b[0], *rest) for rest in _shuffles(a, b[1:]))


def word_cost(block: Block, trace: Word, free: frozenset[str] = frozenset()) -> int:
    """The least number of insertions and deletions between the trace and any word of the block, from which the ``free`` letters are left out."""
    return min(_distance(trace, word) for word in {tuple(letter for letter in word if letter not in free) for word in words(block)})


def _distance(a: Word, b: Word) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(row[j - 1] if x == y else 1 + min(row[j], new[j - 1]))
        row = new
    return row[-1]


PLAIN = ("seq", "seq", "xor", "and", "loop")
ALL = (*PLAIN, "or", "each", "side by side", "sub", "until", "told")


def random_block(rng: Random, size: int, kinds: Sequence[str] = ALL, letters: Iterator[str] | None = None) -> Block:
    """A block of ``size`` tasks, each with a letter of its own."""
    letters = letters or iter("abcdefghij")
    if size <= 1:
        return ("task", next(letters)) if rng.random() < 0.85 or size == 1 else ("skip",)
    kind = rng.choice([k for k in kinds if k != "side by side" or size <= 2])
    if kind in ("loop", "each", "side by side", "sub"):
        body = random_block(rng, size if kind == "sub" else min(size, 2), PLAIN if kind == "sub" else ("seq", "and"), letters)
        return (kind, body) if kind != "sub" or body[0] != "sub" else body
    left = rng.randint(1, size - 1)
    first = random_block(rng, left, kinds if kind not in ("until", "told") else ("seq", "and", "loop"), letters)
    second = random_block(rng, size - left, kinds if kind not in ("until", "told") else ("seq",), letters)
    if kind == "xor" and rng.random() < 0.3 and first != ("skip",):
        return (kind, first, ("skip",))
    return (kind, first, second)


class Drawing:
    """Draws a block as BPMN."""

    def __init__(self) -> None:
        self.numbers = count()
        self.nodes: list[str] = []
        self.flows: list[str] = []

    def process(self, block: Block) -> str:
        self._flow("begin", self._draw(block, "end"))
        return '<startEvent id="begin"/><endEvent id="end"/>' + "".join(self.nodes) + "".join(self.flows)

    def _new(self, kind: str, inner: str = "", **attributes: str) -> str:
        id_ = f"n{next(self.numbers)}"
        given = "".join(f' {key}="{value}"' for key, value in attributes.items())
        self.nodes.append(f'<{kind} id="{id_}"{given}>{inner}</{kind}>')
        return id_

    def _flow(self, source: str, target: str) -> None:
        self.flows.append(f'<sequenceFlow id="f{next(self.numbers)}" sourceRef="{source}" targetRef="{target}"/>')

    def _draw(self, block: Block, after: str) -> str:
        """Draws the block in front of ``after``; gives the node where it begins."""
        kind, *parts = block
        if kind == "skip":
            return after
        if kind == "task":
            id_ = self._new("task", name=parts[0])
            self._flow(id_, after)
            return id_
        if kind == "seq":
            return self._draw(parts[0], self._draw(parts[1], after))
        if kind in ("xor", "and", "or"):
            return self._fork({"xor": "exclusive", "and": "parallel", "or": "inclusive"}[kind] + "Gateway", parts, after)
        if kind == "loop":
            end = self._new("exclusiveGateway")
            begin = self._new("exclusiveGateway")
            self._flow(begin, self._draw(parts[0], end))
            self._flow(end, begin)
            self._flow(end, after)
            return begin
        return self._scope(kind, parts, after)

    def _fork(self, gateway: str, parts: Sequence[Block], after: str) -> str:
        split, join = self._new(gateway), self._new(gateway)
        for part in parts:
            self._flow(split, self._draw(part, join))
        self._flow(join, after)
        return split

    def _scope(self, kind: str, parts: Sequence[Block], after: str) -> str:
        inside = Drawing()
        inside.numbers = self.numbers
        sub = "<multiInstanceLoopCharacteristics{}><loopDataInputRef>liste</loopDataInputRef></multiInstanceLoopCharacteristics>"
        loop = {"each": sub.format(' isSequential="true"'), "side by side": sub.format("")}.get(kind, "")
        if kind == "told":
            host = inside._scope("sub", parts[:1], "ei")
            inside._boundary(host, parts[1], "ej", interrupting="false")
            inside._flow("si", host)
            body = '<startEvent id="si"/><endEvent id="ei"/><endEvent id="ej"/>' + "".join(inside.nodes) + "".join(inside.flows)
        else:
            body = inside.process(parts[0])
        for old in ("si", "ei", "ej", "begin", "end"):
            new = f"n{next(self.numbers)}"
            body = body.replace(f'"{old}"', f'"{new}"')
        if kind == "until":
            merge = self._new("exclusiveGateway")
            self._flow(merge, after)
            after = merge
        host = self._new("subProcess", loop + body)
        self._flow(host, after)
        if kind == "until":
            self._boundary(host, parts[1], after, interrupting="true")
        return host

    def _boundary(self, host: str, handler: Block, after: str, *, interrupting: str) -> None:
        timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
        event = self._new("boundaryEvent", timer, attachedToRef=host, cancelActivity=interrupting)
        self._flow(event, self._draw(handler, after))
