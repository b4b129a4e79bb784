"""Logs of other systems on a chosen model: what their activities are called there, and what replaying them found."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.model.errors import NotFound
from engine.queries.auswertung.ausrichtungen import Gefunden, digest
from engine.queries.auswertung.zellschutz import unterdrueckt
from engine.replay.conformance import UNKNOWN
from engine.replay.model import Model
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


def varianten(session: FallSession, protokoll: Protokoll, rows: Sequence[Zugeordnet]) -> Counter[tuple[str, ...]]:
    """The variants as labels of the model, and how many cases took each."""
    labels = [one.label for one in rows]
    found: Counter[tuple[str, ...]] = Counter()
    for activities, count in _part(session, protokoll.id, 0):
        found[tuple(labels[number] for number in activities)] += count
    return found


def fall(session: FallSession, protokoll: Protokoll, nr: int, rows: Sequence[Zugeordnet]) -> tuple[str, list[tuple[str, int | None]]]:
    """One case: its pseudonym, and its labels with their seconds.

    Raises:
        NotFound: the log has no case of that number.
    """
    if not 0 <= nr < protokoll.faelle:
        raise NotFound("Der Fall des Protokolls")
    pseudonym, events = _part(session, protokoll.id, 1 + nr // CASES_PER_PART)[nr % CASES_PER_PART]
    return str(pseudonym), [(rows[number].label, at) for number, at in events]


def beispiele(session: FallSession, protokoll: Protokoll, rows: Sequence[Zugeordnet]) -> dict[tuple[str, ...], int]:
    """For each variant the number of its first case."""
    labels, found, number = [one.label for one in rows], {}, 0  # type: ignore[var-annotated]
    for nr in sorted(session.scalars(select(Protokollteil.nr).where(Protokollteil.protokoll_id == protokoll.id, Protokollteil.nr > 0))):
        for _, events in _part(session, protokoll.id, nr):
            found.setdefault(tuple(labels[activity] for activity, _ in events), number)
            number += 1
    return found


def _part(session: FallSession, id: int, nr: int) -> list[list]:  # type: ignore[type-arg]
    row = session.get(Protokollteil, (id, nr))
    return json.loads(gzip.decompress(row.content)) if row else []


@dataclass(frozen=True)
class Variante:
    schritte: tuple[str, ...]
    faelle: int
    gefunden: Gefunden | None


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


def ergebnis(variants: Counter[tuple[str, ...]], found: Mapping[str, Gefunden], *, schwelle: int) -> Ergebnis:
    """The figures of a log on a model. ``schwelle`` 1 shows everything: to the person whose file it is."""
    rows = [Variante(variant, count, found.get(digest(variant))) for variant, count in variants.most_common()]
    done = [(one.faelle, one.gefunden) for one in rows if one.gefunden is not None]
    fitting = sum(count for count, one in done if one.cost == 0)
    maybe = sum(count for count, one in done if one.cost is None and one.lower == 0)
    shown = tuple(one for one in rows if one.faelle >= schwelle)
    return Ergebnis(
        faelle=sum(variants.values()),
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
    counts: Counter[str] = Counter()
    for one in rows:
        for element, _, what, _ in one.gefunden.abweichungen if one.gefunden else ():
            if what == UNKNOWN:
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
