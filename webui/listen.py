"""The task list, what waits for others and the case list as files, filtered as on the screen; every one is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from engine.queries import arbeit as tasks
from engine.queries import konten, uebersicht
from engine.queries.cases import every_case
from engine.store.audit import log
from webui import arbeitsfilter, fallfilter, words
from webui.rules import AUFGABENROLLEN, FALLROLLEN, requires
from webui.tabellen import EXCEL, csv_lines, xlsx_file
from webui.transactions import access, database, reading

listen = Blueprint("listen", __name__, url_prefix="/listen")

Rows = Callable[[], Iterator[tuple[Any, ...]]]
AUFGABEN = ("Fallnummer", "Fall", "Aufgabe", "Person", "Fällig am", "Stand", "Zuständig", "Priorität", "Region")
WARTENDE = ("Fallnummer", "Fall", "Wartet auf", "Bei wem", "Bis")
# As many lines as one file holds; a person's own cases are far fewer.
MOST = 10_000
FAELLE = ("Fallnummer", "Fall", "Phase", "Fallführung", "Eröffnet am", "Abgeschlossen am", "Region")


@listen.get("/aufgaben.csv")
@requires(*AUFGABENROLLEN)
def aufgaben_csv() -> ResponseReturnValue:
    return _csv("aufgaben", AUFGABEN, _tasks)


@listen.get("/aufgaben.xlsx")
@requires(*AUFGABENROLLEN)
def aufgaben_xlsx() -> ResponseReturnValue:
    return _xlsx("aufgaben", AUFGABEN, _tasks)


@listen.get("/wartet.csv")
@requires(*AUFGABENROLLEN)
def wartet_csv() -> ResponseReturnValue:
    return _csv("wartet", WARTENDE, _waiting)


@listen.get("/wartet.xlsx")
@requires(*AUFGABENROLLEN)
def wartet_xlsx() -> ResponseReturnValue:
    return _xlsx("wartet", WARTENDE, _waiting)


@listen.get("/faelle.csv")
@requires(*FALLROLLEN)
def faelle_csv() -> ResponseReturnValue:
    return _csv("faelle", FAELLE, _cases)


@listen.get("/faelle.xlsx")
@requires(*FALLROLLEN)
def faelle_xlsx() -> ResponseReturnValue:
    return _xlsx("faelle", FAELLE, _cases)


def _tasks() -> Iterator[tuple[Any, ...]]:
    wanted = arbeitsfilter.read(request.args)
    with reading() as session:
        namen = konten.in_regions(session, access().regionen)
        for row in tasks.every_row(session, wanted):
            task = row.aufgabe
            due = words.frist(task.faellig_am, session.now)
            yield (
                task.fall_nr, row.bezeichnung, task.name, task.person_name, words.zurich(task.faellig_am).date() if task.faellig_am else None,
                due.worte if due else "", namen.get(row.zustaendig or "", row.zustaendig), task.priority, task.region,
            )  # fmt: skip


def _waiting() -> Iterator[tuple[Any, ...]]:
    with reading() as session:
        namen = konten.in_regions(session, access().regionen)
        for row in uebersicht.waiting(session, limit=MOST):
            due = words.zurich(row.faellig_am).date() if row.faellig_am else None
            yield row.fall_nr, row.bezeichnung, row.worauf, namen.get(row.wer, words.rolle(row.wer)), due


def _cases() -> Iterator[tuple[Any, ...]]:
    wanted = fallfilter.read(request.args)
    with reading() as session:
        namen = konten.in_regions(session, access().regionen)
        for fall in every_case(session, **fallfilter.query(wanted)):
            responsible = namen.get(fall.fallfuehrung or "", fall.fallfuehrung)
            yield fall.fall_nr, fall.bezeichnung, fall.phase, responsible, fall.eroeffnet_am, fall.abgeschlossen_am, fall.region


def _csv(name: str, head: tuple[str, ...], rows: Rows) -> ResponseReturnValue:
    _note(f"{name}.csv")
    response = Response(stream_with_context(csv_lines(head, rows())), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _xlsx(name: str, head: tuple[str, ...], rows: Rows) -> ResponseReturnValue:
    _note(f"{name}.xlsx")
    return send_file(xlsx_file(head, rows()), mimetype=EXCEL, as_attachment=True, download_name=f"{name}.xlsx")


def _note(file: str) -> None:
    """Recorded before the first line leaves; what was searched for may be a name and stays out of it."""
    args = {**arbeitsfilter.args(arbeitsfilter.read(request.args))}
    args.pop("suche", None)
    with database().begin(access()) as session:
        log(session, "ausgegeben", f"{file} {args or ''}".strip())
