"""The beginning and the end of a session in the browser."""

from __future__ import annotations

from flask import session
from flask_login import login_user, logout_user

from webui.nutzer import Nutzer


def begin(person: Nutzer) -> None:
    """Sign somebody in. A session from before must not live on in the new one."""
    session.clear()
    session.permanent = True
    login_user(person)


def end() -> None:
    """Sign whoever it is out of this browser."""
    logout_user()
    session.clear()
