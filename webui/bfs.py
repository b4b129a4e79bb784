"""The monthly delivery to the Federal Statistical Office as a file: prepared, not official (``docs/bfs.md``)."""

from __future__ import annotations

import re
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from engine.commands.bestand import IMPORTS
from engine.model.calendar import ZURICH, months_after
from engine.model.errors import NotFound
from engine.queries import konten
from engine.queries.bfs import COLUMNS, delivery
from engine.store.audit import log
from webui.rules import requires
from webui.transactions import access, reading, writing

bfs = Blueprint("bfs", __name__, url_prefix="/bfs")

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS_SHOWN = 6


@bfs.get("")
@requires(*IMPORTS)
def zeigen() -> ResponseReturnValue:
    with reading() as session:
        names = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in _regions()}
        this = session.now.astimezone(ZURICH).date().replace(day=1)
        return render_template("bfs/zeigen.html", regionen=names, monate=[months_after(this, -n) for n in range(1, MONTHS_SHOWN + 1)], spalten=COLUMNS)


@bfs.get("/<region>/<monat>.csv")
@requires(*IMPORTS)
def lieferung(region: str, monat: str) -> ResponseReturnValue:
    found = _MONTH.fullmatch(monat)
    if region not in _regions() or found is None:
        raise NotFound("Die Lieferung")
    with writing() as session:
        text = delivery(session, region, date(int(found[1]), int(found[2]), 1))
        log(session, "gelesen", f"Lieferung BFS {monat} ({request.path})", region=region)
    headers = {"Content-Disposition": f"attachment; filename=bfs-{region.lower()}-{monat}.csv"}
    return Response(text, mimetype="text/csv", headers=headers)


def _regions() -> list[str]:
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(IMPORTS))
