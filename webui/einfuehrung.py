"""How far the regions are with the introduction, and the funds of the canton's decision."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from engine.queries.einfuehrung import EINGESETZT_IM_BESCHLUSS, GESAMT_IM_BESCHLUSS
from engine.queries.einfuehrung import einfuehrung as read
from webui.rules import requires
from webui.transactions import reading

einfuehrung = Blueprint("einfuehrung", __name__)

SEHEN = ("koordination", "umsetzung", "leitung")
STAENDE = {"vorbereitet": "in Vorbereitung", "freigegeben": "umgesetzt", "abgeschlossen": "abgeschlossen", "nicht_umgesetzt": "nicht umgesetzt"}


def chf(amount: int | None) -> str:
    """``1'234`` as the decision writes whole francs."""
    return "–" if amount is None else f"{amount:,}".replace(",", "'")


@einfuehrung.get("/einfuehrung")
@requires(*SEHEN)
def uebersicht() -> ResponseReturnValue:
    with reading() as session:
        found = read(session)
        return render_template(
            "einfuehrung/uebersicht.html", uebersicht=found, staende=STAENDE, chf=chf, im_beschluss=EINGESETZT_IM_BESCHLUSS, gesamt=GESAMT_IM_BESCHLUSS
        )
