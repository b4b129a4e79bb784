"""Taking running cases to another release: plan, map on the two diagrams, examine, start in batches, see what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import umstellung as commands
from engine.model.errors import FormInvalid, NotFound
from engine.queries import konten
from engine.queries import umstellung as queries
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Umstellung
from webui.rules import requires
from webui.seiten import Seiten
from webui.transactions import reading, writing

umstellungen = Blueprint("umstellungen", __name__, url_prefix="/werkstatt/umstellungen")

SIDES = {"bisher": "quelle", "neu": "ziel"}
# What can be done with a plan, and what is said then.
ACTIONS: Mapping[str, tuple[Callable[[FallSession, int], Any], str]] = {
    "pruefen": (commands.examine, "Die Fälle werden geprüft; dabei ändert sich keiner."),
    "vorlegen": (commands.submit, "Die Umstellung ist vorgelegt. Starten kann sie die Umsetzungsbegleitgruppe."),
    "anhalten": (commands.pause, "Die Umstellung hält nach dem laufenden Fall an."),
    "fortsetzen": (commands.resume, "Die Umstellung läuft weiter."),
    "verwerfen": (commands.discard, "Die Umstellung ist verworfen. Fälle, die schon umgestellt sind, bleiben es."),
}


@umstellungen.get("")
@requires(*queries.SEES)
def liste() -> ResponseReturnValue:
    return _list()


@umstellungen.post("")
@requires(commands.PLANS)
def planen() -> ResponseReturnValue:
    form = request.form
    try:
        with writing() as session:
            regionen, note, anew = form.getlist("regionen"), form.get("note", ""), bool(form.get("fristen_neu"))
            id = commands.plan(session, _number("quelle"), _number("ziel"), regionen=regionen, note=note, fristen_neu=anew).id
    except FormInvalid as error:
        return _list(errors=dict(error.errors))
    return redirect(url_for("umstellungen.zeigen", id=id), 303)


@umstellungen.get("/<int:id>")
@requires(*queries.SEES)
def zeigen(id: int) -> ResponseReturnValue:
    with reading() as session:
        plan = queries.plan(session, id)
        state = queries.stand(session, id)
        current = Seiten.wanted()
        total, cases = queries.faelle(session, id, page=current)
        maps = {process: queries.zuordnung(session, plan, process) for process in queries.processes(session, plan)}
        return render_template(
            "werkstatt/umstellung.html",
            plan=plan,
            stand=state,
            worte=state.worte(plan),
            gruende=queries.gruende(session, id),
            zuordnungen=maps,
            faelle=cases,
            seiten=Seiten.of(total, queries.PER_PAGE, current),
            **_common(session, [plan]),
        )


@umstellungen.get("/<int:id>/stand")
@requires(*queries.SEES)
def stand(id: int) -> ResponseReturnValue:
    """For the page's script, which shows the progress."""
    with reading() as session:
        plan, found = queries.plan(session, id), queries.stand(session, id)
        return jsonify(worte=found.worte(plan), offen=found.offen, total=found.total)


@umstellungen.post("/<int:id>/schritt")
@requires(*queries.CANTONAL)
def schritt(id: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    with writing() as session:
        if action == "starten":
            count = commands.start(session, id, _number("stapel") or None)
            said = f"{count} Fälle werden umgestellt." if count != 1 else "1 Fall wird umgestellt."
        elif action in ACTIONS:
            command, said = ACTIONS[action]
            command(session, id)
        else:
            raise NotFound("Dieser Schritt")
    flash(said)
    return redirect(url_for("umstellungen.zeigen", id=id), 303)


@umstellungen.get("/<int:id>/zuordnung")
@requires(*queries.CANTONAL)
def zuordnung(id: int) -> ResponseReturnValue:
    return _mapping(id)


@umstellungen.post("/<int:id>/zuordnung")
@requires(commands.PLANS)
def zuordnen(id: int) -> ResponseReturnValue:
    process = request.form.get("prozess", "")
    chosen = {name.removeprefix("ziel."): value for name, value in request.form.items() if name.startswith("ziel.")}
    try:
        with writing() as session:
            plan = queries.plan(session, id)
            before = plan.abbildung.get(process, {})
            commands.decide(session, id, process, {**_decisions(before, chosen), "fristen": _deadlines(before, "neu" if plan.fristen_neu else "behalten")})
    except FormInvalid as error:
        return _mapping(id, errors=dict(error.errors))
    flash("Die Zuordnung ist gespeichert. Prüfen Sie die Fälle damit neu.")
    return redirect(url_for("umstellungen.zeigen", id=id), 303)


@umstellungen.get("/<int:id>/diagramm/<seite>/<process>.bpmn")
@requires(*queries.CANTONAL)
def diagramm(id: int, seite: str, process: str) -> ResponseReturnValue:
    if seite not in SIDES:
        raise NotFound("Das Diagramm")
    with reading() as session:
        item = library.contents(session, getattr(queries.plan(session, id), SIDES[seite])).item("process", process)
    if item is None:
        raise NotFound("Das Diagramm")
    response = Response(item.content, mimetype="application/xml")
    # The file came from outside: opened by itself it must not run as a page of this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _mapping(id: int, *, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        plan = queries.plan(session, id)
        names = queries.processes(session, plan)
        process = request.values.get("prozess") or next(iter(names), "")
        asked = {name.removeprefix("ziel.") for name in request.form if name.startswith("ziel.")} | set(request.args.getlist("auch"))
        found = queries.zuordnung(session, plan, process, frozenset(asked)) if names else None
        html = render_template(
            "werkstatt/zuordnung.html", plan=plan, prozesse=names, zuordnung=found, values=request.form, errors=errors or {}, auch=sorted(request.args.getlist("auch"))
        )
    return html, 422 if errors else 200


def _decisions(before: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """What the table says about its elements; what it did not show stays."""
    nach = {old: new for old, new in before.get("nach", {}).items() if old not in chosen}
    verlegt = {old: one for old, one in before.get("verlegt", {}).items() if old not in chosen}
    endet = [old for old in before.get("endet", ()) if old not in chosen]
    for old, value in chosen.items():
        kind, _, target = value.partition(":")
        if kind == "nach" and target != old:
            nach[old] = target
        elif kind == "verlegt":
            verlegt[old] = {"nach": target, "grund": request.form.get(f"grund.{old}", "").strip()}
        elif kind == "endet":
            endet.append(old)
    return {"nach": nach, "verlegt": verlegt, "endet": endet}


def _deadlines(before: Mapping[str, Any], otherwise: str) -> dict[str, str]:
    """The timers that are not treated as all others are; those the page did not show stay as they are."""
    told = {name.removeprefix("frist."): value for name, value in request.form.items() if name.startswith("frist.") and value in ("neu", "behalten")}
    return {timer: how for timer, how in {**before.get("fristen", {}), **told}.items() if how != otherwise}


def _list(*, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        rows = queries.plans(session)
        common = _common(session, [plan for plan, _ in rows])
        html = render_template("werkstatt/umstellungen.html", rows=rows, freigaben=queries.releases(session), values=request.form, errors=errors or {}, **common)
    return html, 422 if errors else 200


def _common(session: FallSession, plans: list[Umstellung]) -> dict[str, Any]:
    return {
        "namen": konten.names(session, [plan.by for plan in plans] + [plan.gestartet_von for plan in plans]),
        "regionen": konten.regionen(session),
        "notizen": {one.release.id: one.release.note for one in queries.releases(session)},
    }


def _number(name: str) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
