"""Replays a log on a model: what each variant costs, and which element each deviation is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.replay.alignment import BUDGET, LOG, MODEL, SYNC, Aligner, Alignment, Move
from engine.replay.model import Model
from engine.replay.places import Visible
from engine.replay.states import States

SKIPPED, ADDED, TOO_EARLY, TOO_LATE, REPEATED, UNKNOWN = "skipped", "added", "too_early", "too_late", "repeated", "unknown"
WORDS = {
    SKIPPED: "übersprungen",
    ADDED: "zusätzlich",
    TOO_EARLY: "zu früh",
    TOO_LATE: "zu spät",
    REPEATED: "wiederholt",
    UNKNOWN: "unbekannt",
}


@dataclass(frozen=True)
class Step:
    """One move of an alignment, told by elements.

    ``kind`` is sync, log (only the log did it) or model (only the model needs it); ``deviation`` says what is wrong with the latter two.
    ``position`` counts the activities of the trace from 0. ``partner`` is the index of the other half of a step done too early or too late.
    ``state`` numbers the model's state afterwards, see ``Replayer.tokens``.
    """

    kind: str
    activity: str | None
    element: str | None
    name: str
    path: tuple[str, ...] = ()
    position: int | None = None
    deviation: str | None = None
    partner: int | None = None
    state: int | None = None


@dataclass(frozen=True)
class Variant:
    """One sequence of activities on the model. ``cost`` is None when it is not decided: then it lies from ``lower`` to ``upper``."""

    activities: tuple[str, ...]
    frequency: int
    cost: int | None
    lower: int
    upper: int | None
    moves: tuple[Step, ...]

    @property
    def deviations(self) -> tuple[Step, ...]:
        return tuple(step for step in self.moves if step.deviation)


@dataclass(frozen=True)
class Report:
    """``cost`` sums over the cases that are decided."""

    variants: tuple[Variant, ...]
    unknown_activities: Mapping[str, int]

    @property
    def cases(self) -> int:
        return sum(variant.frequency for variant in self.variants)

    @property
    def cost(self) -> int:
        return sum(variant.cost * variant.frequency for variant in self.variants if variant.cost is not None)

    @property
    def fitting_cases(self) -> int:
        return sum(variant.frequency for variant in self.variants if variant.cost == 0)

    @property
    def undecided(self) -> int:
        """Cases whose variant was over its budget."""
        return sum(variant.frequency for variant in self.variants if variant.cost is None)

    def by_element(self) -> Counter[tuple[str, str]]:
        """How many cases deviate at an element, and how: ``(element or activity, deviation)``."""
        found: Counter[tuple[str, str]] = Counter()
        for variant in self.variants:
            for what in {(step.element or step.activity or "", step.deviation or "") for step in variant.deviations}:
                found[what] += variant.frequency
        return found


def together(reports: Sequence[Report]) -> Report:
    """Several reports as one, the most frequent variants first; a variant of cases under way stays apart from the same of ended ones."""
    if len(reports) == 1:
        return reports[0]
    unknown: Counter[str] = Counter()
    for report in reports:
        unknown.update(report.unknown_activities)
    variants = [variant for report in reports for variant in report.variants]
    return Report(tuple(sorted(variants, key=lambda one: -one.frequency)), dict(unknown))


class Replayer:
    """Replays variants on one model. Each is aligned once; what was found about the model serves the next.

    ``is_open``: the cases are still under way, so nothing is missing at their end. ``events`` as in ``Net``, ``unseen`` as in ``Aligner.align``.
    """

    def __init__(
        self, model: Model, *, match: str = "id", budget: int = BUDGET, unseen: int | None = None, is_open: bool = False, events: str = "optional"
    ):
        self.events = events
        self.model = model
        self.match = match
        self.budget = budget
        self.unseen = unseen
        self.is_open = is_open
        self.found: dict[tuple[str, ...], Variant] = {}
        self.aligner: Aligner | None = None

    def replay(self, variants: Mapping[tuple[str, ...], int], *, progress: Callable[[int, int], None] | None = None) -> Report:
        """All variants with their frequencies; ``progress`` is told how many of how many are done."""
        todo = [variant for variant in variants if variant not in self.found]
        aligner = self._prepare(todo)
        for number, variant in enumerate(todo, 1):
            self.found[variant] = self._variant(aligner, variant)
            if progress is not None:
                progress(number, len(todo))
        results = tuple(replace(self.found[variant], frequency=frequency) for variant, frequency in variants.items())
        return Report(results, self._unknown(aligner, variants))

    def replay_some(self, variants: Iterable[tuple[str, ...]], *, enough: Callable[[], bool]) -> dict[tuple[str, ...], Variant]:
        """As many of the variants as are done before ``enough()``, at least one."""
        todo = list(variants)
        aligner = self._prepare(todo)
        found: dict[tuple[str, ...], Variant] = {}
        for variant in todo:
            found[variant] = self._variant(aligner, variant)
            if enough():
                break
        return found

    def tokens(self, state: int | None) -> list[tuple[tuple[str, ...], str, int]]:
        """Where the tokens are in a state of a ``Step``: the activities around, the element, how many."""
        return [] if self.aligner is None else list(self.aligner.states.positions(state))

    def begin(self) -> int | None:
        """The state before the first step."""
        return None if self.aligner is None else self.aligner.states.start()

    def _prepare(self, variants: Iterable[tuple[str, ...]]) -> Aligner:
        counts: dict[str, int] = {}
        for variant in variants:
            for label, number in Counter(variant).items():
                counts[label] = max(counts.get(label, 0), number)
        self.aligner = Aligner(States(self.model.net(match=self.match, counts=counts, events=self.events)))
        return self.aligner

    def _variant(self, aligner: Aligner, activities: tuple[str, ...]) -> Variant:
        found = aligner.align(activities, budget=self.budget, unseen=self.unseen, is_open=self.is_open)
        return Variant(activities, 1, found.cost, found.lower, found.upper, _steps(aligner, activities, found))

    @staticmethod
    def _unknown(aligner: Aligner, variants: Mapping[tuple[str, ...], int]) -> dict[str, int]:
        labels = aligner.states.net.labels
        found: Counter[str] = Counter()
        for variant, frequency in variants.items():
            for label in variant:
                if label not in labels:
                    found[label] += frequency
        return dict(found)


def _steps(aligner: Aligner, activities: Sequence[str], alignment: Alignment) -> tuple[Step, ...]:
    labels = aligner.states.net.labels
    if alignment.cost is None:  # not decided; what the model does not know is certain all the same
        return tuple(Step("log", name, None, name, position=place, deviation=UNKNOWN) for place, name in enumerate(activities) if name not in labels)
    steps = [_step(aligner, activities, move) for move in alignment.moves]
    partners = _partners(steps)
    done: set[str] = set()
    told = []
    for index, step in enumerate(steps):
        told.append(replace(step, deviation=_deviation(step, index, partners, done, labels), partner=partners.get(index)))
        if step.kind == SYNC and step.activity is not None:
            done.add(step.activity)
    return tuple(told)


def _step(aligner: Aligner, activities: Sequence[str], move: Move) -> Step:
    activity = None if move.activity is None else activities[move.activity]
    if move.visible is None:
        element = _element(aligner, activity)
        return Step(LOG, activity, element.element if element else None, element.name if element else activity or "", (), move.activity, state=move.state)
    seen = aligner.states.net.visible[move.visible]
    return Step(move.kind, activity, seen.element, seen.name, seen.path, move.activity, state=move.state)


def _element(aligner: Aligner, activity: str | None) -> Visible | None:
    label = aligner.states.net.labels.get(activity or "")
    return None if label is None else next(seen for seen in aligner.states.net.visible if seen.label == label)


def _partners(steps: Sequence[Step]) -> dict[int, int]:
    """Halves that belong together: the log did it at one moment, the model needed it at another."""
    waiting: dict[str, list[int]] = {}
    for index, step in enumerate(steps):
        if step.kind == MODEL and step.element:
            waiting.setdefault(step.element, []).append(index)
    found: dict[int, int] = {}
    for index, step in enumerate(steps):
        if step.kind == LOG and waiting.get(step.element or ""):
            other = waiting[step.element or ""].pop(0)
            found[index], found[other] = other, index
    return found


def _deviation(step: Step, index: int, partners: Mapping[int, int], done: set[str], labels: Mapping[str, int]) -> str | None:
    if step.kind == SYNC:
        return None
    if step.kind == MODEL:
        return SKIPPED
    if step.activity not in labels:
        return UNKNOWN
    if index in partners:
        return TOO_EARLY if index < partners[index] else TOO_LATE
    return REPEATED if step.activity in done else ADDED
