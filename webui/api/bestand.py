"""Running cases of another system come in: the same table as on the screen, sent by a program."""

from __future__ import annotations

from typing import Any

from flask import request

from engine.commands.bestand import NotConfirmed, Plan, import_cases, plan_import, summary
from engine.store.session import FallSession
from webui.api import caller
from webui.api.operation import operation
from webui.api.problems import Problem
from webui.api.schema import INT, TEXT, list_of, record

MAX_BYTES = 5 * 1024 * 1024
LINE = record(line=INT, fachapplikationNr=TEXT, message=TEXT)
OUTCOME = record(opened=INT, known=INT, conflicts=list_of(LINE), problems=list_of(LINE), summary=TEXT)


@operation(
    "POST",
    "/api/regionen/{region}/bestand/pruefung",
    "Sagen, was ein Import von Bestandsfällen täte; gespeichert wird nichts",
    scope="starten",
    answers={200: OUTCOME},
    media="text/csv",
)
def check_running_cases(region: str) -> dict[str, Any]:
    with caller.reading() as session:
        return _outcome(plan_import(session, content(), region))


@operation(
    "POST",
    "/api/regionen/{region}/bestand",
    "Bestandsfälle importieren, alle oder keinen; was schon importiert ist, bleibt, wie es ist",
    scope="starten",
    answers={200: OUTCOME},
    media="text/csv",
)
def import_running_cases(region: str) -> dict[str, Any]:
    with caller.writing() as session:
        return _outcome(_imported(session, region))


def _imported(session: FallSession, region: str) -> Plan:
    try:
        return import_cases(session, content(), region)
    except NotConfirmed as refused:
        raise Problem(400, str(refused), problems=[line_of(one) for one in refused.problems[:500]]) from refused


def content() -> bytes:
    """The table that was sent; one byte too many shows that it is too large."""
    request.max_content_length = MAX_BYTES + 1
    return request.get_data()


def _outcome(plan: Plan) -> dict[str, Any]:
    return {
        "opened": len(plan.new),
        "known": len(plan.known),
        "conflicts": [line_of(one) for one in plan.conflicts],
        "problems": [line_of(one) for one in plan.problems],
        "summary": summary(plan),
    }


def line_of(one: Any) -> dict[str, Any]:
    """A conflict or a problem of the table."""
    return {"line": one.line, "fachapplikationNr": one.fachapplikation_nr or "", "message": one.message}
