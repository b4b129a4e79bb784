"""How far the regions are with the introduction, the funds of the canton's decision, and what the Koordinationsstelle and the Leitung have to do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands
from engine.cases.formkontext import form_context
from engine.commands import einfuehrung as introduction
from engine.model.errors import FormInvalid, NotFound
from engine.queries import einfuehrung as queries
from engine.queries import konten
from engine.store.session import FallSession
from webui.formulare import change_rows, newly_asked, seite
from webui.rules import requires
from webui.transactions import at_once_or_again, reading

einfuehrung = Blueprint("einfuehrung", __name__, url_prefix="/einfuehrung")

SEHEN = ("koordination", "umsetzung", "leitung")
STAENDE = {"vorbereitet": "in Vorbereitung", "freigegeben": "umgesetzt", "abgeschlossen": "abgeschlossen", "nicht_umgesetzt": "nicht umgesetzt"}


def chf(amount: int | None) -> str:
    """``1'234`` as the decision writes whole francs."""
    return "–" if amount is None else f"{amount:,}".replace(",", "'")


@einfuehrung.get("")
@requires(*SEHEN)
def uebersicht() -> ResponseReturnValue:
    with reading() as session:
        found, tasks = queries.einfuehrung(session), queries.tasks(session)
        return render_template(
            "einfuehrung/uebersicht.html",
            uebersicht=found,
            staende=STAENDE,
            chf=chf,
            im_beschluss=queries.EINGESETZT_IM_BESCHLUSS,
            gesamt=queries.GESAMT_IM_BESCHLUSS,
            aufgaben=[(region, one) for region, one in tasks if commands.may_work(session, one)],
            namen={one.region.kuerzel: one.region.name for one in found.regionen},
            beginnbar={one.region.kuerzel for one in found.regionen if introduction.may_begin(session, one.region.kuerzel)},
            einsehbar={one.region.kuerzel for one in found.regionen if queries.is_visible(session, one.region.kuerzel)},
        )


@einfuehrung.get("/<region>")
@requires(*introduction.INTRODUCES)
def verlauf(region: str) -> ResponseReturnValue:
    with reading() as session:
        done = queries.steps(session, region)
        offen = [(one, commands.may_work(session, one)) for _, one in queries.tasks(session, region)]
        stand = next(one for one in queries.einfuehrung(session).regionen if one.region.kuerzel == region)
        personen = konten.names(session, [one.completed_by for one in done])
        return render_template(
            "einfuehrung/verlauf.html", stand=stand, staende=STAENDE, chf=chf, erledigt=done, offen=offen, personen=personen,
            darf_beginnen=introduction.may_begin(session, region), hinweise=queries.notices(session, region),
        )  # fmt: skip


@einfuehrung.get("/<region>/beginnen")
@requires(*introduction.INTRODUCES)
def beginnen(region: str) -> ResponseReturnValue:
    with reading() as session:
        _require(session, region)
        form = commands.start_form(session, introduction.PROCESS, region=region)
        return _page(session, region, form.prefill({}) if form else {}, uuid.uuid4().hex)


@einfuehrung.post("/<region>/beginnen")
@requires(*introduction.INTRODUCES)
def eroeffnen(region: str) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with reading() as session:
        _require(session, region)
        form = commands.start_form(session, introduction.PROCESS, region=region)
        raw = change_rows(form.values_from(request.form) if form else {}, action)
        asked = newly_asked(seite(form, raw, form_context(session, form, region), session.now), request.form.get("_gezeigt")) if form else []
        if action != "beginnen" or asked:
            return _page(session, region, raw, _request_id(), asked=asked if action == "beginnen" else [])
    try:
        at_once_or_again(lambda session: introduction.begin(session, region, raw, request_id=_request_id()))
    except FormInvalid as error:
        with reading() as session:
            return _page(session, region, raw, _request_id(), errors=error.errors), 422
    flash("Die Einführung hat begonnen. Als Nächstes reicht die Leitung der Sozialregion die Selbstdeklaration ein.")
    return redirect(url_for("einfuehrung.verlauf", region=region), 303)


def _require(session: FallSession, region: str) -> None:
    if not queries.is_visible(session, region):
        raise NotFound(f"Die Einführung der Sozialregion «{region}»")


def _page(
    session: FallSession, region: str, raw: Mapping[str, Any], request_id: str, *, errors: Mapping[str, str] | None = None, asked: list[str] | None = None
) -> str:
    form = commands.start_form(session, introduction.PROCESS, region=region)
    formular = seite(form, raw, form_context(session, form, region), session.now, errors) if form else None
    return render_template("einfuehrung/beginnen.html", region=region, name=konten.regionen(session)[region], formular=formular, request_id=request_id, asked=asked or [])


def _request_id() -> str:
    """Made when the page was; the same page sent twice acts once."""
    text = request.form.get("_anfrage", "")
    return text if text.isalnum() and len(text) == 32 else uuid.uuid4().hex
