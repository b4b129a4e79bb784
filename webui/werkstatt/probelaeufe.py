"""Trial runs of what a draft deployed: made-up cases that only process owners see, with every role played by whoever tries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.commands import probelauf, werkstatt
from engine.definitions.forms import Form
from engine.demo.answers import fill
from engine.demo.households import household
from engine.model.access import with_trials
from engine.model.errors import DefinitionInvalid, FormInvalid, NotFound
from engine.model.json_text import parsed
from engine.queries import werkstatt as drafts
from engine.queries.probelauf import Lauf, laeufe, lauf, startable
from engine.store.session import FallSession
from webui.fallsicht import fallsicht
from webui.formulare import change_rows, newly_asked, seite
from webui.rules import requires
from webui.transactions import access, database
from webui.werkstatt.rollen import ZEICHNET

# Where made-up people live.
SOMEWHERE = "SDOL"

probelaeufe = Blueprint("probelaeufe", __name__, url_prefix="/werkstatt/probelaeufe")


@contextmanager
def _reading() -> Iterator[FallSession]:
    with database().read(with_trials(access())) as session:
        yield session


@contextmanager
def _writing() -> Iterator[FallSession]:
    with database().begin(with_trials(access())) as session:
        yield session


@probelaeufe.get("")
@requires(*ZEICHNET)
def liste() -> ResponseReturnValue:
    with _reading() as session:
        return render_template("werkstatt/probelaeufe.html", rows=laeufe(session))


@probelaeufe.post("/aus-entwurf/<int:id>")
@requires(*ZEICHNET)
def aus_entwurf(id: int) -> ResponseReturnValue:
    """Deploy the draft, which nobody notices, and start the chosen process of it."""
    process = request.form.get("prozess", "")
    try:
        with _writing() as session:
            deployed, _ = werkstatt.deploy_draft(session, id)
            version = next((one for one in deployed if (one.kind, one.id) == ("process", process)), None)
            if version is None:
                raise NotFound(f"Der Prozess «{process}»")
    except DefinitionInvalid as error:
        with _reading() as session:
            return render_template("werkstatt/befunde.html", draft=drafts.draft(session, id), findings=error.findings, refused=True), 422
    return redirect(url_for("probelaeufe.beginnen", key=version.key), 303)


@probelaeufe.route("/neu/<int:key>", methods=["GET", "POST"])
@requires(*ZEICHNET)
def beginnen(key: int) -> ResponseReturnValue:
    """The start form of a deployed version, and the start."""
    action = request.form.get("_aktion", "")
    with _reading() as session:
        version, form = startable(session, key)
        context = form_context(session, form, "*") if form else {}
        raw = _raw(session, form, {}, context)
        page = seite(form, raw, context, session.now) if form else None
        new = newly_asked(page, request.form.get("_gezeigt")) if page and action == "starten" else []
        if action != "starten" or new:
            return render_template("werkstatt/probelauf_neu.html", version=version, formular=page, asked=new)
    try:
        with _writing() as session:
            instanz = probelauf.start_with_form(session, key, raw)
            number = instanz.nummer
    except FormInvalid as error:
        with _reading() as session:
            page = seite(form, raw, context, session.now, error.errors) if form else None
            return render_template("werkstatt/probelauf_neu.html", version=version, formular=page, asked=[]), 422
    return redirect(url_for("probelaeufe.zeigen", nummer=number), 303)


@probelaeufe.get("/<int:nummer>")
@requires(*ZEICHNET)
def zeigen(nummer: int) -> ResponseReturnValue:
    with _reading() as session:
        found = lauf(session, nummer)
        view = queries.case(session, found.fall_nr, latest=30)
        sicht = fallsicht(session, view, request.args.get("prozess"))
        variables = json.dumps(found.variables, ensure_ascii=False, indent=2, default=str)
        return render_template("werkstatt/probelauf.html", lauf=found, view=view, sicht=sicht, variables=variables)


@probelaeufe.get("/<int:nummer>/diagramm/<process>")
@requires(*ZEICHNET)
def diagramm(nummer: int, process: str) -> ResponseReturnValue:
    with _reading() as session:
        content = queries.diagram(session, lauf(session, nummer).fall_nr, process)
    return content, 200, {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}


@probelaeufe.route("/<int:nummer>/aufgaben/<int:key>", methods=["GET", "POST"])
@requires(*ZEICHNET)
def aufgabe(nummer: int, key: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with _reading() as session:
        view = _own_task(session, nummer, key)
        form = view.form
        raw = _raw(session, form, view.values, view.values)
        page = seite(form, raw, view.values, session.now) if form else None
        new = newly_asked(page, request.form.get("_gezeigt")) if page and action == "abschliessen" else []
        if action != "abschliessen" or new:
            return render_template("werkstatt/probelauf_aufgabe.html", nummer=nummer, aufgabe=view.aufgabe, formular=page, asked=new)
    try:
        with _writing() as session:
            commands.complete_task(session, key, raw)
    except FormInvalid as error:
        with _reading() as session:
            page = seite(form, raw, view.values, session.now, error.errors) if form else None
            return render_template("werkstatt/probelauf_aufgabe.html", nummer=nummer, aufgabe=view.aufgabe, formular=page, asked=[]), 422
    flash(f"«{view.aufgabe.name}» ist abgeschlossen.")
    return redirect(url_for("probelaeufe.zeigen", nummer=nummer), 303)


@probelaeufe.post("/<int:nummer>/<was>/<int:key>")
@requires(*ZEICHNET)
def weiter(nummer: int, was: str, key: int) -> ResponseReturnValue:
    """What would come from outside: a time limit, a message, a job's result, a second try."""
    values = _values()
    if isinstance(values, str):
        flash(values)
        return redirect(url_for("probelaeufe.zeigen", nummer=nummer), 303)
    with _writing() as session:
        probelauf.nudge(session, nummer, was, key, values)
    return redirect(url_for("probelaeufe.zeigen", nummer=nummer), 303)


@probelaeufe.post("/<int:nummer>/ende")
@requires(*ZEICHNET)
def beenden(nummer: int) -> ResponseReturnValue:
    with _writing() as session:
        probelauf.delete_probelauf(session, nummer)
    flash("Der Probelauf ist gelöscht, samt seinem Verlauf.")
    return redirect(url_for("probelaeufe.liste"), 303)


def _raw(session: FallSession, form: Form | None, values: Mapping[str, Any], context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the form is shown with: as it was sent, with made-up answers for the rest when that was asked for, or as it begins."""
    if form is None:
        return {}
    if request.method == "GET":
        return form.prefill(values)
    action, typed = request.form.get("_aktion", ""), form.values_from(request.form)
    if action != "ausfuellen":
        return change_rows(typed, action)
    given = {name: value for name, value in typed.items() if value not in ("", None, [], {})}
    people = household(Random(), SOMEWHERE, 1, session.now.date())
    given |= {name: value for name, value in people.items() if name in typed and name not in given}
    try:
        return fill(form, context, given=given, rng=Random(), now=session.now)
    except FormInvalid:
        flash("Zu dem, was schon eingegeben ist, liess sich der Rest nicht ausfüllen.")
        return typed


def _values() -> dict[str, Any] | str:
    """What was typed to come along, or why it cannot."""
    text = request.form.get("werte", "").strip()
    if not text:
        return {}
    try:
        found = parsed(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else 'Die Werte lassen sich nicht lesen; schreiben Sie {"name": wert}. Es wurde nichts geändert.'


def _own_task(session: FallSession, nummer: int, key: int) -> Any:
    found: Lauf = lauf(session, nummer)
    view = queries.task(session, key)
    if view.aufgabe.instanz_nummer != found.nummer or not view.is_open:
        raise NotFound("Die Aufgabe")
    return view
