"""Cases: list, page, opening one, reporting an event, retrying what failed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.commands import journal, startentwuerfe
from engine.commands.cases import OPENS, PROCESS
from engine.commands.incidents import RETRIES
from engine.definitions.forms import Form
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.queries import akte, konten, partner
from engine.queries.ereignisse import ereignis, ereignisse
from engine.store.session import FallSession
from engine.store.tables import Startentwurf
from webui import fallfilter, words
from webui.fallsicht import fallsicht
from webui.formulare import change_rows, newly_asked, seite, with_known
from webui.rules import FALLROLLEN, requires
from webui.seiten import Seiten
from webui.transactions import access, at_once_or_again, note_read, reading, writing
from webui.zeitachse import zeilen

faelle = Blueprint("faelle", __name__, url_prefix="/faelle")

PER_PAGE = 50
# The newest moments on the first tab; the others are on the next.
SHORT = 6


@faelle.get("")
@requires(*FALLROLLEN)
def liste() -> ResponseReturnValue:
    wanted, page = fallfilter.read(request.args), Seiten.wanted()
    with reading() as session:
        total = queries.case_count(session, search=wanted.suche, only_open=not wanted.alle)
        rows = queries.cases(session, **fallfilter.query(wanted), limit=PER_PAGE, offset=page * PER_PAGE)
        if page and not rows:
            return redirect(fallfilter.address(wanted))
        namen = konten.names(session, {row.fallfuehrung for row in rows})
        openable, regionen = commands.openable(session, _regions_to_open()), konten.regionen(session)
    return render_template(
        "faelle/liste.html", rows=rows, seiten=Seiten.of(total, PER_PAGE, page), wanted=wanted, namen=namen, adresse=fallfilter.address,
        sortiert=fallfilter.sorted_by, filter_args=fallfilter.args(wanted), may_open=bool(_regions_to_open()), openable=openable, regionen=regionen,
    )  # fmt: skip


@faelle.get("/<fall_nr>")
@requires(*FALLROLLEN)
def fall(fall_nr: str) -> ResponseReturnValue:
    with reading() as session:
        view = queries.overview(session, fall_nr)
        may_journal = journal.may_write(session, view.fall.region)
        latest = akte.timeline(session, view.fall, (), limit=SHORT, with_journal=may_journal)
        html = render_template(
            "faelle/fall.html",
            view=view,
            fall=view.fall,
            sicht=fallsicht(session, view, None),
            rows=zeilen(session, view, latest),
            zv=akte.zielvereinbarung(session, view),
            stand=akte.stand_fachapplikation(session, view.fall),
            drafts=akte.left_drafts(session, view.fall),
            linked=akte.linked(session, view),
            ereignisse=ereignisse(session, fall_nr),
            daneben=commands.beside_processes(session, view.fall.region, of=view.instanz.process),
            may_move=view.instanz.process == PROCESS,
            austausch=partner.exchanged(session, view.fall) if view.sicht.sees("partner") else [],
            regionen=konten.regionen(session),
            may_retry=bool(access().rollen_in(view.fall.region) & set(RETRIES)),
            may_journal=may_journal,
            workable={aufgabe.key for aufgabe in view.aufgaben if commands.may_work(session, aufgabe)},
        )
    note_read("fall", view.fall)
    return html


@faelle.get("/<fall_nr>/diagramm/<process>.bpmn")
@requires(*FALLROLLEN)
def diagramm(fall_nr: str, process: str) -> ResponseReturnValue:
    with reading() as session:
        response = Response(queries.diagram(session, fall_nr, process), mimetype="application/xml")
    # The file came from outside: opened by itself it must not run as a page of this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@faelle.get("/neu")
@requires(*OPENS)
def neu() -> ResponseReturnValue:
    region = _region(request.args.get("region"))
    with reading() as session:
        process = _process(session, request.args.get("prozess"), region)
        if region is None:
            return render_template("faelle/region.html", regionen=_names(session), process=process)
        form, draft = commands.start_form(session, process, region=region), startentwuerfe.kept(session, region, process)
        raw = dict(draft.daten) if draft else form.prefill({}) if form else {}
        return _new_page(session, region, form, raw, uuid.uuid4().hex, process=process, draft=draft)


@faelle.post("/neu")
@requires(*OPENS)
def eroeffnen() -> ResponseReturnValue:
    action, region = request.form.get("_aktion", ""), _region(request.form.get("_region"))
    if region is None:
        raise NotFound("Die Sozialregion")
    if action in ("entwurf", "verwerfen"):
        return _keep_or_discard(region, action)
    with reading() as session:
        process = _process(session, request.form.get("_prozess"), region)
        form = commands.start_form(session, process, region=region)
        raw = change_rows(form.values_from(request.form) if form else {}, action)
        asked = newly_asked(seite(form, raw, form_context(session, form, region), session.now), request.form.get("_gezeigt")) if form else []
        if action != "eroeffnen" or asked:
            return _new_page(session, region, form, raw, _request_id(), process=process, asked=asked if action == "eroeffnen" else [])
    try:
        request_id = _request_id()
        ref = at_once_or_again(lambda session: _open(session, region, process, raw, request_id))
    except FormInvalid as error:
        with reading() as session:
            return _new_page(session, region, form, raw, _request_id(), process=process, errors=error.errors), 422
    flash(f"Der Fall {ref.fall_nr} ist eröffnet.")
    return redirect(url_for("faelle.fall", fall_nr=ref.fall_nr), 303)


@faelle.post("/neu/entwurf")
@requires(*OPENS)
def neu_entwurf() -> ResponseReturnValue:
    """A draft kept while somebody types; the page's script asks."""
    region = _region(request.form.get("_region"))
    if region is None:
        raise NotFound("Die Sozialregion")
    return jsonify(revision=0, um=words.zeit(_kept(region)))


@faelle.get("/<fall_nr>/ereignis/<int:key>")
@requires(*FALLROLLEN)
def ereignis_zeigen(fall_nr: str, key: int) -> ResponseReturnValue:
    with reading() as session:
        return _event_page(session, fall_nr, key, {}, uuid.uuid4().hex)


@faelle.post("/<fall_nr>/ereignis/<int:key>")
@requires(*FALLROLLEN)
def ereignis_melden(fall_nr: str, key: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with reading() as session:
        wanted = ereignis(session, fall_nr, key)
        form = commands.event_form(session, wanted)
        raw = change_rows(form.values_from(request.form), action) if form else {}
        if action != "melden":
            return _event_page(session, fall_nr, key, raw, _request_id())
    try:
        message_id = _request_id()
        at_once_or_again(lambda session: commands.report_event(session, fall_nr, key, raw, message_id=message_id))
    except FormInvalid as error:
        with reading() as session:
            return _event_page(session, fall_nr, key, raw, _request_id(), errors=error.errors), 422
    flash(f"«{wanted.label}» ist gemeldet.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


@faelle.post("/<fall_nr>/stoerungen/<int:key>")
@requires(*RETRIES)
def wiederholen(fall_nr: str, key: int) -> ResponseReturnValue:
    with writing() as session:
        went_on = commands.resolve_incident(session, key)
    flash(
        "Der Schritt ist gelungen; der Fall geht weiter."
        if went_on
        else "Der Schritt ist nochmals fehlgeschlagen. Der Grund steht bei der Störung."
    )
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


def _new_page(
    session: FallSession,
    region: str,
    form: Form | None,
    raw: Mapping[str, Any],
    request_id: str,
    *,
    process: str,
    errors: Mapping[str, str] | None = None,
    asked: list[str] | None = None,
    draft: Startentwurf | None = None,
) -> str:
    context = form_context(session, form, region) if form else {}
    formular = seite(form, with_known(form, raw, context, session.now, request.form.get("_gezeigt")), context, session.now, errors) if form else None
    return render_template(
        "faelle/neu.html",
        formular=formular,
        title=form.title if form else "",
        process=process,
        words=commands.openable(session, [region]).get(process, ""),
        region=region,
        regionen=_names(session),
        request_id=request_id,
        asked=asked or [],
        draft=draft,
    )


def _open(session: FallSession, region: str, process: str, raw: Mapping[str, Any], request_id: str) -> commands.CaseRef:
    ref = commands.open_case(session, region, raw, process=process, request_id=request_id)
    startentwuerfe.discard(session, region, process)
    return ref


def _keep_or_discard(region: str, action: str) -> ResponseReturnValue:
    if action == "entwurf":
        flash(f"Entwurf gespeichert um {words.zeit(_kept(region))}. Nur Sie sehen ihn; der Fall ist noch nicht eröffnet.")
    else:
        with writing() as session:
            startentwuerfe.discard(session, region, _process(session, request.form.get("_prozess"), region))
        flash("Der Entwurf ist verworfen.")
    return redirect(url_for("faelle.neu", region=region, prozess=request.form.get("_prozess") or None), 303)


def _kept(region: str) -> datetime:
    with writing() as session:
        process = _process(session, request.form.get("_prozess"), region)
        form = commands.start_form(session, process, region=region)
        return startentwuerfe.keep(session, region, process, form.values_from(request.form) if form else {}).at


def _event_page(
    session: FallSession, fall_nr: str, key: int, raw: Mapping[str, Any], request_id: str, *, errors: Mapping[str, str] | None = None
) -> str:
    wanted, fall = ereignis(session, fall_nr, key), queries.case(session, fall_nr).fall
    form = commands.event_form(session, wanted)
    formular = None
    if form:
        context = commands.event_context(session, fall_nr, form)
        formular = seite(form, raw or form.prefill({}), context, session.now, errors)
    return render_template("faelle/ereignis.html", fall=fall, ereignis=wanted, formular=formular, request_id=request_id)


def _process(session: FallSession, wanted: str | None, region: str | None) -> str:
    """What is opened: a case, or another process that its diagram offers for opening in that region, or in one still to be chosen.

    Raises:
        NotFound: it offers no such thing.
    """
    if wanted in (None, "", PROCESS):
        return PROCESS
    if wanted not in commands.openable(session, [region] if region else _regions_to_open()):
        raise NotFound(f"Der Prozess «{wanted}»")
    return str(wanted)


def _regions_to_open() -> list[str]:
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(OPENS))


def _names(session: FallSession) -> dict[str, str]:
    """The regions in which this person may open a case, by name."""
    allowed = set(_regions_to_open())
    return {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in allowed}


def _region(wanted: str | None) -> str | None:
    """The region of the new case: the only one possible, or the one chosen.

    Raises:
        NotAllowed: the person may not open cases there.
    """
    allowed = _regions_to_open()
    if wanted is None:
        return allowed[0] if len(allowed) == 1 else None
    if wanted not in allowed:
        raise NotAllowed("einen Fall in dieser Region eröffnen")
    return wanted


def _request_id() -> str:
    """Made when the page was; the same page sent twice acts once."""
    text = request.form.get("_anfrage", "")
    return text if text.isalnum() and len(text) == 32 else uuid.uuid4().hex
