"""Signing in at an OpenID provider (authorization code with PKCE), and out again there."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from engine.model.access import system
from engine.model.errors import NotFound
from engine.store.fremdkonto import sign_in
from webui import nutzer
from webui.fortsetzen import safe_target
from webui.grenzen import limiter
from webui.oidc_config import Oidc
from webui.rules import public
from webui.sitzung import begin
from webui.transactions import database

log = structlog.get_logger(__name__)

oidc = Blueprint("oidc", __name__, url_prefix="/anmelden/dienst")

# What the provider, the network between, or somebody who tampers with either may bring about.
FAILURES = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError)
WEITER = "oidc_weiter"
# Says that this session came from the provider, so that signing out ends it there, too.
SESSION = "oidc"


def register(app: Flask, config: Oidc | None) -> None:
    """Get ready for the provider; it is only asked when the first person signs in."""
    if config is None:
        return
    clients = OAuth(app)
    clients.register(
        "dienst",
        client_id=config.client_id,
        client_secret=config.client_secret,
        server_metadata_url=f"{config.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": config.scope, "code_challenge_method": "S256", "timeout": 10},
    )
    app.extensions["fallfluss-oidc"] = clients


@oidc.get("")
@public
@limiter.limit("30 per minute")
def los() -> ResponseReturnValue:
    session[WEITER] = safe_target(request.args.get("weiter"))
    try:
        # State, nonce and verifier are made and kept in the signed session by the library.
        return cast(ResponseReturnValue, _client().authorize_redirect(url_for("oidc.zurueck", _external=True)))
    except FAILURES as error:
        return _failed(error)


@oidc.get("/zurueck")
@public
@limiter.limit("30 per minute")
def zurueck() -> ResponseReturnValue:
    weiter, config = safe_target(session.pop(WEITER, None)), settings()
    try:
        # Checks state, exchanges the code with its verifier, checks the token's signature, issuer, audience, time and nonce.
        token = _client().authorize_access_token()
        claims = _claims(token)
    except FAILURES as error:
        return _failed(error)
    with database().begin(system("anmeldung")) as store:
        found = sign_in(store, config.issuer, claims, config.zuordnung)
        person = nutzer.nutzer(found) if found else None
    if person is None:
        message = "Ihr Konto beim Anmeldedienst hat hier keine Rolle, oder es ist gesperrt. Bitte wenden Sie sich an den Betrieb."
        return render_template("konto/anmelden.html", weiter=weiter, carried=[], login="", error=message), 403
    begin(person)
    session[SESSION] = True
    return redirect(weiter or url_for("konto.start"), 303)


def end_session_url() -> str | None:
    """Where the browser is sent to end the provider's session, too, if this one came from there and the provider can."""
    if not session.get(SESSION):
        return None
    try:
        end = _client().load_server_metadata().get("end_session_endpoint")
    except (RequestException, ValueError):
        return None
    back = url_for("konto.anmelden", _external=True)
    return f"{end}?{urlencode({'client_id': settings().client_id, 'post_logout_redirect_uri': back})}" if end else None


def settings() -> Oidc:
    """Raises:
    NotFound: this installation has no provider.
    """
    config: Oidc | None = current_app.extensions["fallfluss-config"].oidc
    if config is None:
        raise NotFound("Der Anmeldedienst")
    return config


def _client() -> Any:
    settings()
    return current_app.extensions["fallfluss-oidc"].dienst


def _claims(token: dict[str, Any]) -> dict[str, Any]:
    """The token's claims with those that the provider only tells when asked; about the same person, or nobody."""
    claims = dict(token["userinfo"])
    if "userinfo_endpoint" in _client().load_server_metadata():
        more = dict(_client().userinfo(token=token))
        if more.get("sub") != claims["sub"]:
            raise ValueError("the provider speaks of somebody else")
        claims = {**more, **claims}
    return claims


def _failed(error: Exception) -> ResponseReturnValue:
    log.warning("oidc.failed", kind=type(error).__name__, error=getattr(error, "error", ""))
    message = "Die Anmeldung beim Anmeldedienst hat nicht geklappt. Bitte versuchen Sie es nochmals; hält es an, melden Sie es dem Betrieb."
    return render_template("konto/anmelden.html", weiter=None, carried=[], login="", error=message), 400
