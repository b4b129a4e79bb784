"""A household moves: the handover of its case within the region, to another one, or out of the canton (process description, P10).

The diagrams ``uebergabe`` (giving region) and ``uebernahme`` (receiving region) do the steps; what their jobs do is here. Only two of them
cross from one region into another, both as the account ``uebergabe`` and in the access log: ``offer`` writes the released package into the
receiving region, ``carry_out`` begins the case there from that copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from engine.cases import uebergabe as package
from engine.cases.formkontext import form_context
from engine.cases.projection import household
from engine.commands.cases import OPENS, CaseRef, case_variables, own_instance, ref, released_form, start_instance
from engine.commands.cases import PROCESS as FALL
from engine.commands.events import correlate
from engine.commands.nachrichten import LONGEST, publish
from engine.commands.stepping import advance, lock
from engine.definitions import feel
from engine.definitions.forms import Form
from engine.model.access import system
from engine.model.calendar import ZURICH, add_duration
from engine.model.errors import FallflussError, NobodyWaits, NotAllowed, NotFound
from engine.runtime import cancel
from engine.runtime import set_variables as write
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Dossier, Fall, Gemeinde, Hinweis, Instanz, Job, Meldung, Region, Uebergabe, Uebergabeangebot

PROCESS = "uebergabe"
DAY = timedelta(days=1)
HERE_ENDED = "Der Fall ist vor dem Umzugstag zu Ende gegangen und wird darum nicht übergeben. Die neue Region ist informiert."
THERE_ENDED = "Der angenommene Fall ist in der bisherigen Region vor dem Umzugstag zu Ende gegangen. Er kommt nicht; das Paket ist gelöscht."


class AlreadyMoving(FallflussError):
    """A handover of this case runs already."""

    def __init__(self, fall_nr: str):
        super().__init__(f"Für den Fall {fall_nr} läuft schon eine Übergabe. Es wurde nichts geändert.")


def begin_move(session: FallSession, fall_nr: str, raw: Mapping[str, Any], *, request_id: str | None = None) -> CaseRef:
    """Record that a household moves (F100), and start its handover beside the case. ``raw`` is what the start form holds.

    The same ``request_id`` again starts nothing.

    Raises:
        NotFound: no running case of that number in the person's regions.
        NotAllowed: no role in its region that may.
        AlreadyMoving: one runs already.
        FormInvalid: the form's rules are not met.
    """
    if request_id and (known := session.get(Meldung, request_id)):
        return ref(own_instance(session, known.fall_id))
    own = _running(session, fall_nr)
    if not session.access.everywhere and not session.access.rollen_in(own.region) & set(OPENS):
        raise NotAllowed("Umzug erfassen")
    form = released_form(session, PROCESS, own.region)
    values = form.validate(raw, form_context(session, form, own.region), feel=feel.shared(), now=session.now) if form else dict(raw)
    if request_id:
        session.add(Meldung(message_id=request_id, name=PROCESS, fall_id=own.fall_id, at=session.now))
    move = _new_move(session, own.fall, values)
    log(session, "write", f"Umzug {move.uebergabe_nr}", fall_id=own.fall_id, region=own.region)
    values["uebergabe_nr"] = move.uebergabe_nr
    return ref(start_instance(session, own.fall, PROCESS, values, act=Act("begin_move", name="Umzug erfasst"), neben=True))


def move_form(session: FallSession, fall_nr: str) -> Form | None:
    """The form with which a move of that case is recorded.

    Raises:
        NotFound: no running case of that number.
    """
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.uebergeben_am.is_(None)))
    if fall is None:
        raise NotFound(f"Ein laufender Fall {fall_nr}")
    return released_form(session, PROCESS, fall.region)


def look_up_commune(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """The region of the new commune on the day of the move, and the present commune; for decision D10."""
    values = _seen(session, instanz, job)
    found: dict[str, Any] = {"bisherige_gemeinde_bfs": _dossier(session, instanz.fall_id).gemeinde_bfs, "neue_region": None}
    if values.get("wohin") == "kanton":
        gemeinde = commune_on(session, int(values["neue_gemeinde_bfs"]), date.fromisoformat(values["per"]))
        found |= {"neue_region": gemeinde.region, "neue_gemeinde_bfs": gemeinde.bfs_nr, "neue_gemeinde": gemeinde.name}
    return found


def change_dossier(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Another commune of the same region: the Dossier ends the day before the move, the next begins on it; the case goes on."""
    values = _seen(session, instanz, job)
    per, bfs = date.fromisoformat(values["per"]), int(values["neue_gemeinde_bfs"])
    _end_dossier(session, instanz.fall_id, per - DAY)
    session.add(Dossier(fall_id=instanz.fall_id, region=instanz.region, gemeinde_bfs=bfs, von=per))
    session.flush()
    own = lock(session, own_instance(session, instanz.fall_id).nummer)
    if own.zustand == "active":
        advance(session, own, write(own.key, {"gemeinde_bfs": bfs}), Act("set_variables", own.key, name="Umzug", values={"gemeinde_bfs": bfs}))


def write_package(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """Put the package together for release; see ``engine.cases.uebergabe.pack`` for the headers."""
    values = _seen(session, instanz, job)
    own = own_instance(session, instanz.fall_id)
    content = package.pack(session, instanz.fall, case_variables(session, own), values.get("paket_inhalt") or [], job.headers)
    content |= {
        "fall_nr": instanz.fall.fall_nr,
        "von_region": instanz.region,
        "von_name": session.get_one(Region, instanz.region).name,
        "an_region": values["neue_region"],
        "an_name": session.get_one(Region, values["neue_region"]).name,
        "gemeinde_bfs": int(values["neue_gemeinde_bfs"]),
        "gemeinde": values["neue_gemeinde"],
        "per": values["per"],
        "hinweise": values.get("hinweise"),
        "antworten": values.get("antworten") or [],
    }
    move = _move(session, values)
    move.paket, move.an_region = content, values["neue_region"]
    return {"paket_uebersicht": package.overview(content)}


def offer(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Give the released package to the new region: first as an offer with a process of its own, later in place of the former one.

    Header ``prozess``: what runs in the new region. Did it accept the former package meanwhile, that one holds, and this region hears of it
    as soon as it waits for an answer.
    """
    move = _move(session, _seen(session, instanz, job))
    move.angeboten_am = session.now
    with _crossing(session, instanz, f"{move.uebergabe_nr} → {move.an_region}"):
        found = _offer(session, move.uebergabe_nr)
        if found is None:
            _first_offer(session, move, job.headers["prozess"])
            return
        if found.zustand == "angenommen":
            publish(session, "uebergabe.annahme", move.uebergabe_nr, {}, keep=LONGEST, regionen=[instanz.region])
            return
        found.paket, found.version, found.zustand = move.paket, found.version + 1, "offen"
        correlate(session, "uebergabe.angebot", move.uebergabe_nr, _offered(found.paket))


def tell_other_region(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Send a message to the process of the other region. Headers: ``meldung`` its name, ``werte`` the variables it carries.

    Where nobody waits for it, that region is preparing another package, which answers everything said of the former one.
    """
    values = _seen(session, instanz, job)
    with _crossing(session, instanz, f"{values['uebergabe_nr']} {job.headers['meldung']}"), suppress(NobodyWaits):
        correlate(session, job.headers["meldung"], values["uebergabe_nr"], _carried(values, job))


def accept(session: FallSession, instanz: Instanz, job: Job) -> None:
    """The new region takes over: only its own process can say so, and without it nothing is carried out.

    While the other one prepares another package it does not listen; ``offer`` tells it then.
    """
    nr = _seen(session, instanz, job)["uebergabe_nr"]
    with _crossing(session, instanz, f"{nr} angenommen"):
        found = _offer(session, nr)
        if found is None or found.region != instanz.region:
            raise NotFound(f"Das Angebot {nr}")
        found.zustand = "angenommen"
        with suppress(NobodyWaits):
            correlate(session, "uebergabe.annahme", nr)


def withdraw(session: FallSession, instanz: Instanz, job: Job) -> None:
    """The case stays: the offer ends, and its package is deleted in the region that did not take over."""
    nr = _seen(session, instanz, job)["uebergabe_nr"]
    with _crossing(session, instanz, f"{nr} zurückgezogen"):
        found = _offer(session, nr)
        if found is None:
            raise NotFound(f"Das Angebot {nr}")
        _delete_package(session, found)
        try:
            correlate(session, "uebergabe.rueckzug", nr)
        except NobodyWaits:
            # It answered at the same moment; whatever it said comes too late.
            _end_all(session, found.fall_id, "Das Angebot ist zurückgezogen")


def carry_out(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """End the case here and begin it in the new region, at once or not at all; the variable ``uebergeben`` says whether.

    A case that ended before the day of its move is not handed over: the offer ends as one withdrawn, and both regions hear of it.

    Headers: ``prozess`` is the case's process there; it enters at ``einstieg`` when the package holds Kurzassessment and segments, with a
    first Standortbestimmung after the variable ``auffrischung``, otherwise at its beginning. Diagrams released earlier have it as a header.
    """
    values = _seen(session, instanz, job)
    move, refresh = _move(session, values), values.get("auffrischung") or job.headers["auffrischung"]
    with _crossing(session, instanz, f"{move.uebergabe_nr} vollzogen"):
        found = _offer(session, move.uebergabe_nr)
        if found is None or found.zustand != "angenommen":
            raise NotFound(f"Ein angenommenes Angebot {move.uebergabe_nr}")
        if not _is_running(session, instanz.fall_id):
            _call_off(session, instanz, found)
            return {"uebergeben": False}
        _leave(session, instanz, move)
        # The number must be free before the other region takes it.
        session.flush()
        _arrive(session, found, job.headers, refresh)
        correlate(session, "uebergabe.vollzogen", move.uebergabe_nr)
    return {"uebergeben": True}


@contextmanager
def _crossing(session: FallSession, instanz: Instanz, was: str) -> Iterator[None]:
    """Act for the handover itself, which alone reaches two regions; only the scheduler can, never a person's request."""
    if not session.access.everywhere:
        raise NotAllowed("Regionsübergreifender Schritt")
    before, session.access = session.access, system("uebergabe")
    try:
        log(session, "uebergabe", was, fall_id=instanz.fall_id, region=instanz.region)
        yield
    finally:
        session.access = before


def _first_offer(session: FallSession, move: Uebergabe, process: str) -> None:
    """The receiving region's row of the case, its offer and its process, made from the package alone."""
    content, region = move.paket, session.get(Region, move.an_region)
    if region is None:
        raise NotFound(f"Die Sozialregion «{move.an_region}»")
    fall = Fall(
        fall_nr=move.uebergabe_nr,
        region=region.kuerzel,
        bezeichnung=household(content["stammdaten"]["personen"]),
        phase="Übernahme",
        eroeffnet_am=_today(session),
        herkunft=content["von_region"],
    )
    session.add(fall)
    session.flush()
    nr = move.uebergabe_nr
    session.add(
        Uebergabeangebot(
            uebergabe_nr=nr, fall_id=fall.id, region=fall.region, von_region=content["von_region"], paket=content, eingegangen_am=session.now
        )
    )
    start_instance(session, fall, process, {"uebergabe_nr": nr, **_offered(content)}, act=Act("offer", name="Angebot eingegangen"), neben=True)


def _offered(content: package.Package) -> dict[str, Any]:
    """What the process of the receiving region knows of a package."""
    return {"paket_uebersicht": package.overview(content), "kurzassessment_dabei": package.is_assessed(content)}


def _leave(session: FallSession, instanz: Instanz, move: Uebergabe) -> None:
    """Everything of the case ends here, by its own drawing where that listens for it; its rows stay to be read."""
    fall = instanz.fall
    with suppress(NobodyWaits):
        correlate(session, "fall.uebergeben", fall.fall_nr, {"uebergeben_am": move.per.isoformat()})
    _end_all(session, fall.id, f"An {package.region_name(move.paket, 'an')} übergeben", but=instanz.nummer)
    _end_dossier(session, fall.id, move.per - DAY)
    fall.uebergeben_am, fall.uebergeben_nach, fall.phase = move.per, move.an_region, "Übergeben"
    fall.abgeschlossen_am = move.per - DAY
    move.vollzogen_am = session.now


def _is_running(session: FallSession, fall_id: int) -> bool:
    own = own_instance(session, fall_id)
    return not own.neben and own.zustand == "active"


def _call_off(session: FallSession, instanz: Instanz, found: Uebergabeangebot) -> None:
    """The case ended between acceptance and move: nothing arrives, and whoever expected it is told."""
    _delete_package(session, found)
    # After its acceptance the new region waits for the case alone, so its process ends from outside.
    _end_all(session, found.fall_id, "Der Fall endete vor dem Umzugstag")
    _tell(session, instanz.fall_id, instanz.region, "fallfuehrung", HERE_ENDED)
    _tell(session, found.fall_id, found.region, "teamleitung", THERE_ENDED)


def _tell(session: FallSession, fall_id: int, region: str, rolle: str, text: str) -> None:
    session.add(Hinweis(fall_id=fall_id, region=region, at=session.now, an_rolle=rolle, text=text))


def _delete_package(session: FallSession, found: Uebergabeangebot) -> None:
    found.paket, found.zustand = {}, "zurueckgezogen"
    fall = session.get_one(Fall, found.fall_id)
    fall.bezeichnung, fall.phase, fall.abgeschlossen_am = "", "Nicht übernommen", _today(session)


def _end_all(session: FallSession, fall_id: int, why: str, *, but: int | None = None) -> None:
    running = select(Instanz.nummer).where(Instanz.fall_id == fall_id, Instanz.zustand == "active", Instanz.nummer != (but or 0))
    for nummer in session.scalars(running.order_by(Instanz.nummer)).all():
        advance(session, lock(session, nummer), cancel(), Act("cancel_case", name=why))


def _arrive(session: FallSession, found: Uebergabeangebot, headers: Mapping[str, str], refresh: str) -> None:
    """The case begins in the new region. Whatever it knows comes from ``found``; ``headers`` and ``refresh`` are the diagram's."""
    content, fall = found.paket, session.get_one(Fall, found.fall_id)
    per = date.fromisoformat(content["per"])
    fall.fall_nr, fall.eroeffnet_am = content["fall_nr"], per
    found.zustand = "uebernommen"
    session.add(Dossier(fall_id=fall.id, region=fall.region, gemeinde_bfs=content["gemeinde_bfs"], von=per))
    session.add_all(package.history(content, fall))
    session.flush()
    values = package.start_values(content, add_duration(session.now, refresh).astimezone(ZURICH).date())
    if package.is_assessed(content):
        values["einstieg"] = headers.get("einstieg")
    start_instance(session, fall, headers["prozess"], values, act=Act("take_over", name="Fall übernommen"))


def _new_move(session: FallSession, fall: Fall, values: Mapping[str, Any]) -> Uebergabe:
    active = select(Instanz.nummer).where(Instanz.fall_id == fall.id, Instanz.process == PROCESS, Instanz.zustand == "active")
    if session.scalar(active.limit(1)) is not None:
        raise AlreadyMoving(fall.fall_nr)
    per = date.fromisoformat(values["per"])
    move = Uebergabe(uebergabe_nr=f"neu-{uuid4().hex[:16]}", fall_id=fall.id, region=fall.region, per=per, paket={})
    session.add(move)
    session.flush()
    move.uebergabe_nr = f"U-{_today(session).year}-{move.id:05d}"
    return move


def _running(session: FallSession, fall_nr: str) -> Instanz:
    """The case's own instance, locked, so that two cannot begin a handover at the same time."""
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.uebergeben_am.is_(None)))
    own = lock(session, own_instance(session, fall.id).nummer) if fall else None
    if own is None or own.neben or own.zustand != "active" or own.process != FALL:
        raise NotFound(f"Ein laufender Fall {fall_nr}")
    return own


def commune_on(session: FallSession, bfs: int, day: date) -> Gemeinde:
    """The commune as it is on ``day``: one that was merged by then is part of another.

    Raises:
        NotFound: the canton has none of that number.
    """
    gemeinde = session.get(Gemeinde, bfs)
    while gemeinde is not None and gemeinde.gueltig_bis is not None and gemeinde.gueltig_bis < day and gemeinde.aufgegangen_in_bfs:
        gemeinde = session.get(Gemeinde, gemeinde.aufgegangen_in_bfs)
    if gemeinde is None:
        raise NotFound(f"Die Gemeinde mit der BFS-Nummer {bfs}")
    return gemeinde


def _dossier(session: FallSession, fall_id: int) -> Dossier:
    newest = select(Dossier).where(Dossier.fall_id == fall_id).order_by(Dossier.von.desc(), Dossier.id.desc()).limit(1)
    found = session.scalar(newest.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Das Dossier des Falls")
    return found


def _end_dossier(session: FallSession, fall_id: int, day: date) -> None:
    session.flush()
    found = _dossier(session, fall_id)
    found.bis = max(day, found.von)


def _offer(session: FallSession, uebergabe_nr: str) -> Uebergabeangebot | None:
    return session.scalar(select(Uebergabeangebot).where(Uebergabeangebot.uebergabe_nr == uebergabe_nr))


def _move(session: FallSession, values: Mapping[str, Any]) -> Uebergabe:
    return session.scalars(select(Uebergabe).where(Uebergabe.uebergabe_nr == values["uebergabe_nr"])).one()


def _seen(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """The variables the job's element sees."""
    return library.runtime(session, instanz.release_id, instanz.region).visible(instanz.state, [job.key])[job.key]


def _carried(values: Mapping[str, Any], job: Job) -> dict[str, Any]:
    names = (name.strip() for name in job.headers.get("werte", "").split(","))
    return {name: values.get(name) for name in names if name}


def _today(session: FallSession) -> date:
    return session.now.astimezone(ZURICH).date()
