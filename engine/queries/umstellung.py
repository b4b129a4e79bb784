"""What the screens of a migration show: plans, the mapping beside each other, verdicts by reason. No case is named to who may see none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.definitions import abbildung
from engine.definitions.bpmn import Element, Process
from engine.model.errors import NotFound
from engine.queries import lage
from engine.store import library
from engine.store.everywhere import everywhere
from engine.store.session import FallSession
from engine.store.tables import Instanz, Release, Umstellung, Umstellungsfall

# These roles see counts of all regions, but no case; who leads a region sees the cases there.
CANTONAL = ("prozess", "umsetzung")
SEES = (*CANTONAL, "leitung")
PER_PAGE = 50
_MOVABLE = {"startEvent", "boundaryEvent"}


@dataclass(frozen=True)
class Stand:
    """How far a plan is: ``counts`` by verdict and by state, ``offen`` still queued."""

    urteile: Mapping[str, int]
    zustaende: Mapping[str, int]
    offen: int
    total: int

    def worte(self, plan: Umstellung) -> str:
        """entwurf, pruefung, geprueft, vorgelegt, laeuft, stapel (the next batch waits), pausiert, fertig or verworfen."""
        if plan.zustand == "pruefung" and not self.offen:
            return "geprueft"
        if plan.zustand == "laeuft" and not self.offen:
            return "stapel" if self.zustaende.get("geprueft") and self.bereit else "fertig"
        return plan.zustand

    @property
    def bereit(self) -> int:
        """How many were found fine and are not queued yet."""
        return self.urteile.get("gut", 0) - sum(self.zustaende.get(one, 0) for one in ("umgestellt", "wartet"))


@dataclass(frozen=True)
class Grund:
    """The same obstacle, for so many cases."""

    code: str
    process: str
    element: str
    message: str
    count: int
    urteil: str


@dataclass(frozen=True)
class Zeile:
    """One element of the older diagram: the proposal, what can be chosen, what is chosen (``nach:x``, ``verlegt:x``, ``endet`` or nothing)."""

    element: Element
    faelle: int
    grund: str
    gewaehlt: str
    begruendung: str
    gleiche: tuple[Element, ...]
    stellen: tuple[Element, ...]
    kann_enden: bool


@dataclass(frozen=True)
class Frist:
    """A timer whose time the newer diagram gives otherwise; ``neu``: running ones count anew from their beginning."""

    element: Element
    vorher: str
    nachher: str
    faelle: int
    neu: bool


@dataclass(frozen=True)
class Zuordnung:
    """The mapping of one process; ``unveraendert`` counts the elements that are the same in both."""

    process: str
    name: str
    zeilen: tuple[Zeile, ...]
    unveraendert: tuple[Element, ...]
    neue: tuple[Element, ...]
    faelle: Mapping[str, int]
    fristen: tuple[Frist, ...]

    @property
    def offen(self) -> int:
        """Elements with cases for which nothing is decided."""
        return sum(not one.gewaehlt and one.faelle > 0 for one in self.zeilen)


@dataclass(frozen=True)
class Fallzeile:
    """One case of a plan; ``nummer`` is a number within the plan for who may not see cases, else the case's."""

    nummer: str
    fall_nr: str | None
    region: str
    urteil: str
    zustand: str
    gruende: tuple[str, ...]


def plans(session: FallSession) -> list[tuple[Umstellung, Stand]]:
    """All plans, the newest first."""
    return [(one, stand(session, one.id)) for one in session.scalars(select(Umstellung).order_by(Umstellung.id.desc()).limit(100))]


def plan(session: FallSession, id: int) -> Umstellung:
    """Raises:
    NotFound: there is none.
    """
    found = session.get(Umstellung, id)
    if found is None:
        raise NotFound("Die Umstellung")
    return found


def stand(session: FallSession, id: int) -> Stand:
    with counting(session):
        rows = select(Umstellungsfall.urteil, Umstellungsfall.zustand, Umstellungsfall.next_attempt_at.is_not(None), func.count(Umstellungsfall.key))
        groups = (Umstellungsfall.urteil, Umstellungsfall.zustand, Umstellungsfall.next_attempt_at.is_not(None))
        found = session.execute(rows.where(Umstellungsfall.umstellung_id == id).group_by(*groups)).all()
    urteile, zustaende, waiting = Counter[str](), Counter[str](), 0
    for urteil, zustand, is_queued, count in found:
        urteile[urteil] += count
        zustaende[zustand] += count
        waiting += count if is_queued else 0
    return Stand(urteile, zustaende, waiting, sum(urteile.values()))


def gruende(session: FallSession, id: int) -> list[Grund]:
    """Why cases cannot go, or need a decision: each obstacle with the number of its cases, the most frequent first."""
    with counting(session):
        rows = session.execute(select(Umstellungsfall.urteil, Umstellungsfall.gruende).where(Umstellungsfall.umstellung_id == id)).all()
    found = Counter((*map(str, reason), urteil) for urteil, reasons in rows for reason in reasons)
    called = _called(session, plan(session, id))
    return [Grund(code, process, element, called(process, message), count, urteil) for (code, process, element, message, urteil), count in found.most_common()]


def faelle(session: FallSession, id: int, *, page: int = 0) -> tuple[int, list[Fallzeile]]:
    """One page of the cases that did not simply go, then of the others; with their numbers only in the person's own regions."""
    with counting(session):
        which = Umstellungsfall.umstellung_id == id
        total = session.scalar(select(func.count(Umstellungsfall.key)).where(which)) or 0
        order = (Umstellungsfall.urteil == "gut", Umstellungsfall.key)
        rows = list(session.scalars(select(Umstellungsfall).where(which).order_by(*order).offset(page * PER_PAGE).limit(PER_PAGE)))
    known = {one.nummer: one.fall.fall_nr for one in session.scalars(select(Instanz).where(Instanz.nummer.in_([row.instanz_nummer for row in rows])))}
    called = _called(session, plan(session, id))
    return total, [_line(row, known.get(row.instanz_nummer), called) for row in rows]


def processes(session: FallSession, found: Umstellung) -> dict[str, str]:
    """Processes whose versions differ between the two releases: id and name."""
    before, after = library.contents(session, found.quelle), library.contents(session, found.ziel)
    both = [item for (kind, id), item in sorted(before.items.items()) if kind == "process" and after.item(kind, id) is not None]
    return {item.id: item.name for item in both if before.version(item.id) != after.version(item.id)}


def zuordnung(session: FallSession, found: Umstellung, process: str, also: frozenset[str] = frozenset()) -> Zuordnung:
    """The mapping of one process; ``also`` are elements to be decided about although they are the same in both.

    Raises:
        NotFound: no such process differs.
    """
    names = processes(session, found)
    if process not in names:
        raise NotFound("Der Prozess dieser Umstellung")
    old, new = library.contents(session, found.quelle).process(process), library.contents(session, found.ziel).process(process)
    with counting(session):
        here = lage.belegung(session, process, lage.Ausschnitt(found.quelle, found.regionen))
    chosen = found.abbildung.get(process, {})
    pairs = {pair.alt.id: pair for pair in abbildung.propose(old, new)}
    shown = {id for id, pair in pairs.items() if pair.grund != "kennung" and _can_hold(pair.alt)} | (also & set(pairs)) | set(chosen.get("verlegt", {}))
    rows = [_row(pairs[one.id], new, here.get(one.id, 0), chosen) for one in old.elements.values() if one.id in shown]
    rows.sort(key=lambda row: (-row.faelle, bool(row.gewaehlt)))
    fristen = tuple(_deadlines(found, chosen, old, new, here))
    same = tuple(one for one in old.elements.values() if one.id not in shown)
    taken = {pair.neu.id for pair in pairs.values() if pair.neu is not None}
    return Zuordnung(process, names[process], tuple(rows), same, tuple(one for one in new.elements.values() if one.id not in taken), here, fristen)


def releases(session: FallSession) -> list[lage.Fassung]:
    """Releases with their running cases, all of them, the newest first."""
    with counting(session):
        running = {one.release.id: one for one in lage.fassungen(session)}
    rows = session.scalars(select(Release).where(Release.probe.is_(None)).order_by(Release.id.desc()).limit(100))
    return [running.get(one.id) or lage.Fassung(one, {}) for one in rows]


def counting(session: FallSession) -> AbstractContextManager[None]:
    """All regions for cantonal roles, whose pages show counts only; the own ones for everybody else."""
    return everywhere(session) if session.access.has(*CANTONAL) else nullcontext()


def _row(pair: abbildung.Paar, new: Process, count: int, chosen: Mapping[str, Any]) -> Zeile:
    old = pair.alt
    moved = chosen.get("verlegt", {}).get(old.id)
    target = chosen.get("nach", {}).get(old.id) or (old.id if pair.grund == "kennung" else "")
    picked = f"verlegt:{moved['nach']}" if moved else "endet" if old.id in chosen.get("endet", ()) else f"nach:{target}" if target else ""
    alike = tuple(one for one in new.elements.values() if abbildung.is_alike(old, one))
    places = tuple(one for one in new.elements.values() if one.type not in _MOVABLE and one.name) if old.type != "boundaryEvent" else ()
    return Zeile(old, count, pair.grund, picked, moved["grund"] if moved else "", alike, places, old.type in ("boundaryEvent", "intermediateCatchEvent"))


def _deadlines(found: Umstellung, chosen: Mapping[str, Any], old: Process, new: Process, here: Mapping[str, int]) -> Iterator[Frist]:
    for one in old.elements.values():
        other = new.elements.get(chosen.get("nach", {}).get(one.id, one.id))
        before, after = one.trigger, other.trigger if other else None
        if before and after and before.kind == after.kind == "timer" and (before.timer, before.value) != (after.timer, after.value):
            told = chosen.get("fristen", {}).get(one.id)
            yield Frist(one, before.value or "", after.value or "", here.get(one.id, 0), found.fristen_neu if told is None else told == "neu")


def _can_hold(element: Element) -> bool:
    """Whether a case can stand there, or a join can wait; starts, ends and mere splits hold nobody."""
    return element.type not in ("startEvent", "endEvent", "exclusiveGateway")


def _line(row: Umstellungsfall, fall_nr: str | None, called: Callable[[str, str], str]) -> Fallzeile:
    reasons = tuple(called(str(reason[1]), str(reason[3])) for reason in row.gruende)
    return Fallzeile(f"U{row.umstellung_id}-{row.key}", fall_nr, row.region, row.urteil, row.zustand, reasons)


def _called(session: FallSession, found: Umstellung) -> Callable[[str, str], str]:
    """What a reason says, with the elements as the diagrams call them: the runtime knows their ids only."""

    def called(process: str, message: str) -> str:
        held = [library.contents(session, release) for release in (found.ziel, found.quelle)]
        elements = {id: one for contents in held if contents.item("process", process) for id, one in contents.process(process).elements.items()}
        return re.sub(r"«([^»]+)»", lambda id: f"«{elements[id[1]].label}»" if id[1] in elements else id[0], message)

    return called
