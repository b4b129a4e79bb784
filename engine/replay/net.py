"""What the search steps on: a model's scopes, and what can be seen of it in logs with the given labels."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.plain import Node, Scope
from engine.replay.places import FULL, Def, Visible

# The label of what no log shows although it happens: it costs nothing, and nothing in a log is it.
FREE = -1
# What machines do: logs of what people did know nothing of it. A call stands for itself only where nobody knows what it calls.
AUTOMATIC = frozenset({"serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "callActivity"})


def label(node: Node, *, match: str) -> str:
    """What a log calls the node."""
    return (node.name or node.id) if match == "name" else node.id


class Net:
    """A model compiled for logs with the given labels. ``silent``: labels of automatic elements that no log shows, see ``Model.without``.

    ``counts`` says how often a label occurs at most in one trace; None stands for "anything may occur". ``events`` says what logs show of
    timers, messages and other events that are waited for: ``optional`` (if at all, then not always) or ``shown`` (each of them, as our own
    history does).
    """

    root: Def
    """The outermost scope, set once everything is compiled."""

    def __init__(self, called: Mapping[str, Scope], *, match: str, counts: Mapping[str, int] | None, events: str = "optional", silent: frozenset[str] = frozenset()):
        self.silent = silent
        self.shows_events = events == "shown"
        self.match = match
        self.counts = counts
        self.called = called
        self.visible: list[Visible] = []
        self.labels: dict[str, int] = {}

    def label(self, node: Node) -> str:
        return label(node, match=self.match)

    def is_silent(self, node: Node) -> bool:
        return node.type in AUTOMATIC and self.label(node) in self.silent

    def count(self, node: Node) -> int:
        if self.is_silent(node):
            return 0
        return FULL if self.counts is None else self.counts.get(self.label(node), 0)

    def see(self, path: tuple[str, ...], node: Node) -> int:
        """A new thing to be seen; what is silent too, because a search that passes by it step by step need not look at all that may follow."""
        label = FREE if self.is_silent(node) else self.labels.setdefault(self.label(node), len(self.labels))
        self.visible.append(Visible(path, node.id, node.name, node.type, label))
        return len(self.visible) - 1

    def process(self, node: Node) -> Scope | None:
        """What runs inside an activity: its own body, or the called process where it is given."""
        return node.body if node.kind == "subprocess" else self.called.get(node.called or "") if node.kind == "call" else None

    def weight(self, node: Node, seen: frozenset[str] = frozenset()) -> int:
        """How much may be seen at most while an activity runs once; a process that calls itself has no limit."""
        inner = self.process(node)
        if inner is None:
            return self.count(node) if node.kind in ("task", "call") or node.event else 0
        if inner.id in seen:
            return FULL
        return sum(self.weight(one, seen | {inner.id}) for one in inner.nodes.values())
