"""OAuth 2.0 client credentials (RFC 6749, 4.4) for service accounts."""

from __future__ import annotations

import json

from flask import Response, request

from engine.model.access import system
from engine.store import zugang
from webui.api import caller
from webui.api.operation import api
from webui.rules import called_by_programs
from webui.transactions import database


@api.post("/oauth/token")
@called_by_programs
def issue_token() -> Response:
    """An access token for a service account; errors are those of the RFC, with German descriptions."""
    caller.count_refusals(is_test=True)
    form = request.form
    if form.get("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", "Möglich ist nur grant_type=client_credentials.")
    given = request.authorization
    client_id, secret = (given.username, given.password) if given and given.type == "basic" else (form.get("client_id"), form.get("client_secret"))
    with database().read(system("schnittstelle")) as session:
        dienst = zugang.find_dienst(session, client_id or "", secret or "")
        if dienst is None:
            caller.count_refusals()
            return _refused(401, "invalid_client", "Das Dienstkonto oder sein Geheimnis stimmt nicht, ist abgelaufen oder zurückgezogen.")
        token = caller.issue(dienst, session.now)
    return _answer(200, access_token=token, token_type="Bearer", expires_in=caller.TOKEN_SECONDS, scope=" ".join(dienst.scopes))


def _refused(status: int, error: str, description: str) -> Response:
    return _answer(status, error=error, error_description=description)


def _answer(status: int, **content: str | int) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Fallfluss"'
    return response
