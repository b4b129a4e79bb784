"""The task list and one task: claim, draft, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine import commands, queries
from engine.definitions.forms import Form
from engine.model.errors import FormInvalid, NotAllowed, TaskClaimed, TaskNotOpen
from engine.queries import TaskView, konten
from engine.store.session import FallSession
from webui import words
from webui.arbeit import list_page
from webui.formulare import Seite, change_rows, newly_asked, seite
from webui.rules import AUFGABENROLLEN, FALLROLLEN, requires
from webui.transactions import access, note_read, reading, writing
from webui.zuweisung import zuteilung

aufgaben = Blueprint("aufgaben", __name__, url_prefix="/aufgaben")


@aufgaben.get("")
@requires(*AUFGABENROLLEN)
def liste() -> ResponseReturnValue:
    return list_page()


@aufgaben.get("/<int:key>")
@requires(*AUFGABENROLLEN)
def aufgabe(key: int) -> ResponseReturnValue:
    with reading() as session:
        view = _workable(session, key)
        raw = dict(view.draft.data) if view.draft else view.form.prefill(view.values) if view.form else {}
        html = _page(session, view, raw)
    note_read("aufgabe", view.fall)
    return html


@aufgaben.post("/<int:key>")
@requires(*AUFGABENROLLEN)
def senden(key: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    if action == "entwurf":
        return _save_draft(key)
    if action == "abschliessen":
        return _complete(key)
    with reading() as session:
        view = _workable(session, key)
        return _page(session, view, change_rows(_raw(view.form), action), is_unsaved=True)


@aufgaben.post("/<int:key>/uebernehmen")
@requires(*AUFGABENROLLEN)
def uebernehmen(key: int) -> ResponseReturnValue:
    with writing() as session:
        commands.claim(session, key)
    flash("Sie bearbeiten jetzt diese Aufgabe.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


@aufgaben.post("/<int:key>/freigeben")
@requires(*AUFGABENROLLEN)
def freigeben(key: int) -> ResponseReturnValue:
    with writing() as session:
        commands.unclaim(session, key)
    flash("Die Aufgabe ist wieder für alle Ihrer Gruppe frei.")
    return redirect(url_for("aufgaben.liste"), 303)


def _save_draft(key: int) -> ResponseReturnValue:
    with writing() as session:
        view = _workable(session, key)
        commands.save_draft(session, key, _raw(view.form), revision=_revision())
        flash(f"Entwurf gespeichert um {words.zeit(session.now)}. Nur Sie sehen ihn; der Fall ist noch nicht weitergegangen.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


def _complete(key: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            view = _workable(session, key)
            raw = _raw(view.form)
            if view.form and (asked := _not_asked_yet(session, view, raw)):
                return _page(session, view, raw, asked=asked, is_unsaved=True)
            ref = commands.complete_task(session, key, raw)
    except FormInvalid as error:
        return _rejected(key, error.errors)
    flash(f"«{view.aufgabe.name}» ist abgeschlossen.")
    if access().has(*FALLROLLEN):
        return redirect(url_for("faelle.fall", fall_nr=ref.fall_nr), 303)
    return redirect(url_for("aufgaben.liste"), 303)


def _rejected(key: int, errors: Mapping[str, str]) -> ResponseReturnValue:
    with reading() as session:
        view = _workable(session, key)
        return _page(session, view, _raw(view.form), errors=errors, is_unsaved=True), 422


def _workable(session: FallSession, key: int) -> TaskView:
    """The task, if it is open and this person may work on it.

    Raises:
        NotFound, TaskNotOpen, NotAllowed, TaskClaimed
    """
    view = queries.task(session, key)
    if not view.is_open:
        raise TaskNotOpen(key)
    if not commands.may_work(session, view.aufgabe):
        raise NotAllowed(f"die Aufgabe «{view.aufgabe.name}»")
    if (other := commands.has_precedence(session, view.aufgabe)) is not None:
        raise TaskClaimed(key, konten.names(session, [other]).get(other, other))
    return view


def _not_asked_yet(session: FallSession, view: TaskView, raw: Mapping[str, Any]) -> list[str]:
    if view.form is None:
        return []
    return newly_asked(seite(view.form, raw, view.values, session.now), request.form.get("_gezeigt"))


def _raw(form: Form | None) -> dict[str, Any]:
    return form.values_from(request.form) if form else {}


def _revision() -> int:
    text = request.form.get("_revision", "0")
    return int(text) if text.isdigit() else 0


def _page(
    session: FallSession,
    view: TaskView,
    raw: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    asked: list[str] | None = None,
    is_unsaved: bool = False,
) -> str:
    formular: Seite | None = seite(view.form, raw, view.values, session.now, errors) if view.form else None
    # After a rejected post the draft stays the one the page was built on, so that two windows notice each other.
    revision = _revision() if is_unsaved else view.draft.revision if view.draft else 0
    return render_template(
        "aufgaben/aufgabe.html",
        aufgabe=view.aufgabe,
        fall=view.fall,
        title=view.form.title if view.form else "",
        formular=formular,
        draft=view.draft,
        revision=revision,
        asked=asked or [],
        is_unsaved=is_unsaved,
        is_mine=view.aufgabe.assignee == current_user.get_login(),
        zuteilung=zuteilung(session, view.aufgabe),
    )
