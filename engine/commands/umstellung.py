"""Plans to take running cases to another release: drawn up by process owners, started by somebody else, carried out by the scheduler.

Four eyes: the role ``prozess`` proposes, the role ``umsetzung`` starts, and never the same person. Neither sees a case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select, update

from engine.definitions import abbildung
from engine.model.access import PROBELAUF
from engine.model.errors import FallflussError, FormInvalid, NotAllowed, NotFound
from engine.store import library
from engine.store.audit import log
from engine.store.everywhere import everywhere
from engine.store.session import FallSession
from engine.store.tables import Instanz, Region, Release, Umstellung, Umstellungsfall

PLANS = "prozess"
STARTS = "umsetzung"
SHORTEST_REASON = 10


class NotNow(FallflussError):
    """The plan is not at the point where this could be done."""

    def __init__(self, what: str):
        super().__init__(f"Das geht bei dieser Umstellung jetzt nicht: {what}. Es wurde nichts geändert.")


def plan(session: FallSession, quelle: int, ziel: int, *, regionen: Collection[str] = (), note: str = "", fristen_neu: bool = False) -> Umstellung:
    """Begin a plan for the cases on the release ``quelle``; no regions means all.

    Raises:
        NotAllowed: only process owners may.
        FormInvalid: no such releases, the same twice, or an unknown region.
    """
    _may(session, PLANS, "Umstellung planen (nur Prozessverantwortung)")
    known = set(session.scalars(select(Release.id).where(Release.probe.is_(None))))
    errors = {}
    if quelle not in known:
        errors["quelle"] = "Wählen Sie die Freigabe, auf der die Fälle heute laufen."
    if ziel not in known or ziel == quelle:
        errors["ziel"] = "Wählen Sie die Freigabe, auf die die Fälle wechseln; eine andere als die bisherige."
    if set(regionen) - set(session.scalars(select(Region.kuerzel))):
        errors["regionen"] = "Eine der Sozialregionen gibt es nicht."
    if errors:
        raise FormInvalid(errors)
    made = Umstellung(
        at=session.now, by=session.access.konto, quelle=quelle, ziel=ziel, note=note.strip(), regionen=sorted(regionen),
        abbildung=_proposed(session, quelle, ziel),
        fristen_neu=fristen_neu, zustand="entwurf",
    )  # fmt: skip
    session.add(made)
    session.flush()
    log(session, "write", f"Umstellung {made.id} geplant: {quelle} → {ziel}")
    return made


def decide(session: FallSession, id: int, process: str, decisions: Mapping[str, Any]) -> None:
    """Replace the decisions for one process; ``decisions`` are as in the table. What was examined before no longer counts.

    Raises:
        FormInvalid: a move without a reason.
        NotNow: the plan is running or was given up.
    """
    found = _draft(session, id)
    errors = {old: "Begründen Sie, warum die Fälle verlegt werden." for old, one in decisions.get("verlegt", {}).items() if len(one["grund"].strip()) < SHORTEST_REASON}
    if errors:
        raise FormInvalid(errors)
    found.abbildung = {**found.abbildung, process: dict(decisions)}
    found.zustand, found.vorgelegt_am = "entwurf", None
    log(session, "write", f"Umstellung {id}: Zuordnung {process}")


def examine(session: FallSession, id: int) -> int:
    """Have every case of the plan judged, without changing any; how many. The scheduler does it."""
    found = _draft(session, id)
    found.zustand, found.vorgelegt_am = "pruefung", None
    with everywhere(session):
        known = set(session.scalars(select(Umstellungsfall.instanz_nummer).where(Umstellungsfall.umstellung_id == id)))
        for nummer, region in session.execute(_cases(found)).all():
            if nummer not in known:
                session.add(Umstellungsfall(umstellung_id=id, instanz_nummer=nummer, region=region, gruende=[]))
        session.flush()
        _enqueue(session, Umstellungsfall.umstellung_id == id, urteil="", zustand="", gruende=[])
        count = session.scalar(select(func.count(Umstellungsfall.key)).where(Umstellungsfall.umstellung_id == id)) or 0
    log(session, "write", f"Umstellung {id} geprüft: {count} Fälle")
    return count


def submit(session: FallSession, id: int) -> None:
    """Lay an examined plan before whoever starts it.

    Raises:
        NotNow: not examined to the end, or no case could go.
    """
    found = _draft(session, id)
    if found.zustand != "pruefung" or _queued(session, id):
        raise NotNow("Zuerst müssen alle Fälle geprüft sein")
    if not _count(session, id, Umstellungsfall.urteil == "gut"):
        raise NotNow("Kein Fall lässt sich so umstellen")
    found.zustand, found.vorgelegt_am = "vorgelegt", session.now
    log(session, "write", f"Umstellung {id} vorgelegt")


def start(session: FallSession, id: int, stapel: int | None = None) -> int:
    """Start, or take the next batch: at most ``stapel`` cases, without a number all that are left. How many were queued.

    Raises:
        NotAllowed: not in the role ``umsetzung``, or the person proposed it (four eyes).
    """
    _may(session, STARTS, "Umstellung starten (nur Umsetzungsbegleitgruppe)")
    found = _locked(session, id)
    if found.by == session.access.konto:
        raise NotAllowed("die eigene Umstellung starten (vier Augen)")
    if found.zustand not in ("vorgelegt", "laeuft", "pausiert"):
        raise NotNow("Sie ist nicht vorgelegt")
    if found.gestartet_am is None:
        found.gestartet_am, found.gestartet_von = session.now, session.access.konto
    found.zustand = "laeuft"
    ready = (Umstellungsfall.umstellung_id == id, Umstellungsfall.urteil == "gut", Umstellungsfall.zustand == "geprueft")
    with everywhere(session):
        keys = list(session.scalars(select(Umstellungsfall.key).where(*ready).order_by(Umstellungsfall.key).limit(stapel)))
        _enqueue(session, Umstellungsfall.key.in_(keys), zustand="wartet")
    log(session, "write", f"Umstellung {id} gestartet: {len(keys)} Fälle")
    return len(keys)


def pause(session: FallSession, id: int) -> None:
    """Let the scheduler take up no further case; what is under way is finished."""
    _switch(session, id, "laeuft", "pausiert")


def resume(session: FallSession, id: int) -> None:
    """Go on with what was queued."""
    _switch(session, id, "pausiert", "laeuft")


def discard(session: FallSession, id: int) -> None:
    """Give a plan up; cases that were taken over stay where they are now."""
    if not session.access.has(PLANS, STARTS):
        raise NotAllowed("Umstellung verwerfen")
    _locked(session, id).zustand = "verworfen"
    log(session, "write", f"Umstellung {id} verworfen")


def _switch(session: FallSession, id: int, before: str, after: str) -> None:
    if not session.access.has(PLANS, STARTS):
        raise NotAllowed("Umstellung anhalten oder fortsetzen")
    found = _locked(session, id)
    if found.zustand != before:
        raise NotNow("Sie läuft nicht" if before == "laeuft" else "Sie ist nicht angehalten")
    found.zustand = after
    log(session, "write", f"Umstellung {id} {after}")


def _draft(session: FallSession, id: int) -> Umstellung:
    _may(session, PLANS, "Umstellung planen (nur Prozessverantwortung)")
    found = _locked(session, id)
    if found.zustand not in ("entwurf", "pruefung", "vorgelegt"):
        raise NotNow("Sie ist schon gestartet oder verworfen; planen Sie eine neue")
    return found


def _locked(session: FallSession, id: int) -> Umstellung:
    found = session.scalar(select(Umstellung).where(Umstellung.id == id).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Die Umstellung")
    return found


def _proposed(session: FallSession, quelle: int, ziel: int) -> dict[str, Any]:
    """What is recognised under a new id, for each process that both releases hold in different versions."""
    before, after = library.contents(session, quelle), library.contents(session, ziel)
    found: dict[str, Any] = {}
    for kind, id in before.items:
        if kind == "process" and after.item(kind, id) is not None and before.version(id) != after.version(id):
            pairs = abbildung.propose(before.process(id), after.process(id))
            found[id] = {"nach": {pair.alt.id: pair.neu.id for pair in pairs if pair.neu is not None and pair.neu.id != pair.alt.id}}
    return found


def _cases(found: Umstellung) -> Any:
    query = select(Instanz.nummer, Instanz.region).where(Instanz.release_id == found.quelle, Instanz.zustand == "active", Instanz.region != PROBELAUF)
    return query.where(Instanz.region.in_(found.regionen)) if found.regionen else query


def _enqueue(session: FallSession, which: Any, **values: Any) -> None:
    changed = update(Umstellungsfall).where(which).values(next_attempt_at=session.now, attempts=0, **values)
    session.execute(changed, execution_options={"synchronize_session": False})


def _queued(session: FallSession, id: int) -> int:
    return _count(session, id, Umstellungsfall.next_attempt_at.is_not(None))


def _count(session: FallSession, id: int, *where: Any) -> int:
    with everywhere(session):
        return session.scalar(select(func.count(Umstellungsfall.key)).where(Umstellungsfall.umstellung_id == id, *where)) or 0


def _may(session: FallSession, rolle: str, what: str) -> None:
    if not session.access.has(rolle):
        raise NotAllowed(what)
