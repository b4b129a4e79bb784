"""The daily mail and the calendar: settings, and the feed itself under its secret address."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine.commands import benachrichtigung as befehle
from engine.model.access import Access
from engine.queries.kalender import feed, owner
from engine.store.session import FallSession
from engine.store.tables import Benachrichtigung
from webui.rules import AUFGABENROLLEN, public, requires
from webui.transactions import access, database, reading, writing

mitteilungen = Blueprint("mitteilungen", __name__)


@mitteilungen.get("/arbeit/mitteilungen")
@requires(*AUFGABENROLLEN)
def zeigen() -> ResponseReturnValue:
    with reading() as store:
        return _page(store)


@mitteilungen.post("/arbeit/mitteilungen")
@requires(*AUFGABENROLLEN)
def speichern() -> ResponseReturnValue:
    try:
        with writing() as store:
            befehle.set_mail(store, request.form.get("mail", ""), wanted=bool(request.form.get("tagesmail")))
    except befehle.MailInvalid as error:
        with reading() as store:
            return _page(store, error=str(error)), 422
    flash("Ihre Angaben sind gespeichert.")
    return redirect(url_for("mitteilungen.zeigen"), 303)


@mitteilungen.post("/arbeit/mitteilungen/kalender")
@requires(*AUFGABENROLLEN)
def kalender_neu() -> ResponseReturnValue:
    with writing() as store:
        token = befehle.new_calendar(store)
    # Shown once on the next page; nothing but the hash is kept.
    session["kalender"] = token
    return redirect(url_for("mitteilungen.zeigen"), 303)


@mitteilungen.post("/arbeit/mitteilungen/kalender/widerrufen")
@requires(*AUFGABENROLLEN)
def kalender_widerrufen() -> ResponseReturnValue:
    with writing() as store:
        befehle.revoke_calendar(store)
    session.pop("kalender", None)
    flash("Die Kalenderadresse ist widerrufen. Wer sie abonniert hat, erhält nichts mehr.")
    return redirect(url_for("mitteilungen.zeigen"), 303)


@mitteilungen.get("/kalender/<token>.ics")
@public
def kalender(token: str) -> ResponseReturnValue:
    with database().read(_nobody()) as store:
        found = owner(store, befehle.hashed(token))
    if found is None:
        abort(404)
    with database().read(found) as store:
        return Response(feed(store), mimetype="text/calendar")


def _nobody() -> Access:
    return Access("kalender")


def _page(store: FallSession, *, error: str = "") -> str:
    row = store.get(Benachrichtigung, access().konto)
    token = session.pop("kalender", None)
    address = url_for("mitteilungen.kalender", token=token, _external=True) if token else ""
    return render_template("aufgaben/mitteilungen.html", eigene=row, adresse=address, error=error)
