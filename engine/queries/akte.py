"""What the tabs of a case page show besides its process: aims, timeline, documents, journal, linked cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, not_, or_, select

from engine.cases import dokumentarten
from engine.definitions.parameter import CONTEXT, feel_name
from engine.model.access import ROLLEN
from engine.model.errors import NotFound
from engine.queries.cases import CaseView
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import (
    Aufgabe,
    Dokument,
    Entwurf,
    Fachapplikationsstand,
    Fall,
    Journaleintrag,
    Papier,
    Person,
    Verknuepfung,
    Verlauf,
)

# The filters of the timeline, and the commands that make up those which come from the process.
STEPS = ("open_case", "import_case", "begin_move", "offer", "take_over", "complete_task", "correlate", "signal", "claim", "unclaim", "delegate")
CORRECTIONS = ("set_variables", "resolve_incident", "cancel_case", "abgleich")
# Who writes values into a case without being a person: what a process beside the case has found out is nobody's correction.
MACHINES = ("zeitgeber", "system", "uebergabe")
FILTER: Mapping[str, str] = {
    "schritte": "Schritte",
    "entscheide": "Entscheide",
    "fristen": "Fristen",
    "dokumente": "Dokumente",
    "journal": "Journal",
    "korrekturen": "Korrekturen",
}
DECISION = "BUSINESS_RULE_TASK"
# The roles whose finished tasks are decisions: parameters ``entscheid.‹rolle›`` of the canton.
DECIDES = "entscheid"


@dataclass(frozen=True)
class Zielvereinbarung:
    """What was agreed last, as the case's variables hold it; ``massnahmen`` are those that were assigned, else those that were agreed."""

    gesamtziel: str
    ziele: tuple[Mapping[str, Any], ...]
    massnahmen: tuple[Mapping[str, Any], ...]
    gueltig_bis: str | None
    unterschrift: str | None
    unterschrift_am: str | None


@dataclass(frozen=True)
class Verbunden:
    """Another case that has to do with this one; ``key`` is set when somebody linked them by hand."""

    fall_nr: str
    bezeichnung: str
    region: str
    weshalb: str
    seit: date
    bis: date | None
    key: int | None = None


Moment = Verlauf | Journaleintrag | Dokument | Papier


def zielvereinbarung(session: FallSession, view: CaseView) -> Zielvereinbarung | None:
    """Aims and measures of a case; None when nothing was agreed."""
    values = view.sicht.redacted(library.runtime(session, view.release_id, view.fall.region).variables(view.instanz.state))
    ziele, massnahmen = _rows(values.get("ziele")), _rows(values.get("massnahmen"))
    if not (ziele or massnahmen or values.get("gesamtziel")):
        return None
    texts = {name: values.get(name) for name in ("unterschrift", "unterschrift_am")}
    return Zielvereinbarung(str(values.get("gesamtziel") or ""), ziele, massnahmen, values.get("zv_gueltig_bis"), **texts)


def _rows(value: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else ()


def stand_fachapplikation(session: FallSession, fall: Fall) -> Fachapplikationsstand | None:
    return session.scalar(select(Fachapplikationsstand).where(Fachapplikationsstand.fall_id == fall.id))


def left_drafts(session: FallSession, fall: Fall) -> tuple[Aufgabe, ...]:
    """Tasks of this case that have ended while this person had a draft of them."""
    rows = select(Aufgabe).join(Entwurf, Entwurf.aufgabe_key == Aufgabe.key)
    return tuple(session.scalars(rows.where(Aufgabe.fall_id == fall.id, Aufgabe.zustand != "CREATED", Entwurf.login == session.access.konto)))


def timeline(session: FallSession, fall: Fall, kinds: Sequence[str], *, limit: int, with_journal: bool) -> list[Moment]:
    """The newest ``limit`` moments of a case, of the chosen kinds (all, when none is chosen), the newest first."""
    chosen = set(kinds) or set(FILTER)
    found: list[Moment] = []
    steps = _steps(chosen, _leading(deciding_roles(session, fall.region)))
    if steps is not None:
        query = select(Verlauf).outerjoin(Aufgabe, Aufgabe.key == Verlauf.element_key).where(Verlauf.fall_id == fall.id, steps)
        found += session.scalars(query.order_by(Verlauf.id.desc()).limit(limit))
    if "dokumente" in chosen:
        found += _newest(session, Dokument, fall, limit, dokumentarten.seen(session, fall.region)) + _newest(session, Papier, fall, limit)
    if with_journal and chosen & {"journal", "korrekturen"}:
        query_journal = select(Journaleintrag).where(Journaleintrag.fall_id == fall.id)
        if "journal" not in chosen:
            query_journal = query_journal.where(Journaleintrag.storniert_id.is_not(None))
        found += session.scalars(query_journal.order_by(Journaleintrag.id.desc()).limit(limit))
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit]


def decided(session: FallSession, moments: Sequence[Moment]) -> set[int]:
    """Which of these rows of the history are decisions: of a decision table, or of those who lead."""
    rows = [one for one in moments if isinstance(one, Verlauf)]
    by_table = {one.id for one in rows if any(event[3] == DECISION for event in one.events)}
    keys = [one.element_key for one in rows if one.command == "complete_task"]
    if not rows:
        return set()
    deciding = _leading(deciding_roles(session, rows[0].region))
    leading = set(session.scalars(select(Aufgabe.key).where(Aufgabe.key.in_(keys), deciding)))
    return by_table | {one.id for one in rows if one.command == "complete_task" and one.element_key in leading}


def is_carried(row: Verlauf) -> bool:
    """Whether the machine wrote these values into the case, and not somebody who corrected them."""
    return row.command == "set_variables" and row.by in MACHINES


def deciding_roles(session: FallSession, region: str) -> list[str]:
    """The roles whose finished tasks count as decisions in this region, by today's parameters."""
    values = library.parameters(session, region)[CONTEXT]
    return [rolle for rolle in ROLLEN if values.get(feel_name(f"{DECIDES}.{rolle}"))]


def _leading(rollen: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(cast(Aufgabe.candidate_groups, String).contains(f'"{rolle}"') for rolle in rollen))


def _newest(session: FallSession, table: Any, fall: Fall, limit: int, *which: ColumnElement[bool]) -> list[Any]:
    return list(session.scalars(select(table).where(table.fall_id == fall.id, *which).order_by(table.id.desc()).limit(limit)))


def _steps(chosen: set[str], leading: ColumnElement[bool]) -> ColumnElement[bool] | None:
    if set(FILTER) <= chosen:
        return Verlauf.fall_id.is_not(None)
    parts: list[ColumnElement[bool]] = []
    if "schritte" in chosen:
        parts.append(Verlauf.command.in_(STEPS))
    if "fristen" in chosen:
        parts.append(Verlauf.command == "fire_timer")
    if "korrekturen" in chosen:
        parts.append(and_(Verlauf.command.in_(CORRECTIONS), not_(and_(Verlauf.command == "set_variables", Verlauf.by.in_(MACHINES)))))
    if "entscheide" in chosen:
        # What a decision table decided on the way, and what those decided who lead.
        parts += [cast(Verlauf.events, String).contains(f'"{DECISION}"'), and_(Verlauf.command == "complete_task", leading)]
    return or_(*parts) if parts else None


def documents(session: FallSession, fall: Fall) -> tuple[Dokument, ...]:
    """Those of the case that this person may know of, the newest first."""
    own = select(Dokument).where(Dokument.fall_id == fall.id, dokumentarten.seen(session, fall.region))
    return tuple(session.scalars(own.order_by(Dokument.id.desc())))


def document(session: FallSession, fall_nr: str, id: int) -> Dokument:
    """Raises:
    NotFound: not of this case, not in the person's regions, or of a kind they may not see.
    """
    found = session.scalar(select(Dokument).join(Fall, Fall.id == Dokument.fall_id).where(Dokument.id == id, Fall.fall_nr == fall_nr))
    if found is None or not dokumentarten.may_see(session, found):
        raise NotFound("Das Dokument")
    return found


def journal(session: FallSession, fall: Fall) -> tuple[tuple[Journaleintrag, Journaleintrag | None], ...]:
    """Each entry with its Storno, the newest day first."""
    rows = session.scalars(select(Journaleintrag).where(Journaleintrag.fall_id == fall.id).order_by(Journaleintrag.am.desc(), Journaleintrag.id.desc())).all()
    stornos = {row.storniert_id: row for row in rows if row.storniert_id is not None}
    return tuple((row, stornos.get(row.id)) for row in rows if row.storniert_id is None)


def linked(session: FallSession, view: CaseView) -> tuple[Verbunden, ...]:
    """Cases that somebody linked, the same case before its handover, and other cases of the same people."""
    fall = view.fall
    by_hand = select(Verknuepfung, Fall).join(Fall, Fall.id == Verknuepfung.anderer_fall_id).where(Verknuepfung.fall_id == fall.id, Verknuepfung.aufgehoben_am.is_(None))
    back = select(Verknuepfung, Fall).join(Fall, Fall.id == Verknuepfung.fall_id).where(Verknuepfung.anderer_fall_id == fall.id, Verknuepfung.aufgehoben_am.is_(None))
    found = {other.id: _verbunden(other, link.grund, link.id) for query in (by_hand, back) for link, other in session.execute(query)}
    for other in session.scalars(select(Fall).where(Fall.fall_nr == fall.fall_nr, Fall.id != fall.id)):
        found.setdefault(other.id, _verbunden(other, "derselbe Fall vor der Fallübergabe" if other.uebergeben_am else "derselbe Fall nach der Fallübergabe"))
    for other, name in session.execute(_same_people(view)):
        found.setdefault(other.id, _verbunden(other, f"{'früherer' if other.id < fall.id else 'späterer'} Fall von {name}"))
    return tuple(sorted(found.values(), key=lambda one: one.seit, reverse=True))


def _same_people(view: CaseView) -> Any:
    insured = [person.ahv_kennzeichen for person in view.personen if person.ahv_kennzeichen]
    named = [
        and_(Person.name == person.name, Person.vorname == person.vorname, Person.geburtsdatum == person.geburtsdatum)
        for person in view.personen
        if person.geburtsdatum
    ]
    same = or_(Person.ahv_kennzeichen.in_(insured), *named)
    return select(Fall, Person.vorname).join(Person, Person.fall_id == Fall.id).where(same, Fall.id != view.fall.id).order_by(Fall.id, Person.id).limit(50)


def _verbunden(other: Fall, weshalb: str, key: int | None = None) -> Verbunden:
    return Verbunden(other.fall_nr, other.bezeichnung, other.region, weshalb, other.eroeffnet_am, other.abgeschlossen_am, key)
