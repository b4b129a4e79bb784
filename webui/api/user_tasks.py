"""User tasks: the same tasks as on the screens, with the same rules and forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.commands.programs import assign_task, complete_for_program, update_task
from engine.model import calendar
from engine.model.errors import NotFound
from engine.queries import definitionen, laufend
from engine.queries.suche import Found
from engine.store.session import FallSession
from engine.store.tables import Instanz
from webui.api import caller, listing, show
from webui.api.caller import TASKS
from webui.api.definitions import FORM, form
from webui.api.elements import is_truncating
from webui.api.operation import operation
from webui.api.problems import Problem
from webui.api.schema import (
    ANY_OBJECT,
    BOOL,
    integer,
    list_of,
    nullable,
    search_request,
    search_result,
    text,
)
from webui.api.schema import (
    body as request_body,
)

_NAMES = nullable(list_of(text(80), 100))
_DAY = {"type": ["string", "null"], "maxLength": 40}
CHANGESET = request_body(candidateGroups=_NAMES, candidateUsers=_NAMES, dueDate=_DAY, followUpDate=_DAY, priority=nullable(integer(0, 100)))
ACTION = nullable(text(100))


@operation(
    "POST",
    "/v2/user-tasks/search",
    "Aufgaben suchen",
    scope="lesen",
    takes=search_request(laufend.TASKS),
    answers={200: search_result(show.TASK)},
    reads=True,
)
def search_user_tasks(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading(TASKS) as session:
        found = laufend.tasks(session, listing.wanted(body, laufend.TASKS))
        return listing.page(found, _shower(session, found))


@operation("GET", "/v2/user-tasks/{userTaskKey}", "Eine Aufgabe", scope="lesen", answers={200: show.TASK}, reads=True)
def get_user_task(userTaskKey: int) -> dict[str, Any]:
    with caller.reading(TASKS) as session:
        found = laufend.tasks(session, listing.wanted({}, laufend.TASKS, userTaskKey=str(userTaskKey)))
        if not found.rows:
            raise NotFound("Die Aufgabe")
        shown: dict[str, Any] = _shower(session, found)(found.rows[0])
        return shown


@operation("GET", "/v2/user-tasks/{userTaskKey}/form", "Das Formular einer Aufgabe", scope="lesen", answers={200: FORM, 204: None})
def get_user_task_form(userTaskKey: int) -> dict[str, Any] | None:
    with caller.reading(TASKS) as session:
        aufgabe = laufend.task(session, userTaskKey)
        release_id = session.get_one(Instanz, aufgabe.instanz_nummer).release_id
        held = definitionen.forms_of(session, {release_id}).get((release_id, aufgabe.form_id or ""))
        return form(held) if held is not None else None


@operation(
    "POST",
    "/v2/user-tasks/{userTaskKey}/variables/search",
    "Was eine Aufgabe vom Fall sieht",
    scope="lesen",
    takes=search_request({"name": laufend.VARIABLES["name"], "value": laufend.VARIABLES["value"]}),
    answers={200: search_result(show.VARIABLE)},
    reads=True,
)
def search_user_task_variables(userTaskKey: int, body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading(TASKS) as session:
        aufgabe = laufend.task(session, userTaskKey)
        rows = laufend.visible(session, aufgabe, session.get_one(Instanz, aufgabe.instanz_nummer))
        found = laufend.pick_variables(rows, listing.wanted(body, laufend.VARIABLES))
        return listing.page(found, lambda row: show.variable(row, truncate=is_truncating()))


@operation(
    "POST",
    "/v2/user-tasks/{userTaskKey}/assignment",
    "Eine Aufgabe zuteilen; sich selbst, oder als Teamleitung anderen",
    scope="aufgaben",
    takes=request_body("assignee", assignee=text(80, least=1), allowOverride=nullable(BOOL), action=ACTION),
    answers={204: None},
    needs_body=True,
)
def assign_user_task(userTaskKey: int, body: dict[str, Any]) -> None:
    override = body.get("allowOverride")
    with caller.writing(TASKS) as session:
        assign_task(session, userTaskKey, body["assignee"], override=override is None or override)


@operation(
    "DELETE",
    "/v2/user-tasks/{userTaskKey}/assignee",
    "Eine Aufgabe der Gruppe zurückgeben",
    scope="aufgaben",
    answers={204: None},
)
def unassign_user_task(userTaskKey: int) -> None:
    with caller.writing(TASKS) as session:
        assign_task(session, userTaskKey, None, override=True)


@operation(
    "PATCH",
    "/v2/user-tasks/{userTaskKey}",
    "Gruppen, Personen, Priorität oder Tage einer Aufgabe ändern (Teamleitung, Leitung)",
    scope="aufgaben",
    takes=request_body(changeset=CHANGESET, action=ACTION),
    answers={204: None},
)
def update_user_task(userTaskKey: int, body: dict[str, Any]) -> None:
    with caller.writing(TASKS) as session:
        update_task(session, userTaskKey, _changes(body.get("changeset", {})))


@operation(
    "POST",
    "/v2/user-tasks/{userTaskKey}/completion",
    "Eine Aufgabe abschliessen; ihr Formular prüft die Variablen",
    scope="aufgaben",
    takes=request_body(variables=nullable(ANY_OBJECT), action=ACTION),
    answers={204: None},
)
def complete_user_task(userTaskKey: int, body: dict[str, Any]) -> None:
    with caller.writing(TASKS) as session:
        complete_for_program(session, userTaskKey, body.get("variables") or {})


def _shower(session: FallSession, found: Found) -> Callable[[Any], dict[str, Any]]:
    forms = definitionen.forms_of(session, {instanz.release_id for _, instanz, *_ in found.rows})

    def shown(row: Any) -> dict[str, Any]:
        aufgabe, instanz, version, parent = row
        return show.task(aufgabe, instanz, version, parent, forms.get((instanz.release_id, aufgabe.form_id or "")))

    return shown


def _changes(changeset: dict[str, Any]) -> dict[str, Any]:
    """The changed columns. An empty list or text takes a value away; null leaves it."""
    changes: dict[str, Any] = {}
    for name, column in {"candidateGroups": "candidate_groups", "candidateUsers": "candidate_users", "priority": "priority"}.items():
        if changeset.get(name) is not None:
            changes[column] = changeset[name]
    for name, column in {"dueDate": "faellig_am", "followUpDate": "wiedervorlage_am"}.items():
        if changeset.get(name) is not None:
            changes[column] = _instant(name, changeset[name])
    return changes


def _instant(name: str, value: str) -> datetime | None:
    if not value:
        return None
    try:
        return calendar.parse_instant(value)
    except (ValueError, OverflowError):
        raise Problem(400, f"«changeset.{name}» muss ein Zeitpunkt mit Zone sein, zum Beispiel {INSTANT_EXAMPLE}.") from None


INSTANT_EXAMPLE = "2026-08-31T08:00:00Z"
