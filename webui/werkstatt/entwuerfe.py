"""The studio's start page and its drafts: begun from a release, from a zip or empty; thrown away, brought back, taken along as a zip."""

from __future__ import annotations

import io
from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from engine.commands import werkstatt as commands
from engine.commands.nachfuehren import catch_up
from engine.definitions import archiv
from engine.definitions.archiv import MAX_ZIP, ArchiveInvalid
from engine.definitions.xml import MAX_BYTES
from engine.model.errors import NotFound
from engine.queries import konten
from engine.queries import werkstatt as queries
from engine.store import library
from engine.store.session import FallSession
from webui import words
from webui.rules import requires
from webui.transactions import reading, writing
from webui.werkstatt.rollen import SIEHT, ZEICHNET

entwuerfe = Blueprint("entwuerfe", __name__, url_prefix="/werkstatt")

STEPS_SHOWN = 15


@entwuerfe.get("")
@requires(*SIEHT)
def start() -> ResponseReturnValue:
    with reading() as session:
        return _start_page(session)


@entwuerfe.post("/entwuerfe")
@requires(*ZEICHNET)
def beginnen() -> ResponseReturnValue:
    origin, name = request.form.get("grundlage", ""), request.form.get("name", "")
    try:
        with writing() as session:
            files, release_id = _origin(session, origin)
            draft = commands.begin_draft(session, name, files, release_id=release_id)
    except ArchiveInvalid as error:
        with reading() as session:
            return _start_page(session, error=str(error)), 422
    flash(f"Der Entwurf «{draft.name}» ist begonnen. Was Sie darin ändern, betrifft noch keinen Fall.")
    return redirect(url_for("entwuerfe.zeigen", id=draft.id), 303)


@entwuerfe.get("/entwuerfe/<int:id>")
@requires(*ZEICHNET)
def zeigen(id: int) -> ResponseReturnValue:
    with reading() as session:
        return _draft_page(session, id)


@entwuerfe.post("/entwuerfe/<int:id>/verwerfen")
@requires(*ZEICHNET)
def verwerfen(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.discard(session, id)
        name = queries.draft(session, id).name
    flash(f"Der Entwurf «{name}» ist verworfen. Er lässt sich unten unter «Verworfene Entwürfe» wieder aufnehmen.")
    return redirect(url_for("entwuerfe.start"), 303)


@entwuerfe.post("/entwuerfe/<int:id>/aufnehmen")
@requires(*ZEICHNET)
def aufnehmen(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.bring_back(session, id)
    return redirect(url_for("entwuerfe.zeigen", id=id), 303)


@entwuerfe.post("/entwuerfe/<int:id>/nachfuehren")
@requires(*ZEICHNET)
def nachfuehren(id: int) -> ResponseReturnValue:
    """Bring the draft up to the release in force; of what both changed the draft's version stays."""
    with writing() as session:
        release_id = library.latest_release(session)
        both = catch_up(session, id, release_id)
    rest = f" Hier und dort geändert, und darum wie im Entwurf geblieben: {', '.join(both)}. Vergleichen Sie diese Dateien." if both else ""
    flash(f"Der Entwurf steht auf Freigabe {release_id}; Ihre Änderungen sind geblieben.{rest}")
    return redirect(url_for("entwuerfe.zeigen", id=id), 303)


@entwuerfe.get("/entwuerfe/<int:id>/zip")
@requires(*ZEICHNET)
def als_zip(id: int) -> ResponseReturnValue:
    with reading() as session:
        draft = queries.draft(session, id)
        content = archiv.pack(queries.contents(session, id))
        name = f"entwurf-{id}-{words.zurich(session.now):%Y-%m-%d}.zip"
    assert draft
    return send_file(io.BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=name)


@entwuerfe.post("/entwuerfe/<int:id>/import")
@requires(*ZEICHNET)
def importieren(id: int) -> ResponseReturnValue:
    """A zip or single files; with «ersetzen» the draft holds afterwards exactly what came."""
    is_whole = request.form.get("umfang") == "ersetzen"
    try:
        files, left_out = uploaded(request.files.getlist("dateien"))
        with writing() as session:
            commands.import_files(session, id, files, is_whole=is_whole)
    except ArchiveInvalid as error:
        with reading() as session:
            return _draft_page(session, id, error=str(error)), 422
    flash(_taken_over(len(files), left_out))
    return redirect(url_for("entwuerfe.zeigen", id=id), 303)


def uploaded(sent: Iterable[FileStorage]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of an upload, zips unpacked, and what of these was left out.

    Raises:
        ArchiveInvalid: nothing was sent, or a draft cannot keep it.
    """
    found: dict[str, bytes] = {}
    left_out: tuple[str, ...] = ()
    for file in sent:
        if not file.filename:
            continue
        is_zip = file.filename.lower().endswith(".zip")
        content = file.stream.read((MAX_ZIP if is_zip else MAX_BYTES) + 1)
        files, rest = archiv.unpack(content) if is_zip else ({archiv.file_name(file.filename): content}, ())
        if twice := files.keys() & found.keys():
            raise ArchiveInvalid(f"Die Datei «{min(twice)}» kommt zweimal vor.")
        found.update(files)
        left_out += rest
    if not found:
        raise ArchiveInvalid("Wählen Sie eine Zip-Datei oder Dateien mit der Endung .bpmn, .dmn oder .form.")
    return found, left_out


def _taken_over(count: int, left_out: tuple[str, ...]) -> str:
    rest = f" Ausgelassen, weil weder Diagramm noch Tabelle noch Formular: {', '.join(left_out[:5])}{' …' if len(left_out) > 5 else ''}." if left_out else ""
    return f"{words.anzahl(count, 'Datei', 'Dateien')} übernommen. Was vorher darin stand, steht im Verlauf.{rest}"


def _origin(session: FallSession, origin: str) -> tuple[dict[str, bytes], int | None]:
    if origin == "leer":
        return {}, None
    if origin == "zip":
        return uploaded(request.files.getlist("dateien"))[0], None
    if not origin.isdigit():
        raise NotFound("Die Freigabe")
    return queries.release_files(session, int(origin)), int(origin)


def _start_page(session: FallSession, *, error: str = "") -> str:
    drafts, gone, releases = queries.drafts(session), queries.drafts(session, is_discarded=True), queries.releases(session)
    logins = [row.draft.begonnen_von for row in (*drafts, *gone)] + [login for row in drafts for login in row.anwesend] + [r.by for r in releases]
    return render_template(
        "werkstatt/start.html",
        drafts=drafts,
        gone=gone,
        releases=releases,
        current=next((one for one in releases if one.id == _current(session)), None),
        names=konten.names(session, logins),
        error=error,
    )


def _current(session: FallSession) -> int | None:
    try:
        return library.latest_release(session)
    except NotFound:
        return None


def _draft_page(session: FallSession, id: int, *, error: str = "") -> str:
    draft, rows, steps = queries.draft(session, id), queries.file_rows(session, id), queries.steps(session, id, limit=STEPS_SHOWN)
    visitors = [one for one in queries.visitors(session, id) if one.login != session.access.konto]
    logins = [draft.begonnen_von, draft.abgelegt_von, *(row.by for row in rows), *(step.by for step in steps), *(one.login for one in visitors)]
    return render_template(
        "werkstatt/entwurf.html",
        draft=draft,
        rows=rows,
        removed=queries.removed(session, id),
        steps=steps,
        visitors=visitors,
        gilt=_current(session),
        ist_abgelegt=queries.deployed_as_is(session, id) is not None,
        names=konten.names(session, logins),
        error=error,
    )
