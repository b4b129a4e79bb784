"""A household moves: the form F100, with which the handover of its case begins."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.commands.cases import OPENS
from engine.commands.uebergabe import move_form
from engine.model.errors import FormInvalid, NotFound
from engine.store.session import FallSession
from webui.formulare import change_rows, newly_asked, seite
from webui.rules import requires
from webui.transactions import at_once_or_again, reading

uebergabe = Blueprint("uebergabe", __name__, url_prefix="/faelle")


@uebergabe.get("/<fall_nr>/umzug")
@requires(*OPENS)
def umzug(fall_nr: str) -> ResponseReturnValue:
    with reading() as session:
        form = move_form(session, fall_nr)
        return _page(session, fall_nr, form.prefill({}) if form else {}, uuid.uuid4().hex)


@uebergabe.post("/<fall_nr>/umzug")
@requires(*OPENS)
def erfassen(fall_nr: str) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with reading() as session:
        form = move_form(session, fall_nr)
        raw = change_rows(form.values_from(request.form) if form else {}, action)
        asked = newly_asked(seite(form, raw, {}, session.now), request.form.get("_gezeigt")) if form else []
        if action != "erfassen" or asked:
            return _page(session, fall_nr, raw, _request_id(), asked=asked if action == "erfassen" else [])
    try:
        request_id = _request_id()
        at_once_or_again(lambda session: commands.begin_move(session, fall_nr, raw, request_id=request_id))
    except FormInvalid as error:
        with reading() as session:
            return _page(session, fall_nr, raw, _request_id(), errors=error.errors), 422
    flash("Der Umzug ist erfasst.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


def _page(
    session: FallSession,
    fall_nr: str,
    raw: Mapping[str, Any],
    request_id: str,
    *,
    errors: Mapping[str, str] | None = None,
    asked: list[str] | None = None,
) -> str:
    form, fall = move_form(session, fall_nr), queries.case(session, fall_nr).fall
    if form is None or fall.abgeschlossen_am:
        raise NotFound(f"Ein laufender Fall {fall_nr}")
    formular = seite(form, raw, {}, session.now, errors)
    return render_template("uebergabe/umzug.html", fall=fall, formular=formular, request_id=request_id, asked=asked or [])


def _request_id() -> str:
    """Made when the page was; the same page sent twice acts once."""
    text = request.form.get("_anfrage", "")
    return text if text.isalnum() and len(text) == 32 else uuid.uuid4().hex
