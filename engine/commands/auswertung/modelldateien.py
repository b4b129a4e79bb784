"""Keeps diagrams that are only replayed on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from engine.model.errors import DefinitionInvalid, FormInvalid
from engine.queries.auswertung.modelle import main_process
from engine.replay.model import load
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Modelldatei

MAX_BYTES = 5 * 1024 * 1024
# Our own choice: whoever replays all cases on hundreds of diagrams averages away what their numbers are rounded by.
MOST, WITHIN = 30, timedelta(days=1)


def keep(session: FallSession, name: str, content: bytes) -> Modelldatei:
    """Keep a diagram of any origin; nothing is deployed by that.

    Raises:
        FormInvalid: no file, an empty or too large one, no BPMN that can be replayed, or one too many within a day.
    """
    if not name:
        raise FormInvalid({"modell": "Wählen Sie eine Datei mit einem BPMN-Diagramm."})
    if not content:
        raise FormInvalid({"modell": f"{name}: Die Datei ist leer."})
    if len(content) > MAX_BYTES:
        raise FormInvalid({"modell": f"{name}: Die Datei ist grösser als {MAX_BYTES >> 20} MB."})
    recent = select(func.count()).select_from(Modelldatei).where(Modelldatei.by == session.access.konto, Modelldatei.at > session.now - WITHIN)
    if (session.scalar(recent) or 0) >= MOST:
        raise FormInvalid({"modell": f"In den letzten 24 Stunden haben Sie schon {MOST} Diagramme hochgeladen; mehr geht nicht, damit sich aus vielen nicht auf Einzelne schliessen lässt. Die früheren stehen weiter unten bereit."})
    try:
        process = main_process(content, name)
        load([(name, content)], process)
    except DefinitionInvalid as error:
        raise FormInvalid({"modell": error.reasons}) from error
    made = Modelldatei(name=name[-200:] or "modell.bpmn", prozess=process[:120], content=content, at=session.now, by=session.access.konto)
    session.add(made)
    session.flush()
    log(session, "modell", f"Diagramm {made.id} zum Nachspielen")
    return made
