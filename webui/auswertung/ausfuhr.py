"""Taking the history of regions away as a file: only by dated permissions, each file recorded and kept for a short time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.commands import aufsicht
from engine.commands.auswertung import ausfuhr as commands
from engine.model.errors import FormInvalid, NotFound
from engine.queries import konten
from engine.store.tables import Ausfuhr
from webui.auswertung.gemeinsam import WERKZEUGE
from webui.eingabe import DayUnreadable, day
from webui.errors import gone
from webui.rules import requires
from webui.transactions import access, database, note_refusal, reading, writing

ausfuhren = Blueprint("ausfuhren", __name__, url_prefix="/auswertung/ausfuhr")

SHOWN = 20
# Of a region that does not exist or was never permitted the answer is the same.
GONE = "Die Datei lässt sich nicht oder nicht mehr herunterladen: Sie liegt nur kurze Zeit und nie länger als die Bewilligung. Es wurde nichts heruntergeladen."
OVER = "Für eine der gewählten Sozialregionen gilt keine Bewilligung, oder keine mehr."


@ausfuhren.errorhandler(NotFound)
def vorbei(error: NotFound) -> ResponseReturnValue:
    """A page that was open when the file or its permission ended."""
    return gone(error, GONE if request.endpoint == "ausfuhren.datei" else str(error), ("Verlauf ausführen", url_for("ausfuhren.liste")))


@ausfuhren.get("")
@requires(*aufsicht.EXPORTS)
def liste() -> ResponseReturnValue:
    """The form, as far as permissions hold, and this person's files."""
    return _list()


@ausfuhren.post("")
@requires(*aufsicht.EXPORTS)
def ausfuehren() -> ResponseReturnValue:
    """Small files are written at once; larger ones by the scheduler, while the page waits."""
    try:
        von, bis = _days()
        with writing() as session:
            made = commands.order(session, request.form.get("format", ""), request.form.getlist("region"), von, bis)
    except FormInvalid as error:
        return _list(error.errors)
    except NotFound:
        note_refusal(f"404 {request.path}")
        return _list({"region": OVER}, 404)
    if commands.count(database(), made.id, access()) <= commands.AT_ONCE:
        commands.make(database(), made.id)
    return redirect(url_for("ausfuhren.zeigen", id=made.id), 303)


@ausfuhren.get("/<int:id>")
@requires(*aufsicht.EXPORTS)
def zeigen(id: int) -> ResponseReturnValue:
    with reading() as session:
        found = commands.own(session, id)
        html = render_template(
            "auswertung/ausfuhr.html", **WERKZEUGE, ausfuhr=found, format=commands.FORMATE[found.format], regionen=konten.regionen(session), name=_name(found),
            ist_vorbei=commands.is_over(session, found),
        )  # fmt: skip
    return Response(html, headers={"Refresh": "2"} if found.zustand == commands.WAITS else {})


@ausfuhren.get("/<int:id>/datei")
@requires(*aufsicht.EXPORTS)
def datei(id: int) -> ResponseReturnValue:
    # Written first: what cannot be recorded does not leave.
    with writing() as session:
        found = commands.fetch(session, id)
    pieces = stream_with_context(commands.pieces(database(), id))
    headers = {"Content-Disposition": f"attachment; filename={_name(found)}", "Content-Length": str(found.bytes)}
    return Response(pieces, mimetype=commands.FORMATE[found.format].mimetype, headers=headers)


@ausfuhren.post("/<int:id>/vernichten")
@requires(*aufsicht.EXPORTS)
def vernichten(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.destroy(session, id)
    flash("Die Datei ist vernichtet.")
    return redirect(url_for("ausfuhren.liste"), 303)


def _list(errors: Mapping[str, str] | None = None, status: int = 422) -> ResponseReturnValue:
    with reading() as session:
        grants = {one.region: one for one in reversed(aufsicht.held(session, aufsicht.AUSFUHR))}
        rows = list(session.scalars(select(Ausfuhr).where(Ausfuhr.by == access().konto).order_by(Ausfuhr.id.desc()).limit(SHOWN)))
        over = {row.id for row in rows if row.zustand == commands.READY and commands.is_over(session, row)}
        html = render_template(
            "auswertung/ausfuhren.html", **WERKZEUGE, bewilligt=grants, rows=rows, vorbei=over, formate=commands.FORMATE, regionen=konten.regionen(session), errors=errors or {},
            gewaehlt=request.form.getlist("region") if errors else list(grants), werte=request.form, stunden=int(commands.KEPT.total_seconds() // 3600),
        )  # fmt: skip
    return html, status if errors else 200


def _days() -> tuple[date | None, date | None]:
    found: dict[str, date | None] = {}
    errors = {}
    for name in ("von", "bis"):
        try:
            found[name] = day(request.form.get(name, ""))
        except DayUnreadable:
            errors[name] = "Geben Sie den Tag als Datum ein, zum Beispiel 31.8.2026."
    if errors:
        raise FormInvalid(errors)
    return found["von"], found["bis"]


def _name(one: Ausfuhr) -> str:
    """The number says which of one's files it is, and nothing else."""
    return f"verlauf-{one.id}{commands.FORMATE[one.format].ending}"
