"""The vPe-Stelle's own small view: its orders, nothing else. The form of one order is the form of its task (``webui.aufgabe``)."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine.queries import auftraege as queries
from engine.queries import konten
from webui.rules import AUFGABENROLLEN, requires
from webui.transactions import access, reading

auftraege = Blueprint("auftraege", __name__, url_prefix="/auftraege")

SCHRITTE = {"auftrag_beantworten": "annehmen, ablehnen oder rückfragen", "bericht_erstatten": "berichten"}


@auftraege.get("")
@requires(queries.ROLLE)
def liste() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "auftraege/liste.html",
            offene=queries.offene(session),
            erledigte=queries.erledigte(session),
            regionen=konten.regionen(session),
            mehrere=len(access().regionen) > 1,
            schritte=SCHRITTE,
        )


def own_list() -> str:
    """Where this person finds the forms they have to fill in."""
    if current_user.access.has(*AUFGABENROLLEN):
        return url_for("aufgaben.liste")
    return url_for("auftraege.liste" if current_user.access.has(queries.ROLLE) else "einfuehrung.uebersicht")
