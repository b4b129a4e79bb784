"""One case, moment by moment: where its tokens were, what was done, where that left the diagram, how long it took and waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.queries.auswertung.auswahl import variante
from engine.replay.conformance import WORDS, Replayer, Step
from engine.replay.model import Model
from engine.replay.own_history import SHOWN
from engine.store.tables import Spur

EVENTS = frozenset({"INTERMEDIATE_CATCH_EVENT", "BOUNDARY_EVENT"})
AROUND = frozenset({"SUB_PROCESS", "MULTI_INSTANCE_BODY"})
# What is open without anybody or anything being awaited there.
NO_WAITING = AROUND | {"CALL_ACTIVITY", "BOUNDARY_EVENT"}


@dataclass(frozen=True)
class Bild:
    """A moment, in seconds since the beginning. ``marken`` are the tokens by process and element after it; ``dauer`` and ``wartezeit`` in seconds."""

    t: int
    text: str
    element: str
    abweichung: str = ""
    dauer: int | None = None
    wartezeit: int | None = None
    marken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Film:
    bilder: tuple[Bild, ...]
    ende: int
    kosten: int | None
    abweichend: tuple[str, ...]
    hat_zeiten: bool = True


def of_spur(spur: Spur, model: Model, namen: Mapping[str, str], now: int) -> Film:
    """The film of one of our own instances: tokens as they were, deviations as its replay on ``model`` finds them."""
    activities = variante(spur)
    replayer = Replayer(model, is_open=spur.zustand != "completed", events="shown")
    found = replayer.replay({activities: 1}).variants[0]
    begin = int(spur.begonnen_am.timestamp())
    shown = [step for step in spur.schritte if step[6] == "c" and step[2] in SHOWN]
    pictures = [Bild(0, "Der Fall beginnt", "", marken=_tokens(spur.schritte, begin))]
    for step in _log_or_all(found.moves, activities):
        pictures += _pictures(step, shown, pictures[-1], begin, namen, spur.schritte)
    end = int(spur.beendet_am.timestamp()) if spur.beendet_am else now
    if spur.beendet_am:
        pictures.append(Bild(end - begin, "Der Fall ist zu Ende", ""))
    else:
        pictures.append(Bild(end - begin, _still(spur.schritte, namen), "", marken=_tokens(spur.schritte, end)))
    return Film(tuple(pictures), max(end - begin, pictures[-1].t), found.cost, _strays(found.moves))


def _still(steps: Iterable[Sequence[Any]], namen: Mapping[str, str]) -> str:
    """That the case goes on, what is to be done in it and which events it waits for."""
    tasks: dict[str, None] = {}
    events: dict[str, None] = {}
    for element, _, kind, _, _, _, how in steps:
        if how == "o" and kind not in NO_WAITING:
            (events if kind in EVENTS else tasks)[f"«{namen.get(element) or element}»"] = None
    told = [f"{word}: {', '.join(names)}" for word, names in (("offen", tasks), ("wartet auf", events)) if names]
    return "; ".join(["Der Fall läuft noch", *told])


def _log_or_all(moves: Sequence[Step], activities: Sequence[str]) -> Sequence[Step]:
    """An undecided variant has no moves; then what happened is told without a judgement."""
    return moves or [Step("sync", activity, activity, activity, position=number) for number, activity in enumerate(activities)]


def _pictures(step: Step, shown: Sequence[Sequence[Any]], last: Bild, begin: int, namen: Mapping[str, str], everything: Sequence[Sequence[Any]]) -> list[Bild]:
    deviation = WORDS.get(step.deviation or "", "")
    name = namen.get(step.element or "", "") or step.name or step.activity or ""
    if step.position is None:
        return [Bild(last.t, f"«{name}» fehlt", step.element or "", deviation, marken=last.marken)]
    element, _, kind, begun, ended, claimed, _ = shown[step.position]
    waited = claimed - begun if claimed is not None and begun is not None else None
    took = ended - begun if begun is not None else None
    how = "eingetreten" if kind in EVENTS else "erledigt"
    return [Bild(ended - begin, f"«{name}» {how}", element, deviation, took, waited, _tokens(everything, ended))]


def _tokens(steps: Iterable[Sequence[Any]], at: int) -> dict[str, dict[str, int]]:
    """Where tokens were just after the moment."""
    found: dict[str, Counter[str]] = {}
    for element, process, kind, begun, ended, _, _ in steps:
        if kind not in AROUND and begun is not None and begun <= at and (ended is None or ended > at):
            found.setdefault(process, Counter())[element] += 1
    return {process: dict(counts) for process, counts in found.items()}


def _strays(moves: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.element for step in moves if step.deviation and step.element))


def of_trace(events: Sequence[tuple[str, int | None]], replayer: Replayer, prozesse: Sequence[str]) -> Film:
    """The film of a case of a foreign log: activities with their seconds, tokens as the best explanation has them."""
    activities = tuple(activity for activity, _ in events)
    found = replayer.replay({activities: 1}).variants[0]
    times = [at for _, at in events if at is not None]
    begin = min(times, default=0)
    pictures = [Bild(0, "Der Fall beginnt", "", marken=_everywhere(replayer, replayer.begin(), prozesse))]
    for step in _log_or_all(found.moves, activities):
        pictures.append(_replayed(step, events, pictures[-1], begin, _everywhere(replayer, step.state, prozesse)))
    end = max(times, default=len(pictures)) - begin
    if not times:  # without times one event follows the other, a day apart
        pictures = [Bild(number * 86_400, one.text, one.element, one.abweichung, marken=one.marken) for number, one in enumerate(pictures)]
        end = (len(pictures) - 1) * 86_400
    return Film(tuple(pictures), max(end, 1), found.cost, _strays(found.moves), bool(times))


def _replayed(step: Step, events: Sequence[tuple[str, int | None]], last: Bild, begin: int, tokens: Mapping[str, Mapping[str, int]]) -> Bild:
    at = None if step.position is None else events[step.position][1]
    t = last.t if at is None else at - begin
    name = step.name or step.activity or step.element or ""
    text = f"«{name}» fehlt" if step.position is None else f"«{name}»"
    return Bild(max(t, last.t), text, step.element or "", WORDS.get(step.deviation or "", ""), dauer=max(t - last.t, 0) or None, marken=tokens)


def _everywhere(replayer: Replayer, state: int | None, prozesse: Sequence[str]) -> dict[str, dict[str, int]]:
    """Ids are unique in a diagram; each diagram shows those it has."""
    counts = Counter[str]()
    for _, element, number in replayer.tokens(state):
        counts[element] += number
    return {prozess: dict(counts) for prozess in prozesse}
