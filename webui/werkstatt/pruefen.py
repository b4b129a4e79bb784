"""What the linter says of a draft while somebody draws, what each rule means, which variables there are; and deploying the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import werkstatt as commands
from engine.definitions.lint import lint
from engine.definitions.lint.lehre import Lehre, lehre, lehren
from engine.definitions.variablen import Variable, variables
from engine.definitions.xml import MAX_BYTES
from engine.model.errors import DefinitionInvalid, Finding, NotFound
from engine.queries import werkstatt as queries
from engine.store.session import FallSession
from webui.rules import requires
from webui.transactions import reading, writing
from webui.werkstatt.rollen import SIEHT, ZEICHNET

pruefen = Blueprint("pruefen", __name__, url_prefix="/werkstatt")


@pruefen.post("/entwuerfe/<int:id>/befunde")
@requires(*ZEICHNET)
def befunde(id: int) -> ResponseReturnValue:
    """The findings over the whole draft, with the file ``datei`` as the editor holds it now: the body, not yet saved."""
    name = request.args.get("datei", "")
    with reading() as session:
        queries.draft(session, id)
        files = queries.contents(session, id)
        if name in files:
            files[name] = request.get_data()[: MAX_BYTES + 1]
        findings = checked(session, files)
    return jsonify(befunde=[_as_json(id, one) for one in findings])


@pruefen.get("/entwuerfe/<int:id>/befunde")
@requires(*ZEICHNET)
def bericht(id: int) -> ResponseReturnValue:
    """All findings as a page, for who does not have an editor open."""
    with reading() as session:
        draft = queries.draft(session, id)
        findings = checked(session, queries.contents(session, id))
    return render_template("werkstatt/befunde.html", draft=draft, findings=findings)


@pruefen.get("/entwuerfe/<int:id>/variablen")
@requires(*ZEICHNET)
def variablen(id: int) -> ResponseReturnValue:
    """What FEEL expressions of this draft can read, for the editor's completion."""
    with reading() as session:
        queries.draft(session, id)
        files = queries.contents(session, id)
    return jsonify(variablen=[_variable(one) for one in variables(files)])


@pruefen.post("/entwuerfe/<int:id>/ablegen")
@requires(*ZEICHNET)
def ablegen(id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            deployed, warnings = commands.deploy_draft(session, id)
            draft = queries.draft(session, id)
    except DefinitionInvalid as error:
        with reading() as session:
            return render_template("werkstatt/befunde.html", draft=queries.draft(session, id), findings=error.findings, refused=True), 422
    new = [one for one in deployed if one.is_new]
    return render_template("werkstatt/abgelegt.html", draft=draft, deployed=deployed, new=new, warnings=warnings)


@pruefen.get("/regeln")
@requires(*SIEHT)
def regeln() -> ResponseReturnValue:
    return render_template("werkstatt/regeln.html", lehren=lehren())


@pruefen.get("/regeln/<path:regel>")
@requires(*SIEHT)
def regel(regel: str) -> ResponseReturnValue:
    found = lehre(regel)
    if found is None:
        raise NotFound(f"Die Regel «{regel}»")
    wrong = {"aktiv": {}, "erledigt": [], "genommen": [], "stoerungen": dict.fromkeys(found.stellen, 1)}
    return render_template("werkstatt/regel.html", lehre=found, wrong=wrong, plain={**wrong, "stoerungen": {}})


@pruefen.get("/regelbild/<path:regel>")
@requires(*SIEHT)
def regelbild(regel: str) -> ResponseReturnValue:
    """The right or wrong example of a rule as a diagram."""
    found: Lehre | None = lehre(regel)
    wanted = request.args.get("art", "falsch")
    content = (found.falsch if wanted == "falsch" else found.richtig) if found else None
    if not content:
        raise NotFound("Das Beispiel")
    return content, 200, {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}


def checked(session: FallSession, files: Mapping[str, bytes]) -> list[Finding]:
    """What a deployment of these files would say."""
    return lint(files, known=queries.known(session), missing="warning")


def _as_json(id: int, finding: Finding) -> dict[str, Any]:
    return {
        "datei": finding.file,
        "datei_url": url_for("werkdateien.bearbeiten", id=id, name=finding.file) if finding.file else "",
        "element": finding.element,
        "name": finding.name,
        "regel": finding.rule,
        "regel_url": url_for("pruefen.regel", regel=finding.rule),
        "schwere": finding.severity,
        "text": finding.message,
    }


def _variable(one: Variable) -> dict[str, Any]:
    inner = [_variable(entry) for entry in one.entries.values()]
    return {"name": one.name, "type": one.type, "info": one.info, "isList": one.is_list, "entries": inner}
