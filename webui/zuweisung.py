"""Passing work on: one task or several at once, priority, follow-up, comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.cases.sichtbar import sees_task
from engine.cases.vertretung import acts_for
from engine.commands.zuweisung import COMMENT_LENGTH, PRIORITAETEN, NotAssignable
from engine.model import calendar
from engine.model.errors import FallflussError, NotAllowed
from engine.queries import konten, uebersicht
from engine.queries.kollegium import Auswahl, auswahl
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Aufgabenkommentar
from webui import words
from webui.eingabe import DayUnreadable, day
from webui.rules import AUFGABENROLLEN, requires
from webui.transactions import note_read, reading, writing

zuweisung = Blueprint("zuweisung", __name__, url_prefix="/arbeit")

# So many are done in one request; more would keep a person waiting before an empty page.
AT_ONCE = 200


@dataclass(frozen=True)
class Ergebnis:
    """What became of one task of several."""

    fall_nr: str
    name: str
    key: int
    gelungen: bool
    meldung: str


@dataclass(frozen=True)
class Zuteilung:
    """What the task page says about who has the task; ``vertritt`` is the name of whom one stands in for."""

    kommentare: tuple[Aufgabenkommentar, ...]
    namen: dict[str, str]
    vertritt: str


def zuteilung(session: FallSession, aufgabe: Aufgabe) -> Zuteilung:
    """The panel of the task page."""
    kommentare = tuple(uebersicht.comments(session, aufgabe.key))
    absent = acts_for(session, aufgabe)
    namen = konten.names(session, {absent, aufgabe.assignee, *(one.by for one in kommentare)})
    return Zuteilung(kommentare, namen, namen.get(absent, absent) if absent else "")


@zuweisung.get("/aufgaben/<int:key>")
@requires(*AUFGABENROLLEN)
def zeigen(key: int) -> ResponseReturnValue:
    with reading() as session:
        html = _page(session, key)
        fall = queries.task(session, key).fall
    note_read("zuteilung", fall)
    return html


@zuweisung.post("/aufgaben/<int:key>")
@requires(*AUFGABENROLLEN)
def senden(key: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    try:
        with writing() as session:
            message = _act(session, key, action)
    except (NotAssignable, DayUnreadable) as error:
        with reading() as session:
            return _page(session, key, error=str(error)), 422
    flash(message)
    return redirect(_back(key, action), 303)


@zuweisung.post("/mehrere")
@requires(*AUFGABENROLLEN)
def mehrere() -> ResponseReturnValue:
    """Each task in a transaction of its own: what one refuses, the others do not lose."""
    keys = [int(text) for text in dict.fromkeys(request.form.getlist("aufgabe")) if text.isascii() and text.isdigit()]
    action, to = request.form.get("_aktion", ""), request.form.get("person", "")
    if not keys or (action == "zuteilen" and not to) or action not in ("zuteilen", "uebernehmen", "freigeben"):
        flash("Wählen Sie zuerst Aufgaben aus" + (" und eine Person, der sie zugeteilt werden." if action == "zuteilen" else "."))
        return redirect(_list(), 303)
    ergebnisse = [_one(key, action, to) for key in keys[:AT_ONCE]]
    with reading() as session:
        name = konten.names(session, [to]).get(to, to)
    return render_template(
        "aufgaben/ergebnis.html", ergebnisse=ergebnisse, aktion=action, name=name, zurueck=_list(), zu_viele=max(len(keys) - AT_ONCE, 0)
    )


def _one(key: int, action: str, to: str) -> Ergebnis:
    fall_nr, name = "", f"Aufgabe {key}"
    try:
        with writing() as session:
            aufgabe = session.get(Aufgabe, key)
            if aufgabe is not None and sees_task(session, aufgabe):
                fall_nr, name = aufgabe.fall_nr, aufgabe.name
            if action == "uebernehmen":
                commands.claim(session, key)
            else:
                commands.assign_task(session, key, to if action == "zuteilen" else None)
        return Ergebnis(fall_nr, name, key, True, {"uebernehmen": "übernommen", "zuteilen": "zugeteilt"}.get(action, "freigegeben"))
    except FallflussError as error:
        return Ergebnis(fall_nr, name, key, False, str(error))


def _act(session: FallSession, key: int, action: str) -> str:
    if action == "zuteilen":
        to = request.form.get("person") or None
        commands.assign_task(session, key, to)
        return f"Die Aufgabe ist {konten.names(session, [to]).get(to, to)} zugeteilt." if to else "Die Aufgabe ist wieder für alle der Gruppe frei."
    if action == "prioritaet":
        text = request.form.get("prioritaet", "")
        commands.set_priority(session, key, int(text) if text.isdigit() else 0)
        return "Die Priorität ist geändert."
    if action == "wiedervorlage":
        until = day(request.form.get("wiedervorlage", ""))
        commands.put_off(session, key, until)
        return _put_off(session, key, until)
    if action == "kommentar":
        commands.comment(session, key, request.form.get("kommentar", ""))
        return "Der Kommentar ist gespeichert."
    raise NotAssignable("Diese Seite kennt die gewünschte Änderung nicht. Es wurde nichts geändert.")


def _put_off(session: FallSession, key: int, until: date | None) -> str:
    """When the task is seen again: what is due comes back, whatever was asked."""
    due = session.get_one(Aufgabe, key).faellig_am
    if until is None:
        return "Die Aufgabe steht wieder in der Liste."
    if due is not None and due <= session.now:
        return f"Die Wiedervorlage am {words.datum(until)} ist gespeichert. Die Aufgabe ist überfällig und bleibt darum in der Liste."
    if due is not None and due < calendar.parse_instant(until.isoformat()):
        return f"Die Wiedervorlage am {words.datum(until)} ist gespeichert. Die Aufgabe steht schon wieder in der Liste, sobald ihre Frist abgelaufen ist."
    return f"Die Aufgabe kommt am {words.datum(until)} wieder in die Liste."


def _page(session: FallSession, key: int, *, error: str = "") -> str:
    aufgabe = queries.task(session, key).aufgabe
    if not commands.may_give(session, aufgabe):
        raise NotAllowed(f"die Aufgabe «{aufgabe.name}»")
    waehlbar: list[Auswahl] = auswahl(session, aufgabe.region, aufgabe.candidate_groups)
    return render_template(
        "aufgaben/zuteilung.html",
        aufgabe=aufgabe,
        waehlbar=waehlbar,
        zuteilung=zuteilung(session, aufgabe),
        prioritaeten=PRIORITAETEN,
        laenge=COMMENT_LENGTH,
        may_work=commands.may_work(session, aufgabe),
        error=error,
    )


def _back(key: int, action: str) -> str:
    """Whoever gave the task away has nothing left to do on its page."""
    return url_for("aufgaben.liste") if action in ("zuteilen", "wiedervorlage") else url_for("zuweisung.zeigen", key=key)


def _list() -> str:
    """Back to the list as it was filtered."""
    query = request.form.get("_liste", "")
    return f"{url_for('aufgaben.liste')}?{query}" if query else url_for("aufgaben.liste")
