"""What people start beside a case: vPe, intensive Fallführung, a question to a partner."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.commands.cases import OPENS
from engine.model.errors import FormInvalid
from engine.store.session import FallSession
from webui.formulare import change_rows, newly_asked, seite, with_known
from webui.rules import requires
from webui.transactions import reading, writing

neben = Blueprint("neben", __name__, url_prefix="/faelle")


@neben.get("/<fall_nr>/neben/<process>")
@requires(*OPENS)
def zeigen(fall_nr: str, process: str) -> ResponseReturnValue:
    with reading() as session:
        form, known = commands.beside_form(session, fall_nr, process)
        commands.check_beside(session, fall_nr, process)
        return _page(session, fall_nr, process, form.prefill(known) if form else {}, uuid.uuid4().hex)


@neben.post("/<fall_nr>/neben/<process>")
@requires(*OPENS)
def beginnen(fall_nr: str, process: str) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with reading() as session:
        form, known = commands.beside_form(session, fall_nr, process)
        raw = change_rows(form.values_from(request.form) if form else {}, action)
        asked = newly_asked(seite(form, raw, known, session.now), request.form.get("_gezeigt")) if form else []
        if action != "beginnen" or asked:
            return _page(session, fall_nr, process, raw, _request_id(), asked=asked if action == "beginnen" else [])
    try:
        with writing() as session:
            commands.begin_beside(session, fall_nr, process, raw, request_id=_request_id())
            words = commands.beside_processes(session, queries.case(session, fall_nr).fall.region)[process]
    except FormInvalid as error:
        with reading() as session:
            return _page(session, fall_nr, process, raw, _request_id(), errors=error.errors), 422
    flash(f"«{words}» ist begonnen.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


def _page(
    session: FallSession, fall_nr: str, process: str, raw: Mapping[str, Any], request_id: str, *, errors: Mapping[str, str] | None = None, asked: list[str] | None = None
) -> str:
    form, known = commands.beside_form(session, fall_nr, process)
    formular = seite(form, with_known(form, raw, known, session.now, request.form.get("_gezeigt")), known, session.now, errors) if form else None
    fall = queries.case(session, fall_nr).fall
    titel = commands.beside_processes(session, fall.region)[process]
    return render_template("neben/beginnen.html", fall=fall, process=process, titel=titel, formular=formular, request_id=request_id, asked=asked or [])


def _request_id() -> str:
    """Made when the page was; the same page sent twice acts once."""
    text = request.form.get("_anfrage", "")
    return text if text.isalnum() and len(text) == 32 else uuid.uuid4().hex
