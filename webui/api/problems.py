"""Errors as programs read them: application/problem+json. Titles are fixed, because clients compare them; details are for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from engine.model.errors import (
    DefinitionInvalid,
    FallflussError,
    FormInvalid,
    JobNotTaken,
    NobodyWaits,
    NotAllowed,
    NotFound,
    NotWaiting,
    Stale,
    TaskClaimed,
    TaskNotOpen,
)
from engine.runtime import CannotMigrate
from engine.store.errors import Conflict, DatabaseBusy, DatabaseUnreachable

log = structlog.get_logger(__name__)

TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
STATUS: Mapping[type[FallflussError], int] = {
    NotFound: 404,
    TaskNotOpen: 404,
    NotWaiting: 404,
    NobodyWaits: 404,
    NotAllowed: 403,
    TaskClaimed: 409,
    JobNotTaken: 409,
    Stale: 409,
    Conflict: 409,
    CannotMigrate: 409,
    DatabaseBusy: 503,
    DatabaseUnreachable: 503,
}
DETAILS: Mapping[int, str] = {
    404: "Diese Adresse gibt es in der Schnittstelle nicht. Was es gibt, steht unter /v2/openapi.json.",
    405: "Diese Adresse lässt sich so nicht aufrufen. Was es gibt, steht unter /v2/openapi.json.",
    413: "Es wurde mehr gesendet, als auf einmal angenommen wird. Es wurde nichts gespeichert.",
}


class Problem(Exception):
    """An answer that is an error: a status, and what the person at the other end should know."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any):
        self.status, self.detail, self.headers, self.more = status, detail, dict(headers or {}), more
        super().__init__(detail)


def is_for_programs(path: str) -> bool:
    """Whether errors under this path are read by programs."""
    return path.startswith(("/v2/", "/api/", "/oauth/")) or path == "/v2"


def answer(error: Exception) -> Response:
    """The error as an answer; what nobody expected is logged and says nothing about itself."""
    problem = _problem(error)
    content = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        **problem.more,
    }
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, problem.status, problem.headers, mimetype="application/problem+json")


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        status = error.code or 500
        return Problem(status, DETAILS.get(status, "Die Anfrage war nicht lesbar. Es wurde nichts gespeichert."))
    if isinstance(error, FormInvalid):
        fields = "; ".join(f"«{field}»: {message}" for field, message in list(error.errors.items())[:20])
        return Problem(400, f"{error} {fields}", errors=error.errors)
    if isinstance(error, DefinitionInvalid):
        return Problem(400, _findings(error))
    if isinstance(error, FallflussError):
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
        return Problem(status, str(error), {"Retry-After": "1"} if status == 503 else None)
    log.exception("request.failed", request_id=g.get("request_id"), path=request.path)
    number = g.get("request_id", "")
    return Problem(500, f"Es ist ein unerwarteter Fehler aufgetreten; es wurde nichts gespeichert. Dem Betrieb bitte die Nummer {number} melden.")


def _findings(error: DefinitionInvalid) -> str:
    """Every finding on a line of its own, as the modeler shows it."""
    lines = [f"- {f.file}, {f.name or f.element or 'Datei'}: {f.message}" for f in error.findings[:50]]
    more = [f"- und {len(error.findings) - 50} weitere"] if len(error.findings) > 50 else []
    return "\n".join(["Nicht abgelegt, nichts wurde gespeichert:", *lines, *more])
