"""Looking into a region from outside, into one case or by its history as a file, and the region's answer to whoever asks."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import aufsicht as commands
from engine.model.errors import FormInvalid, NotWaiting
from engine.queries import konten
from engine.queries.auswertung import kennung
from engine.queries.einsicht import Eintrag, einsicht
from engine.store.audit import log
from webui.fallsicht import SATZ
from webui.rules import requires
from webui.transactions import access, database, reading, writing

aufsicht = Blueprint("aufsicht", __name__, url_prefix="/einsicht")


@aufsicht.get("")
@requires(*commands.FILM, commands.GRANTS)
def liste() -> ResponseReturnValue:
    return _page()


@aufsicht.post("")
@requires(*commands.FILM)
def beantragen() -> ResponseReturnValue:
    form, tage = request.form, request.form.get("tage", "").strip()
    values = [form.get("region", ""), form.get("fall_nr", ""), form.get("begruendung", "")]
    try:
        with writing() as session:
            commands.ask(session, values[0], values[1], values[2], int(tage) if tage.isdecimal() and len(tage) < 4 else 0, umfang=form.get("umfang", commands.FALL))
    except FormInvalid as error:
        return _page(errors=dict(error.errors))
    flash("Der Antrag liegt bei der Leitung der Sozialregion.")
    return redirect(url_for("aufsicht.liste"), 303)


@aufsicht.post("/<int:id>/entscheid")
@requires(commands.GRANTS)
def entscheiden(id: int) -> ResponseReturnValue:
    grant = request.form.get("_aktion") == "bewilligen"
    try:
        with writing() as session:
            commands.decide(session, id, grant=grant)
    except NotWaiting:
        flash("Über diesen Antrag ist inzwischen schon entschieden worden. Es wurde nichts geändert.", "fehler")
        return redirect(url_for("aufsicht.liste"), 303)
    flash("Die Einsicht ist bewilligt; sie endet von selbst." if grant else "Die Einsicht ist verweigert.")
    return redirect(url_for("aufsicht.liste"), 303)


@aufsicht.post("/<int:id>/beenden")
@requires(*commands.FILM, commands.GRANTS)
def beenden(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.end(session, id)
    flash("Die Einsicht ist beendet.")
    return redirect(url_for("aufsicht.liste"), 303)


@aufsicht.get("/<int:id>")
@requires(*commands.ASKS)
def fall(id: int) -> ResponseReturnValue:
    # Written first: a look that cannot be recorded does not happen.
    with writing() as session:
        grant, narrow = commands.granted(session, id)
        log(session, "einsicht", f"Einsicht {grant.id}, Fall {grant.fall_nr}", region=grant.region)
    with database().read(narrow) as session:
        view = einsicht(session, grant.fall_nr, grant.region)
        return render_template("aufsicht/fall.html", grant=grant, view=view, satz=_satz, regionen=konten.regionen(session))


def _satz(eintrag: Eintrag) -> str:
    """What happened, in the words of the case's own timeline."""
    return SATZ.get(eintrag.command, eintrag.name or eintrag.command).format(name=eintrag.name).removesuffix(": ")


def _page(*, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        rows = commands.visible(session)
        led = {region for region, rollen in access().rollen.items() if commands.GRANTS in rollen}
        html = render_template(
            "aufsicht/liste.html",
            rows=rows,
            names=konten.names(session, [row.login for row in rows] + [row.entschieden_von for row in rows]),
            regionen=konten.regionen(session),
            may_ask=access().has(*commands.FILM),
            may_export=access().has(*commands.EXPORTS),
            may_open=access().has(*commands.ASKS),
            nummern={row.id: known.fall_nr for row in rows if row.region in led and row.umfang == commands.FALL and (known := kennung.fall(session, row.region, row.fall_nr))},
            led=led,
            values=request.form,
            errors=errors or {},
        )
    return html, 422 if errors else 200
