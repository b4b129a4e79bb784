"""Cases whose retention is over: offered to the archive, asked for by one person, confirmed by the Leitung."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.commands import aufbewahrung
from engine.commands import vernichtung as commands
from engine.model.errors import FormInvalid
from engine.queries import konten
from engine.store.tables import Vernichtung
from webui import words
from webui.rules import requires
from webui.transactions import access, reading, writing

vernichtung = Blueprint("vernichtung", __name__, url_prefix="/vernichtung")

WORTE = {**aufbewahrung.ARCHIV, aufbewahrung.NOT_OFFERED: "Dem Archiv nicht angeboten"}


@vernichtung.get("")
@requires(*aufbewahrung.ASKS)
def liste() -> ResponseReturnValue:
    with reading() as session:
        rows = aufbewahrung.due(session)
        protokoll = session.scalars(select(Vernichtung).order_by(Vernichtung.id.desc()).limit(200)).all()
        logins = [row.antrag.beantragt_von for row in rows if row.antrag] + [one.vernichtet_von for one in protokoll]
        logins += [login for row in rows if row.stand for login in (row.stand.angeboten_von, row.stand.entschieden_von) if login]
        return render_template(
            "vernichtung/liste.html",
            rows=rows,
            protokoll=protokoll,
            names=konten.names(session, logins),
            archiv=WORTE,
            confirms={region for region, rollen in access().rollen.items() if commands.CONFIRMS in rollen},
            ich=access().konto,
            regionen=konten.regionen(session),
            offers={region: aufbewahrung.is_offered(session, region) for region in {row.fall.region for row in rows}},
            today=words.zurich(session.now).date(),
        )


@vernichtung.post("/<fall_nr>/antrag")
@requires(*aufbewahrung.ASKS)
def beantragen(fall_nr: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            commands.ask(session, fall_nr)
    except FormInvalid as error:
        flash(next(iter(error.errors.values())), "fehler")
        return redirect(url_for("vernichtung.liste"), 303)
    flash(f"Die Vernichtung des Falls {fall_nr} ist beantragt. Eine andere Person der Leitung bestätigt sie.")
    return redirect(url_for("vernichtung.liste"), 303)


@vernichtung.post("/<fall_nr>/archiv")
@requires(*aufbewahrung.ASKS)
def archiv(fall_nr: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            if request.form.get("_aktion") == "angeboten":
                stand = aufbewahrung.offer(session, fall_nr)
                said = f"Vermerkt: Die Akten des Falls {fall_nr} sind dem Archiv angeboten, Antwort bis {words.datum(stand.antwort_bis)}."
            else:
                aufbewahrung.answer(session, fall_nr, request.form.get("archiv", ""), request.form.get("zeichen", ""))
                said = f"Der Entscheid des Archivs zum Fall {fall_nr} ist erfasst."
    except FormInvalid as error:
        flash(next(iter(error.errors.values())), "fehler")
        return redirect(url_for("vernichtung.liste"), 303)
    flash(said)
    return redirect(url_for("vernichtung.liste"), 303)


@vernichtung.post("/<fall_nr>/zuruecknehmen")
@requires(*aufbewahrung.ASKS)
def zuruecknehmen(fall_nr: str) -> ResponseReturnValue:
    with writing() as session:
        commands.withdraw(session, fall_nr)
    flash(f"Der Fall {fall_nr} bleibt vorläufig.")
    return redirect(url_for("vernichtung.liste"), 303)


@vernichtung.get("/<fall_nr>")
@requires(commands.CONFIRMS)
def pruefen(fall_nr: str) -> ResponseReturnValue:
    with reading() as session:
        return render_template("vernichtung/pruefen.html", row=commands.asked_for(session, fall_nr), archiv=WORTE)


@vernichtung.post("/<fall_nr>")
@requires(commands.CONFIRMS)
def bestaetigen(fall_nr: str) -> ResponseReturnValue:
    with writing() as session:
        protokoll = commands.confirm(session, fall_nr)
    flash(f"Der Fall {fall_nr} ist vernichtet: {sum(protokoll.zeilen.values())} Einträge. Das Protokoll bleibt.")
    return redirect(url_for("vernichtung.liste"), 303)
