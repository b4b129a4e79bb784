"""A household moves: the form F100, with which the handover of its case begins."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.commands import startentwuerfe
from engine.commands.cases import OPENS
from engine.commands.startentwuerfe import of_move
from engine.commands.uebergabe import move_form
from engine.model.errors import FormInvalid, NotFound
from engine.store.session import FallSession
from engine.store.tables import Startentwurf
from webui import words
from webui.formulare import change_rows, newly_asked, seite, with_known
from webui.rules import requires
from webui.transactions import at_once_or_again, reading, writing

uebergabe = Blueprint("uebergabe", __name__, url_prefix="/faelle")


@uebergabe.get("/<fall_nr>/umzug")
@requires(*OPENS)
def umzug(fall_nr: str) -> ResponseReturnValue:
    with reading() as session:
        form, fall = move_form(session, fall_nr), queries.overview(session, fall_nr).fall
        draft = startentwuerfe.kept(session, fall.region, of_move(fall_nr))
        raw = dict(draft.daten) if draft else form.prefill({}) if form else {}
        return _page(session, fall_nr, raw, uuid.uuid4().hex, draft=draft)


@uebergabe.post("/<fall_nr>/umzug")
@requires(*OPENS)
def erfassen(fall_nr: str) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    if action in ("entwurf", "verwerfen"):
        return _keep_or_discard(fall_nr, action)
    with reading() as session:
        form, fall = move_form(session, fall_nr), queries.overview(session, fall_nr).fall
        raw = change_rows(form.values_from(request.form) if form else {}, action)
        asked = newly_asked(seite(form, raw, form_context(session, form, fall.region), session.now), request.form.get("_gezeigt")) if form else []
        if action != "erfassen" or asked:
            return _page(session, fall_nr, raw, _request_id(), asked=asked if action == "erfassen" else [])
    try:
        request_id = _request_id()
        at_once_or_again(lambda session: _begin(session, fall_nr, raw, request_id))
    except FormInvalid as error:
        with reading() as session:
            return _page(session, fall_nr, raw, _request_id(), errors=error.errors), 422
    flash("Der Umzug ist erfasst.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


@uebergabe.post("/<fall_nr>/umzug/entwurf")
@requires(*OPENS)
def umzug_entwurf(fall_nr: str) -> ResponseReturnValue:
    """A draft kept while somebody types; the page's script asks."""
    return jsonify(revision=0, um=words.zeit(_kept(fall_nr)))


def _begin(session: FallSession, fall_nr: str, raw: Mapping[str, Any], request_id: str) -> None:
    region = queries.overview(session, fall_nr).fall.region
    commands.begin_move(session, fall_nr, raw, request_id=request_id)
    startentwuerfe.discard(session, region, of_move(fall_nr))


def _keep_or_discard(fall_nr: str, action: str) -> ResponseReturnValue:
    if action == "entwurf":
        flash(f"Entwurf gespeichert um {words.zeit(_kept(fall_nr))}. Nur Sie sehen ihn; der Umzug ist noch nicht erfasst.")
    else:
        with writing() as session:
            startentwuerfe.discard(session, queries.overview(session, fall_nr).fall.region, of_move(fall_nr))
        flash("Der Entwurf ist verworfen.")
    return redirect(url_for("uebergabe.umzug", fall_nr=fall_nr), 303)


def _kept(fall_nr: str) -> datetime:
    with writing() as session:
        form, fall = move_form(session, fall_nr), queries.overview(session, fall_nr).fall
        raw = form.values_from(request.form) if form else {}
        return startentwuerfe.keep(session, fall.region, of_move(fall_nr), raw, fall_id=fall.id).at


def _page(
    session: FallSession,
    fall_nr: str,
    raw: Mapping[str, Any],
    request_id: str,
    *,
    errors: Mapping[str, str] | None = None,
    asked: list[str] | None = None,
    draft: Startentwurf | None = None,
) -> str:
    form, fall = move_form(session, fall_nr), queries.case(session, fall_nr).fall
    if form is None or fall.abgeschlossen_am:
        raise NotFound(f"Ein laufender Fall {fall_nr}")
    context = form_context(session, form, fall.region)
    formular = seite(form, with_known(form, raw, context, session.now, request.form.get("_gezeigt")), context, session.now, errors)
    return render_template("uebergabe/umzug.html", fall=fall, formular=formular, request_id=request_id, asked=asked or [], draft=draft)


def _request_id() -> str:
    """Made when the page was; the same page sent twice acts once."""
    text = request.form.get("_anfrage", "")
    return text if text.isalnum() and len(text) == 32 else uuid.uuid4().hex
