"""Whether somebody is already supported in another region: one number in, yes or no and where to ask out."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.definitions.forms.checks import Day, ahvn13
from engine.definitions.forms.text import Unreadable
from engine.model.calendar import ZURICH
from engine.queries.konten import regionen
from engine.store import dubletten as store
from webui.grenzen import limiter
from webui.rules import requires
from webui.transactions import reading, writing

dubletten = Blueprint("dubletten", __name__, url_prefix="/dubletten")

# Who registers people (process description, P1).
ASKS = ("intake", "administration", "leitung")


@dubletten.get("")
@requires(*ASKS)
def fragen() -> ResponseReturnValue:
    return render_template("konto/dubletten.html", gefragt=False)


@dubletten.post("")
@requires(*ASKS)
@limiter.limit("20 per minute")
def antworten() -> ResponseReturnValue:
    with writing() as session:
        try:
            number = ahvn13(request.form.get("ahvn13", "").strip(), Day(session.now.astimezone(ZURICH).date()))
        except Unreadable as error:
            return render_template("konto/dubletten.html", gefragt=False, error=str(error)), 422
        found = store.ask(session, number, anlass="von Hand")
    with reading() as session:
        names = regionen(session)
    # The number is not shown again: the page may be printed or left open.
    return render_template("konto/dubletten.html", gefragt=True, treffer=[names.get(one, one) for one in found.regionen])
