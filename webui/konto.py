"""Logging in and out, and the start page."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine.commands.aufsicht import ASKS
from engine.commands.konten import KEEPS
from engine.demo.people import PASSWORD, people
from engine.model.access import system
from engine.store import zweitfaktor
from engine.store.konten import has_second_factor, verify
from engine.store.tables import Konto
from webui import nutzer, oidc, sitzung
from webui.auftraege import own_list
from webui.fortsetzen import ask_to_check, belongs_to_me, carried, safe_target
from webui.grenzen import limiter
from webui.parameter import LESEN as PARAMETERROLLEN
from webui.rules import AUFGABENROLLEN, public, requires
from webui.transactions import database

konto = Blueprint("konto", __name__)

# Who gave the right password and still owes the code, in the session of before the login; for ten minutes.
HALF = "code_fuer"
HALF_TIME = timedelta(minutes=10)

# One message for every reason: it must not tell which accounts exist.
REFUSED = (
    "Anmeldename oder Passwort stimmt nicht, oder das Konto ist gesperrt. Nach fünf Fehlversuchen bleibt es 15 Minuten gesperrt; "
    "danach können Sie es nochmals versuchen. Ein neues Passwort gibt Ihnen der Betrieb."
)

WRONG_CODE = (
    "Der Code stimmt nicht oder wurde schon benutzt. Bitte warten Sie, bis die App den nächsten zeigt. Nach fünf Fehlversuchen bleibt das "
    "Konto 15 Minuten gesperrt."
)


@konto.get("/")
@public
def start() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(home()) if home() != url_for("konto.start") else render_template("konto/nichts.html")
    if not current_app.extensions["fallfluss-config"].is_demo:
        return redirect(url_for("konto.anmelden"))
    return render_template("konto/start.html", people=people(), passwort=PASSWORD)


@konto.get("/anmelden")
@public
def anmelden() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(home())
    return render_template(
        "konto/anmelden.html", weiter=safe_target(request.args.get("weiter")), carried=[], login=request.args.get("login", "")
    )


@konto.post("/anmelden")
@public
@limiter.limit("30 per minute")
def anmelden_senden() -> ResponseReturnValue:
    login, weiter = request.form.get("login", "").strip(), safe_target(request.form.get("_ziel"))
    with database().begin(system("anmeldung")) as store:
        found = verify(store, login, request.form.get("passwort", ""))
        person = nutzer.nutzer(found) if found else None
        if found is not None and has_second_factor(store, found.login):
            session[HALF] = [found.login, found.session_epoch, store.now.isoformat()]
            return render_template("konto/code.html", weiter=weiter, carried=carried())
    if person is None:
        return render_template("konto/anmelden.html", weiter=weiter, carried=carried(), login=login, error=REFUSED), 422
    sitzung.begin(person)
    return _onward(weiter)


@konto.post("/anmelden/code")
@public
@limiter.limit("15 per minute")
def code_senden() -> ResponseReturnValue:
    weiter = safe_target(request.form.get("_ziel"))
    with database().begin(system("anmeldung")) as store:
        found = _half(store.now, store.get(Konto, (session.get(HALF) or [""])[0]))
        if found is None:
            return render_template("konto/anmelden.html", weiter=weiter, carried=carried(), abgelaufen=True), 400
        person = nutzer.nutzer(found) if zweitfaktor.check(store, found, request.form.get("code", "")) else None
    if person is None:
        return render_template("konto/code.html", weiter=weiter, carried=carried(), error=WRONG_CODE), 422
    sitzung.begin(person)
    return _onward(weiter)


@konto.post("/abmelden")
@requires()
def abmelden() -> ResponseReturnValue:
    elsewhere = oidc.end_session_url()
    sitzung.end()
    return redirect(elsewhere or url_for("konto.start"), 303)


def _half(now: datetime, found: Konto | None) -> Konto | None:
    """The account whose password was right a moment ago in this browser, unless its sessions were ended since."""
    login, epoch, at = session.get(HALF) or ("", -1, "")
    if found is None or not found.is_active or (found.login, found.session_epoch) != (login, epoch):
        return None
    return found if now < datetime.fromisoformat(at) + HALF_TIME else None


def home() -> str:
    """Where this person's day begins."""
    if current_user.access.has(*AUFGABENROLLEN):
        return url_for("aufgaben.liste")
    if current_user.access.has("vpe_stelle"):
        return own_list()
    if current_user.access.has(KEEPS):
        return url_for("konten.liste")
    if current_user.access.has("evaluation"):
        return url_for("auswertung.start")
    if current_user.access.has(*ASKS):
        return url_for("aufsicht.liste")
    return url_for("parameter.liste" if current_user.access.has(*PARAMETERROLLEN) else "konto.start")


def _onward(weiter: str | None) -> ResponseReturnValue:
    """To where the person wanted to go; with what they had typed, if it was theirs."""
    values = carried()
    if weiter and values and belongs_to_me(values):
        return ask_to_check(
            "Sie sind wieder angemeldet. Was Sie eingegeben hatten, ist noch da; gespeichert ist es noch nicht.", values, weiter
        )
    return redirect(weiter or home(), 303)
