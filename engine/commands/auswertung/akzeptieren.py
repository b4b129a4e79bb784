"""Accepting deviations: a named person says why, for the canton or for one region, and may take it back."""

from __future__ import annotations

from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.queries.auswertung.treue import ALLE, akzeptierte, geltend
from engine.replay.conformance import WORDS
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import AkzeptierteAbweichung

KANTON, REGION = "koordination", "leitung"
SHORTEST_REASON = 20


def accept(session: FallSession, prozess: str, element: str, abweichung: str, *, gilt_in: str, grund: str) -> AkzeptierteAbweichung:
    """From now on the deviation counts as accepted there (``*``: in every region).

    Raises:
        NotAllowed: the Koordination for the canton, a Leitung for its own region, nobody else.
        FormInvalid: no such deviation, or too short a reason.
    """
    _check_may(session, gilt_in)
    errors = {}
    if len(grund.strip()) < SHORTEST_REASON:
        errors["grund"] = f"Begründen Sie mit mindestens {SHORTEST_REASON} Zeichen, warum diese Abweichung in Ordnung ist."
    if not 0 < len(element) <= 200 or not 0 < len(prozess) <= 120 or abweichung not in WORDS:
        errors["abweichung"] = "Wählen Sie eine Abweichung aus der Liste."
    elif {gilt_in, ALLE} & geltend(akzeptierte(session, prozess)).get((element, abweichung), set()):
        errors["abweichung"] = "Diese Abweichung ist dort schon akzeptiert."
    if errors:
        raise FormInvalid(errors)
    made = AkzeptierteAbweichung(
        process=prozess, element=element, abweichung=abweichung, gilt_in=gilt_in, grund=grund.strip(), at=session.now, by=session.access.konto
    )
    session.add(made)
    session.flush()
    log(session, "geändert", f"Abweichung {made.id} akzeptiert", region=None if gilt_in == ALLE else gilt_in)
    return made


def give_up(session: FallSession, id: int) -> AkzeptierteAbweichung:
    """The deviation counts again there; the row stays.

    Raises:
        NotFound: no such row.
        NotAllowed: somebody else's to decide.
    """
    found = session.get(AkzeptierteAbweichung, id)
    if found is None:
        raise NotFound("Die akzeptierte Abweichung")
    _check_may(session, found.gilt_in)
    if found.aufgehoben_am is None:
        found.aufgehoben_am, found.aufgehoben_von = session.now, session.access.konto
        log(session, "geändert", f"Abweichung {id} gilt wieder", region=None if found.gilt_in == ALLE else found.gilt_in)
    return found


def where_may(session: FallSession) -> list[str]:
    """For where this person may accept: ``*`` and Kürzel."""
    access = session.access
    led = sorted(region for region in access.regionen if REGION in access.rollen_in(region))
    return ([ALLE] if KANTON in access.rollen_in(ALLE) else []) + led


def _check_may(session: FallSession, gilt_in: str) -> None:
    if gilt_in not in where_may(session):
        raise NotAllowed("eine Abweichung dort akzeptieren")
