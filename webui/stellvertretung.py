"""Absences: one's own, and for who leads, those of the region."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands
from engine.commands.stellvertretung import AbsenceInvalid
from engine.model.errors import NotAllowed
from engine.queries import kollegium
from engine.queries.arbeit import leads_in
from engine.store.session import FallSession
from webui.eingabe import DayUnreadable, day
from webui.rules import AUFGABENROLLEN, requires
from webui.transactions import access, reading, writing

stellvertretung = Blueprint("stellvertretung", __name__, url_prefix="/arbeit/abwesenheit")


@stellvertretung.get("")
@requires(*AUFGABENROLLEN)
def zeigen() -> ResponseReturnValue:
    with reading() as session:
        return _page(session)


@stellvertretung.post("")
@requires(*AUFGABENROLLEN)
def erfassen() -> ResponseReturnValue:
    try:
        with writing() as session:
            von, bis = day(request.form.get("von", "")), day(request.form.get("bis", ""))
            if von is None or bis is None:
                raise AbsenceInvalid("Geben Sie den ersten und den letzten Tag ein. Es wurde nichts gespeichert.")
            deputies = [login for login in request.form.getlist("vertretung") if login]
            commands.record_absence(session, request.form.get("person") or access().konto, von, bis, deputies)
    except (AbsenceInvalid, DayUnreadable, NotAllowed) as error:
        with reading() as session:
            return _page(session, error=str(error)), 422
    flash("Die Abwesenheit ist gespeichert.")
    return redirect(url_for("stellvertretung.zeigen"), 303)


@stellvertretung.post("/<int:id>/aufheben")
@requires(*AUFGABENROLLEN)
def aufheben(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.end_absence(session, id)
    flash("Die Abwesenheit ist aufgehoben.")
    return redirect(url_for("stellvertretung.zeigen"), 303)


def _page(session: FallSession, *, error: str = "") -> str:
    people = {one.login: one.name for one in kollegium.kollegium(session, access().regionen)}
    led = {one.login for one in kollegium.kollegium(session, leads_in(session))} if leads_in(session) else set()
    shown = kollegium.abwesend(session, people.keys(), auch_kuenftig=True)
    return render_template(
        "aufgaben/abwesenheit.html",
        personen=people,
        fuer={login: name for login, name in people.items() if login in led or login == access().konto},
        abwesende=shown,
        aenderbar=led | {access().konto},
        error=error,
        typed=request.form,
    )
