"""What a diagram consists of, as commands, screens and the linter see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The property of a user task that names the steps which look again whenever its form is opened or sent.
JETZT = "jetzt"


@dataclass(frozen=True)
class Trigger:
    """One event definition. ``kind`` is timer, message, signal, error, escalation, terminate, or something the linter refuses.

    ``value`` is the name, code or time as written (``=`` means FEEL); ``timer`` is date, duration or cycle.
    """

    kind: str
    value: str | None = None
    timer: str | None = None
    ref: str | None = None
    correlation_key: str | None = None


@dataclass(frozen=True)
class Loop:
    """Multi-instance as written; None where the diagram says nothing."""

    sequential: bool
    input_collection: str | None
    input_element: str | None
    output_collection: str | None
    output_element: str | None
    has_extension: bool


@dataclass(frozen=True)
class Element:
    """A flow node. ``parent`` is the sub-process it stands in; ``lane`` is inherited from that sub-process.

    ``properties`` are the Modeler's extension properties, such as ``phase`` on the sub-processes that are phases of a case; ``words`` is what to
    call an element that bears no name.
    """

    id: str
    name: str
    type: str
    parent: str | None = None
    lane: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    form_id: str | None = None
    called_process: str | None = None
    decision: str | None = None
    job_type: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    due_date: str | None = None
    default_flow: str | None = None
    documentation: str = ""
    triggers: tuple[Trigger, ...] = ()
    loop: Loop | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    node: Any = field(default=None, compare=False, repr=False)

    @property
    def trigger(self) -> Trigger | None:
        return self.triggers[0] if self.triggers else None

    @property
    def label(self) -> str:
        return self.name or self.words or self.id


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    is_default: bool = False
    parent: str | None = None


@dataclass(frozen=True)
class Message:
    id: str
    name: str
    correlation_key: str | None = None


@dataclass(frozen=True)
class Expression:
    """A FEEL text as written, with its ``=``; ``element`` and ``name`` say whose ``attribute`` it is."""

    element: str
    name: str
    attribute: str
    text: str


@dataclass(frozen=True)
class Process:
    id: str
    name: str
    version_tag: str | None
    executable: bool
    start_form_id: str | None
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]

    def outgoing(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows if flow.source == element)

    def incoming(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows if flow.target == element)

    def children(self, parent: str | None) -> tuple[Element, ...]:
        """The elements standing directly in the sub-process ``parent``, or in the process itself."""
        return tuple(element for element in self.elements.values() if element.parent == parent)


def names(text: str | None) -> list[str]:
    """The names in the text of a property or header, which commas part."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]
