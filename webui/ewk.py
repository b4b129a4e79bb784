"""The monthly comparison with the Einwohnerkontrolle: whether it runs, and the list to compare with the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from engine.commands import ewk as commands
from engine.commands.bestand import IMPORTS
from engine.model.errors import NotFound
from engine.queries import konten
from webui.rules import requires
from webui.tabellen import csv_lines
from webui.transactions import access, reading, writing

ewk = Blueprint("ewk", __name__, url_prefix="/einwohnerkontrolle")

SPALTEN = ("Fallnummer", "Name", "Vorname", "Geburtsdatum", "AHV-Nummer", "Rolle im Haushalt")


@ewk.get("")
@requires(*IMPORTS)
def zeigen() -> ResponseReturnValue:
    with reading() as session:
        names = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in _regions()}
        running = {kuerzel: commands.comparison(session, kuerzel) for kuerzel in names}
        return render_template("ewk/zeigen.html", regionen=names, laufend=running)


@ewk.post("")
@requires(*IMPORTS)
def beginnen() -> ResponseReturnValue:
    region = _region(request.form.get("region"))
    with writing() as session:
        commands.begin_comparison(session, region)
    flash("Der Monatsabgleich ist eingerichtet. Seine erste Aufgabe liegt bei der Administration und kommt von nun an jeden Monat wieder.")
    return redirect(url_for("ewk.zeigen"), 303)


@ewk.get("/<region>.csv")
@requires(*IMPORTS)
def liste(region: str) -> ResponseReturnValue:
    wanted = _region(region)
    with writing() as session:
        commands.note_list(session, wanted)
    headers = {"Content-Disposition": f"attachment; filename=einwohnerkontrolle-{wanted.lower()}.csv"}
    return Response(stream_with_context(csv_lines(SPALTEN, _rows(wanted))), mimetype="text/csv", headers=headers)


def _rows(region: str) -> Iterator[tuple[Any, ...]]:
    with reading() as session:
        for fall, person in commands.persons(session, region):
            yield fall.fall_nr, person.name, person.vorname, person.geburtsdatum, person.ahvn13, person.rolle_ue


def _region(wanted: str | None) -> str:
    if wanted not in _regions():
        raise NotFound("Die Sozialregion")
    return str(wanted)


def _regions() -> list[str]:
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(IMPORTS))
