"""Releasing with four eyes: one person proposes, another approves, refuses, or the first takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select

from engine.commands.deployments import chosen, findings, make_release, put_in_force
from engine.commands.starts import in_force
from engine.model.calendar import ZURICH
from engine.model.errors import DefinitionInvalid, FallflussError, FormInvalid, NotAllowed, NotFound
from engine.queries import werkstatt
from engine.queries.freigaben import held_by, held_in
from engine.store.audit import log
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Freigabe, Freigabeteil, Region, Release

PROPOSES, APPROVES = "prozess", "umsetzung"
OPEN, GIVEN, REFUSED, WITHDRAWN = "offen", "erteilt", "abgelehnt", "zurueckgezogen"
LONGEST_TAG = 60


class AlreadyDecided(FallflussError):
    """Somebody else approved, refused or withdrew the proposal first."""

    def __init__(self, nummer: int):
        self.nummer = nummer
        super().__init__(f"Über die Freigabe {nummer} ist schon entschieden. Es wurde nichts geändert. Bitte die Seite neu laden.")


@dataclass(frozen=True)
class Vorschlag:
    """What somebody proposes. ``keys`` None: the newest of everything deployed. ``release_id``: an earlier release that is to hold again.
    ``entwurf_id``: what that draft holds, so that a file deleted in it falls away.

    ``regionen`` empty: everywhere. ``gueltig_ab`` None or today: as soon as it is approved.
    """

    note: str
    version_tag: str = ""
    gueltig_ab: date | None = None
    regionen: Sequence[str] = ()
    keys: Iterable[int] | None = None
    release_id: int | None = None
    entwurf_id: int | None = None


def propose(session: FallSession, vorschlag: Vorschlag) -> Freigabe:
    """Ask for a release. The set is fixed now; what is deployed later is not in it.

    Raises:
        NotAllowed: only process owners may.
        NotFound: nothing is deployed, or no such release or version.
        FormInvalid: by the fields of ``Vorschlag``.
        DefinitionInvalid: the set does not hold together.
    """
    _require(session, PROPOSES, "Freigabe vorschlagen (nur Prozessverantwortliche)")
    rows = _rows(session, vorschlag)
    errors = _errors(session, vorschlag) or _nothing_new(session, vorschlag, rows)
    if errors:
        raise FormInvalid(errors)
    if wrong := [finding for finding in findings(rows) if finding.severity == "error"]:
        raise DefinitionInvalid(wrong)
    made = Freigabe(
        release_id=vorschlag.release_id,
        entwurf_id=vorschlag.entwurf_id,
        note=vorschlag.note.strip(),
        version_tag=vorschlag.version_tag.strip() or None,
        gueltig_ab=vorschlag.gueltig_ab,
        regionen=sorted(set(vorschlag.regionen)),
        zustand=OPEN,
        vorgeschlagen_von=session.access.konto,
        vorgeschlagen_am=session.now,
        grund="",
    )
    session.add(made)
    session.flush()
    session.add_all(Freigabeteil(freigabe_id=made.id, definition_key=row.key) for row in rows)
    log(session, "geändert", f"Freigabe {made.id} vorgeschlagen")
    return made


def approve(session: FallSession, nummer: int) -> Freigabe:
    """Put a proposal in force, now or at midnight of its day: new cases begin on it, running ones stay where they are.

    Raises:
        NotAllowed: only the Umsetzungsbegleitgruppe may, and not who proposed it.
        NotFound, AlreadyDecided
        DefinitionInvalid: the set no longer passes the linter.
    """
    _require(session, APPROVES, "Freigabe erteilen (nur Umsetzungsbegleitgruppe)")
    found = _open(session, nummer)
    if found.vorgeschlagen_von == session.access.konto:
        raise NotAllowed("Die eigene Freigabe erteilen (vier Augen: eine andere Person entscheidet)")
    if found.release_id is None:
        found.release_id = make_release(session, held_by(session, nummer), found.note, found.version_tag)
    _decide(session, found, GIVEN)
    put_in_force(session, found.release_id, found.regionen or (KANTON,), begins_at(found, session.now), freigabe_id=found.id)
    log(session, "geändert", f"Freigabe {nummer} erteilt")
    return found


def refuse(session: FallSession, nummer: int, grund: str) -> Freigabe:
    """Say no, with a reason.

    Raises:
        NotAllowed: only the Umsetzungsbegleitgruppe may.
        FormInvalid: without a reason.
        NotFound, AlreadyDecided
    """
    _require(session, APPROVES, "Freigabe ablehnen (nur Umsetzungsbegleitgruppe)")
    found = _open(session, nummer)
    if not grund.strip():
        raise FormInvalid({"grund": "Schreiben Sie, warum Sie ablehnen. Der Grund bleibt bei der Freigabe."})
    _decide(session, found, REFUSED, grund.strip())
    log(session, "geändert", f"Freigabe {nummer} abgelehnt")
    return found


def withdraw(session: FallSession, nummer: int) -> Freigabe:
    """Take one's own proposal back.

    Raises:
        NotAllowed: it is somebody else's.
        NotFound, AlreadyDecided
    """
    found = _open(session, nummer)
    if found.vorgeschlagen_von != session.access.konto:
        raise NotAllowed("Einen Vorschlag zurückziehen (nur wer ihn gemacht hat)")
    _decide(session, found, WITHDRAWN)
    log(session, "geändert", f"Freigabe {nummer} zurückgezogen")
    return found


def begins_at(freigabe: Freigabe, now: datetime) -> datetime:
    """When it takes effect if it is approved now: at midnight in Zurich of its day, at once when that has passed."""
    if freigabe.gueltig_ab is None:
        return now
    return max(now, datetime.combine(freigabe.gueltig_ab, time(), ZURICH))


def of_draft(session: FallSession, entwurf_id: int) -> list[DefinitionVersion]:
    """What a release of a draft would hold: its files, and of a draft that began without a release the newest of everything else.

    Raises:
        NotFound: no such draft.
        FormInvalid: it was not deployed as it is now.
    """
    rows = werkstatt.deployed_as_is(session, entwurf_id)
    if rows is None:
        raise FormInvalid({"keys": "Der Entwurf ist so, wie er jetzt ist, noch nicht abgelegt. Legen Sie ihn zuerst ab."})
    if werkstatt.draft(session, entwurf_id).release_id is not None:
        return rows
    held = {(row.kind, row.id) for row in rows}
    return rows + [row for row in chosen(session, None) if (row.kind, row.id) not in held]


def _rows(session: FallSession, vorschlag: Vorschlag) -> list[DefinitionVersion]:
    if vorschlag.entwurf_id is not None:
        return of_draft(session, vorschlag.entwurf_id)
    if vorschlag.release_id is None:
        return chosen(session, vorschlag.keys)
    release = session.get(Release, vorschlag.release_id)
    if release is None or release.probe is not None:
        raise NotFound(f"Die Freigabe {vorschlag.release_id}")
    return held_in(session, release.id)


def _errors(session: FallSession, vorschlag: Vorschlag) -> dict[str, str]:
    today, errors = session.now.astimezone(ZURICH).date(), {}
    if not vorschlag.note.strip():
        errors["note"] = "Schreiben Sie, was sich ändert und warum. Wer freigibt, liest es."
    if len(vorschlag.version_tag.strip()) > LONGEST_TAG:
        errors["version_tag"] = f"Das Versions-Tag darf höchstens {LONGEST_TAG} Zeichen haben."
    if vorschlag.gueltig_ab is not None and vorschlag.gueltig_ab < today:
        errors["gueltig_ab"] = f"Geben Sie einen Tag ab heute ({today:%d.%m.%Y}) ein, oder lassen Sie das Feld leer."
    if unknown := set(vorschlag.regionen) - set(session.scalars(select(Region.kuerzel))):
        errors["regionen"] = f"Diese Region gibt es nicht: {', '.join(sorted(unknown))}."
    return errors


def _nothing_new(session: FallSession, vorschlag: Vorschlag, rows: Sequence[DefinitionVersion]) -> dict[str, str]:
    """Refuse what already holds everywhere it is asked for."""
    held = in_force(session)
    asked = vorschlag.regionen or held or (KANTON,)
    keys = {row.key for row in rows}
    if all(region in held and {row.key for row in held_in(session, held[region])} == keys for region in asked):
        return {"keys": "Genau diese Fassungen gelten dort schon. Legen Sie zuerst eine neue Fassung ab, oder wählen Sie andere Regionen."}
    return {}


def _require(session: FallSession, rolle: str, what: str) -> None:
    # The canton's role only: a region's cannot release for others.
    if rolle not in session.access.rollen.get(KANTON, frozenset()):
        raise NotAllowed(what)


def _open(session: FallSession, nummer: int) -> Freigabe:
    """The proposal, locked: of two who decide at once the second finds it decided."""
    found = session.scalar(select(Freigabe).where(Freigabe.id == nummer).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"Die Freigabe {nummer}")
    if found.zustand != OPEN:
        raise AlreadyDecided(nummer)
    return found


def _decide(session: FallSession, found: Freigabe, zustand: str, grund: str = "") -> None:
    found.zustand, found.grund = zustand, grund
    found.entschieden_von, found.entschieden_am = session.access.konto, session.now
    session.flush()
