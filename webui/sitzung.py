"""The beginning and the end of a session in the browser."""

from __future__ import annotations

from secrets import token_urlsafe

from flask import current_app, session
from flask_login import login_user, logout_user

from engine.model.access import system
from engine.store.konten import end_session
from webui.nutzer import NUMMER, Nutzer
from webui.transactions import database


def begin(person: Nutzer) -> None:
    """Sign somebody in. A session from before must not live on in the new one."""
    session.clear()
    session.permanent = True
    session[NUMMER] = token_urlsafe(16)
    login_user(person)


def end() -> None:
    """Sign whoever it is out of this browser; a copy of the cookie is worth nothing afterwards."""
    if NUMMER in session:
        with database().begin(system("anmeldung")) as store:
            end_session(store, session[NUMMER], store.now + current_app.permanent_session_lifetime)
    logout_user()
    session.clear()
