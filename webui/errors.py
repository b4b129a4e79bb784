"""One answer for each kind of error: what happened, whether anything was saved, what to do next. Never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.commands import AlreadyMoving
from engine.commands.auswertung.treue import NotReplayed
from engine.commands.dokumente import InQuarantine
from engine.commands.freigaben import AlreadyDecided
from engine.commands.neben import NotBeside
from engine.commands.umstellung import NotNow
from engine.definitions.archiv import ArchiveInvalid
from engine.model.errors import (
    DefinitionInvalid,
    FallflussError,
    FormInvalid,
    NobodyWaits,
    NoRegionContext,
    NotAllowed,
    NotFound,
    NotWaiting,
    Stale,
    TaskClaimed,
    TaskNotOpen,
)
from engine.store.errors import Conflict, DatabaseBusy, DatabaseUnreachable
from webui.abholen import soon
from webui.api import problems
from webui.auftraege import own_list
from webui.fortsetzen import ask_to_check, is_page, typed
from webui.rules import AUFGABENROLLEN, FALLROLLEN, FORMULARROLLEN
from webui.transactions import note_refusal

log = structlog.get_logger(__name__)

# Class -> status and heading. The text below the heading is the error's own message.
PAGES: Mapping[type[FallflussError], tuple[int, str]] = {
    NotFound: (404, "Nicht gefunden"),
    NotAllowed: (403, "Keine Berechtigung"),
    TaskNotOpen: (409, "Diese Aufgabe ist nicht mehr offen"),
    TaskClaimed: (409, "Jemand anderes bearbeitet diese Aufgabe"),
    Stale: (409, "Inzwischen hat sich etwas geändert"),
    NotWaiting: (409, "Das ist schon geschehen"),
    NobodyWaits: (409, "Der Fall wartet nicht mehr darauf"),
    InQuarantine: (403, "In Quarantäne"),
    AlreadyDecided: (409, "Darüber ist schon entschieden"),
    NotNow: (409, "Das geht jetzt nicht"),
    AlreadyMoving: (409, "Eine Übergabe läuft schon"),
    NotBeside: (409, "Das geht neben diesem Fall jetzt nicht"),
    Conflict: (409, "Das passt nicht zu dem, was schon gespeichert ist"),
    FormInvalid: (422, "Die Eingaben sind noch nicht vollständig"),
    ArchiveInvalid: (422, "Nicht übernommen"),
    DefinitionInvalid: (422, "Die Dateien wurden nicht übernommen"),
    NotReplayed: (503, "Noch nicht fertig"),
    DatabaseBusy: (503, "Gerade ausgelastet"),
    DatabaseUnreachable: (503, "Zurzeit nicht erreichbar"),
    FallflussError: (400, "Das ging nicht"),
}

HTTP: Mapping[int, tuple[str, str]] = {
    400: ("Das ging nicht", "Die Anfrage war unvollständig. Es wurde nichts gespeichert."),
    404: ("Nicht gefunden", "Diese Seite gibt es nicht. Vielleicht ist die Adresse falsch geschrieben."),
    405: ("Das ging nicht", "Diese Seite lässt sich so nicht aufrufen. Es wurde nichts gespeichert."),
    413: ("Zu viel auf einmal", "Es wurde mehr gesendet, als auf einmal angenommen wird. Es wurde nichts gespeichert."),
    429: ("Zu viele Versuche", "Von diesem Gerät kamen zu viele Anmeldungen. Bitte eine Minute warten und nochmals versuchen."),
}


def register(app: Flask) -> None:
    """Answer every error from here."""
    for kind in PAGES:
        app.register_error_handler(kind, _known)
    app.register_error_handler(NotReplayed, _soon)
    app.register_error_handler(NoRegionContext, _unknown)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def _known(error: FallflussError) -> ResponseReturnValue:
    if problems.is_for_programs(request.path):
        return problems.answer(error)
    return _refused(error, str(error), ())


def _soon(error: NotReplayed) -> ResponseReturnValue:
    status, title = PAGES[NotReplayed]
    return soon(title, str(error), status)


def gone(error: NotFound, message: str, *ways: tuple[str, str]) -> ResponseReturnValue:
    """The answer to whoever asks for something that is over or deleted, such as from a page that was open too long: what happened, and
    where to go on. It is the same for what never was.
    """
    return _refused(error, message, ways)


def _refused(error: FallflussError, message: str, ways: Sequence[tuple[str, str]]) -> ResponseReturnValue:
    status, title = next(page for kind, page in PAGES.items() if isinstance(error, kind))
    if status in (403, 404) and current_user.is_authenticated:
        try:
            note_refusal(f"{status} {request.path}")
        except (DatabaseBusy, DatabaseUnreachable) as unrecorded:  # what cannot be recorded is not answered either
            return _known(unrecorded)
    return page(status, title, message, ways=ways)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code and error.code < 400:
        return error
    if problems.is_for_programs(request.path):
        return problems.answer(error)
    title, message = HTTP.get(error.code or 500, HTTP[400])
    return page(error.code or 500, title, message)


def _expired(error: CSRFError) -> ResponseReturnValue:
    """The form was older than the session: show it again with what was typed, and let the person send it once more."""
    message = "Diese Seite war zu lange offen oder Sie haben sich inzwischen neu angemeldet. Es wurde nichts gespeichert."
    if not current_user.is_authenticated:
        return render_template("konto/anmelden.html", weiter=None, carried=[], abgelaufen=True), 400
    if request.endpoint == "konto.anmelden_senden":
        return redirect(url_for("konto.start"), 303)
    if not is_page(request.path):
        return page(400, "Bitte nochmals versuchen", f"{message} Bitte die Seite neu laden und den Knopf nochmals drücken.")
    return ask_to_check(message, typed(), request.path, 400)


def _unknown(error: Exception) -> ResponseReturnValue:
    if problems.is_for_programs(request.path):
        return problems.answer(error)
    log.exception("request.failed", request_id=g.get("request_id"), path=request.path)
    message = (
        "Es ist ein Fehler aufgetreten, den wir nicht erwartet haben. Was Sie eben gesendet haben, wurde nicht gespeichert. "
        "Bitte versuchen Sie es nochmals; hält es an, melden Sie dem Betrieb die Nummer unten."
    )
    return page(500, "Unerwarteter Fehler", message, request_id=g.get("request_id", ""))


def page(status: int, title: str, message: str, *, request_id: str = "", ways: Sequence[tuple[str, str]] = ()) -> ResponseReturnValue:
    """An error page with a way on; what was typed stays on it to be copied, unless it is known where to go on (``ways``: text and address)."""
    values = [(name, value) for name, value in typed() if value.strip() and not name.startswith("_")] if status in (400, 409, 503) and not ways else []
    html = render_template("fehler.html", title=title, message=message, ways=ways or _ways(), values=values, request_id=request_id)
    return html, status


def _ways() -> list[tuple[str, str]]:
    """Where this person may go on from here."""
    has = current_user.access.has if current_user.is_authenticated else lambda *_: False
    ways = [("Zur Aufgabenliste", url_for("aufgaben.liste"))] if has(*AUFGABENROLLEN) else [("Zur Liste", own_list())] if has(*FORMULARROLLEN) else []
    ways += [("Zur Fallliste", url_for("faelle.liste"))] if has(*FALLROLLEN) else []
    return ways or [("Zur Startseite", url_for("konto.start"))]
