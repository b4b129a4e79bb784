"""Turns a drawing into what the search steps on: places, and what a token arriving or leaving does.

A scope keeps its tokens in one integer, four bits for each place, so a place counts to fifteen. What is said here is static; ``states``
plays it. Sub-processes, called processes and repetitions are scopes of their own, nested when they run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.definitions.plain import Node, Scope
from engine.replay.inclusive import fill_reach
from engine.replay.net import Net
from engine.replay.places import (
    AT_ONCE,
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
    Merge,
    Op,
    mask,
    subsets,
    thrown,
    unit,
)


def compiled(main: Scope, called: Mapping[str, Scope], *, match: str, counts: Mapping[str, int] | None, events: str, silent: frozenset[str] = frozenset()) -> Net:
    """The net of a process and those it calls; for the arguments see :class:`Net`."""
    net = Net(called, match=match, counts=counts, events=events, silent=silent)
    net.root = _Compiler(net, main, (), {main.id: None}).compile()
    return net


class _Compiler:
    """Compiles one scope; ``above`` maps the processes around it to their definitions, which ends recursion."""

    def __init__(self, net: Net, scope: Scope, path: tuple[str, ...], above: Mapping[str, Def | None], *, hides: bool = False):
        # In a repetition that shows nothing at all, what is silent is not looked at step by step: any number of instances would be.
        self.hides = hides
        self.net = net
        self.scope = scope
        self.made = Def(path, scope)
        self.above = {key: self.made if known is None else known for key, known in above.items()}
        self.outs: dict[str, list[str]] = {id_: [] for id_ in scope.nodes}
        self.ins: dict[str, list[str]] = {id_: [] for id_ in scope.nodes}
        self.flows = {flow.id: flow for flow in scope.flows}
        for flow in scope.flows:
            self.outs[flow.source].append(flow.id)
            self.ins[flow.target].append(flow.id)
        self.boundaries: dict[str, list[Node]] = {}
        for node in scope.nodes.values():
            if node.kind == "boundary" and node.attached_to in scope.nodes:
                self.boundaries.setdefault(str(node.attached_to), []).append(node)
        self.place_of: dict[str, int] = {}

    def compile(self) -> Def:
        made = self.made
        for node in self.scope.nodes.values():
            if self._is_scope(node):
                self._kid(node)
        for flow in self.scope.flows:
            self._arrival(flow.id)
        made.starts = self._starts()
        self._event_subprocesses()
        for node_id in list(self.boundaries):
            self._on_host(node_id)
        hosted = {host: [event.id for event in events] for host, events in self.boundaries.items()}
        fill_reach(made, self.ins, self.outs, hosted)
        made.syncs = made.syncs & made.tokens
        return made

    # Places

    def _place(self, node: str, *, is_token: bool = True) -> int:
        made = self.made
        made.places.append(node)
        made.actions.append([])
        index = len(made.places) - 1
        if is_token:
            made.tokens |= mask(index)
        return index

    def _is_scope(self, node: Node) -> bool:
        return node.kind in ("task", "call", "subprocess") and (node.loop is not None or self.net.process(node) is not None)

    def _kid(self, node: Node) -> None:
        path = (*self.made.path, node.id)
        self.made.ops[f"nach {node.id}"] = self._after(node)
        if node.loop is None:
            self.made.kids[node.id] = self._body(node, path, self.made)
            return
        loop = LoopDef(path, node.loop, parent=self.made, node=node.id)
        loop.body = self._body(node, path, loop)
        self.made.kids[node.id] = loop

    def _body(self, node: Node, path: tuple[str, ...], parent: Def | LoopDef) -> Def:
        inner = self.net.process(node)
        if inner is None:
            single = Node(node.id, node.name, node.kind, node.type, called=node.called)
            inner, path = Scope(node.id, node.name, {node.id: single}), path[:-1]
        elif node.kind == "call" and self.above.get(inner.id) is not None:
            again = self.above[inner.id]
            assert again is not None
            return again
        above = {**self.above, inner.id: None} if node.kind == "call" else self.above
        hides = self.hides or node.loop is not None and not self.net.weight(node)
        body = _Compiler(self.net, inner, path, above, hides=hides).compile()
        body.parent = parent
        return body

    # Arriving tokens

    def _arrival(self, flow: str) -> Op:
        ops = self.made.ops
        if flow not in ops:
            node = self.scope.nodes[self.flows[flow].target]
            ops[flow] = self._merge_in(node, flow) if node.kind in ("and", "or") and len(self.ins[node.id]) > 1 else self._enter(node)
        return ops[flow]

    def _merge_in(self, node: Node, flow: str) -> Op:
        kind = JOIN if node.kind == "and" else MERGE
        key = f"{kind} {node.id}"
        if key not in self.place_of:
            places = tuple(self._place(node.id) for _ in self.ins[node.id])
            self.place_of[key] = places[0]
            for place in places:
                self.made.syncs |= mask(place)
                if kind == JOIN:
                    self.made.joins[place] = (places, self._after(node))
            if kind == MERGE:
                self.made.merges.append(Merge(places, self._after(node)))
        place = self.place_of[key] + self.ins[node.id].index(flow)
        return (kind, place)

    def _enter(self, node: Node) -> Op:
        """What a token does that reaches the node itself."""
        if node.kind in ("task", "call", "subprocess"):
            return (KID, node.id) if self._is_scope(node) else (PUT, self._task(node))
        if node.kind == "catch" and node.event != "link":
            return (PUT, self._waiting(node))
        if node.kind in ("start", "throw", "end") and node.event and self.net.count(node) and not self.net.shows_events:
            return (PUT, self._waiting(node))
        return self._through(node)

    def _through(self, node: Node) -> Op:
        if node.kind == "end":
            return self._end(node)
        if node.kind == "throw" and node.event == "escalation":
            return (ESCALATE, (node.code or "", (self._after(node),)))
        if node.kind == "throw" and node.event == "link":
            catches = [other for other in self.scope.nodes.values() if other.kind == "catch" and other.event == "link" and other.code == node.code]
            return (PASS, tuple(self._after(other) for other in catches))
        return self._after(node)

    def _end(self, node: Node) -> Op:
        if node.event in ("error", "cancel"):
            return (ERROR, node.code or "")
        if node.event == "terminate":
            return (TERMINATE, None)
        if node.event == "escalation":
            return (ESCALATE, (node.code or "", ((END, None),)))
        return (END, None)

    def _task(self, node: Node) -> int:
        place = self._known_place(node.id)
        if not self.made.actions[place]:
            self.made.actions[place].append(Action(unit(place), (self._after(node),), self._see(node), leaves=node.id))
        return place

    def _see(self, node: Node) -> int:
        """A task as it is to be seen; -1 for one that is passed by unseen."""
        return -1 if self.hides and self.net.is_silent(node) else self.net.see(self.made.path, node)

    def _waiting(self, node: Node) -> int:
        """An event that is waited for; a log may show it or not."""
        place = self._known_place(node.id)
        if not self.made.actions[place]:
            self.made.actions[place] += self._event_actions(unit(place), (self._through(node),), node)
        return place

    def _event_actions(self, take: int, ops: tuple[Op, ...], node: Node, *, need: int = 0, leaves: str | None = None, kid: str | None = None) -> list[Action]:
        is_shown = self.net.shows_events and node.kind in ("catch", "boundary")
        actions = [] if is_shown else [Action(take, ops, need=need, leaves=leaves, kid=kid)]
        if is_shown or self.net.count(node) and not self.net.shows_events:
            actions.append(Action(take, ops, self.net.see(self.made.path, node), need=need, leaves=leaves, kid=kid))
        return actions

    def _known_place(self, key: str, node: str | None = None) -> int:
        if key not in self.place_of:
            self.place_of[key] = self._place(node or key)
        return self.place_of[key]

    # Leaving tokens

    def _after(self, node: Node) -> Op:
        """What follows the node, as one operation; a choice becomes a place of its own."""
        flows = self.outs[node.id]
        if node.kind == "events":
            return (PUT, self._event_gateway(node))
        alternatives = self._alternatives(node, flows)
        if len(alternatives) == 1:
            return (PASS, tuple(self._late(flow) for flow in alternatives[0])) if alternatives[0] else (END, None)
        key = f"nach {node.id}"
        if key not in self.place_of:
            place = self._known_place(key, node.id)
            for chosen in alternatives:
                self.made.actions[place].append(Action(unit(place), tuple(self._late(flow) for flow in chosen)))
        return (PUT, self.place_of[key])

    def _late(self, flow: str) -> Op:
        """The flow itself: looked up when a token takes it, because drawings have cycles."""
        return (PASS, flow)

    def _alternatives(self, node: Node, flows: Sequence[str]) -> list[tuple[str, ...]]:
        if node.kind == "xor":
            return [(flow,) for flow in flows] or [()]
        if node.kind == "or" and len(flows) > 1:
            return [*subsets(flows)]
        conditional = [flow for flow in flows if self.flows[flow].has_condition or flow == node.default] if node.kind != "and" else []
        if not conditional or len(flows) == 1:
            return [tuple(flows)]
        always = tuple(flow for flow in flows if flow not in conditional)
        chosen = [always + some for some in subsets([flow for flow in conditional if flow != node.default])]
        return chosen + [always + ((node.default,) if node.default else ())]

    def _event_gateway(self, node: Node) -> int:
        key = f"wartet {node.id}"
        if key not in self.place_of:
            place = self._known_place(key, node.id)
            for flow in self.outs[node.id]:
                event = self.scope.nodes[self.flows[flow].target]
                ops = (self._after(event),)
                if event.kind == "task":
                    self.made.actions[place].append(Action(unit(place), ops, self._see(event)))
                else:
                    self.made.actions[place] += self._event_actions(unit(place), ops, event)
        return self.place_of[key]

    def _starts(self) -> tuple[Op, ...]:
        nodes = self.scope.nodes
        starts = [node for node in nodes.values() if node.kind == "start"]
        if len(starts) == 1:
            return (self._enter(starts[0]),)
        if starts:
            place = self._known_place("beginnt", starts[0].id)
            for start in starts:
                self.made.actions[place] += self._event_actions(unit(place), (self._after(start),), start)
            return ((PUT, place),)
        targets = {self.flows[flow].target for flow in self.flows}
        return tuple(
            self._enter(node) for node in nodes.values() if node.id not in targets and node.kind != "boundary" and not node.is_event_subprocess and not self._is_link(node)
        )

    @staticmethod
    def _is_link(node: Node) -> bool:
        return node.kind == "catch" and node.event == "link"

    # Events at the border of an activity

    def _on_host(self, host: str) -> None:
        arms: list[tuple[int, int, int]] = []
        live: list[tuple[int, tuple[Op, ...], int]] = []
        often: list[tuple[int, int, int]] = []
        caught: list[tuple[str, str | None, bool, Op]] = []
        for event in self.boundaries[host]:
            after = self._after(event)
            if self._is_raised(event, self.scope.nodes[host]):
                caught.append(("error" if event.event == "cancel" else event.event, event.code, event.interrupting, self._raised(event)))
            elif event.interrupting:
                self._host_actions(host, event, after)
            elif not self.net.shows_events and self._is_closed(event):
                arms += self._permission(event, after)
            else:
                one = self._live(event, after)
                live.append(one)
                times = self._times(event) or 1
                often.append((one[0], times, times))
        key = host if host in self.made.kids else self.place_of.get(host, -1)
        self.made.arms[key] = (*arms, *often)
        self.made.live[host] = () if self.net.shows_events else tuple(live)
        for unit_, *_ in live:
            self.made.ends_with[host] = self.made.ends_with.get(host, 0) | unit_ * FULL
        self.made.caught[host] = tuple(caught)

    def _raised(self, event: Node) -> Op:
        """What a caught error does next; a log may show that it was caught."""
        is_seen = self.net.shows_events or self.net.count(event)
        return (PUT, self._waiting(event)) if is_seen else self._after(event)

    def _is_raised(self, event: Node, host: Node) -> bool:
        """Errors and escalations come from inside where the inside throws such; otherwise from an implementation nobody sees."""
        inner = self.net.process(host)
        if event.event not in ("error", "escalation", "cancel") or inner is None:
            return False
        inside = thrown(inner, self.net.called, frozenset())
        kind = "error" if event.event == "cancel" else event.event
        return any(what == kind and event.code in (None, code) for what, code in inside)

    def _host_actions(self, host: str, event: Node, after: Op) -> None:
        if host in self.made.kids:
            self.made.kid_actions.setdefault(host, []).extend(self._event_actions(0, (after,), event, leaves=host, kid=host))
        elif host in self.place_of:
            place = self.place_of[host]
            self.made.actions[place] += self._event_actions(unit(place), (after,), event, leaves=host)

    def _permission(self, event: Node, after: Op) -> list[tuple[int, int, int]]:
        """The event's handler may begin later than the event happened, as long as nothing else can tell the difference."""
        cap = min(self._weight(self._region(event)) + self.net.count(event), FULL)
        if not cap:
            return []
        place = self._place(event.id, is_token=False)
        take, need = (0, unit(place)) if event.repeats else (unit(place), 0)
        self.made.waits |= mask(place)
        self.made.actions[place] += self._event_actions(take, (after,), event, need=need)
        return [(unit(place), 1, 1 if event.repeats else cap)]

    def _live(self, event: Node, after: Op) -> tuple[int, tuple[Op, ...], int]:
        """An event whose handler can touch the rest: it happens while the activity runs, or never."""
        most = min(max(self._weight(self._region(event)), 1), AT_ONCE) if event.repeats else 1
        place = self._place(event.id, is_token=False)
        take, need = (0, unit(place)) if event.repeats and not self._times(event) else (unit(place), 0)
        self.made.actions[place] += self._event_actions(take, (after,), event, need=need)
        return unit(place), (after,), most

    def _times(self, event: Node) -> int:
        """How often at most it is any use that an event happens which nobody sees: once for each thing that only its handler would explain,
        and once to end what runs beside it. 0 where that says nothing: it is seen, or its tokens meet others that wait for them."""
        region = self._region(event)
        if not event.repeats or self.net.shows_events or any(self.scope.nodes[node].kind in ("and", "or") for node in region):
            return 0
        times = self._weight(region) + self.net.count(event) + 1
        return times if times <= FULL else 0

    def _region(self, event: Node) -> set[str]:
        region: set[str] = set()
        todo = [self.flows[flow].target for flow in self.outs[event.id]]
        while todo:
            node = todo.pop()
            if node not in region:
                region.add(node)
                todo += [self.flows[flow].target for flow in self.outs[node]] + [other.id for other in self.boundaries.get(node, ())]
        return region

    def _is_closed(self, event: Node) -> bool:
        region = self._region(event)
        inside = region | {event.id}
        nodes = [self.scope.nodes[id_] for id_ in region]
        if any(self.flows[flow].source not in inside for node in nodes for flow in self.ins[node.id]):
            return False
        return not any(node.event in ("terminate", "link") and node.kind in ("end", "throw") for node in nodes) and not thrown(
            Scope("", "", {node.id: node for node in nodes}), self.net.called, frozenset()
        )

    def _weight(self, nodes: Iterable[str]) -> int:
        """How many events of one trace could belong to these nodes, at most."""
        return sum(self.net.weight(self.scope.nodes[node]) for node in nodes)

    def _event_subprocesses(self) -> None:
        begins: list[int] = []
        errors: list[tuple[str, str | None, bool, Op]] = []
        for node in self.scope.nodes.values():
            if not node.is_event_subprocess or node.body is None:
                continue
            start = next((inner for inner in node.body.nodes.values() if inner.kind == "start"), None)
            if start is None:
                continue
            if start.event in ("error", "escalation"):
                errors.append((start.event, start.code, start.interrupting or start.event == "error", (KID, node.id)))
                continue
            place = self._place(node.id, is_token=False)
            if start.interrupting:
                self.made.actions[place].append(Action(unit(place), ((KID, node.id),), clears=True))
            else:
                # No oftener than there is something to see in it, and once to end what runs around it.
                times = self.net.weight(node) + 1 if start.repeats else 1
                self.made.waits |= mask(place)
                self.made.actions[place].append(Action(0 if times > FULL else unit(place), ((KID, node.id),), need=unit(place)))
                begins.append(unit(place) * (times if times <= FULL else 1))
                continue
            begins.append(unit(place))
        self.made.begins, self.made.errors = tuple(begins), tuple(errors)
