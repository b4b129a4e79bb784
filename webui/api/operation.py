"""One declaration for each call: its address, who may, what it takes and gives. From it come the route, the checks and the description."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from jsonschema import Draft202012Validator

from engine.model.access import PROBELAUF
from engine.model.errors import NotAllowed, NotFound
from engine.model.json_text import parsed
from webui.api import caller, wording
from webui.api.problems import Problem
from webui.api.schema import Schema
from webui.rules import called_by_programs

api = Blueprint("api", __name__)

BIGGEST_KEY = 2**63 - 1
# Set by tests: answers are checked against their description before they leave.
CHECK_ANSWERS = "FALLFLUSS_CHECK_ANSWERS"


@dataclass(frozen=True)
class Operation:
    """``takes`` is the schema of the JSON body, or None; ``answers`` maps a status to the schema of its body, or None for an empty one.

    Without ``scope`` everybody may call it, unknown or not.
    """

    name: str
    method: str
    path: str
    summary: str
    scope: str | None
    takes: Schema | None
    answers: Mapping[int, Schema | None]
    media: str = "application/json"
    needs_body: bool = False
    notes_reading: bool = False

    @property
    def group(self) -> str:
        return self.path.split("/")[2]

    @cached_property
    def validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.takes or {})

    def body(self) -> Any:
        """The request's JSON, checked.

        Raises:
            Problem: 400, naming the field.
        """
        raw = request.get_data()
        if not raw.strip() and not self.needs_body:
            return {}
        value = _parsed(raw)
        errors = sorted(self.validator.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path])
        if errors:
            raise Problem(400, " ".join(wording.sentence(error) for error in errors[:5]) + " Es wurde nichts geändert.")
        return value

    def answer(self, given: Any) -> Response:
        """What the handler gave, as an answer: None is empty, a Response goes out as it is."""
        if isinstance(given, Response):
            return given
        status = next(status for status, schema in self.answers.items() if (schema is None) == (given is None))
        if given is None:
            return Response(status=status)
        if current_app.config.get(CHECK_ANSWERS):
            Draft202012Validator(self.answers[status] or {}).validate(given)
        return Response(json.dumps(given, ensure_ascii=False, allow_nan=False), status, mimetype="application/json")


OPERATIONS: list[Operation] = []

Handler = Callable[..., Any]


def operation(
    method: str,
    path: str,
    summary: str,
    *,
    scope: str | None,
    takes: Schema | None = None,
    answers: Mapping[int, Schema | None],
    media: str = "application/json",
    needs_body: bool = False,
    reads: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a call. The handler gets ``body`` where the call takes one, and each key of the address as a number.

    ``reads``: it shows data of cases, which is noted in the access log.
    """

    def declare(handler: Handler) -> Handler:
        one = Operation(handler.__name__, method, path, summary, scope, takes, answers, media, needs_body, reads)
        OPERATIONS.append(one)
        api.add_url_rule(_rule(path), handler.__name__, _view(one, handler), methods=[method])
        return handler

    return declare


def _view(one: Operation, handler: Handler) -> Handler:
    @wraps(handler)
    def view(**keys: str) -> ResponseReturnValue:
        if one.scope is not None:
            caller.identify()
            caller.require_scope(one.scope)
        arguments: dict[str, Any] = {name: _key(text) if name.endswith("Key") else text for name, text in keys.items()}
        if one.takes is not None:
            arguments["body"] = one.body()
        try:
            response = one.answer(handler(**arguments))
        except (NotFound, NotAllowed) as error:
            caller.note("abgelehnt", f"{404 if isinstance(error, NotFound) else 403} {request.path}")
            raise
        if one.notes_reading and caller.named_regions() - {PROBELAUF}:
            caller.note("gelesen", f"Schnittstelle {request.path}")
        return response

    return called_by_programs(view)


def _rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def _key(text: str) -> int:
    """A key in an address; what is no key, or too big for one, is simply not there."""
    if not text.isascii() or not text.isdigit() or int(text[:30]) > BIGGEST_KEY:
        raise Problem(404, f"Unter dem Schlüssel «{text[:40]}» gibt es nichts.")
    return int(text)


def _parsed(raw: bytes) -> Any:
    try:
        return parsed(raw)
    except ValueError:
        raise Problem(400, "Der Inhalt der Anfrage ist kein gültiges JSON, oder er ist zu tief verschachtelt. Es wurde nichts geändert.") from None
