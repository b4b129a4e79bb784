"""Retention before destruction: cases whose term is over are proposed by the scheduler, offered to the archive, and its answer written down
(process description, chapter 11). What follows, ``engine.commands.vernichtung``, is never done by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ScalarSelect, delete, exists, func, select

from engine.definitions.parameter import CONTEXT
from engine.model.calendar import ZURICH, Duration, add_duration, months_after, parse_duration
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Aufbewahrung, Fall, Instanz, Startentwurf, Vernichtungsantrag

ASKS = ("administration", "leitung")
ARCHIV: Mapping[str, str] = {
    "uebernommen": "Das Archiv hat die Akten übernommen",
    "verzichtet": "Das Archiv verzichtet auf die Akten",
}
# What the protocol says where a region does not offer its files.
NOT_OFFERED = "nicht_angeboten"
# Whose cases are kept how long: by the process of the case, otherwise the first. Parameters in years are numbers.
PARAMETER = "aufbewahrung_jahre"
PARAMETER_OF: Mapping[str, str] = {"proaktiv": "proaktiv_aufbewahrung"}


@dataclass(frozen=True)
class Faellig:
    """A case whose retention is over since ``seit``, how far it has come, and the request to destroy it if there is one."""

    fall: Fall
    seit: date
    stand: Aufbewahrung | None
    antrag: Vernichtungsantrag | None


def due(session: FallSession, fall_nr: str | None = None) -> list[Faellig]:
    """Every case of the person's regions whose retention is over by today's parameters, the longest first; or the one of that number."""
    today, ended = _today(session), func.coalesce(Fall.abgeschlossen_am, Fall.uebergeben_am)
    is_running = exists().where(Instanz.fall_id == Fall.id, Instanz.zustand == "active")
    over = select(Fall, _process()).where(ended.is_not(None), ended < today, ~is_running).order_by(ended, Fall.id)
    rows = session.execute(over if fall_nr is None else over.where(Fall.fall_nr == fall_nr)).all()
    terms: dict[tuple[str, str], Duration] = {}
    found = [(fall, _kept_until(fall, _term(session, fall.region, process or "", terms))) for fall, process in rows]
    old = sorted((one for one in found if one[1] <= today), key=lambda one: (one[1], one[0].id))
    return list(_with_steps(session, old))


def is_offered(session: FallSession, region: str) -> bool:
    """Whether the region offers its files to the archive before they are destroyed."""
    return bool(library.parameters(session, region)[CONTEXT]["archiv_angebot"])


def propose(session: FallSession) -> int:
    """Note every case whose retention is over, and take back proposals that no longer hold because a term became longer; gives how many
    are new. Begun forms that nobody sent go, too. Nothing of a case is destroyed.
    """
    over = due(session)
    known = {one.fall_id: one for one in session.scalars(select(Aufbewahrung))}
    new = [one for one in over if one.fall.id not in known]
    session.add_all(
        Aufbewahrung(fall_id=one.fall.id, region=one.fall.region, abgelaufen_am=one.seit, vorgeschlagen_am=session.now, zeichen="") for one in new
    )
    for fall_id in known.keys() - {one.fall.id for one in over}:
        if known[fall_id].angeboten_am is None and known[fall_id].archiv is None:
            session.delete(known[fall_id])
    _forget_drafts(session)
    return len(new)


def offer(session: FallSession, fall_nr: str) -> Aufbewahrung:
    """Write down that the files were offered to the archive; from today it has ``archiv_frist`` to answer.

    Raises:
        NotFound: no such case in the person's regions, or its retention is not over.
        NotAllowed
    """
    stand = _step(session, fall_nr, "Akten dem Archiv anbieten")
    if stand.angeboten_am is None:
        frist = str(library.parameters(session, stand.region)[CONTEXT]["archiv_frist"])
        stand.angeboten_am, stand.angeboten_von = session.now, session.access.konto
        stand.antwort_bis = add_duration(session.now, frist).astimezone(ZURICH).date()
        log(session, "aufbewahrung", f"dem Archiv angeboten: Fall {fall_nr}", fall_id=stand.fall_id, region=stand.region)
    return stand


def answer(session: FallSession, fall_nr: str, archiv: str, zeichen: str = "") -> Aufbewahrung:
    """Write down what the archive said: one of ``ARCHIV``, and its reference. Until somebody asks for the destruction it may be corrected.

    Raises:
        NotFound, NotAllowed
        FormInvalid: no answer was chosen.
    """
    stand = _step(session, fall_nr, "Entscheid des Archivs erfassen")
    if archiv not in ARCHIV:
        raise FormInvalid({"archiv": "Wählen Sie, was das Archiv entschieden hat."})
    if session.scalar(select(Vernichtungsantrag.id).where(Vernichtungsantrag.fall_id == stand.fall_id)) is None:
        stand.archiv, stand.zeichen = archiv, zeichen.strip()[:200]
        stand.entschieden_am, stand.entschieden_von = session.now, session.access.konto
        log(session, "aufbewahrung", f"Archiv {archiv}: Fall {fall_nr}", fall_id=stand.fall_id, region=stand.region)
    return stand


def open_steps(session: FallSession) -> int:
    """How many proposed cases wait for a step in the regions where this person takes them."""
    regionen = [region for region in session.access.regionen if session.access.rollen_in(region) & set(ASKS)]
    if not regionen:
        return 0
    return session.scalar(select(func.count()).select_from(Aufbewahrung).where(Aufbewahrung.region.in_(sorted(regionen)))) or 0


def find(session: FallSession, fall_nr: str) -> Faellig:
    """Raises:
    NotFound: no such case in the person's regions, or its retention is not over.
    """
    found = due(session, fall_nr)
    if not found:
        raise NotFound(f"Ein Fall {fall_nr}, dessen Aufbewahrung abgelaufen ist,")
    return found[0]


def _step(session: FallSession, fall_nr: str, what: str) -> Aufbewahrung:
    """The case's steps, also if the scheduler has not come to it yet."""
    faellig = find(session, fall_nr)
    if not session.access.rollen_in(faellig.fall.region) & set(ASKS):
        raise NotAllowed(what)
    if faellig.stand is not None:
        return faellig.stand
    stand = Aufbewahrung(
        fall_id=faellig.fall.id, region=faellig.fall.region, abgelaufen_am=faellig.seit, vorgeschlagen_am=session.now, zeichen=""
    )
    session.add(stand)
    return stand


def _with_steps(session: FallSession, rows: Iterable[tuple[Fall, date]]) -> Iterator[Faellig]:
    staende = {one.fall_id: one for one in session.scalars(select(Aufbewahrung))}
    antraege = {one.fall_id: one for one in session.scalars(select(Vernichtungsantrag))}
    return (Faellig(fall, seit, staende.get(fall.id), antraege.get(fall.id)) for fall, seit in rows)


def _process() -> ScalarSelect[str]:
    """The process of the case itself, not of what runs beside it."""
    own = select(Instanz.process).where(Instanz.fall_id == Fall.id, Instanz.neben.is_(False)).order_by(Instanz.nummer).limit(1)
    return own.correlate(Fall).scalar_subquery()


def _term(session: FallSession, region: str, process: str, known: dict[tuple[str, str], Duration]) -> Duration:
    name = PARAMETER_OF.get(process, PARAMETER)
    if (region, name) not in known:
        value = library.parameters(session, region)[CONTEXT][name]
        known[region, name] = parse_duration(f"P{value}Y" if isinstance(value, int) else str(value))
    return known[region, name]


def _kept_until(fall: Fall, term: Duration) -> date:
    """The day on which the case's retention ends."""
    return months_after(fall.abgeschlossen_am or fall.uebergeben_am or date.max, term.months) + timedelta(days=term.days)


def _forget_drafts(session: FallSession) -> None:
    for region in session.scalars(select(Startentwurf.region).distinct()).all():
        before = add_duration(session.now, f"-{library.parameters(session, region)[CONTEXT]['entwurf_aufbewahrung']}")
        session.execute(delete(Startentwurf).where(Startentwurf.region == region, Startentwurf.at < before))


def _today(session: FallSession) -> date:
    return session.now.astimezone(ZURICH).date()
