"""The task list; take a task and give it back. The form of one task is in ``webui.aufgabe``."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from engine import commands
from webui.arbeit import list_page
from webui.rules import AUFGABENROLLEN, requires
from webui.transactions import writing

aufgaben = Blueprint("aufgaben", __name__, url_prefix="/aufgaben")


@aufgaben.get("")
@requires(*AUFGABENROLLEN)
def liste() -> ResponseReturnValue:
    return list_page()


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
