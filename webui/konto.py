"""Logging in and out, and the start page."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user

from engine.demo.people import PASSWORD, people
from engine.model.access import system
from engine.store.konten import verify
from webui import nutzer
from webui.fortsetzen import ask_to_check, belongs_to_me, carried, safe_target
from webui.parameter import LESEN as PARAMETERROLLEN
from webui.rules import AUFGABENROLLEN, public, requires
from webui.transactions import database

konto = Blueprint("konto", __name__)
limiter = Limiter(get_remote_address)

# One message for every reason: it must not tell which accounts exist.
REFUSED = (
    "Anmeldename oder Passwort stimmt nicht, oder das Konto ist gesperrt. Nach fünf Fehlversuchen bleibt es 15 Minuten gesperrt; "
    "danach können Sie es nochmals versuchen. Ein neues Passwort gibt Ihnen der Betrieb."
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
    if person is None:
        return render_template("konto/anmelden.html", weiter=weiter, carried=carried(), login=login, error=REFUSED), 422
    # A session from before the login must not live on in it.
    session.clear()
    session.permanent = True
    login_user(person)
    return _onward(weiter)


@konto.post("/abmelden")
@requires()
def abmelden() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("konto.start"), 303)


def home() -> str:
    """Where this person's day begins."""
    if current_user.access.has(*AUFGABENROLLEN):
        return url_for("aufgaben.liste")
    return url_for("parameter.liste" if current_user.access.has(*PARAMETERROLLEN) else "konto.start")


def _onward(weiter: str | None) -> ResponseReturnValue:
    """To where the person wanted to go; with what they had typed, if it was theirs."""
    values = carried()
    if weiter and values and belongs_to_me(values):
        return ask_to_check(
            "Sie sind wieder angemeldet. Was Sie eingegeben hatten, ist noch da; gespeichert ist es noch nicht.", values, weiter
        )
    return redirect(weiter or home(), 303)
