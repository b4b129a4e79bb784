"""Trying a draft before anybody depends on it: tokens, tables with sample inputs, forms, and the ways that cases take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from engine.cases.formkontext import form_context
from engine.definitions import bpmn, dmn, feel, forms
from engine.definitions.dmn import Decided, Decision
from engine.definitions.forms import Form
from engine.definitions.parameter import CONTEXT
from engine.definitions.proben import SampleUnreadable, asked, value
from engine.model.access import PROBELAUF
from engine.model.errors import DefinitionInvalid, FormInvalid, NotFound, Trouble
from engine.model.json_text import parsed
from engine.queries import werkstatt as queries
from engine.replay.szenarien import on_diagrams
from engine.store import library
from engine.store.session import FallSession
from webui import headers
from webui.formulare import change_rows, newly_asked, seite
from webui.rules import requires
from webui.transactions import reading
from webui.werkstatt.rollen import ZEICHNET

probieren = Blueprint("probieren", __name__, url_prefix="/werkstatt/entwuerfe/<int:id>/probieren")

ROWS, MOST_ROWS = 3, 30
CONTEXT_LIMIT = 100_000


@dataclass
class Zeile:
    """One line of sample inputs as typed, and what came of it."""

    number: int
    typed: dict[str, str]
    decided: Decided | None = None
    error: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@probieren.get("")
@requires(*ZEICHNET)
def uebersicht(id: int) -> ResponseReturnValue:
    with reading() as session:
        draft, files = queries.draft(session, id), queries.contents(session, id)
    kinds = {kind: [name for name in files if name.endswith(f".{kind}")] for kind in ("bpmn", "dmn", "form")}
    return render_template("werkstatt/probieren.html", draft=draft, kinds=kinds, prozesse=_processes(files))


@probieren.get("/marken/<name>")
@requires(*ZEICHNET)
def marken(id: int, name: str) -> ResponseReturnValue:
    with reading() as session:
        draft, row = queries.draft(session, id), queries.file(session, id, name)
        others = [one.name for one in queries.file_rows(session, id) if one.name.endswith(".bpmn")]
    html = render_template("werkstatt/marken.html", draft=draft, row=row, others=others)
    return headers.for_editor(make_response(html))


@probieren.route("/tabelle/<name>", methods=["GET", "POST"])
@requires(*ZEICHNET)
def tabelle(id: int, name: str) -> ResponseReturnValue:
    with reading() as session:
        draft, row = queries.draft(session, id), queries.file(session, id, name)
        try:
            decisions = dmn.read_decisions(row.inhalt, name)
        except DefinitionInvalid as error:
            return render_template("werkstatt/befunde.html", draft=draft, findings=error.findings, refused=False), 422
        chosen = _chosen(decisions, request.values.get("entscheidung", ""))
        names = asked(decisions, chosen.id, feel.shared())
        rows = [_tried(session, decisions, chosen, line) for line in _lines(names)]
    rules = {rule for one in rows if one.decided for rule in one.decided.rules}
    return render_template(
        "werkstatt/tabelle.html", draft=draft, name=name, decisions=decisions, chosen=chosen, names=_labels(decisions, names), rows=rows, rules=rules
    )


@probieren.route("/formular/<name>", methods=["GET", "POST"])
@requires(*ZEICHNET)
def formular(id: int, name: str) -> ResponseReturnValue:
    """The form as caseworkers would see it; sending checks it as a task would, and shows what would be stored."""
    with reading() as session:
        draft, row = queries.draft(session, id), queries.file(session, id, name)
        try:
            form = forms.read(row.inhalt, name)
        except DefinitionInvalid as error:
            return render_template("werkstatt/befunde.html", draft=draft, findings=error.findings, refused=False), 422
        return _preview(session, draft, name, form)


@probieren.get("/szenarien")
@requires(*ZEICHNET)
def szenarien(id: int) -> ResponseReturnValue:
    """What cases did in the recorded scenarios, replayed on the draft's diagrams."""
    with reading() as session:
        draft, files = queries.draft(session, id), queries.contents(session, id)
    found = on_diagrams({name: content for name, content in files.items() if name.endswith(".bpmn")})
    return render_template("werkstatt/szenarien.html", draft=draft, found=found)


def _processes(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """The executable processes by id and name; a file that cannot be read has none. What starts with a form comes first."""
    found = []
    for name, content in files.items():
        with suppress(DefinitionInvalid):
            found += [one for one in bpmn.read(content, name).processes if one.executable] if name.endswith(".bpmn") else []
    return [(one.id, one.name or one.id) for one in sorted(found, key=lambda one: not one.start_form_id)]


def _preview(session: FallSession, draft: Any, name: str, form: Form) -> ResponseReturnValue:
    action, typed = request.form.get("_aktion", ""), request.values.get("_kontext", "")[:CONTEXT_LIMIT]
    context, complaint = _context(session, form, typed)
    raw = change_rows(form.values_from(request.form), action) if request.method == "POST" and action != "vorbelegen" else form.prefill(context)
    errors: Mapping[str, str] = {}
    checked: str | None = None
    try:
        if action == "pruefen":
            checked = json.dumps(form.validate(raw, context, feel=feel.shared(), now=session.now), ensure_ascii=False, indent=2)
    except FormInvalid as error:
        errors = error.errors
    except Trouble as trouble:
        complaint = trouble.message
    page = seite(form, raw, context, session.now, errors)
    new = newly_asked(page, request.form.get("_gezeigt")) if action == "pruefen" else []
    html = render_template("werkstatt/formular.html", draft=draft, name=name, form=form, formular=page, typed=typed, complaint=complaint, checked=checked, asked=new)
    return html, 422 if errors else 200


def _context(session: FallSession, form: Form, typed: str) -> tuple[dict[str, Any], str]:
    """The variables that the form would find in a case: the parameters, the communes, and what was typed as JSON."""
    known = form_context(session, form, PROBELAUF)
    if not typed.strip():
        return known, ""
    try:
        given = parsed(typed)
    except ValueError as error:
        return known, f"Die Variablen sind kein gültiges JSON: {error}"
    if not isinstance(given, dict):
        return known, 'Schreiben Sie die Variablen als {"name": wert, …}.'
    return {**given, **known}, ""


def _chosen(decisions: Mapping[str, Decision], wanted: str) -> Decision:
    """The decision asked for; otherwise the one that no other requires."""
    if wanted in decisions:
        return decisions[wanted]
    required = {id for one in decisions.values() for id in one.requires}
    first = next((one for one in decisions.values() if one.id not in required), None)
    if first is None:
        raise NotFound("Eine Entscheidung in dieser Datei")
    return first


def _labels(decisions: Mapping[str, Decision], names: tuple[str, ...]) -> dict[str, str]:
    """What the tables call the variables that their columns read as they are."""
    called = {column.source: column.label for one in decisions.values() if one.table for column in one.table.inputs if column.label}
    return {name: called.get(name, name) for name in names}


def _lines(names: tuple[str, ...]) -> list[Zeile]:
    """The lines of the grid as they were sent, an empty one at the end when asked for."""
    count = min(MOST_ROWS, max(request.form.get("zeilen", ROWS, type=int) + (request.form.get("_aktion") == "mehr"), 1))
    return [Zeile(number + 1, {name: request.form.get(f"w.{number}.{name}", "")[:2000] for name in names}) for number in range(count)]


def _tried(session: FallSession, decisions: Mapping[str, Decision], chosen: Decision, line: Zeile) -> Zeile:
    if request.method != "POST" or (not any(text.strip() for text in line.typed.values()) and line.typed):
        return line
    evaluator = feel.shared()
    try:
        line.values = {name: value(text, evaluator, session.now) for name, text in line.typed.items()}
        variables = {**line.values, CONTEXT: library.parameters(session, PROBELAUF)[CONTEXT]}
        line.decided = dmn.decide(decisions, chosen.id, variables, feel=evaluator, now=session.now)
    except SampleUnreadable as error:
        line.error = str(error)
    except Trouble as trouble:
        line.error = trouble.message
    return line
