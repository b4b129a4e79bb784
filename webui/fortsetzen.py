"""Nothing typed is lost: what somebody sent with an expired session travels along through the login, back into the form.

The values stay in the browser's page, never in a session or a log. They are only shown again to the person they belong to.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import HTTPException

CARRIED = "mit."
# Fields that mean nothing in another session, or that must not be shown again.
_LEFT_BEHIND = frozenset({"csrf_token", "passwort", "login", "_aktion", "_ziel"})

Values = list[tuple[str, str]]


def typed() -> Values:
    """All the person sent, in order, without passwords and tokens."""
    return [(name, value) for name, values in request.form.lists() if name not in _LEFT_BEHIND for value in values]


def carried() -> Values:
    """What came along through the login page."""
    return [(name.removeprefix(CARRIED), value) for name, values in request.form.lists() if name.startswith(CARRIED) for value in values]


def ask_to_log_in() -> ResponseReturnValue:
    """Send a reader to the login; answer somebody who was sending with a login page that holds what was typed."""
    if request.method != "POST":
        return redirect(url_for("konto.anmelden", weiter=_here()))
    has_form = is_page(request.path)
    page = render_template(
        "konto/anmelden.html", weiter=request.path if has_form else None, carried=typed() if has_form else [], abgelaufen=True
    )
    return make_response(page, 401)


def ask_to_check(message: str, values: Values, target: str, status: int = 200) -> ResponseReturnValue:
    """A page that leads back into the form at ``target`` with the values in it; it only shows them, it submits nothing."""
    return make_response(render_template("konto/fortsetzen.html", message=message, values=values, target=target), status)


def belongs_to_me(values: Values) -> bool:
    """Whether these values were typed into a form made for the person who is logged in now."""
    signed = next((value for name, value in values if name == "_fuer"), "")
    try:
        return bool(_signer().loads(signed) == current_user.get_login())
    except BadSignature:
        return False


def is_page(path: str) -> bool:
    """Whether there is a page at this path, so that its form can be shown again; a mere button has none."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def mine() -> str:
    """The signed name that a form carries to say for whom it was made."""
    signed: Any = _signer().dumps(current_user.get_login())
    return str(signed)


def safe_target(target: str | None) -> str | None:
    """The path, if it is one of this site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(c in target for c in "\r\n\t\\"):
        return None
    return target


def _here() -> str:
    return request.full_path.rstrip("?")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="fuer")
