"""Accounts and roles, for the Betrieb."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import konten as commands
from engine.model.access import ROLLEN
from engine.model.errors import NotFound
from engine.queries.konten import regionen
from engine.store.errors import KontoInvalid
from engine.store.fremdkonto import is_foreign
from engine.store.konten import CANTONAL, CANTONAL_ROLLEN, ROLLEN_OF_BOTH, all_konten, has_second_factor
from engine.store.session import FallSession
from engine.store.tables import Konto
from webui.rules import requires
from webui.transactions import access, reading, writing

konten = Blueprint("konten", __name__, url_prefix="/konten")

# What a button does: the command, and what is said when it is done.
ACTIONS: dict[str, tuple[Callable[[FallSession, str], None], str]] = {
    "sperren": (commands.disable, "Das Konto ist gesperrt und überall abgemeldet."),
    "freigeben": (commands.enable, "Das Konto ist frei."),
    "abmelden": (commands.end_sessions, "Das Konto ist überall abgemeldet."),
    "code": (commands.remove_second_factor, "Das Konto meldet sich wieder nur mit dem Passwort an."),
}


@konten.get("")
@requires(commands.KEEPS)
def liste() -> ResponseReturnValue:
    search = request.args.get("suche", "").strip().lower()
    with reading() as session:
        rows = [konto for konto in all_konten(session) if search in konto.login or search in konto.name.lower()]
        return render_template("konten/liste.html", rows=rows, search=search, regionen=regionen(session), values={}, errors={})


@konten.post("")
@requires(commands.KEEPS)
def anlegen() -> ResponseReturnValue:
    login, name = (request.form.get(field, "").strip() for field in ("login", "name"))
    try:
        with writing() as session:
            password = commands.create(session, login, name)
    except KontoInvalid as error:
        with reading() as session:
            rows, values = all_konten(session), {"login": login, "name": name}
            return render_template("konten/liste.html", rows=rows, search="", regionen=regionen(session), values=values, errors={"login": str(error)}), 422
    return _shown_once(login.lower(), password)


@konten.get("/<login>")
@requires(commands.KEEPS)
def zeigen(login: str) -> ResponseReturnValue:
    return _page(login)


@konten.post("/<login>/rollen")
@requires(commands.KEEPS)
def rolle_geben(login: str) -> ResponseReturnValue:
    rolle, region = request.form.get("rolle", ""), request.form.get("region", "")
    try:
        with writing() as session:
            commands.grant(session, login, rolle, region or CANTONAL)
    except KontoInvalid as error:
        return _page(login, error=str(error))
    flash("Die Rolle gilt ab sofort.")
    return redirect(url_for("konten.zeigen", login=login), 303)


@konten.post("/<login>/rollen/nehmen")
@requires(commands.KEEPS)
def rolle_nehmen(login: str) -> ResponseReturnValue:
    with writing() as session:
        commands.revoke(session, login, request.form.get("rolle", ""), request.form.get("region", ""))
    flash("Die Rolle gilt nicht mehr.")
    return redirect(url_for("konten.zeigen", login=login), 303)


@konten.post("/<login>/passwort")
@requires(commands.KEEPS)
def passwort(login: str) -> ResponseReturnValue:
    with writing() as session:
        password = commands.reset_password(session, login)
    return _shown_once(login, password)


@konten.post("/<login>/<aktion>")
@requires(commands.KEEPS)
def handeln(login: str, aktion: str) -> ResponseReturnValue:
    if aktion not in ACTIONS:
        raise NotFound("Diese Seite")
    act, done = ACTIONS[aktion]
    with writing() as session:
        act(session, login)
    flash(done)
    return redirect(url_for("konten.zeigen", login=login), 303)


def _page(login: str, *, error: str = "") -> ResponseReturnValue:
    with reading() as session:
        konto = session.get(Konto, login)
        if konto is None:
            raise NotFound(f"Das Konto «{login}»")
        html = render_template(
            "konten/konto.html",
            konto=konto,
            fremd=is_foreign(session, login),
            hat_code=has_second_factor(session, login),
            ist_gesperrt=konto.locked_until is not None and konto.locked_until > session.now,
            ist_eigenes=login == access().konto,
            regionen=regionen(session),
            rollen=ROLLEN,
            kantonal=CANTONAL_ROLLEN | ROLLEN_OF_BOTH,
            error=error,
        )
    return html, 422 if error else 200


def _shown_once(login: str, password: str) -> ResponseReturnValue:
    return render_template("konten/passwort.html", login=login, passwort=password)
