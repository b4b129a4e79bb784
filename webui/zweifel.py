"""When a form meets something newer: both versions side by side, field by field, and the person chooses. Answers 409, loses nothing.

Newer may be the same person's draft from another window, what somebody else sent, or the case itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.commands import journal
from engine.commands.entwuerfe import discard_draft
from engine.definitions.forms import Form
from engine.model.errors import FallflussError, NotAllowed, TaskClaimed
from engine.queries import TaskView, konten
from engine.queries.formulare import ending
from engine.store.session import FallSession
from webui import words
from webui.fassungen import Raw, als_text, stand, unterschiede, zusammen
from webui.transactions import note_read, reading, writing

CHOICE = "_wahl."


@dataclass(frozen=True)
class Andere:
    """The version a form met. ``titel`` heads its column, ``satz`` says what happened, ``art`` is entwurf or fall.

    ``is_final``: nothing can be chosen any more.
    """

    titel: str
    satz: str
    raw: Raw
    art: str = "fall"
    is_final: bool = False


def is_doubtful(view: TaskView, raw: Mapping[str, Any]) -> bool:
    """Whether what is being sent was typed without knowledge of something newer."""
    draft = view.draft
    if draft is not None and draft.revision != revision() and draft.fenster != fenster() and dict(draft.data) != dict(raw):
        return True
    known = request.form.get("_stand")
    return bool(known) and known != stand(view.form, view.values)


def answer(key: int, error: FallflussError) -> ResponseReturnValue:
    """The page with both versions.

    Raises:
        The error itself, when the task has no form to compare.
    """
    with reading() as session:
        view = queries.task(session, key)
        raw = view.form.values_from(request.form) if view.form else {}
        if not view.is_open:
            return over(session, view, raw)
        if view.form is None or not commands.may_work(session, view.aufgabe):
            raise error
        if isinstance(error, TaskClaimed):
            return _claimed(session, view, raw, error)
        return _page(session, view, view.form, raw, _newer(view, raw)), 409


def over(session: FallSession, view: TaskView, raw: Raw | None) -> ResponseReturnValue:
    """The task has ended: what was sent stands beside what this person typed or kept as a draft."""
    if not commands.may_work(session, view.aufgabe):
        raise NotAllowed(f"die Aufgabe «{view.aufgabe.name}»")
    end = ending(session, view.aufgabe)
    draft = queries.draft(session, view.aufgabe.key)
    typed = raw if raw is not None else dict(draft.data) if draft else None
    by = "Sie selbst haben" if end.by == session.access.konto else f"{konten.names(session, [end.by]).get(end.by, end.by)} hat" if end.by else ""
    why = f"{by} sie am {words.zeitpunkt(end.at)} abgeschlossen." if by else "Der Fall ist weitergegangen, ohne dass sie jemand abgeschlossen hat."
    satz = f"Diese Aufgabe ist nicht mehr offen: {why}"
    if typed is not None:
        satz += " Was Sie hier eingegeben haben, ist nicht in den Fall gelangt. Es wurde nichts gespeichert."
    andere = Andere("Abgeschlossen mit", satz, dict(end.values), is_final=True)
    return _page(session, view, view.form, typed, andere, has_draft=draft is not None), 409


def chosen(session: FallSession, view: TaskView, raw: Raw) -> Raw:
    """My version with the fields for which the other was chosen."""
    if view.form is None:
        return raw
    andere = _draft(view) if request.form.get("_andere") == "entwurf" and view.draft else _case(view)
    differ = unterschiede(view.form, raw, andere.raw, view.values, session.now)
    return zusammen(raw, andere.raw, [one.path for one in differ if request.form.get(CHOICE + one.path) == "andere"])


def keep_as_note(key: int) -> ResponseReturnValue:
    """What was typed too late becomes a note in the journal of the case."""
    with writing() as session:
        view = queries.task(session, key)
        if not commands.may_work(session, view.aufgabe):
            raise NotAllowed(f"die Aufgabe «{view.aufgabe.name}»")
        text = als_text(view.form, view.form.values_from(request.form), view.values, session.now) if view.form else ""
        journal.write(session, view.fall.fall_nr, "notiz", f"Nicht mehr abgeschickt bei «{view.aufgabe.name}»:\n{text}")
        discard_draft(session, key)
    flash("Ihre Eingaben stehen jetzt als Notiz im Journal.")
    return redirect(url_for("faelle.fall", fall_nr=view.fall.fall_nr), 303)


def revision() -> int:
    text = request.form.get("_revision", "0")
    return int(text) if text.isdigit() and len(text) < 12 else 0


def fenster() -> str:
    """The page that was sent; it keeps its number as long as it is open."""
    text = request.form.get("_fenster", "")
    return text if text.isalnum() and len(text) == 32 else ""


def _newer(view: TaskView, raw: Raw) -> Andere:
    draft = view.draft
    is_draft = draft is not None and draft.revision != revision() and draft.fenster != fenster() and dict(draft.data) != raw
    return _draft(view) if is_draft else _case(view)


def _draft(view: TaskView) -> Andere:
    assert view.draft
    satz = "Sie haben in einem anderen Fenster einen neueren Entwurf gespeichert. Es wurde nichts überschrieben und nichts abgeschickt."
    return Andere(f"Entwurf von {words.zeitpunkt(view.draft.saved_at)}", satz, dict(view.draft.data), "entwurf")


def _case(view: TaskView) -> Andere:
    assert view.form
    satz = "Während Sie schrieben, hat sich im Fall etwas geändert, das dieses Formular betrifft. Es wurde nichts gespeichert."
    return Andere("Jetzt im Fall", satz, view.form.prefill(view.values))


def _claimed(session: FallSession, view: TaskView, raw: Raw, error: TaskClaimed) -> ResponseReturnValue:
    assert view.form
    name = konten.names(session, [view.aufgabe.assignee]).get(str(view.aufgabe.assignee), error.assignee)
    satz = f"Diese Aufgabe bearbeitet inzwischen {name}. Es wurde nichts gespeichert; Ihre Eingaben stehen hier."
    return _page(session, view, view.form, raw, Andere("Im Fall", satz, view.form.prefill(view.values), is_final=True)), 409


def _page(session: FallSession, view: TaskView, form: Form | None, typed: Raw | None, andere: Andere, *, has_draft: bool = False) -> str:
    now: datetime = session.now
    context = view.values
    rows = unterschiede(form, typed if typed is not None else andere.raw, andere.raw, context, now) if form else ()
    note_read("aufgabe", view.fall)
    return render_template(
        "aufgaben/fassungen.html",
        aufgabe=view.aufgabe,
        fall=view.fall,
        andere=andere,
        rows=rows,
        typed=typed,
        posted=_hidden(typed) if typed is not None else [],
        sent=unterschiede(form, andere.raw, {}, context, now) if form and typed is None else (),
        choice=CHOICE,
        revision=view.draft.revision if view.draft else 0,
        fenster=fenster(),
        stand=stand(form, view.values),
        has_draft=has_draft,
        may_note=journal.may_write(session, view.fall.region),
    )


def _hidden(raw: Any, path: str = "") -> list[tuple[str, str]]:
    """A version as the names and texts of form fields, so that it may be sent again."""
    if isinstance(raw, Mapping):
        return [pair for key, value in raw.items() for pair in _hidden(value, f"{path}.{key}" if path else str(key))]
    if isinstance(raw, list):
        if all(not isinstance(one, dict | list) for one in raw):
            return [(path, str(one)) for one in raw]
        return [pair for index, value in enumerate(raw) for pair in _hidden(value, f"{path}.{index}")]
    if raw is None or raw is False:
        return []
    return [(path, "true" if raw is True else str(raw))]
