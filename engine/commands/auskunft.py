"""Auskunft (§ 24 VRG): one person prepares it, another one checks and releases it. What is blackened is in no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from engine import queries
from engine.cases.auskunft import EVERYWHERE, Eintrag, blackened
from engine.cases.sichtbar import visible
from engine.commands.journal import JOURNALROLLEN
from engine.commands.papiere import issue
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid, NotAllowed, NotFound, Stale
from engine.queries import konten
from engine.queries.auskunft import entries
from engine.queries.cases import CaseView
from engine.queries.papiere import common
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Auskunft, Fall

# Whoever prepares must be allowed to read all of it.
PREPARES = JOURNALROLLEN
RELEASES = ("teamleitung", "leitung")


def begin_auskunft(session: FallSession, fall_nr: str, person_id: str) -> Auskunft:
    """Begin with everything about this person and about nobody in particular; what is about others must be chosen.

    Raises:
        NotFound, NotAllowed
    """
    view = queries.overview(session, fall_nr)
    _may(session, view.fall.region, PREPARES)
    if person_id not in {one.person_id for one in view.personen}:
        raise NotFound("Die Person")
    made = Auskunft(
        fall_id=view.fall.id,
        region=view.fall.region,
        person_id=person_id,
        zustand="entwurf",
        auswahl=[one.key for one in entries(session, view) if one.person_id in ("", person_id)],
        schwaerzungen=[{"eintrag": EVERYWHERE, "stelle": text, "grund": "Angaben über Dritte"} for text in _others(view, person_id)],
        erstellt_am=session.now,
        erstellt_von=session.access.konto,
        bearbeitet_von=session.access.konto,
    )
    session.add(made)
    session.flush()
    log(session, "write", f"Auskunft {made.id} begonnen", fall_id=view.fall.id, region=view.fall.region)
    return made


def _others(view: CaseView, person_id: str) -> list[str]:
    """By what the others of the household are known: proposed to be blackened wherever it stands."""
    found: list[str] = []
    own = next(one for one in view.personen if one.person_id == person_id)
    for one in view.personen:
        # A daughter may be called like her mother: then the name is the asking person's own, and stays.
        if one.person_id != person_id:
            born = [f"{one.geburtsdatum:%d.%m.%Y}"] if one.geburtsdatum else []
            found += [f"{one.vorname} {one.name}", one.vorname, *born, *([one.ahvn13] if one.ahvn13 else [])]
    return [text for text in found if text not in (own.vorname, f"{own.vorname} {own.name}")]


def change_auskunft(session: FallSession, id: int, auswahl: Iterable[str], schwaerzungen: Iterable[Mapping[str, Any]], *, revision: int) -> Auskunft:
    """Choose entries and passages. Whoever changes something becomes the one who prepared it.

    Raises:
        Stale: somebody else changed it since the page was made.
        FormInvalid: a blackening without its reason.
    """
    found = own_auskunft(session, id, PREPARES)
    if found.zustand == "herausgegeben":
        raise NotAllowed("eine herausgegebene Auskunft ändern")
    if found.revision != revision:
        raise Stale
    wanted = [dict(one) for one in schwaerzungen]
    missing = {f"grund-{one['eintrag']}": "Begründen Sie die Schwärzung." for one in wanted if not one["grund"].strip()}
    if missing:
        raise FormInvalid(missing)
    found.auswahl, found.schwaerzungen = list(auswahl), wanted
    found.zustand, found.bearbeitet_von = "entwurf", session.access.konto
    return found


def release_auskunft(session: FallSession, id: int, *, revision: int) -> tuple[Auskunft, bytes]:
    """Check and release: makes the PDF, keeps it with the case.

    Raises:
        NotAllowed: not by who prepared it (four eyes), nor without the role.
        Stale
    """
    found = own_auskunft(session, id, RELEASES)
    if found.bearbeitet_von == session.access.konto:
        raise NotAllowed("die eigene Vorbereitung prüfen (vier Augen)")
    if found.zustand == "herausgegeben" or found.revision != revision:
        raise Stale
    fall_nr = queries.fall_nr(session, found.fall_id)
    view = queries.overview(session, fall_nr)
    found.zustand, found.geprueft_am, found.geprueft_von = "herausgegeben", session.now, session.access.konto
    paper, pdf = issue(session, view.fall, "auskunft", _contents(session, view, found), keep=True)
    found.dokument_id = paper.dokument_id
    return found, pdf


def preview(session: FallSession, view: CaseView, found: Auskunft) -> list[tuple[Eintrag, Eintrag]]:
    """Each entry as it is, and as it would go out."""
    return [(one, blackened(one, found.schwaerzungen)) for one in entries(session, view)]


def own_auskunft(session: FallSession, id: int, rollen: tuple[str, ...] = PREPARES) -> Auskunft:
    """Raises:
    NotFound, NotAllowed
    """
    found = session.scalar(select(Auskunft).where(Auskunft.id == id).with_for_update().execution_options(populate_existing=True))
    if found is None or session.scalar(select(Fall.id).where(Fall.id == found.fall_id, visible(session))) is None:
        raise NotFound("Die Auskunft")
    _may(session, found.region, rollen)
    return found


def _contents(session: FallSession, view: CaseView, found: Auskunft) -> dict[str, Any]:
    everything = entries(session, view)
    chosen = [blackened(one, found.schwaerzungen) for one in everything if one.key in set(found.auswahl)]
    names = konten.names(session, [found.bearbeitet_von, session.access.konto])
    person = next(one for one in view.personen if one.person_id == found.person_id)
    fields = ("titel", "wann", "wer", "text")
    return {
        **common(session, view, "auskunft"),
        "person": f"{person.vorname} {person.name}",
        "stand": session.now.astimezone(ZURICH).strftime("%d.%m.%Y"),
        "eintraege": [{**{name: getattr(one, name) for name in fields}, "gruende": list(one.gruende)} for one in chosen],
        "schwaerzungen": sum(one.stellen for one in chosen),
        "weggelassen": len(everything) - len(chosen),
        "vorbereitet": names.get(found.bearbeitet_von, found.bearbeitet_von),
        "geprueft": names.get(session.access.konto, session.access.konto),
    }


def _may(session: FallSession, region: str, rollen: tuple[str, ...]) -> None:
    if not session.access.rollen_in(region) & set(rollen):
        raise NotAllowed("Auskunft nach § 24 VRG")
