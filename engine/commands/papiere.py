"""Papers are made, logged, and kept with the case if wanted; a region sets its letterhead."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import queries
from engine.cases.dateien import MEGABYTE, FileRefused, examine
from engine.cases.dokumentarten import ART_OF_PAPER
from engine.cases.papiere import TITEL, render
from engine.commands.cases import OPENS
from engine.commands.dokumente import keep_made
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.queries.papiere import contents_of
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Briefkopf, Fall, Papier, Region

PAPIERROLLEN = OPENS
# These say what only those may read who read the assessment.
ONLY_CASEWORK = ("kurzassessment", "uebergabe")
SETS_LETTERHEAD = ("leitung",)
LETTERHEAD = ("name", "zusatz", "strasse", "ort", "telefon", "mail")


def make_paper(session: FallSession, fall_nr: str, art: str, angaben: Mapping[str, str], *, keep: bool) -> tuple[Papier, bytes]:
    """Make one of ``TITEL`` and log it; with ``keep`` it also becomes a document of the case.

    Raises:
        NotFound: no such case or paper, or the case holds nothing for it.
        NotAllowed
    """
    view = queries.overview(session, fall_nr)
    _may(session, view.fall, art)
    return issue(session, view.fall, art, contents_of(session, view, art, angaben), keep=keep)


def issue(session: FallSession, fall: Fall, art: str, daten: Mapping[str, Any], *, keep: bool) -> tuple[Papier, bytes]:
    """Set a paper from its values and log it."""
    pdf = render(art, daten)
    today = session.now.astimezone(ZURICH).date()
    kept = keep_made(session, fall, f"{TITEL[art]} {today.isoformat()}.pdf", pdf, art=ART_OF_PAPER.get(art, "brief")) if keep else None
    made = Papier(
        fall_id=fall.id,
        region=fall.region,
        art=art,
        titel=TITEL[art],
        at=session.now,
        by=session.access.konto,
        sha256=hashlib.sha256(pdf).hexdigest(),
        dokument_id=kept.id if kept else None,
    )
    session.add(made)
    log(session, "write", f"Papier {TITEL[art]}", fall_id=fall.id, region=fall.region)
    return made, pdf


def may_make(session: FallSession, region: str, art: str) -> bool:
    """Whether this person may make that paper for cases of the region."""
    held = session.access.rollen_in(region) & set(PAPIERROLLEN)
    return session.access.everywhere or bool(held - {"administration"} if art in ONLY_CASEWORK else held)


def set_letterhead(session: FallSession, region: str, texts: Mapping[str, str], logo: tuple[str, bytes] | None) -> Briefkopf:
    """What stands at the top of a region's letters; without a new logo the former one stays.

    Raises:
        NotFound, NotAllowed
        FormInvalid: no name, or a logo that is no small PNG or JPG.
    """
    if session.get(Region, region) is None or region not in session.access.regionen:
        raise NotFound(f"Die Sozialregion «{region}»")
    if not session.access.rollen_in(region) & set(SETS_LETTERHEAD):
        raise NotAllowed("den Briefkopf ändern (nur Leitung)")
    errors = {} if texts.get("name", "").strip() else {"name": "Geben Sie den Namen ein, der auf Briefen steht."}
    errors |= _logo_error(logo)
    if errors:
        raise FormInvalid(errors)
    found = session.scalar(select(Briefkopf).where(Briefkopf.kuerzel == region).with_for_update()) or Briefkopf(kuerzel=region, logo_typ="")
    for name in LETTERHEAD:
        setattr(found, name, texts.get(name, "").strip()[:200 if name != "telefon" else 60])
    if logo is not None:
        found.logo, found.logo_typ = logo[1], logo[0].rpartition(".")[2][:10]
    found.at, found.by = session.now, session.access.konto
    session.add(found)
    log(session, "write", "Briefkopf", region=region)
    return found


def _logo_error(logo: tuple[str, bytes] | None) -> dict[str, str]:
    if logo is None:
        return {}
    try:
        kind = examine(logo[0], logo[1], {"dokument_max_mb": 1}).medientyp
    except FileRefused as refused:
        return {"logo": str(refused)}
    fits = kind.startswith("image/") and len(logo[1]) <= MEGABYTE // 5
    return {} if fits else {"logo": "Wählen Sie ein Logo als PNG oder JPG, höchstens 200 KB."}


def _may(session: FallSession, fall: Fall, art: str) -> None:
    if art not in TITEL or art == "auskunft":
        raise NotFound("Dieses Papier")
    if not may_make(session, fall.region, art):
        raise NotAllowed(f"«{TITEL[art]}» erstellen")
