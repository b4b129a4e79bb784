"""Running cases come in: choose a file, look at what would happen, confirm. Works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases.bestand import OPTIONAL, REQUIRED
from engine.cases.tabelle import MAX_BYTES, TableUnreadable
from engine.commands.auswertung import modelldateien
from engine.commands.bestand import IMPORTS, NotConfirmed, import_file, keep_file, kept_file, plan_import
from engine.definitions.archiv import MAX_ZIP
from engine.definitions.xml import MAX_BYTES as XML_BYTES
from engine.model.errors import NotFound
from engine.queries import konten
from engine.store.session import FallSession
from webui.rules import requires
from webui.transactions import access, reading, writing

bestand = Blueprint("bestand", __name__, url_prefix="/bestand")

# So many lines of each table are shown; the numbers above them count all.
SHOWN = 200


# The studio's editors and imports; see engine.definitions.archiv.
STUDIO = dict.fromkeys(("werkdateien.speichern", "pruefen.befunde"), XML_BYTES) | dict.fromkeys(("entwuerfe.beginnen", "entwuerfe.importieren"), MAX_ZIP)
# Files may be larger than what people type. Documents have a parameter of their own below this.
LARGE = {"bestand.hochladen": MAX_BYTES, "abgleich.hochladen": MAX_BYTES, "ewk.einlesen": MAX_BYTES, "akte.hochladen": 26 * 1024 * 1024, "protokolle.hochladen": 256 * 1024 * 1024} | dict.fromkeys(("wenn.hochladen", "protokolle.modell"), modelldateien.MAX_BYTES) | STUDIO


def allow_large_upload() -> None:
    """Must run before anything reads the request's form."""
    if request.endpoint in LARGE:
        request.max_content_length = LARGE[request.endpoint] + 100_000


@bestand.get("")
@requires(*IMPORTS)
def start() -> ResponseReturnValue:
    with reading() as session:
        return _start_page(session)


@bestand.post("")
@requires(*IMPORTS)
def hochladen() -> ResponseReturnValue:
    region, file = request.form.get("region", ""), request.files.get("datei")
    if region not in _regions():
        raise NotFound("Die Sozialregion")
    if file is None or not file.filename:
        with reading() as session:
            return _start_page(session, "Wählen Sie eine CSV-Datei."), 422
    content = file.stream.read(MAX_BYTES + 1)
    try:
        with writing() as session:
            kept = keep_file(session, region, file.filename, content)
    except TableUnreadable as error:
        with reading() as session:
            return _start_page(session, str(error)), 422
    return redirect(url_for("bestand.vorschau", id=kept.id), 303)


@bestand.get("/<int:id>")
@requires(*IMPORTS)
def vorschau(id: int) -> ResponseReturnValue:
    return _preview(id)


@bestand.post("/<int:id>")
@requires(*IMPORTS)
def importieren(id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            done = import_file(session, id, leave_out_bad=request.form.get("auslassen") == "ja")
    except NotConfirmed as refused:
        return _preview(id, str(refused)), 422
    flash(f"Der Import ist abgeschlossen. {done.ergebnis}")
    return redirect(url_for("bestand.vorschau", id=id), 303)


def _start_page(session: FallSession, error: str = "") -> str:
    names = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in _regions()}
    chosen = request.form.get("region", "")
    return render_template("bestand/start.html", regionen=names, chosen=chosen, required=REQUIRED, optional=OPTIONAL, error=error)


def _preview(id: int, error: str = "") -> str:
    with reading() as session:
        kept = kept_file(session, id)
        plan = None if kept.erledigt_am else plan_import(session, kept.content, kept.region)
        return render_template("bestand/vorschau.html", datei=kept, plan=plan, regionen=konten.regionen(session), gemeinden=konten.gemeinden(session), error=error, shown=SHOWN)


def _regions() -> list[str]:
    """The regions into which this person may import."""
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(IMPORTS))
