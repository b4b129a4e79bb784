"""Accesses for programs: everybody their own tokens, the Betrieb the service accounts. A secret is shown once, right when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import zugang
from engine.model.access import SCOPES
from engine.model.errors import FormInvalid
from engine.queries import zugaenge as queries
from webui.rules import requires
from webui.transactions import access, reading, writing

zugaenge = Blueprint("zugaenge", __name__, url_prefix="/zugaenge")

DAYS = {30: "30 Tage", 90: "3 Monate", 366: "1 Jahr"}


@zugaenge.get("")
@requires()
def liste() -> ResponseReturnValue:
    return _page()


@zugaenge.post("/tokens")
@requires()
def token_anlegen() -> ResponseReturnValue:
    name, days = request.form.get("name", ""), _number("tage")
    try:
        with writing() as session:
            text = zugang.create_token(session, name, days)
    except FormInvalid as error:
        return _page(errors={f"token-{field}": message for field, message in error.errors.items()}, typed=request.form), 422
    return _page(made={"was": f"Token «{name.strip()}»", "benutzer": access().konto, "geheimnis": text})


@zugaenge.post("/tokens/<int:id>/zurueckziehen")
@requires()
def token_zurueckziehen(id: int) -> ResponseReturnValue:
    with writing() as session:
        zugang.revoke_token(session, id)
    flash("Das Token ist zurückgezogen. Programme, die es benutzen, kommen nicht mehr herein.")
    return redirect(url_for("zugaenge.liste"), 303)


@zugaenge.post("/dienstkonten")
@requires(zugang.MANAGES)
def dienst_anlegen() -> ResponseReturnValue:
    form = request.form
    try:
        with writing() as session:
            client_id, secret = zugang.create_dienst(
                session,
                form.get("name", ""),
                _rollen(form.get("rollen", "")),
                form.getlist("bereiche"),
                days=_number("tage"),
                requests_per_minute=_number("anfragen"),
            )
    except FormInvalid as error:
        return _page(errors={f"dienst-{field}": message for field, message in error.errors.items()}, typed=form), 422
    return _page(made={"was": f"Dienstkonto «{form['name'].strip()}»", "benutzer": client_id, "geheimnis": secret})


@zugaenge.post("/dienstkonten/<client_id>/zurueckziehen")
@requires(zugang.MANAGES)
def dienst_zurueckziehen(client_id: str) -> ResponseReturnValue:
    with writing() as session:
        zugang.revoke_dienst(session, client_id)
    flash("Das Dienstkonto ist zurückgezogen; auch laufende Anmeldungen gelten nicht mehr.")
    return redirect(url_for("zugaenge.liste"), 303)


def _page(*, made: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, typed: Any = None) -> str:
    manages = access().has(zugang.MANAGES)
    with reading() as session:
        tokens, dienste = queries.own_tokens(session), queries.dienstkonten(session) if manages else []
        return render_template(
            "zugaenge/liste.html",
            tokens=tokens,
            dienste=dienste,
            manages=manages,
            made=made,
            errors=errors or {},
            typed=typed or {},
            chosen=typed.getlist("bereiche") if typed else ["lesen"],
            days=DAYS,
            scopes=SCOPES,
            jetzt=session.now,
        )


def _number(name: str) -> int:
    """What was typed, as a number; anything else is out of every range."""
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _rollen(text: str) -> dict[str, list[str]]:
    """One role a line: ``intake@SDOL``, cantonal ones without a region."""
    held: dict[str, list[str]] = {}
    for line in text.replace(",", "\n").split():
        rolle, _, region = line.partition("@")
        held.setdefault(region or "*", []).append(rolle)
    return held
