"""The monthly comparison with the Einwohnerkontrolle: whether it runs, and the list to compare with the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from engine.cases.ewk import SPALTEN
from engine.cases.tabelle import MAX_BYTES, TableUnreadable
from engine.commands import ewk as commands
from engine.commands import may_work
from engine.commands.bestand import IMPORTS
from engine.commands.partner import is_on
from engine.model.errors import NotFound
from engine.queries import konten
from webui.rules import requires
from webui.tabellen import csv_lines
from webui.transactions import access, reading, writing
from webui.words import anzahl

ewk = Blueprint("ewk", __name__, url_prefix="/einwohnerkontrolle")


@ewk.get("")
@requires(*IMPORTS)
def zeigen() -> ResponseReturnValue:
    return _page()


def _page(error: str = "") -> str:
    with reading() as session:
        names = {kuerzel: name for kuerzel, name in konten.regionen(session).items() if kuerzel in _regions()}
        running = {kuerzel: commands.comparison(session, kuerzel) for kuerzel in names}
        tasks = {kuerzel: commands.comparison_task(session, kuerzel) for kuerzel in names}
        own = {kuerzel for kuerzel, one in tasks.items() if one is not None and may_work(session, one)}
        singly = {kuerzel for kuerzel in names if is_on(session, "ewk", kuerzel)}
        return render_template("ewk/zeigen.html", regionen=names, laufend=running, aufgaben=tasks, eigene=own, einzeln=singly, error=error)


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


@ewk.post("/<region>")
@requires(*IMPORTS)
def einlesen(region: str) -> ResponseReturnValue:
    wanted, file = _region(region), request.files.get("datei")
    if file is None or not file.filename:
        return _page("Wählen Sie eine CSV-Datei."), 422
    try:
        with writing() as session:
            key, count = commands.take_changes(session, wanted, file.stream.read(MAX_BYTES + 1))
    except TableUnreadable as error:
        return _page(str(error)), 422
    flash(f"{anzahl(count, 'Mutation', 'Mutationen')} eingelesen und als Entwurf gespeichert. Prüfen Sie die Einträge, und schliessen Sie die Aufgabe ab.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


def _rows(region: str) -> Iterator[tuple[Any, ...]]:
    with reading() as session:
        for fall, person in commands.persons(session, region):
            yield fall.fall_nr, person.name, person.vorname, person.geburtsdatum, person.ahvn13, person.rolle_ue, "", "", ""


def _region(wanted: str | None) -> str:
    if wanted not in _regions():
        raise NotFound("Die Sozialregion")
    return str(wanted)


def _regions() -> list[str]:
    return sorted(region for region in access().regionen if access().rollen_in(region) & set(IMPORTS))
