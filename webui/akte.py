"""The tabs of a case page: timeline, diagram, documents, journal; linked cases. The first tab is in ``webui.faelle``."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine import queries
from engine.cases.dateien import allowed
from engine.cases.dokumentarten import ARTEN
from engine.cases.papiere import TITEL
from engine.commands import dokumente, journal, papiere, verknuepfungen
from engine.definitions.forms.text import Unreadable, iso_date
from engine.definitions.parameter import CONTEXT
from engine.model.errors import FormInvalid
from engine.queries import akte as lesen
from engine.queries import konten
from engine.queries.cases import CaseView
from engine.queries.papiere import has_package, lacks
from engine.store import library
from engine.store.session import FallSession
from engine.store.virenscan import Befund, ScannerUnreachable, scan
from webui.fallsicht import fallsicht
from webui.rules import FALLROLLEN, requires
from webui.seiten import Seiten
from webui.transactions import access, note_read, reading, writing
from webui.zeitachse import zeilen

akte = Blueprint("akte", __name__, url_prefix="/faelle/<fall_nr>")

PER_PAGE = 40


@akte.get("/verlauf")
@requires(*FALLROLLEN)
def verlauf(fall_nr: str) -> ResponseReturnValue:
    kinds = [kind for kind in request.args.getlist("art") if kind in lesen.FILTER]
    wanted = Seiten.wanted()
    with reading() as session:
        view = queries.overview(session, fall_nr)
        may_journal = journal.may_write(session, view.fall.region)
        moments = lesen.timeline(session, view.fall, kinds, limit=(wanted + 1) * PER_PAGE + 1, with_journal=may_journal)
        shown = moments[wanted * PER_PAGE : (wanted + 1) * PER_PAGE]
        filters = {kind: label for kind, label in lesen.FILTER.items() if kind != "journal" or may_journal}
        html = _tab(
            session, view.fall, "verlauf.html", rows=zeilen(session, view, shown), kinds=kinds, filters=filters, page=wanted,
            has_more=len(moments) > (wanted + 1) * PER_PAGE,
        )  # fmt: skip
    note_read("verlauf", view.fall)
    return html


@akte.get("/diagramm")
@requires(*FALLROLLEN)
def diagramm(fall_nr: str) -> ResponseReturnValue:
    with reading() as session:
        view = queries.case(session, fall_nr, latest=0)
        sicht = fallsicht(session, view, request.args.get("prozess"))
        begins_on = queries.version_for_new(session, view.fall.region, sicht.diagramm.position.process) if sicht.diagramm else None
        html = _tab(session, view.fall, "diagramm.html", view=view, sicht=sicht, beginnt_mit=begins_on)
    note_read("fall", view.fall)
    return html


@akte.get("/dokumente")
@requires(*dokumente.DOKUMENTROLLEN)
def dokumente_zeigen(fall_nr: str) -> ResponseReturnValue:
    return _documents(fall_nr)


@akte.post("/dokumente")
@requires(*dokumente.DOKUMENTROLLEN)
def hochladen(fall_nr: str) -> ResponseReturnValue:
    file = request.files.get("datei")
    if file is None or not file.filename:
        return _documents(fall_nr, {"datei": "Wählen Sie eine Datei."}), 422
    content = file.stream.read()
    try:
        with writing() as session:
            kept = dokumente.upload(session, fall_nr, file.filename, content, art=request.form.get("art", ""))
    except FormInvalid as error:
        return _documents(fall_nr, error.errors), 422
    befund = _scanned(content)
    # The scanner may take its time: the file is safe in quarantine meanwhile, and no lock is held.
    with writing() as session:
        kept = dokumente.note_scan(session, kept.id, befund)
    flash(f"«{kept.name}» ist gespeichert." if kept.zustand == "sauber" else f"«{kept.name}» ist gespeichert und in Quarantäne. {kept.befund}")
    return redirect(url_for("akte.dokumente_zeigen", fall_nr=fall_nr), 303)


@akte.get("/dokumente/<int:id>")
@requires(*dokumente.DOKUMENTROLLEN)
def herunterladen(fall_nr: str, id: int) -> ResponseReturnValue:
    with writing() as session:
        found = lesen.document(session, fall_nr, id)
        content = dokumente.content(session, id)
    return attachment(content, found.name, found.medientyp)


@akte.post("/dokumente/<int:id>/<was>")
@requires(*dokumente.DOKUMENTROLLEN)
def dokument_aendern(fall_nr: str, id: int, was: str) -> ResponseReturnValue:
    command = dokumente.release_document if was == "freigeben" else dokumente.cancel_document
    try:
        with writing() as session:
            lesen.document(session, fall_nr, id)
            command(session, id, request.form.get("grund", ""))
    except FormInvalid as error:
        return _documents(fall_nr, {f"grund-{was}-{id}": error.errors["grund"]}), 422
    flash("Das Dokument ist freigegeben." if was == "freigeben" else "Das Dokument ist storniert.")
    return redirect(url_for("akte.dokumente_zeigen", fall_nr=fall_nr), 303)


@akte.get("/journal")
@requires(*journal.JOURNALROLLEN)
def journal_zeigen(fall_nr: str) -> ResponseReturnValue:
    return _journal(fall_nr)


@akte.post("/journal")
@requires(*journal.JOURNALROLLEN)
def journal_schreiben(fall_nr: str) -> ResponseReturnValue:
    form = request.form
    if form.get("_aktion") == "zeigen":
        return _journal(fall_nr)
    try:
        day = iso_date(form.get("am", ""))
    except Unreadable as error:
        return _journal(fall_nr, {"am": str(error)}), 422
    try:
        with writing() as session:
            am = session.now.date().fromisoformat(day) if day else None
            journal.write(session, fall_nr, form.get("art", ""), form.get("text", ""), am=am, person_id=form.get("person_id") or None)
    except FormInvalid as error:
        return _journal(fall_nr, error.errors), 422
    flash("Der Eintrag steht im Journal.")
    return redirect(url_for("akte.journal_zeigen", fall_nr=fall_nr), 303)


@akte.post("/journal/<int:id>/storno")
@requires(*journal.JOURNALROLLEN)
def journal_stornieren(fall_nr: str, id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            journal.cancel(session, fall_nr, id, request.form.get("grund", ""))
    except FormInvalid as error:
        return _journal(fall_nr, {f"grund-{id}": error.errors["grund"]}), 422
    flash("Der Eintrag ist storniert; er bleibt mit der Begründung stehen.")
    return redirect(url_for("akte.journal_zeigen", fall_nr=fall_nr), 303)


@akte.post("/verknuepfungen")
@requires(*FALLROLLEN)
def verknuepfen(fall_nr: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            verknuepfungen.link(session, fall_nr, request.form.get("anderer", ""), request.form.get("grund", ""))
    except FormInvalid as error:
        for text in error.errors.values():
            flash(text, "fehler")
        return redirect(url_for("faelle.fall", fall_nr=fall_nr, anderer=request.form.get("anderer"), grund=request.form.get("grund")) + "#verknuepft", 303)
    flash("Die Fälle sind verknüpft.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr) + "#verknuepft", 303)


@akte.post("/verknuepfungen/<int:id>/aufheben")
@requires(*FALLROLLEN)
def verknuepfung_aufheben(fall_nr: str, id: int) -> ResponseReturnValue:
    with writing() as session:
        verknuepfungen.unlink(session, id)
    flash("Die Verknüpfung ist aufgehoben.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr) + "#verknuepft", 303)


def attachment(content: bytes, name: str, medientyp: str) -> Response:
    """A file that a browser keeps and never shows as a page of this site."""
    response = send_file(io.BytesIO(content), mimetype=medientyp, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _scanned(content: bytes) -> Befund | None:
    address = current_app.extensions["fallfluss-config"].clamav
    try:
        return scan(address, content) if address else None
    except ScannerUnreachable:
        current_app.logger.warning("virenscan.unreachable")
        return None


def _documents(fall_nr: str, errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        view = queries.overview(session, fall_nr)
        fall, rows = view.fall, lesen.documents(session, view.fall)
        parameters = library.parameters(session, fall.region)[CONTEXT]
        html = _tab(
            session, fall, "dokumente.html", rows=rows, errors=errors or {}, arten=ARTEN, papiere=_papers(session, view), allowed=allowed(parameters),
            limit=parameters["dokument_max_mb"], readable=dokumente.READABLE, is_leitung="leitung" in access().rollen_in(fall.region),
            namen=konten.names(session, [name for row in rows for name in (row.by, row.freigegeben_von, row.storniert_von)]),
        )  # fmt: skip
    note_read("dokumente", fall)
    return html


def _papers(session: FallSession, view: CaseView) -> dict[str, tuple[str, str]]:
    """The papers this person may make, each with its title and what it still waits for; a package only where there is one."""
    may = {art: papiere.may_make(session, view.fall.region, art) for art in TITEL}
    may["auskunft"] = journal.may_write(session, view.fall.region)
    may["uebergabe"] &= has_package(session, view.fall.id)
    may["zielvereinbarung"] &= view.sicht.sees("ziele")
    return {art: (titel, lacks(session, view, art)) for art, titel in TITEL.items() if may[art]}


def _journal(fall_nr: str, errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        view = queries.overview(session, fall_nr)
        rows = lesen.journal(session, view.fall)
        html = _tab(
            session, view.fall, "journal.html", rows=rows, errors=errors or {}, arten=journal.ARTEN, personen=view.personen, typed=request.form,
            namen=konten.names(session, [one.by for pair in rows for one in pair if one]), is_leitung="leitung" in access().rollen_in(view.fall.region),
        )  # fmt: skip
    note_read("journal", view.fall)
    return html


def _tab(session: FallSession, fall: Any, template: str, **values: Any) -> str:
    values.setdefault("sicht", {"namen": konten.names(session, [fall.fallfuehrung])})
    return render_template(f"faelle/{template}", fall=fall, regionen=konten.regionen(session), may_journal=journal.may_write(session, fall.region), **values)
