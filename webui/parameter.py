"""The parameters of the canton and its regions: what holds, what is planned, who changed what; and the form that changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands, queries
from engine.commands.parameter import SETS_KANTON, SETS_REGION, may_set
from engine.definitions.forms.text import Unreadable, iso_date
from engine.definitions.parameter import Parameter, as_text
from engine.model.errors import FormInvalid, NotAllowed
from engine.queries import konten
from engine.queries.parameter import ParameterView
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from webui import words
from webui.rules import requires
from webui.transactions import access, reading, writing

parameter = Blueprint("parameter", __name__, url_prefix="/parameter")

LESEN = (SETS_REGION, "teamleitung", "koordination", "prozess", SETS_KANTON)
SETZEN = (SETS_REGION, SETS_KANTON)
FIELDS = {"gilt_fuer": "region", "wert": "value", "gueltig_von": "von", "gueltig_bis": "bis", "grund": "note"}
EBENEN: Mapping[str, str] = {
    "kanton": "Der Kanton legt fest; der Wert gilt in allen Regionen.",
    "region": "Der Kanton gibt einen Wert vor; jede Region kann davon abweichen.",
    "kanton_kuerzer": "Der Kanton legt fest; eine Region darf nur verkürzen.",
    "fix": "Fest vorgegeben; niemand kann den Wert ändern.",
}
QUELLEN: Mapping[str, str] = {
    "S": "vom Kanton vorgegeben",
    "A": "Annahme",
    "Q": "aus einer öffentlichen Quelle",
    "M": "ungeprüft",
}


@parameter.get("")
@requires(*LESEN)
def liste() -> ResponseReturnValue:
    with reading() as session:
        regionen = _visible(session)
        themen = queries.parameters(session, regionen)
    return render_template("parameter/liste.html", themen=themen, regionen=regionen, orte=_places(regionen), quelle=quelle)


@parameter.get("/<key>")
@requires(*LESEN)
def zeigen(key: str) -> ResponseReturnValue:
    with reading() as session:
        view = queries.parameter(session, key, _visible(session))
        return _page(session, view, _prefill(session, view))


@parameter.post("/<key>")
@requires(*SETZEN)
def festlegen(key: str) -> ResponseReturnValue:
    action = request.form.get("_aktion")
    if action not in ("festlegen", "zuruecknehmen"):
        return _again(key, {}, 200)
    try:
        with writing() as session:
            view = queries.parameter(session, key, _visible(session))
            _set(session, view.parameter, is_value=action == "festlegen")
    except FormInvalid as error:
        return _again(key, error.errors, 422)
    done = "ist festgelegt" if action == "festlegen" else "ist zurückgenommen"
    flash(f"«{view.parameter.titel}» {done}. Fristen, die schon laufen, bleiben; die nächsten rechnen mit dem neuen Wert.")
    return redirect(url_for("parameter.zeigen", key=key), 303)


def quelle(wanted: Parameter) -> str:
    """Where the default comes from, in words."""
    return QUELLEN.get(wanted.quelle[:1], wanted.quelle)


def _set(session: FallSession, wanted: Parameter, *, is_value: bool) -> None:
    levels = _levels(session, wanted)
    level = request.form.get("gilt_fuer") or (next(iter(levels)) if len(levels) == 1 else "")
    von, bis, errors = _days()
    if level not in levels:
        if level or not levels:
            raise NotAllowed(f"«{wanted.titel}» festlegen")
        errors["region"] = "Wählen Sie, wofür der Wert gilt."
    if errors or von is None:
        raise FormInvalid(errors)
    value = request.form.get("wert", "") if is_value else None
    note = request.form.get("grund", "")[:2000]
    commands.set_parameter(session, wanted.key, value, region=None if level == KANTON else level, von=von, bis=bis, note=note)


def _days() -> tuple[date | None, date | None, dict[str, str]]:
    found: dict[str, date | None] = {"von": None, "bis": None}
    errors: dict[str, str] = {}
    for name in found:
        try:
            text = iso_date(request.form.get(f"gueltig_{name}", ""))
            found[name] = date.fromisoformat(text) if text else None
        except Unreadable as error:
            errors[name] = str(error)
    if found["von"] is None and "von" not in errors:
        errors["von"] = "Geben Sie ein, ab welchem Tag der Wert gilt, zum Beispiel 1.9.2026."
    return found["von"], found["bis"], errors


def _again(key: str, errors: Mapping[str, str], status: int) -> ResponseReturnValue:
    with reading() as session:
        view = queries.parameter(session, key, _visible(session))
        typed = {name: request.form.get(name, "") for name in FIELDS}
        return _page(session, view, typed, errors), status


def _page(session: FallSession, view: ParameterView, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    regionen = _visible(session)
    return render_template(
        "parameter/parameter.html",
        view=view,
        parameter=view.parameter,
        orte=_places(regionen),
        ebene=EBENEN[view.parameter.ebene],
        quelle=quelle(view.parameter),
        levels=_levels(session, view.parameter),
        has_own=any(row.value is not None and row.region in _levels(session, view.parameter) for row in view.protokoll),
        typed=typed,
        errors=dict(errors or {}),
        fields=FIELDS,
        names=konten.names(session, [row.by for row in view.protokoll]),
    )


def _prefill(session: FallSession, view: ParameterView) -> dict[str, str]:
    """A choice starts at what holds now; everything else is to be typed, so that nothing is set by mistake."""
    levels = _levels(session, view.parameter)
    values = {wert.region: wert.value for wert in (view.kanton, *view.regionen)}
    is_choice = view.parameter.typ in ("wahl", "ja_nein")
    value = as_text(values[next(iter(levels), KANTON)]) if is_choice else ""
    return dict.fromkeys(FIELDS, "") | {"wert": value, "gueltig_von": words.datum(session.now)}


def _levels(session: FallSession, wanted: Parameter) -> dict[str, str]:
    """Where this person may set it: ``*`` or a region, to its name."""
    places: dict[str, Any] = _places(_visible(session))
    return {level: name for level, name in places.items() if may_set(session.access, wanted, level)}


def _places(regionen: Mapping[str, str]) -> dict[str, str]:
    return {KANTON: "Ganzer Kanton", **regionen}


def _visible(session: FallSession) -> dict[str, str]:
    """The regions whose values the person sees: a cantonal role all, because they are no case data; others their own."""
    regionen = konten.regionen(session)
    if access().rollen_in(KANTON) & set(LESEN):
        return regionen
    return {kuerzel: name for kuerzel, name in regionen.items() if access().rollen_in(kuerzel) & set(LESEN)}
