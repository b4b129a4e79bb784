"""One's own account: password, second factor, all sessions."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine.model.access import system
from engine.model.errors import NotFound
from engine.store import konten, zweitfaktor
from engine.store.audit import log
from engine.store.errors import KontoInvalid
from engine.store.fremdkonto import is_foreign
from engine.store.session import FallSession
from engine.store.tables import Konto, Zweitfaktor
from webui import nutzer, sitzung
from webui.grenzen import limiter
from webui.rules import requires
from webui.transactions import access, database, reading, writing

mein_konto = Blueprint("mein_konto", __name__, url_prefix="/konto")

WRONG = "Der Code stimmt nicht oder wurde schon benutzt."


@mein_konto.get("")
@requires()
def zeigen() -> ResponseReturnValue:
    return _page()


@mein_konto.post("/passwort")
@requires()
@limiter.limit("10 per minute")
def passwort() -> ResponseReturnValue:
    old, new, again = (request.form.get(name, "") for name in ("alt", "neu", "nochmals"))
    if new != again:
        return _page(errors={"nochmals": "Die beiden neuen Passwörter sind nicht gleich."})
    try:
        with writing() as session:
            _refuse_foreign(session)
            is_right = konten.change_password(session, access().konto, old, new)
            log(session, "konto", "eigenes Passwort geändert" if is_right else "eigenes Passwort: falsches altes")
    except KontoInvalid as error:
        return _page(errors={"neu": str(error)})
    if not is_right:
        return _page(errors={"alt": "Das bisherige Passwort stimmt nicht."})
    _stay()
    flash("Das Passwort ist geändert. Auf allen anderen Geräten sind Sie abgemeldet.")
    return redirect(url_for("mein_konto.zeigen"), 303)


@mein_konto.post("/abmelden")
@requires()
def ueberall_abmelden() -> ResponseReturnValue:
    with writing() as session:
        konten.end_sessions(session, access().konto)
        log(session, "konto", "überall abgemeldet")
    sitzung.end()
    flash("Sie sind auf allen Geräten abgemeldet.")
    return redirect(url_for("konto.anmelden"), 303)


@mein_konto.post("/code")
@requires()
@limiter.limit("15 per minute")
def code_beginnen() -> ResponseReturnValue:
    with writing() as session:
        _refuse_foreign(session)
        zweitfaktor.begin(session, access().konto)
    return redirect(url_for("mein_konto.code"), 303)


@mein_konto.get("/code")
@requires()
def code() -> ResponseReturnValue:
    with reading() as session:
        return render_template("konto/code_einrichten.html", geheimnis=_pending(session).geheimnis)


@mein_konto.get("/code.svg")
@requires()
def bild() -> ResponseReturnValue:
    with reading() as session:
        response = Response(zweitfaktor.picture(_pending(session)), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@mein_konto.post("/code/bestaetigen")
@requires()
@limiter.limit("15 per minute")
def code_bestaetigen() -> ResponseReturnValue:
    with writing() as session:
        factor = _pending(session)
        codes = zweitfaktor.confirm(session, access().konto, request.form.get("code", ""))
        if codes is None:
            error = "Der Code stimmt nicht. Geben Sie die sechs Ziffern ein, die die App gerade zeigt."
            return render_template("konto/code_einrichten.html", geheimnis=factor.geheimnis, error=error), 422
        # Whoever is signed in elsewhere with the password alone has to show the code now.
        konten.end_sessions(session, access().konto)
        log(session, "konto", "Anmeldung mit Code eingerichtet")
    _stay()
    return render_template("konto/notcodes.html", codes=codes)


@mein_konto.post("/code/entfernen")
@requires()
@limiter.limit("10 per minute")
def code_entfernen() -> ResponseReturnValue:
    with writing() as session:
        is_right = _gives_code(session, "code_weg")
        if is_right:
            zweitfaktor.remove(session, access().konto)
            log(session, "konto", "Anmeldung mit Code entfernt")
    if not is_right:
        return _page(errors={"code_weg": WRONG})
    flash("Die Anmeldung mit Code ist entfernt.")
    return redirect(url_for("mein_konto.zeigen"), 303)


@mein_konto.post("/code/notcodes")
@requires()
@limiter.limit("10 per minute")
def notcodes() -> ResponseReturnValue:
    codes: list[str] = []
    with writing() as session:
        if _gives_code(session, "code_neu"):
            codes = zweitfaktor.renew_notcodes(session.get_one(Zweitfaktor, access().konto))
            log(session, "konto", "neue Notcodes")
    return render_template("konto/notcodes.html", codes=codes) if codes else _page(errors={"code_neu": WRONG})


def _gives_code(session: FallSession, field: str) -> bool:
    """Who leaves a machine unlocked must not lose the second factor to whoever sits down at it."""
    return zweitfaktor.check(session, session.get_one(Konto, access().konto), request.form.get(field, ""))


def _page(*, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        konto = session.get_one(Konto, access().konto)
        factor = session.get(Zweitfaktor, konto.login)
        html = render_template(
            "konto/mein_konto.html",
            konto=konto,
            fremd=is_foreign(session, konto.login),
            factor=factor if factor is not None and factor.bestaetigt_am else None,
            errors=errors or {},
        )
    return html, 422 if errors else 200


def _stay() -> None:
    """Sign in anew: the account's sessions were just ended, this one must not be."""
    with database().read(system("anmeldung")) as session:
        sitzung.begin(nutzer.nutzer(session.get_one(Konto, current_user.get_login())))


def _pending(session: FallSession) -> Zweitfaktor:
    """The second factor that is being set up; never one that counts: its secret is shown once only."""
    found = session.get(Zweitfaktor, access().konto)
    if found is None or found.bestaetigt_am is not None:
        raise NotFound("Das Einrichten eines Codes")
    return found


def _refuse_foreign(session: FallSession) -> None:
    if is_foreign(session, access().konto):
        raise NotFound("Das Passwort dieses Kontos")
