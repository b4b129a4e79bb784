"""Logs of other case software: upload, say what the columns mean, assign activities, replay on a diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.commands.auswertung import modelldateien, rohdateien
from engine.commands.auswertung import protokolle as commands
from engine.commands.auswertung.fremdes import play
from engine.commands.auswertung.verfall import EXPIRED, KEPT
from engine.model.errors import FormInvalid, NotFound, NotWaiting
from engine.queries.auswertung import film, modelle
from engine.queries.auswertung import protokolle as queries
from engine.queries.auswertung.auswahl import KANTONAL
from engine.replay.conformance import WORDS, Replayer
from engine.replay.lifecycle import TRANSITIONS
from engine.replay.log import LogUnreadable
from engine.replay.model import Model
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Modelldatei, Protokoll
from webui.auswertung.film import as_dict, picture_text
from webui.auswertung.gemeinsam import WERKZEUGE, Bild, fassung_name, frist, prozent, prozess_name, stufe, zelle
from webui.auswertung.start import drawing
from webui.errors import gone, page
from webui.rules import requires
from webui.tabellen import csv_lines
from webui.transactions import access, database, reading, writing

protokolle = Blueprint("protokolle", __name__, url_prefix="/auswertung/protokolle")

SPALTEN = {"case": "Fall", "activity": "Aktivität", "timestamp": "Zeitpunkt", "lifecycle": "Zustand (lifecycle)"}
WIE = {"id": "Id", "name": "Name", "hand": "von Hand", "nirgends": "nicht gefunden"}
SHOWN = 25
DELETED = "Dieses Protokoll gibt es nicht oder nicht mehr, vielleicht wurde es in einem anderen Fenster gelöscht. Es wurde nichts geändert."


@protokolle.errorhandler(NotFound)
def verschwunden(error: NotFound) -> ResponseReturnValue:
    """A page of a log that was deleted meanwhile, as in another window."""
    message = DELETED if error.what == "Das Protokoll" else str(error)
    return gone(error, message, ("Alle Protokolle", url_for("protokolle.liste")))


@protokolle.get("")
@requires(*KANTONAL)
def liste() -> ResponseReturnValue:
    return _list()


@protokolle.post("")
@requires(*KANTONAL)
def hochladen() -> ResponseReturnValue:
    file = request.files.get("datei")
    name = file.filename or "" if file else ""
    try:
        with rohdateien.received(name, file.stream if file else BytesIO()) as path, writing() as session:
            made = commands.upload(session, name, path)
    except FormInvalid as error:
        return _list(error.errors)
    return _go_on(made)


@protokolle.get("/<int:id>")
@requires(*KANTONAL)
def zeigen(id: int) -> ResponseReturnValue:
    with reading() as session:
        protokoll = commands.own(session, id)
    if protokoll.zustand == commands.NEW:
        return _columns(id)
    if protokoll.zustand == commands.BROKEN:
        return redirect(url_for("protokolle.liste"), 303)  # where it is said why, beside the form to try again
    if protokoll.zustand == commands.WAITS:
        return _waiting(id)
    if protokoll.zustand == EXPIRED:
        return render_template("auswertung/protokoll_verfallen.html", protokoll=protokoll)
    return _result(id)


@protokolle.post("/<int:id>/spalten")
@requires(*KANTONAL)
def spalten(id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            made = commands.choose(session, id, request.form, request.form.get("zone", ""), _meant())
    except FormInvalid as error:
        return _columns(id, error.errors)
    except NotWaiting:
        return _chosen_before(id)
    return _go_on(made)


def _chosen_before(id: int) -> ResponseReturnValue:
    """The form was older than what the log is now, as when it was read in in another window."""
    with reading() as session:
        protokoll = commands.own(session, id)
    what = "verfallen; es ist nochmals hochzuladen" if protokoll.zustand == EXPIRED else "eingelesen, wohl in einem anderen Fenster"
    told = f"Das Protokoll «{protokoll.name}» ist inzwischen {what}. Es wurde nichts geändert."
    return page(409, "Das ist schon geschehen", told, ways=[("Zum Protokoll", url_for("protokolle.zeigen", id=id)), ("Alle Protokolle", url_for("protokolle.liste"))])


def _meant() -> dict[str, str]:
    """What the states mean that the page asked about."""
    return {request.form.get(f"text{at}", ""): request.form.get(f"zustand{at}", "") for at in range(commands.MOST_STATES)}


@protokolle.post("/<int:id>/modell")
@requires(*KANTONAL)
def modell(id: int) -> ResponseReturnValue:
    """Choose what the log is replayed on: a deployed version, or a diagram from a file."""
    file, wanted = request.files.get("modell"), request.form.get("fassung", "")
    try:
        with writing() as session:
            protokoll = commands.own(session, id)
            if file is not None and file.filename:
                kept = modelldateien.keep(session, file.filename, file.stream.read(modelldateien.MAX_BYTES + 1))
                protokoll.modelldatei_id, protokoll.prozess, protokoll.version, protokoll.nur_menschen = kept.id, kept.prozess, None, None
            else:
                _choose_version(session, protokoll, wanted)
    except FormInvalid as error:
        return _result(id, error.errors)
    return redirect(url_for("protokolle.zeigen", id=id), 303)


@protokolle.post("/<int:id>/zuordnung")
@requires(*KANTONAL)
def zuordnen(id: int) -> ResponseReturnValue:
    with writing() as session:
        protokoll = commands.own(session, id)
        names = {str(number): name for number, (name, _) in enumerate(protokoll.aktivitaeten)}
        protokoll.zuordnung = {name: value[:200] for number, name in names.items() if (value := request.form.get(f"a{number}", ""))}
    flash("Die Zuordnung ist gespeichert.")
    return redirect(url_for("protokolle.zeigen", id=id), 303)


@protokolle.post("/<int:id>/automatisch")
@requires(*KANTONAL)
def automatisch(id: int) -> ResponseReturnValue:
    """Whether automatic steps that the log never names count as skipped."""
    with writing() as session:
        commands.own(session, id).nur_menschen = request.form.get("zaehlen") != "ja"
    return redirect(url_for("protokolle.zeigen", id=id), 303)


@protokolle.get("/<int:id>/fehler.csv")
@requires(*KANTONAL)
def fehler(id: int) -> ResponseReturnValue:
    with reading() as session:
        rows = commands.own(session, id).fehler
    return _csv(["Zeile", "Grund"], rows, "fehler.csv")


@protokolle.get("/<int:id>/varianten.csv")
@requires(*KANTONAL)
def varianten(id: int) -> ResponseReturnValue:
    with reading() as session:
        protokoll = commands.own(session, id)
        spiel = queries.spiel(session, protokoll, _model(session, protokoll))
    found, _ = play(database(), spiel, frist())
    result = queries.ergebnis(spiel.wege, found, schwelle=1)
    names = queries.namen(spiel)
    lines = [[one.faelle, *_cost(one), *(" → ".join(steps) for steps in ([names.get(step, step) for step in one.schritte], one.schritte))] for one in result.varianten]
    return _csv(["Fälle", "Kosten", "mindestens", "höchstens", "Schritte", "nachgespielt als"], lines, "varianten.csv")


@protokolle.get("/<int:id>/modell.bpmn")
@requires(*KANTONAL)
def diagramm(id: int) -> ResponseReturnValue:
    with reading() as session:
        return drawing(_content(session, commands.own(session, id)))


@protokolle.get("/<int:id>/fall/<int:nr>")
@requires(*KANTONAL)
def fall(id: int, nr: int) -> ResponseReturnValue:
    protokoll, pseudonym, found = _film(id, nr)
    with reading() as session:
        name = _modellname(session, protokoll)
    texts = [picture_text(one) for one in found.bilder]
    return render_template(
        "auswertung/protokoll_fall.html", **WERKZEUGE, protokoll=protokoll, nr=nr, pseudonym=pseudonym, film=found, texte=texts,
        diagramme=[{"prozess": protokoll.prozess, "name": name}],
    )  # fmt: skip


@protokolle.get("/<int:id>/fall/<int:nr>.json")
@requires(*KANTONAL)
def fall_daten(id: int, nr: int) -> ResponseReturnValue:
    protokoll, _, found = _film(id, nr)
    return jsonify(as_dict(found, [{"prozess": protokoll.prozess, "name": protokoll.prozess, "quelle": url_for("protokolle.diagramm", id=id)}]))


@protokolle.post("/<int:id>/loeschen")
@requires(*KANTONAL)
def loeschen(id: int) -> ResponseReturnValue:
    with writing() as session:
        commands.remove(session, id)
    flash("Das Protokoll ist gelöscht.")
    return redirect(url_for("protokolle.liste"), 303)


def _go_on(made: Protokoll) -> ResponseReturnValue:
    """Small files are read at once; larger ones by the scheduler, while the page waits."""
    if made.zustand == commands.WAITS:
        with reading() as session:
            is_small = commands.is_small(session, made.id)
        if is_small:
            commands.read_in(database(), made.id)
    return redirect(url_for("protokolle.zeigen", id=made.id), 303)


def _list(errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        rows = list(session.scalars(select(Protokoll).where(Protokoll.by == access().konto).order_by(Protokoll.id.desc()).limit(100)))
    told = _told_once() if any(row.zustand == commands.BROKEN for row in rows) else []
    html = render_template(
        "auswertung/protokolle.html", **WERKZEUGE,
        rows=[row for row in rows if row.zustand != commands.BROKEN], errors=errors or {}, abgewiesen=told, megabyte=rohdateien.MAX_BYTES >> 20,
    )  # fmt: skip
    return html, 422 if errors else 200


def _waiting(id: int) -> Response:
    with reading() as session:
        protokoll, (read, size) = commands.own(session, id), commands.how_far(session, id)
    html = render_template("auswertung/protokoll_wartet.html", protokoll=protokoll, gelesen=read, bytes=size, von=_megabytes(size), mb=_megabytes(read))
    return Response(html, headers={"Refresh": "2"})


def _megabytes(count: int) -> str:
    """Small files with a decimal, so that something moves."""
    return f"{count / (1 << 20):.{0 if count >= 10 << 20 else 1}f}"


def _told_once() -> list[str]:
    with writing() as session:
        return commands.refused(session)


def _columns(id: int, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        protokoll = commands.own(session, id)
        try:
            seen, guessed = commands.look(session, id)
        except LogUnreadable as error:  # kept by a version that looked at files later
            return _give_up(id, error)
    asks = request.method == "POST"
    given: Any = request.form if asks else {"zone": protokoll.spalten.get("zone", ""), **{name: guessed.get(name, "") for name in SPALTEN}}
    told = dict(errors or {}) or ({protokoll.spalten.get("falsch") or "case": protokoll.meldung} if protokoll.meldung else {})
    html = render_template(
        "auswertung/protokoll_spalten.html", stunden=int(KEPT.total_seconds() // 3600), protokoll=protokoll, gesehen=seen, spalten=SPALTEN, werte=given, zonen=commands.ZONES, errors=told,
        zustaende=commands.states(seen, given.get("lifecycle", "")), uebergaenge=TRANSITIONS,
    )  # fmt: skip
    return html, 422 if errors else 200


def _give_up(id: int, error: LogUnreadable) -> ResponseReturnValue:
    with writing() as session:
        commands.give_up(session, commands.own(session, id), error)
    return redirect(url_for("protokolle.liste"), 303)


def _result(id: int, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with reading() as session:
        protokoll = commands.own(session, id)
        fassungen = list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.kind == "process").order_by(DefinitionVersion.id, DefinitionVersion.version.desc())))
        given: dict[str, Any] = {"protokoll": protokoll, "fassungen": fassungen, "errors": errors or {}, "worte": WORDS, "wie": WIE, **WERKZEUGE}
        if not protokoll.prozess:
            return render_template("auswertung/protokoll.html", ergebnis=None, **given), 422 if errors else 200
        model = _model(session, protokoll)
        spiel = queries.spiel(session, protokoll, model)
        given["modellname"] = _modellname(session, protokoll)
        given["namen"] = queries.namen(spiel)
        given["andere"] = [(prozess_name(session, process), number) for process, number in spiel.ausgelassen.items()]
        examples = queries.beispiele(session, protokoll, spiel) if protokoll.faelle <= 20_000 else {}
    found, missing = play(database(), spiel, frist())
    result = queries.ergebnis(spiel.wege, found, schwelle=1)
    most = max((count or 0 for *_, count in result.abweichungen), default=0)
    bild = Bild(protokoll.prozess, given["modellname"], url_for("protokolle.diagramm", id=id), _marks(result, most))
    html = render_template(
        "auswertung/protokoll.html", **given, ergebnis=result, fehlend=missing, spiel=spiel, ziele=queries.ziele(model), bild_daten=bild,
        anteil=prozent(result.passend / result.faelle if result.faelle else None), beispiele=examples, gezeigt=SHOWN, hinweise=model.unsupported,
    )  # fmt: skip
    response = Response(html, 422 if errors else 200)
    if missing and not errors:
        response.headers["Refresh"] = "1"
    return response


def _marks(result: queries.Ergebnis, most: int) -> dict[str, dict[str, Any]]:
    """For each element with deviations the largest number of cases, and in words all of them."""
    grouped: dict[str, list[tuple[str, int]]] = {}
    for element, _, what, count in result.abweichungen:
        grouped.setdefault(element, []).append((what, count or 0))
    largest = {element: max(count for _, count in rows) for element, rows in grouped.items()}
    return {
        element: {
            "text": zelle(largest[element]), "titel": "; ".join(f"{WORDS[what]}: {zelle(count)}" for what, count in rows),
            "klasse": "ff-zahl--schlecht", "stufe": stufe(largest[element], most),
        }
        for element, rows in grouped.items()
    }  # fmt: skip


def _choose_version(session: FallSession, protokoll: Protokoll, wanted: str) -> None:
    found = session.get(DefinitionVersion, int(wanted)) if wanted.isdecimal() and len(wanted) < 12 else None
    if found is None or found.kind != "process":
        raise FormInvalid({"modell": "Wählen Sie eine Fassung oder eine BPMN-Datei."})
    protokoll.modelldatei_id, protokoll.prozess, protokoll.version, protokoll.nur_menschen = None, found.id, found.version, None


def _modellname(session: FallSession, protokoll: Protokoll) -> str:
    """What people know the model by: the name of its file, or of the process."""
    file = session.get(Modelldatei, protokoll.modelldatei_id) if protokoll.modelldatei_id else None
    return file.name if file else fassung_name(session, protokoll.prozess, protokoll.version)


def _model(session: FallSession, protokoll: Protokoll) -> Model:
    if protokoll.modelldatei_id is not None:
        kept = modelle.drawing(session, protokoll.modelldatei_id)
        return modelle.of_drawing(session, kept.content, kept.name, kept.prozess)
    if not protokoll.prozess:
        raise NotFound("Das Modell")
    return modelle.of_version(session, protokoll.prozess, protokoll.version)


def _content(session: FallSession, protokoll: Protokoll) -> bytes:
    if protokoll.modelldatei_id is not None:
        return session.get_one(Modelldatei, protokoll.modelldatei_id).content
    found = session.scalar(
        select(DefinitionVersion).where(DefinitionVersion.kind == "process", DefinitionVersion.id == protokoll.prozess, DefinitionVersion.version == protokoll.version)
    )
    if found is None:
        raise NotFound("Das Modell")
    return found.content


def _film(id: int, nr: int) -> tuple[Protokoll, str, film.Film]:
    """Only of one's own upload, and recorded."""
    with writing() as session:
        protokoll = commands.own(session, id)
        log(session, "film", f"Protokoll {id}, Fall {nr}")
    with reading() as session:
        spiel = queries.spiel(session, protokoll, _model(session, protokoll))
        pseudonym, events, origin = queries.fall(session, protokoll, nr, spiel.zeilen)
    replayer = Replayer(spiel.model, match=spiel.match, events=spiel.events, is_open=spiel.events == "shown" and not origin.is_over)
    return protokoll, pseudonym, film.of_trace(events, replayer, [protokoll.prozess])


def _cost(one: queries.Variante) -> tuple[Any, Any, Any]:
    found = one.gefunden
    if found is None:
        return "", "", ""
    return ("nicht entschieden" if found.cost is None else found.cost), found.lower, "" if found.upper is None else found.upper


def _csv(head: list[str], rows: Any, name: str) -> Response:
    lines: Iterator[str] = csv_lines(head, rows)
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})
