"""Where the cases stand: counts and durations on the diagram and in a table, and what is stuck. No case is named to who may see none."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands
from engine.commands.incidents import OPERATES
from engine.model.errors import FallflussError, NotFound
from engine.queries import eingriffe, konten
from engine.queries import lage as queries
from engine.queries.umstellung import CANTONAL
from engine.store import library
from engine.store.everywhere import everywhere
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from webui.rules import requires
from webui.transactions import access, database, reading

lage = Blueprint("lage", __name__, url_prefix="/werkstatt/lage")

# These see counts of all regions and no case; operators repeat what is stuck, by its cause.
COUNTS = (*CANTONAL, OPERATES)
SEES = (*COUNTS, "leitung", "teamleitung")
RETRIES = ("leitung", "teamleitung")
FIRST = "fall"


@lage.get("")
@requires(*SEES)
def zeigen() -> ResponseReturnValue:
    with reading() as session:
        regionen = _regions(session)
        chosen = [request.args["region"]] if request.args.get("region") in regionen else []
        with _counting(session):
            versions = queries.fassungen(session)
            release_id = _release(versions)
            view = _view(session, release_id, chosen) if release_id else {}
        return render_template(
            "werkstatt/lage.html", fassungen=versions, freigabe=release_id, regionen=regionen, region=chosen[0] if chosen else "", retries=access().has(*RETRIES), operates=_operates(), **view
        )


@lage.get("/diagramm/<int:freigabe>/<process>.bpmn")
@requires(*SEES)
def diagramm(freigabe: int, process: str) -> ResponseReturnValue:
    with reading() as session:
        item = library.contents(session, freigabe).item("process", process)
    if item is None:
        raise NotFound("Das Diagramm")
    response = Response(item.content, mimetype="application/xml")
    # The file came from outside: opened by itself it must not run as a page of this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@lage.get("/stoerungen")
@requires(*RETRIES)
def stoerungen() -> ResponseReturnValue:
    with reading() as session:
        rows = eingriffe.stoerungen(session, *(request.args.get(name, "") for name in ("prozess", "element", "art")))
        return render_template("werkstatt/stoerungen.html", rows=rows, regionen=konten.regionen(session))


@lage.post("/stoerungen")
@requires(*RETRIES)
def wiederholen() -> ResponseReturnValue:
    """Each in a transaction of its own, so that one that fails again does not hold up the rest."""
    keys = [int(key) for key in request.form.getlist("key") if key.isascii() and key.isdigit() and len(key) < 19]
    solved = [_retried(key) for key in keys]
    count = sum(solved)
    if not keys:
        flash("Wählen Sie zuerst Störungen aus. Es wurde nichts geändert.")
    else:
        flash(f"{count} von {len(keys)} behoben." + (" Die übrigen sind wieder stehen geblieben; der Grund steht dabei." if count < len(keys) else ""))
    prozess, element, art = (request.args.get(name, "") for name in ("prozess", "element", "art"))
    return redirect(url_for("lage.stoerungen", prozess=prozess, element=element, art=art), 303)


def _operates() -> bool:
    return OPERATES in access().rollen_in(KANTON)


def _counting(session: FallSession) -> AbstractContextManager[None]:
    """All regions for who sees counts only; the own ones for everybody else."""
    return everywhere(session) if access().has(*COUNTS) else nullcontext()


def _retried(key: int) -> bool:
    try:
        with database().begin(access()) as session:
            return commands.resolve_incident(session, key)
    except FallflussError:
        return False


def _view(session: FallSession, release_id: int, regionen: list[str]) -> dict[str, Any]:
    names = queries.processes(session, release_id)
    process = request.args.get("prozess", FIRST)
    if process not in names:
        process = next(iter(names))
    of = queries.Ausschnitt(release_id, regionen)
    rows = queries.stellen(session, process, of, library.contents(session, release_id).process(process).elements.values())
    return {
        "prozesse": names,
        "prozess": process,
        "stellen": rows,
        "stand": {
            "aktiv": {row.element.id: row.faelle for row in rows if row.faelle},
            "erledigt": [],
            "genommen": [],
            "stoerungen": {row.element.id: row.stoerungen for row in rows if row.stoerungen},
            "dauer": {row.element.id: f"{row.dauer_tagen:.0f} T" for row in rows if row.dauer_tagen is not None},
        },
        "ursachen": queries.ursachen(session, queries.Ausschnitt(None, regionen)),
    }


def _release(versions: list[queries.Fassung]) -> int | None:
    """The one asked for, else the one with the most cases."""
    wanted = request.args.get("freigabe", "")
    known = {str(one.release.id): one.release.id for one in versions}
    most = max(versions, key=lambda one: one.total, default=None)
    return known.get(wanted) or (most.release.id if most else None)


def _regions(session: FallSession) -> dict[str, str]:
    names = konten.regionen(session)
    return names if access().has(*COUNTS) else {kuerzel: names[kuerzel] for kuerzel in sorted(access().regionen) if kuerzel in names}
