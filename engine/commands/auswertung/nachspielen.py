"""Finds alignments and keeps them, each once: what was found for a variant on a model serves every case, page and person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from engine.commands.auswertung.spuren import READER
from engine.queries.auswertung.ausrichtungen import Gefunden, art, digest, found
from engine.replay.alignment import BUDGET
from engine.replay.conformance import Replayer, Variant
from engine.replay.model import Model
from engine.store.errors import Conflict
from engine.store.session import Database
from engine.store.tables import Ausrichtung

# Aligned without a transaction, written in one: a page that stops early keeps what was found.
BATCH = 200
# Every variant gets so little first: whether it fits, and how well at best, is known for all within seconds. Then the rest is explained.
GLANCE = 400
# Seconds. Reading a canton's traces may take a page's whole time, and only one alignment each time would never come to an end.
LEAST = 0.5


@dataclass(frozen=True)
class Auftrag:
    """Variants to explain by one model, by their digests. ``is_open``: the cases may still go on."""

    model: Model
    varianten: Mapping[str, tuple[str, ...]]
    match: str = "id"
    events: str = "shown"
    is_open: bool = False

    @property
    def art(self) -> str:
        return art(self.match, self.events, is_open=self.is_open)


Gefundene = Mapping[tuple[str, str], Mapping[str, Gefunden]]


def align(database: Database, auftraege: Sequence[Auftrag], enough: Callable[[], bool] = lambda: False) -> tuple[dict[tuple[str, str], dict[str, Gefunden]], int]:
    """Alignments of all variants by ``(model hash, art)`` and digest, and how many are not final yet when ``enough()`` stopped it.

    However little time is left, some is made use of: whoever asks again comes to the end. First comes a glance at every variant of every
    ``Auftrag``, which leaves dear ones open but tells bounds; then those are searched with the whole budget.
    """
    wanted = [auftrag.varianten for auftrag in auftraege]
    with database.read(READER) as session:
        known = [found(session, auftrag.model.hash, auftrag.art, names) for auftrag, names in zip(auftraege, wanted, strict=True)]
    enough = _after(LEAST, enough)
    begun = 0
    for budget in (GLANCE, BUDGET):
        for auftrag, names, done in zip(auftraege, wanted, known, strict=True):
            todo = [variant for name, variant in sorted(names.items()) if name not in done or not done[name].is_final(budget)]
            if todo and not (begun and enough()):
                begun += 1
                done |= _make(database, auftrag, todo, budget, enough)
    results: dict[tuple[str, str], dict[str, Gefunden]] = {}
    for auftrag, done in zip(auftraege, known, strict=True):
        results.setdefault((auftrag.model.hash, auftrag.art), {}).update(done)
    missing = sum(name not in done or not done[name].is_final(BUDGET) for names, done in zip(wanted, known, strict=True) for name in names)
    return results, missing


def _after(seconds: float, enough: Callable[[], bool]) -> Callable[[], bool]:
    """``enough()``, but not before so long."""
    begun = monotonic()
    return lambda: monotonic() - begun >= seconds and enough()


def _make(database: Database, auftrag: Auftrag, todo: Sequence[tuple[str, ...]], budget: int, enough: Callable[[], bool]) -> dict[str, Gefunden]:
    replayer = Replayer(auftrag.model, match=auftrag.match, budget=budget, is_open=auftrag.is_open, events=auftrag.events)
    made: dict[str, Gefunden] = {}
    for begin in range(0, len(todo), BATCH):
        some = replayer.replay_some(todo[begin : begin + BATCH], enough=enough)
        new = {digest(variant): _kept(result, budget) for variant, result in some.items()}
        _write(database, auftrag, new)
        made |= new
        if enough():
            break
    return made


def _kept(variant: Variant, budget: int) -> Gefunden:
    deviations = tuple((step.element or step.activity or "", step.name, step.deviation or "", step.position) for step in variant.deviations)
    return Gefunden(variant.cost, variant.lower, variant.upper, deviations, budget)


def _write(database: Database, auftrag: Auftrag, new: Mapping[str, Gefunden]) -> None:
    try:
        with database.begin(READER) as session:
            for name, one in new.items():
                session.merge(
                    Ausrichtung(
                        model_hash=auftrag.model.hash, art=auftrag.art, variante=name, cost=one.cost, lower=one.lower, upper=one.upper,
                        budget=one.budget, abweichungen=[list(deviation) for deviation in one.abweichungen],
                    )  # fmt: skip
                )
    except Conflict:
        pass  # another page found the same at the same moment


