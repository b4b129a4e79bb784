"""Interventions into one case: the Leitung corrects values; moving a step and cancelling take a reason and a second person."""

from __future__ import annotations

from math import isfinite
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases import gestalt
from engine.commands import eingriffe as commands
from engine.commands.incidents import CORRECTS, set_variables
from engine.definitions.forms.text import iso_date
from engine.model.errors import FormInvalid, NotFound
from engine.model.json_text import parsed
from engine.queries import eingriffe as queries
from engine.queries import konten
from webui.rules import requires
from webui.transactions import access, note_read, reading, writing

eingriffe = Blueprint("eingriffe", __name__, url_prefix="/werkstatt/eingriffe")


@eingriffe.get("")
@requires(*queries.ACTS)
def liste() -> ResponseReturnValue:
    with reading() as session:
        rows = queries.antraege(session)
        logins = [row.eingriff.by for row in rows] + [row.eingriff.entschieden_von for row in rows]
        return render_template("werkstatt/eingriffe.html", rows=rows, namen=konten.names(session, logins))


@eingriffe.get("/suchen")
@requires(*queries.ACTS)
def suchen() -> ResponseReturnValue:
    return redirect(url_for("eingriffe.fall", fall_nr=request.args.get("fall_nr", "").strip() or "-"), 303)


@eingriffe.post("/<int:id>/entscheid")
@requires(*queries.ACTS)
def entscheiden(id: int) -> ResponseReturnValue:
    grant = request.form.get("_aktion") == "bewilligen"
    with writing() as session:
        commands.decide(session, id, grant=grant)
    flash("Der Eingriff ist bewilligt und ausgeführt." if grant else "Der Eingriff ist verweigert; der Fall bleibt, wie er ist.")
    return redirect(url_for("eingriffe.liste"), 303)


@eingriffe.get("/faelle/<fall_nr>")
@requires(*queries.ACTS)
def fall(fall_nr: str) -> ResponseReturnValue:
    return _page(fall_nr)


@eingriffe.post("/faelle/<fall_nr>")
@requires(*queries.ACTS)
def beantragen(fall_nr: str) -> ResponseReturnValue:
    form, said = request.form, "Der Eingriff ist beantragt. Eine zweite Person muss ihn bewilligen."
    action, grund = form.get("_aktion", ""), form.get("grund", "")
    try:
        with writing() as session:
            found = queries.fall(session, fall_nr)
            keys = {one.instanz.nummer: one for one in queries.laufend(session, found)}
            if action == "verlegen":
                key, _, nach = form.get("stelle", "").partition(":")
                if int(key or 0) not in {row.key for one in keys.values() for row in one.offen}:
                    raise FormInvalid({"stelle": "Wählen Sie, was verlegt wird und wohin."})
                commands.propose_move(session, int(key), nach, grund)
            elif action == "abbrechen":
                commands.propose_cancel(session, _instance(keys), grund)
            elif action == "berichtigen":
                running = keys[_instance(keys)]
                values = _corrected(running.werte, grund)
                gestalt.require(values)
                set_variables(session, running.instanz.key, values, grund=grund.strip())
                said = "Der Wert ist berichtigt. Vorher und nachher stehen im Verlauf."
            else:
                raise NotFound("Dieser Eingriff")
    except FormInvalid as error:
        return _page(fall_nr, errors=dict(error.errors))
    flash(said)
    return redirect(url_for("eingriffe.fall", fall_nr=fall_nr), 303)


def _page(fall_nr: str, *, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = queries.fall(session, fall_nr)
        rows = queries.antraege(session, fall_id=found.id)
        logins = [row.eingriff.by for row in rows] + [row.eingriff.entschieden_von for row in rows]
        html = render_template(
            "werkstatt/eingriff.html",
            fall=found,
            laufend=queries.laufend(session, found),
            rows=rows,
            namen=konten.names(session, logins),
            corrects=bool(access().rollen_in(found.region) & set(CORRECTS)),
            values=request.form,
            errors=errors or {},
        )
    note_read("eingriff", found)
    return html, 422 if errors else 200


def _instance(known: dict[int, Any]) -> int:
    text = request.form.get("instanz", "")
    nummer = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    if nummer not in known:
        raise NotFound("Der laufende Prozess")
    return nummer


def _corrected(known: Any, grund: str) -> dict[str, Any]:
    """Name and new value, of the type the old one has.

    Raises:
        FormInvalid: no such value, another type, or no reason.
    """
    name, text = request.form.get("name", ""), request.form.get("wert", "").strip()
    errors = {} if len(grund.strip()) >= commands.SHORTEST_REASON else {"grund": "Begründen Sie die Berichtigung mit mindestens 10 Zeichen."}
    if name not in known:
        raise FormInvalid({"name": "Wählen Sie den Wert, der falsch ist.", **errors})
    try:
        value = _typed(known[name], text)
    except (ValueError, TypeError):
        errors["wert"] = f"Das passt nicht zu «{name}»: Erwartet ist {_kind(known[name])}."
    if errors:
        raise FormInvalid(errors)
    return {name: value}


def _typed(before: Any, text: str) -> Any:
    if isinstance(before, bool):
        return {"ja": True, "nein": False}.get(text.lower()) if text.lower() in ("ja", "nein") else int("no truth value")
    if isinstance(before, int | float):
        number = float(text.replace("'", "").replace("’", ""))
        return int(number) if number.is_integer() else number if isfinite(number) else int("no number")
    if isinstance(before, list | dict):
        value = parsed(text)
        return value if type(value) is type(before) else int("another shape")
    if _is_day(before):
        return iso_date(text)
    return text if before is not None or not text.startswith(("{", "[")) else parsed(text)


def _kind(before: Any) -> str:
    if isinstance(before, bool):
        return "Ja oder Nein"
    if isinstance(before, int | float):
        return "eine Zahl"
    if isinstance(before, list | dict):
        return "dieselbe Gestalt (JSON) wie bisher"
    return "ein Datum wie 31.8.2026" if _is_day(before) else "ein Text"


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10 and value[4:5] == "-" == value[7:8]
