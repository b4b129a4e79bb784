"""The OpenAPI description of the interface, made from the declarations of its calls: what is checked is what is described."""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.model.access import SCOPES
from webui.api.operation import OPERATIONS, Operation, operation
from webui.api.schema import INT, KEY, TEXT, Schema

PROBLEM: Schema = {
    "type": "object",
    "description": "Ein Fehler (RFC 9457). «detail» sagt einer Person, was geschah, ob etwas gespeichert wurde und was zu tun ist.",
    "properties": {"type": TEXT, "title": TEXT, "status": INT, "detail": TEXT, "instance": TEXT},
    "required": ["type", "title", "status", "detail", "instance"],
}
ABOUT = """Schnittstelle von Fallfluss für Modellierwerkzeuge und andere Programme, verträglich mit Programmen für Camunda 8.9.

Schlüssel sind Text aus Ziffern. Unbekannte Angaben und Filter werden abgelehnt (400), nie übergangen. Personen melden sich mit ihrem
Anmeldenamen und einem Token an, Dienstkonten mit OAuth. Was jemand hier sieht und darf, ist dasselbe wie in der Oberfläche.
"""
BASIC_OR_BEARER: list[dict[str, list[str]]] = [{"token": []}, {"dienstkonto": []}]


@operation("GET", "/v2/openapi.json", "Diese Beschreibung", scope=None, answers={200: {"type": "object"}})
def get_description() -> dict[str, Any]:
    return description()


@cache
def description() -> dict[str, Any]:
    """The whole description as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fallfluss", "version": "2", "description": ABOUT},
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM}, "securitySchemes": _security()},
    }


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.group],
        "responses": {str(status): _answer(one, status, schema) for status, schema in one.answers.items()},
        "security": BASIC_OR_BEARER if one.scope else [],
    }
    described["responses"]["default"] = {
        "description": "Fehler",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    if names:
        kinds = {name: KEY if name.endswith("Key") else TEXT for name in names}
        described["parameters"] = [{"name": name, "in": "path", "required": True, "schema": kind} for name, kind in kinds.items()]
    if one.takes is not None:
        described["requestBody"] = {"required": one.needs_body, "content": {"application/json": {"schema": one.takes}}}
    elif one.media in _SENT:
        described["requestBody"] = {"required": True, "content": {one.media: {"schema": _SENT[one.media]}}}
    return described


_FILES: Schema = {
    "type": "object",
    "properties": {"resources": {"type": "array", "items": {"type": "string", "format": "binary"}}, "tenantId": TEXT},
    "required": ["resources"],
}


_SENT: dict[str, Schema] = {"multipart/form-data": _FILES, "text/csv": TEXT}


def _answer(one: Operation, status: int, schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "Erledigt, oder leer"}
    media = one.media if one.media == "text/xml" else "application/json"
    return {"description": "Erledigt", "content": {media: {"schema": schema}}}


def _security() -> dict[str, Any]:
    flow = {"tokenUrl": "/oauth/token", "scopes": SCOPES}
    return {
        "token": {"type": "http", "scheme": "basic", "description": "Anmeldename und persönliches Token"},
        "dienstkonto": {"type": "oauth2", "flows": {"clientCredentials": flow}},
    }
