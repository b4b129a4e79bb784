"""For who leads: the team's load, what is overdue, what waits for a decision, teams, and passing on what somebody leaves behind."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine import commands
from engine.commands import teams as teambefehle
from engine.commands.zuweisung import NotAssignable
from engine.model.errors import FallflussError, NotFound
from engine.queries import kollegium, konten, uebersicht
from engine.queries.arbeit import FALLFUEHRUNG, LEADS, leads_in
from engine.queries.falllast import falllast
from engine.store.session import FallSession
from engine.store.tables import Fall
from webui.rules import requires
from webui.transactions import access, database, note_read, reading, writing
from webui.zuweisung import Ergebnis

leitung = Blueprint("leitung", __name__, url_prefix="/leitung")


@leitung.get("")
@requires(*LEADS)
def team() -> ResponseReturnValue:
    with reading() as session:
        region = _region(session)
        people = {one.login: one for one in kollegium.kollegium(session, [region])}
        reviews = uebersicht.overdue_reviews(session, region)
        tasks = {one.login: one for one in uebersicht.per_person(session, region)}
        strangers = set(tasks) - set(people) - {None}
        return render_template(
            "leitung/team.html",
            region=region,
            regionen=_regions(session),
            personen=people,
            arbeitende={login for login, one in people.items() if one.rollen & {"intake", *FALLFUEHRUNG}},
            namen={**konten.names(session, strangers), **{login: one.name for login, one in people.items()}},
            aufgaben=tasks,
            fremde=sorted(str(login) for login in strangers),
            lasten={one.login: one for one in falllast(session, region)},
            abwesende={one.login: one for one in kollegium.abwesend(session, people.keys())},
            standortbestimmungen=reviews,
            entscheide=uebersicht.approvals(session, region),
        )


@leitung.get("/uebertragen")
@requires(*LEADS)
def uebertragen() -> ResponseReturnValue:
    with reading() as session:
        region, von = _region(session), request.args.get("von", "")
        tasks, cases = uebersicht.belongings(session, region, von)
        return render_template(
            "leitung/uebertragen.html",
            region=region,
            von=von,
            name=konten.names(session, [von]).get(von, von),
            aufgaben=tasks,
            faelle=cases,
            waehlbar=[one for one in kollegium.auswahl(session, region, ()) if one.person.login != von],
            fallfuehrende=[one.login for one in kollegium.kollegium(session, [region]) if one.rollen & set(FALLFUEHRUNG)],
        )


@leitung.post("/uebertragen")
@requires(*LEADS)
def uebertragen_senden() -> ResponseReturnValue:
    """Each task and each case in a transaction of its own, so that one that refuses does not hold up the rest."""
    von, to = request.form.get("von", ""), request.form.get("an", "")
    with reading() as session:
        region = _region(session)
        namen = konten.names(session, [von, to])
        tasks, cases = uebersicht.belongings(session, region, von)
        wanted = [(a.fall_nr, a.name, a.key) for a in tasks]
        moving = [(fall.fall_nr, fall.id) for fall in cases]
    if not to:
        flash("Wählen Sie zuerst, wem alles übertragen wird. Es wurde nichts geändert.")
        return redirect(url_for("leitung.uebertragen", region=region, von=von), 303)
    found = [_moved(fall_nr, "Fallführung", id, is_case=True, to=to) for fall_nr, id in moving]
    found += [_moved(fall_nr, name, key, is_case=False, to=to) for fall_nr, name, key in wanted]
    return render_template("leitung/uebertragen_ergebnis.html", ergebnisse=found, von=namen.get(von, von), an=namen.get(to, to), region=region)


@leitung.get("/teams")
@requires(*LEADS)
def teams() -> ResponseReturnValue:
    with reading() as session:
        region = _region(session)
        members: dict[int, list[tuple[str, int]]] = {}
        for one in kollegium.mitglieder(session):
            members.setdefault(one.team_id, []).append((one.login, one.pensum))
        people = {one.login: one.name for one in kollegium.kollegium(session, [region])}
        return render_template(
            "leitung/teams.html",
            region=region,
            regionen=_regions(session),
            teams=[one for one in kollegium.teams(session) if one.region == region],
            mitglieder=members,
            personen=people,
        )


@leitung.post("/teams")
@requires(*LEADS)
def teams_aendern() -> ResponseReturnValue:
    form = request.form
    with writing() as session:
        region = _region(session)
        action, team_id = form.get("_aktion"), int(form.get("team", "0") or 0)
        if action == "neu":
            teambefehle.create_team(session, region, form.get("name", ""))
        elif action == "aufnehmen":
            pensum = form.get("pensum", "")
            teambefehle.put_member(session, team_id, form.get("person", ""), int(pensum) if pensum.isascii() and pensum.isdigit() else 0)
        elif action == "entfernen":
            teambefehle.remove_member(session, team_id, form.get("person", ""))
    flash("Die Teams sind geändert.")
    return redirect(url_for("leitung.teams", region=region), 303)


@leitung.get("/faelle/<fall_nr>")
@requires(*LEADS)
def fallfuehrung(fall_nr: str) -> ResponseReturnValue:
    """Who is responsible for a case, and who could be, with what they carry."""
    with reading() as session:
        fall = _led_case(session, fall_nr)
        html = render_template(
            "leitung/fallfuehrung.html",
            fall=fall,
            waehlbar=kollegium.auswahl(session, fall.region, FALLFUEHRUNG),
            name=konten.names(session, [fall.fallfuehrung]).get(fall.fallfuehrung or "", ""),
        )
    note_read("fallfuehrung", fall)
    return html


@leitung.post("/faelle/<fall_nr>")
@requires(*LEADS)
def fall_zuteilen(fall_nr: str) -> ResponseReturnValue:
    with writing() as session:
        commands.assign_case(session, _led_case(session, fall_nr).id, request.form.get("person") or None)
    flash("Die Fallführung ist geändert. Aufgaben, die schon jemand hat, bleiben dort.")
    return redirect(url_for("faelle.fall", fall_nr=fall_nr), 303)


def _moved(fall_nr: str, name: str, id: int, *, is_case: bool, to: str) -> Ergebnis:
    try:
        with database().begin(access()) as session:
            if is_case:
                commands.assign_case(session, id, to)
                return Ergebnis(fall_nr, name, 0, True, "übertragen")
            try:
                with session.begin_nested():
                    commands.assign_task(session, id, to)
                return Ergebnis(fall_nr, name, id, True, "übertragen")
            except NotAssignable:
                # Better free for its group than lost with somebody who has gone.
                commands.assign_task(session, id, None)
                return Ergebnis(fall_nr, name, id, True, "für die Gruppe frei: Die neue Person hat dafür keine Rolle")
    except FallflussError as error:
        return Ergebnis(fall_nr, name, id, False, str(error))


def _led_case(session: FallSession, fall_nr: str) -> Fall:
    """Raises:
    NotFound: no open case of that number where this person leads.
    """
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.uebergeben_am.is_(None), Fall.region.in_(leads_in(session))))
    if fall is None:
        raise NotFound(f"Der Fall {fall_nr}")
    return fall


def _region(session: FallSession) -> str:
    """The region wanted, or the first where this person leads.

    Raises:
        NotFound: they lead elsewhere.
    """
    led = leads_in(session)
    wanted = request.values.get("region") or (led[0] if led else "")
    if wanted not in led:
        raise NotFound("Die Sozialregion")
    return wanted


def _regions(session: FallSession) -> dict[str, str]:
    led = leads_in(session)
    return {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in led}
