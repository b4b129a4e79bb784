"""The task list; take a task and give it back. The form of one task is in ``webui.aufgabe``."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.queries import konten
from webui.rules import AUFGABENROLLEN, requires
from webui.seiten import Seiten
from webui.transactions import reading, writing

aufgaben = Blueprint("aufgaben", __name__, url_prefix="/aufgaben")

PER_PAGE = 50


@aufgaben.get("")
@requires(*AUFGABENROLLEN)
def liste() -> ResponseReturnValue:
    mine, search = request.args.get("sicht") == "meine", request.args.get("suche", "").strip()
    wanted = Seiten.wanted()
    with reading() as session:
        page = queries.open_tasks(session, mine=mine, search=search, limit=PER_PAGE, offset=wanted * PER_PAGE)
        assigned = konten.names(session, (row.aufgabe.assignee for row in page.rows))
        own = queries.open_tasks(session, mine=True, limit=1).total
        every = queries.open_tasks(session, limit=1).total
    if wanted and not page.rows:
        return redirect(url_for("aufgaben.liste", sicht="meine" if mine else None, suche=search or None))
    seiten = Seiten.of(page.total, PER_PAGE, wanted)
    return render_template(
        "aufgaben/liste.html", rows=page.rows, seiten=seiten, mine=mine, search=search, names=assigned, own=own, every=every
    )


@aufgaben.post("/<int:key>/uebernehmen")
@requires(*AUFGABENROLLEN)
def uebernehmen(key: int) -> ResponseReturnValue:
    with writing() as session:
        commands.claim(session, key)
    flash("Sie bearbeiten jetzt diese Aufgabe.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


@aufgaben.post("/<int:key>/freigeben")
@requires(*AUFGABENROLLEN)
def freigeben(key: int) -> ResponseReturnValue:
    with writing() as session:
        commands.unclaim(session, key)
    flash("Die Aufgabe ist wieder für alle Ihrer Gruppe frei.")
    return redirect(url_for("aufgaben.liste"), 303)
