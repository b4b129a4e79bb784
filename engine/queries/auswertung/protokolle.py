"""Logs of other systems on a chosen model: what their activities are called there, and what replaying them found."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.model.errors import NotFound
from engine.queries.auswertung.ausrichtungen import Gefunden
from engine.queries.auswertung.zellschutz import unterdrueckt
from engine.replay.conformance import UNKNOWN
from engine.replay.model import Model, only_human
from engine.replay.own_log import Origin, is_own, others
from engine.store.session import FallSession
from engine.store.tables import Protokoll, Protokollteil

NIRGENDS = "-"
CASES_PER_PART = 500


@dataclass(frozen=True)
class Zugeordnet:
    """An activity of a log: how it was found in the model (id, name, hand, nirgends), and as which label it is replayed."""

    name: str
    element: str
    wie: str
    label: str


class Weg(NamedTuple):
    """A variant as labels of the model; ``is_open``: of cases that are still under way."""

    schritte: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Spiel:
    """What of a log is replayed on which model, and how.

    ``ausgelassen``: cases that say they belong to another process. ``automatisch``: how many automatic steps the diagram has, ``genannt`` how
    many of them the log names; ``nur_menschen``: the others count for nothing. ``events`` as in ``Net``.
    """

    model: Model
    match: str
    events: str
    zeilen: Sequence[Zugeordnet]
    wege: Counter[Weg]
    ausgelassen: Counter[str]
    automatisch: int
    genannt: int
    nur_menschen: bool


@dataclass(frozen=True)
class Ziel:
    """An element that activities can be assigned to."""

    element: str
    name: str


def ziele(model: Model) -> list[Ziel]:
    """What of the model a log can show, each element once, by name."""
    seen = {one.element: Ziel(one.element, one.name or one.element) for one in model.net(match="id", counts=None).visible}
    return sorted(seen.values(), key=lambda one: (one.name.lower(), one.element))


def zuordnung(protokoll: Protokoll, model: Model) -> tuple[str, list[Zugeordnet]]:
    """How activities are matched (id or name), and each activity in the order of the log.

    Logs that name elements of the model are matched by id; others by name, where elements of the same name are the same.
    """
    found = ziele(model)
    ids = {one.element for one in found}
    by_id = any(element in ids or name in ids for name, element in protokoll.aktivitaeten)
    names: dict[str, list[Ziel]] = {}
    for one in found:
        names.setdefault(_plain(one.name), []).append(one)
    rows = [_one(name, element, protokoll.zuordnung.get(name, ""), ids=ids, names=names, by_id=by_id, ziele=found) for name, element in protokoll.aktivitaeten]
    return "id" if by_id else "name", rows


def _one(name: str, element: str, chosen: str, *, ids: set[str], names: Mapping[str, list[Ziel]], by_id: bool, ziele: Sequence[Ziel]) -> Zugeordnet:
    target, how = "", "nirgends"
    if chosen == NIRGENDS:
        how = "hand"
    elif chosen in ids:
        target, how = chosen, "hand"
    elif element in ids or name in ids:
        target, how = (element if element in ids else name), "id"
    else:
        same = names.get(_plain(name), [])
        if same and (len(same) == 1 or not by_id):
            target, how = same[0].element, "name"
    if not target:
        return Zugeordnet(name, "", how, f"{name} (unbekannt)" if name in ids else name)
    label = target if by_id else next(one.name for one in ziele if one.element == target)
    return Zugeordnet(name, target, how, label)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def spiel(session: FallSession, protokoll: Protokoll, model: Model) -> Spiel:
    """The log on the model, by the same rules as ``fallfluss replay``. Automatic steps count unless the log names none of them, or by choice;
    our own logs name each that happened."""
    match, rows = zuordnung(protokoll, model)
    variants = [(activities, count, _origin(told)) for activities, count, *told in _part(session, protokoll.id, 0)]
    cases = Counter[Origin]()
    for _, count, origin in variants:
        cases[origin] += count
    left_out = others(cases, model.main.id)
    is_ours = is_own(Counter({origin: count for origin, count in cases.items() if origin.process not in left_out}))
    labels, ways = [one.label for one in rows], Counter[Weg]()
    for activities, count, origin in variants:
        if origin.process not in left_out:
            ways[Weg(tuple(labels[number] for number in activities), is_ours and not origin.is_over)] += count
    automatic = model.automatic(match=match)
    seen = {label for way in ways for label in way.schritte}
    named = len(automatic & seen)
    only_people = not is_ours and bool(automatic) and (not named if protokoll.nur_menschen is None else protokoll.nur_menschen)
    return Spiel(
        model=only_human(model, seen, match=match) if only_people else model, match=match, events="shown" if is_ours else "optional", zeilen=rows, wege=ways,
        ausgelassen=left_out, automatisch=len(automatic), genannt=named, nur_menschen=only_people,
    )  # fmt: skip


def namen(played: Spiel) -> dict[str, str]:
    """What people call the steps of its variants, where these are ids."""
    return {one.element: one.name for one in ziele(played.model)} if played.match == "id" else {}


def _origin(told: Sequence[Any]) -> Origin:
    """What is kept of a case's origin; logs taken in by an older version say nothing."""
    return Origin(told[0], told[1]) if len(told) == 2 else Origin()


def fall(session: FallSession, protokoll: Protokoll, nr: int, rows: Sequence[Zugeordnet]) -> tuple[str, list[tuple[str, int | None]], Origin]:
    """One case: its pseudonym, its labels with their seconds, and where it comes from.

    Raises:
        NotFound: the log has no case of that number.
    """
    if not 0 <= nr < protokoll.faelle:
        raise NotFound("Der Fall des Protokolls")
    pseudonym, events, *told = _part(session, protokoll.id, 1 + nr // CASES_PER_PART)[nr % CASES_PER_PART]
    return str(pseudonym), [(rows[number].label, at) for number, at in events], _origin(told)


def beispiele(session: FallSession, protokoll: Protokoll, played: Spiel) -> dict[Weg, int]:
    """For each variant the number of its first case."""
    labels, is_ours = [one.label for one in played.zeilen], played.events == "shown"
    found: dict[Weg, int] = {}
    number = 0
    for nr in sorted(session.scalars(select(Protokollteil.nr).where(Protokollteil.protokoll_id == protokoll.id, Protokollteil.nr > 0))):
        for _, events, *told in _part(session, protokoll.id, nr):
            origin = _origin(told)
            if origin.process not in played.ausgelassen:
                found.setdefault(Weg(tuple(labels[activity] for activity, _ in events), is_ours and not origin.is_over), number)
            number += 1
    return found


def _part(session: FallSession, id: int, nr: int) -> list[list[Any]]:
    row = session.get(Protokollteil, (id, nr))
    return json.loads(gzip.decompress(row.content)) if row else []


@dataclass(frozen=True)
class Variante:
    weg: Weg
    faelle: int
    gefunden: Gefunden | None

    @property
    def schritte(self) -> tuple[str, ...]:
        return self.weg.schritte


@dataclass(frozen=True)
class Ergebnis:
    """``sicher`` and ``hoechstens``: between how many and how many cases fit; equal where everything is decided."""

    faelle: int
    passend: int
    kosten: int
    unentschieden: int
    fehlend: int
    sicher: int
    hoechstens: int
    unbekannt: Mapping[str, int]
    abweichungen: tuple[tuple[str, str, str, int | None], ...]
    varianten: tuple[Variante, ...]
    seltene: int


def ergebnis(ways: Counter[Weg], found: Mapping[Weg, Gefunden], *, schwelle: int) -> Ergebnis:
    """The figures of a log on a model. ``schwelle`` 1 shows everything: to the person whose file it is."""
    rows = [Variante(way, count, found.get(way)) for way, count in ways.most_common()]
    done = [(one.faelle, one.gefunden) for one in rows if one.gefunden is not None]
    fitting = sum(count for count, one in done if one.cost == 0)
    maybe = sum(count for count, one in done if one.cost is None and one.lower == 0)
    shown = tuple(one for one in rows if one.faelle >= schwelle)
    return Ergebnis(
        faelle=ways.total(),
        passend=fitting,
        kosten=sum(count * one.cost for count, one in done if one.cost is not None),
        unentschieden=sum(count for count, one in done if one.cost is None),
        fehlend=sum(1 for one in rows if one.gefunden is None),
        sicher=fitting,
        hoechstens=fitting + maybe,
        unbekannt=_unknown(rows),
        abweichungen=tuple(_abweichungen(done, schwelle)),
        varianten=shown,
        seltene=len(rows) - len(shown),
    )


def _unknown(rows: Iterable[Variante]) -> dict[str, int]:
    """In how many cases each activity is that the model does not know, however often."""
    counts: Counter[str] = Counter()
    for one in rows:
        for element in {element for element, _, what, _ in one.gefunden.abweichungen if what == UNKNOWN} if one.gefunden else ():
            counts[element] += one.faelle
    return dict(counts.most_common())


def _abweichungen(done: Iterable[tuple[int, Gefunden]], schwelle: int) -> list[tuple[str, str, str, int | None]]:
    counts: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    for count, one in done:
        names.update({element: name for element, name, _, _ in one.abweichungen})
        for key in {(element, what) for element, _, what, _ in one.abweichungen}:
            counts[key] += count
    shown = unterdrueckt(counts, schwelle=schwelle, mit_summe=False)
    return [(element, names[element] or element, what, shown[element, what]) for (element, what), _ in counts.most_common()]
