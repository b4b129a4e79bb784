"""The Fachapplikation's file: choose it, look at what would change row by row, confirm. Works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases.abgleich import OPTIONAL, REQUIRED
from engine.cases.tabelle import MAX_BYTES, TableUnreadable
from engine.commands.abgleich import IMPORTS, apply_file, keep_file, kept_file, plan
from engine.model.errors import NotFound
from engine.queries import konten
from webui.rules import requires
from webui.transactions import access, reading, writing

abgleich = Blueprint("abgleich", __name__, url_prefix="/abgleich")

SHOWN = 200


@abgleich.get("")
@requires(*IMPORTS)
def start() -> ResponseReturnValue:
    return _start_page()


@abgleich.post("")
@requires(*IMPORTS)
def hochladen() -> ResponseReturnValue:
    region, file = request.form.get("region", ""), request.files.get("datei")
    if region not in _regions():
        raise NotFound("Die Sozialregion")
    if file is None or not file.filename:
        return _start_page("Wählen Sie eine CSV-Datei."), 422
    try:
        with writing() as session:
            kept = keep_file(session, region, file.filename, file.stream.read(MAX_BYTES + 1))
    except TableUnreadable as error:
        return _start_page(str(error)), 422
    return redirect(url_for("abgleich.vorschau", id=kept.id), 303)


@abgleich.get("/<int:id>")
@requires(*IMPORTS)
def vorschau(id: int) -> ResponseReturnValue:
    with writing() as session:
        kept = kept_file(session, id)
        found = None if kept.erledigt_am else plan(session, kept.content, kept.region)
        return render_template("abgleich/vorschau.html", datei=kept, plan=found, regionen=konten.regionen(session), shown=SHOWN)


@abgleich.post("/<int:id>")
@requires(*IMPORTS)
def uebernehmen(id: int) -> ResponseReturnValue:
    with writing() as session:
        done = apply_file(session, id)
    flash(f"Der Abgleich ist abgeschlossen. {done.ergebnis}")
    return redirect(url_for("abgleich.vorschau", id=id), 303)


def _start_page(error: str = "") -> str:
    with reading() as session:
        names = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in _regions()}
        return render_template("abgleich/start.html", regionen=names, chosen=request.form.get("region", ""), required=REQUIRED, optional=OPTIONAL, error=error)


def _regions() -> list[str]:
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(IMPORTS))
