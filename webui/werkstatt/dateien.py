"""Files of a draft: their editors, saving while somebody types, who else is there, earlier versions."""

from __future__ import annotations

import difflib
import io
import re
import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine.commands import werkstatt as commands
from engine.definitions.archiv import ArchiveInvalid, file_name
from engine.definitions.neu import empty_file
from engine.definitions.vergleich import Change, compare
from engine.model.errors import DefinitionInvalid, NotFound
from engine.queries import konten
from engine.queries import werkstatt as queries
from engine.store.session import FallSession
from engine.store.tables import EntwurfStand
from webui import headers, words
from webui.rules import requires
from webui.transactions import reading, writing
from webui.werkstatt.rollen import ZEICHNET

werkdateien = Blueprint("werkdateien", __name__, url_prefix="/werkstatt/entwuerfe/<int:id>")

KINDS = {"bpmn": "Diagramm", "dmn": "Entscheidungstabelle", "form": "Formular"}
ARTEN = {
    "angelegt": "angelegt",
    "geaendert": "geändert",
    "zurueckgeholt": "frühere Fassung zurückgeholt",
    "zweite": "zweite Fassung, nicht übernommen",
    "geloescht": "gelöscht",
}
WINDOW = re.compile(r"[0-9a-f]{1,32}")
LINES = 2000


@werkdateien.post("/dateien")
@requires(*ZEICHNET)
def anlegen(id: int) -> ResponseReturnValue:
    kind, title = request.form.get("art", ""), request.form.get("name", "").strip()
    if kind not in KINDS:
        raise NotFound("Diese Art Datei")
    try:
        name = file_name(title if title.endswith(f".{kind}") else f"{title}.{kind}")
        with writing() as session:
            if any(row.name == name for row in queries.files(session, id)):
                raise ArchiveInvalid(f"Eine Datei «{name}» gibt es schon.")
            commands.import_files(session, id, {name: empty_file(name)})
    except ArchiveInvalid as error:
        flash(str(error))
        return redirect(url_for("entwuerfe.zeigen", id=id), 303)
    return redirect(url_for("werkdateien.bearbeiten", id=id, name=name), 303)


@werkdateien.get("/dateien/<name>")
@requires(*ZEICHNET)
def bearbeiten(id: int, name: str) -> ResponseReturnValue:
    with reading() as session:
        row = queries.file(session, id, name)
        html = render_template(
            "werkstatt/editor.html",
            draft=queries.draft(session, id),
            row=row,
            kind=name.rpartition(".")[2],
            rows=queries.file_rows(session, id),
            fenster=uuid.uuid4().hex,
            names=konten.names(session, [row.by]),
        )
    return headers.for_editor(make_response(html))


@werkdateien.get("/dateien/<name>/inhalt")
@requires(*ZEICHNET)
def inhalt(id: int, name: str) -> ResponseReturnValue:
    """The file as it is now, or the kept version ``stand``; as an attachment, so that no browser takes it for a page."""
    number = request.args.get("stand", type=int)
    with reading() as session:
        if number is None:
            row = queries.file(session, id, name)
            content, revision = row.inhalt, row.revision
        else:
            kept = _stand(session, id, name, number)
            content, revision = kept.inhalt, kept.revision
    response = send_file(io.BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    response.headers["X-Revision"] = str(revision)
    return response


@werkdateien.post("/dateien/<name>/inhalt")
@requires(*ZEICHNET)
def speichern(id: int, name: str) -> ResponseReturnValue:
    """Save what the editor sends as the body; 409 when the file changed meanwhile, with both versions kept."""
    try:
        with writing() as session:
            saved = commands.save_file(session, id, name, request.get_data(), revision=request.args.get("revision", 0, type=int))
            who = konten.names(session, [saved.by]).get(saved.by, saved.by)
    except NotFound:
        # Not a page that is missing: somebody deleted the file under the editor, and the window must keep what it holds.
        return jsonify(meldung="Die Datei oder der Entwurf wurde inzwischen gelöscht. Ihre Fassung steht noch in diesem Fenster: Laden Sie sie herunter."), 410
    except ArchiveInvalid as error:
        return jsonify(meldung=str(error)), 422
    answer = {"revision": saved.revision, "um": words.zeit(saved.at), "von": who}
    if saved.zweite is None:
        return jsonify(answer)
    both = url_for("werkdateien.verlauf", id=id, name=name, stand=saved.zweite)
    told = f"{who} hat diese Datei um {words.zeit(saved.at)} gespeichert, während Sie daran arbeiteten. Ihre Fassung ist als zweite Fassung aufbewahrt."
    return jsonify(answer | {"zweite": saved.zweite, "beide": both, "meldung": told}), 409


@werkdateien.post("/da")
@requires(*ZEICHNET)
def da(id: int) -> ResponseReturnValue:
    """A window says that it is there, and hears who else is, and whether its file has a newer version."""
    fenster, name = request.form.get("fenster", ""), request.form.get("datei", "")[:200]
    if not WINDOW.fullmatch(fenster):
        raise NotFound("Das Fenster")
    if request.form.get("weg"):
        with writing() as session:
            commands.note_leaving(session, id, fenster)
        return jsonify(andere=[], revision=None)
    with writing() as session:
        commands.note_visit(session, id, fenster, name)
        session.flush()
        others = queries.visitors(session, id, besides=fenster)
        names = konten.names(session, [one.login for one in others])
        row = next((row for row in queries.file_rows(session, id) if row.name == name), None)
    mine = current_user.get_login()
    told = [
        {"name": "Sie selbst" if one.login == mine else names.get(one.login, one.login), "datei": one.datei, "hier": one.datei == name}
        for one in others
        # One's own windows only matter where they can get in each other's way.
        if one.login != mine or one.datei == name
    ]
    return jsonify(andere=told, revision=row.revision if row else None)


@werkdateien.get("/dateien/<name>/verlauf")
@requires(*ZEICHNET)
def verlauf(id: int, name: str) -> ResponseReturnValue:
    """Every kept version of a file; with ``stand`` that one beside the current one."""
    number = request.args.get("stand", type=int)
    with reading() as session:
        draft, steps = queries.draft(session, id), queries.steps(session, id, name)
        kept = _stand(session, id, name, number) if number else None
        row = next((row for row in queries.files(session, id) if row.name == name), None)
        if not steps and row is None:
            raise NotFound(f"Die Datei «{name}»")
        return render_template(
            "werkstatt/verlauf.html",
            draft=draft,
            name=name,
            row=row,
            steps=steps,
            kept=kept,
            diff=_diff(kept, row.inhalt if row else b"") if kept else (),
            changes=_changes(kept, row.inhalt) if kept and row else None,
            arten=ARTEN,
            names=konten.names(session, [*(step.by for step in steps), row.by if row else ""]),
        )


@werkdateien.post("/zurueckholen/<int:stand>")
@requires(*ZEICHNET)
def zurueckholen(id: int, stand: int) -> ResponseReturnValue:
    with writing() as session:
        row = commands.restore_file(session, id, stand)
        name = row.name
    flash(f"«{name}» steht wieder so da wie in der gewählten Fassung. Was vorher galt, bleibt im Verlauf.")
    return redirect(url_for("werkdateien.verlauf", id=id, name=name), 303)


@werkdateien.post("/dateien/<name>/loeschen")
@requires(*ZEICHNET)
def loeschen(id: int, name: str) -> ResponseReturnValue:
    with writing() as session:
        commands.delete_file(session, id, name)
    flash(f"«{name}» ist aus dem Entwurf gelöscht und lässt sich unter «Gelöschte Dateien» zurückholen.")
    return redirect(url_for("entwuerfe.zeigen", id=id), 303)


def _stand(session: FallSession, id: int, name: str, number: int) -> EntwurfStand:
    kept = queries.stand(session, id, number)
    if kept.name != name:
        raise NotFound("Die Fassung")
    return kept


def _changes(kept: EntwurfStand, current: bytes) -> list[Change] | None:
    """What the kept version has otherwise than the current one, in words; None when one of them cannot be read."""
    try:
        found = compare(current, kept.inhalt, file=kept.name)
    except DefinitionInvalid:
        return None
    return [one for one in found.changes if one.art != "verschoben"]


def _diff(kept: EntwurfStand, current: bytes) -> Sequence[tuple[str, str]]:
    """Lines that differ, as (``+``, ``-`` or a blank, text); a place in the file begins with ``@``."""
    before, after = (content.decode("utf-8", "replace").splitlines()[:LINES * 5] for content in (current, kept.inhalt))
    lines = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:LINES]
    return [(line[:1], line if line.startswith("@") else line[1:]) for line in lines]

