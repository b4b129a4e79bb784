"""Meine Arbeit: the list with its tabs, filters, notices and saved views."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import commands
from engine.cases.vertretung import represented
from engine.commands import ansichten
from engine.commands.aufbewahrung import open_steps
from engine.queries import arbeit as listen
from engine.queries import kollegium, konten, uebersicht
from engine.store.session import FallSession
from webui import arbeitsfilter, words
from webui.arbeitsfilter import SICHT_WORTE, SORT_WORTE, WARTET, WER_WORTE
from webui.rules import AUFGABENROLLEN, requires
from webui.seiten import Seiten
from webui.transactions import access, reading, writing

arbeit = Blueprint("arbeit", __name__, url_prefix="/arbeit")

PER_PAGE = 50
NOTICES = 20


def list_page() -> ResponseReturnValue:
    """The list as the address wants it; behind the last page one gets to the first."""
    wanted, page = arbeitsfilter.read(request.args), Seiten.wanted()
    waits = request.args.get("sicht") == WARTET
    with reading() as session:
        found = listen.liste(session, wanted, limit=PER_PAGE, offset=page * PER_PAGE)
        if page and not found.rows:
            return redirect(arbeitsfilter.address(wanted))
        return render_template(
            "aufgaben/liste.html",
            wanted=wanted,
            liste=found,
            gruppen=_groups(found.rows, wanted, session),
            seiten=Seiten.of(found.total, PER_PAGE, page),
            waits=waits,
            wartende=uebersicht.waiting(session) if waits else (),
            wartend=uebersicht.waiting_count(session),
            hinweise=uebersicht.notices(session, limit=NOTICES + 1),
            hinweise_gezeigt=NOTICES,
            abgelaufen=open_steps(session),
            ansichten=uebersicht.views(session),
            vertretene=konten.names(session, {one.login for one in represented(session)}),
            **_choices(session, wanted, found),
        )


@arbeit.post("/hinweise/<int:id>")
@requires(*AUFGABENROLLEN)
def hinweis_erledigen(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.tick_off(session, id)
    flash("Der Hinweis ist erledigt.")
    return redirect(url_for("aufgaben.liste"), 303)


@arbeit.post("/ansichten")
@requires(*AUFGABENROLLEN)
def ansicht_speichern() -> ResponseReturnValue:
    # A search may be somebody's name; a saved list must not hold it.
    wanted = replace(arbeitsfilter.read(MultiDict(request.form)), suche="")
    shared = request.form.get("teilen", "")
    region = shared.removeprefix("region:") if shared.startswith("region:") else None
    team = shared.removeprefix("team:") if shared.startswith("team:") else ""
    with writing() as session:
        row = ansichten.save_view(
            session, request.form.get("name", ""), urlencode(arbeitsfilter.args(wanted)), region=region, team_id=int(team) if team.isdigit() else None
        )
        flash(f"Die Ansicht «{row.name}» ist gespeichert.")
    return redirect(arbeitsfilter.address(wanted), 303)


@arbeit.post("/ansichten/<int:id>/loeschen")
@requires(*AUFGABENROLLEN)
def ansicht_loeschen(id: int) -> ResponseReturnValue:
    with writing() as session:
        ansichten.delete_view(session, id)
    flash("Die Ansicht ist gelöscht.")
    return redirect(url_for("aufgaben.liste"), 303)


def _groups(rows: tuple[listen.Zeile, ...], wanted: listen.Filter, session: FallSession) -> list[tuple[str, list[listen.Zeile]]]:
    """The rows under a heading each: overdue, today, this week, later; one group when the list is sorted otherwise or narrowed."""
    if wanted.sicht or wanted.sortierung != "faellig" or wanted.richtung:
        return [("", list(rows))]
    bounds = listen.Grenzen.of(session.now)
    found: dict[str, list[listen.Zeile]] = {}
    for row in rows:
        found.setdefault(SICHT_WORTE[bounds.sicht(row.aufgabe.faellig_am)], []).append(row)
    return list(found.items())


def _choices(session: FallSession, wanted: listen.Filter, found: listen.Liste) -> dict[str, object]:
    """What the filters and the tags need, in a fixed number of statements."""
    mine = sorted(access().regionen)
    regionen = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in mine}
    people = {one.login: one.name for one in kollegium.kollegium(session, mine)}
    teams = {str(team.id): team.name for team in kollegium.teams(session)}
    schritte = dict(found.schritte)
    names = {
        "wer": WER_WORTE, "region": regionen, "team": teams, "person": {listen.NIEMAND: "niemand"} | people, "schritt": schritte,
        "segment": words.SEGMENTE, "sicht": SICHT_WORTE,
    }  # fmt: skip
    leads = bool(listen.leads_in(session))
    others = konten.names(session, {row.zustaendig for row in found.rows if row.zustaendig not in people})
    return {
        "regionen": regionen,
        "personen": people,
        "teams": teams,
        "schritte": schritte,
        "segmente": words.SEGMENTE,
        "namen": {**others, **people},
        "marken": arbeitsfilter.marken(wanted, names),
        "leitet": leads,
        "wessen": {wer: wort for wer, wort in WER_WORTE.items() if wer != "alle" or leads},
        "sichten": SICHT_WORTE,
        "sortierungen": SORT_WORTE,
        "adresse": arbeitsfilter.address,
        "sortiert": arbeitsfilter.sorted_by,
        "filter_args": arbeitsfilter.args(wanted),
    }
