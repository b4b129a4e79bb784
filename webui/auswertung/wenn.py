"""Before a version goes live: all history replayed on the released diagram and on the edited one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.commands.auswertung import modelldateien
from engine.commands.auswertung.ergebnis import note_result
from engine.commands.auswertung.messen import Messung, messen
from engine.model.errors import FormInvalid, NotFound
from engine.queries import konten
from engine.queries.auswertung import kennung, modelle, nachspiel
from engine.queries.auswertung import wenn as queries
from engine.queries.auswertung.auswahl import FALL, KANTONAL, Auswahl
from engine.queries.auswertung.schutz import alle, geschuetzt, gitter, spuren
from engine.queries.auswertung.zellschutz import schwelle
from engine.queries.freigaben import held_in
from engine.replay.conformance import WORDS
from engine.replay.model import Model
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, EntwurfAnwendung, Fall, Modelldatei
from webui.auswertung.gemeinsam import MIT_PROZESS, WERKZEUGE, Bild, filter_seite, frist, lesend, stufe, zelle
from webui.auswertung.start import drawing
from webui.rules import requires
from webui.transactions import access, at_once_or_again, database, reading, writing

wenn = Blueprint("wenn", __name__, url_prefix="/auswertung/wenn")

# The process owner sees the same figures, for the gate before a release.
SIEHT = (*KANTONAL, "prozess")
WORTE = {"bleibt": "gleich", "schlechter": "mehr Abweichungen", "besser": "weniger Abweichungen", "offen": "nicht entschieden"}


@wenn.get("")
@requires(*MIT_PROZESS)
def start() -> ResponseReturnValue:
    """Where to begin; the studio leads here with ``?entwurf=``, which needs no more choices."""
    if (draft := _number("entwurf")) is not None:
        chosen: dict[str, Any] = {"prozess": _most_changed(draft)} | request.args.to_dict()
        return redirect(url_for("wenn.ergebnis", **chosen))
    return _start()


@wenn.post("")
@requires(*MIT_PROZESS)
def hochladen() -> ResponseReturnValue:
    file = request.files.get("modell")
    try:
        with writing() as session:
            kept = modelldateien.keep(session, file.filename or "" if file else "", file.stream.read(modelldateien.MAX_BYTES + 1) if file else b"")
        with database().read(lesend(SIEHT)) as session:
            main = modelle.main_of(session, kept.prozess)
    except FormInvalid as error:
        return _start(error.errors)
    return redirect(url_for("wenn.ergebnis", modell=kept.id, prozess=main, basis=request.form.get("basis", "")[:9] or None), 303)


@wenn.get("/modell/<int:id>.bpmn")
@requires(*MIT_PROZESS)
def diagramm(id: int) -> ResponseReturnValue:
    with reading() as session:
        return drawing(modelle.drawing(session, id).content)


@wenn.get("/entwurf/<int:id>/<process>.bpmn")
@requires(*MIT_PROZESS)
def entwurfsdiagramm(id: int, process: str) -> ResponseReturnValue:
    with reading() as session:
        files = _draft(session, id)
        if process not in files:
            raise NotFound("Das Diagramm")
        return drawing(files[process][1])


@wenn.get("/ergebnis")
@requires(*MIT_PROZESS)
def ergebnis() -> ResponseReturnValue:
    auswahl = Auswahl.of(request.args)
    before, after, result, new, (fertig, ganz) = _compared(auswahl)
    is_complete, is_seen = before.is_complete and after.is_complete, not result.fehlend and not after.ungelesen
    if is_complete and _is_of_everything(auswahl):
        at_once_or_again(lambda session: note_result(session, new.hash, auswahl.prozess, result))
    with database().read(lesend(SIEHT)) as session:
        kept = {name: request.args[name] for name in ("modell", "entwurf", "fassung", "diagramm", "basis") if request.args.get(name)}
        html = render_template(
            "auswertung/wenn_ergebnis.html",
            **WERKZEUGE, **filter_seite(session, auswahl, kept), unterschied=result, worte=WORDS, wechsel=WORTE, neu=_name(session, auswahl),
            messung=after, fertig=fertig, ganz=ganz, is_complete=is_complete,
            ist_gesehen=is_seen,
            bild=_bild(session, auswahl, result, new), regionen=konten.regionen(session), schwelle=schwelle(session), kennungen=_kennungen(session, auswahl, new, result), nennt_nummern=not access().rollen_in("*") & set(KANTONAL),
        )  # fmt: skip
    response = Response(html)
    if not is_complete:
        # Once it is seen what changes there is something to read: less often then.
        response.headers["Refresh"] = "3" if is_seen else "1"
    return response


@wenn.get("/ergebnis.json")
@requires(*MIT_PROZESS)
def gate() -> ResponseReturnValue:
    """The same in short, for whoever asks before a release; ``fertig`` is false while cases are still to be replayed: ask again."""
    before, after, result, *_ = _compared(Auswahl.of(request.args))
    return jsonify({
        "fertig": before.is_complete and after.is_complete, "darf": result.darf and before.is_complete and after.is_complete, "faelle": result.faelle,
        # Of round numbers, as on the page.
        "vorher": _hundertstel(result.vorher), "nachher": _hundertstel(result.nachher), "wechsel": dict(result.wechsel), "ohne_grund": result.ohne_grund,
        "gruende": [{"element": one.element, "abweichung": one.art, "neu": one.neu, "weg": one.weg} for one in result.gruende],
    })  # fmt: skip


def _hundertstel(share: float | None) -> float | None:
    return None if share is None else round(share, 2)


def _start(errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with database().read(lesend(SIEHT)) as session:
        rows = list(session.scalars(select(Modelldatei).where(Modelldatei.by == access().konto).order_by(Modelldatei.id.desc()).limit(20)))
        versions = list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.kind == "process").order_by(DefinitionVersion.id, DefinitionVersion.version.desc())))
        mains = {one.id: modelle.main_of(session, one.id) for one in versions} | {one.prozess: modelle.main_of(session, one.prozess) for one in rows}
        html = render_template("auswertung/wenn.html", modelle=rows, fassungen=versions, mains=mains, errors=errors or {})
    return html, 422 if errors else 200


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _new(session: FallSession, auswahl: Auswahl) -> Model:
    """What is asked about: an uploaded drawing, or a deployed version.

    Raises:
        NotFound: neither was given.
    """
    drawn, draft = _number("modell"), _number("entwurf")
    if draft is not None:
        return modelle.of_draft(session, _draft(session, draft), auswahl.prozess)
    if drawn is not None:
        kept = modelle.drawing(session, drawn)
        return modelle.of_drawing(session, kept.content, kept.name, kept.prozess, main=auswahl.prozess)
    found = _deployed(session, auswahl)
    return modelle.of_drawing(session, found.content, found.resource_name, found.id, main=auswahl.prozess)


def _draft(session: FallSession, id: int) -> dict[str, tuple[str, bytes]]:
    """A draft's diagrams, for those who work for the canton.

    Raises:
        NotFound: no such draft, or not theirs to see.
    """
    if not access().has(*SIEHT):
        raise NotFound("Der Entwurf")
    return modelle.draft(session, id)


def _is_of_everything(auswahl: Auswahl) -> bool:
    """Whether the figures are of all cases against their own versions, so that they say something about a release."""
    return auswahl == Auswahl(auswahl.prozess) and not request.args.get("basis") and bool(access().rollen_in("*") & set(SIEHT))


def _most_changed(draft: int) -> str:
    """The process to begin with: the first whose cases the draft would lead otherwise than what its release holds."""
    with reading() as session:
        found = session.get(EntwurfAnwendung, draft)
        files = list(_draft(session, draft).values())
        before = nachspiel.diagrams(held_in(session, found.release_id if found else None))
        changed = [one.prozess for one in nachspiel.befunde(session, before, files)]
    return FALL if FALL in changed or not changed else changed[0]


def _deployed(session: FallSession, auswahl: Auswahl) -> DefinitionVersion:
    """The deployed version that is asked about, of ``diagramm`` or of the process itself.

    Raises:
        NotFound: there is none.
    """
    wanted = request.args.get("diagramm") or auswahl.prozess
    query = select(DefinitionVersion).where(DefinitionVersion.kind == "process", DefinitionVersion.id == wanted, DefinitionVersion.version == _number("fassung"))
    found = session.scalar(query)
    if found is None:
        raise NotFound("Das geänderte Diagramm")
    return found


def _compared(auswahl: Auswahl) -> tuple[Messung, Messung, queries.Unterschied, Model, tuple[int, int]]:
    """Both sides, what changes, and how many results are there of how many. With filters everybody is replayed: what may be told of some is a
    matter of all.
    """
    narrow, enough = lesend(SIEHT), frist()
    with database().read(narrow) as session:
        is_refused, grid = bool(geschuetzt(session, auswahl).verweigert), gitter(session, auswahl)
        chosen, is_grob = {spur.instanz_nummer for spur in spuren(session, auswahl)} if grid.gewaehlt else None, grid.is_grob
    with reading() as session:
        new, base, least = _new(session, auswahl), _number("basis"), schwelle(session)
        old = None if base is None else modelle.of_version(session, auswahl.prozess, base)
    everybody = [messen(database(), narrow, alle(auswahl), enough, model=model) for model in (old, new)]
    everybody = [_of(everybody[0], _numbers(everybody[1])), _of(everybody[1], _numbers(everybody[0]))]
    before, after = everybody if chosen is None else [_of(one, chosen) for one in everybody]
    result = queries.unterschied(before.faelle, after.faelle, schwelle=least)
    if result.fehlend or any(one.ungelesen for one in everybody) or chosen is not None and not all(one.is_complete for one in everybody):
        result = queries.unfertig(result)
    elif chosen is not None:
        with database().read(narrow) as session:
            result = queries.geschuetzt(session, auswahl, result, everybody[0].faelle, everybody[1].faelle, f"{new.hash} {base}")
    with reading() as session:
        releases = {case.spur.release_id for case in before.faelle}
        known = [old] if old is not None else [modelle.of_release(session, one, auswahl.prozess) for one in sorted(releases)]
        result = queries.benannt(result, {id_: name for model in known for id_, name in model.names().items()})
    if auswahl.prozess != FALL or is_grob:
        result = queries.grob(result, schwelle=least)
    # What may not be answered is no leave to go live.
    result = replace(result, darf=result.darf and not is_refused)
    return before, after, result, new, (sum(one.fertig for one in everybody), 2 * len(everybody[0].faelle))


def _numbers(one: Messung) -> set[int]:
    return {case.spur.instanz_nummer for case in one.faelle}


def _of(one: Messung, numbers: Collection[int]) -> Messung:
    """Only these cases; while cases are still being read, the side looked at later has some more."""
    return replace(one, faelle=tuple(case for case in one.faelle if case.spur.instanz_nummer in numbers))


def _name(session: FallSession, auswahl: Auswahl) -> str:
    drawn, draft = _number("modell"), _number("entwurf")
    if draft is not None:
        return f"Entwurf {session.get_one(EntwurfAnwendung, draft).name}"
    if drawn is not None:
        return modelle.drawing(session, drawn).name
    found = _deployed(session, auswahl)
    return f"{found.name or found.id}, Fassung {found.version}"


def _bild(session: FallSession, auswahl: Auswahl, result: queries.Unterschied, new: Model) -> Bild:
    """Of a draft with several diagrams that in which most differs."""
    drawn, draft = _number("modell"), _number("entwurf")
    if draft is not None:
        shown = request.args.get("diagramm") or new.where_most({one.element for one in result.gruende})
        source = url_for("wenn.entwurfsdiagramm", id=draft, process=shown)
    elif drawn is not None:
        source = url_for("wenn.diagramm", id=drawn)
    else:
        source = url_for("auswertung.diagramm", key=_deployed(session, auswahl).key)
    return Bild(auswahl.prozess, "Geändertes Diagramm", source, _marken(result.gruende))


def _marken(gruende: Sequence[queries.Grund]) -> dict[str, dict[str, Any]]:
    """For each element the largest shown number of cases that deviate there now, or else that no longer do, and in words everything."""
    grouped: dict[str, list[queries.Grund]] = {}
    for one in gruende:
        grouped.setdefault(one.element, []).append(one)
    most = max((one.neu or 0 for one in gruende), default=0)
    return {element: _marke(rows, most) for element, rows in grouped.items()}


def _marke(rows: Sequence[queries.Grund], most: int) -> dict[str, Any]:
    title = "; ".join(f"{WORDS[one.art]}: {' '.join(_gezaehlt(one))}" for one in rows)
    if any(one.neu != 0 for one in rows):
        new = max(one.neu or 0 for one in rows)
        return {"text": f"+{zelle(new or None)}", "titel": title, "klasse": "ff-zahl--schlecht", "stufe": stufe(new, most)}
    return {"text": f"−{zelle(max(one.weg or 0 for one in rows) or None)}", "titel": title, "klasse": "ff-zahl--gut"}


def _gezaehlt(one: queries.Grund) -> list[str]:
    return [f"{sign}{zelle(number)}" for sign, number in (("+", one.neu), ("−", one.weg)) if number != 0]


def _kennungen(session: FallSession, auswahl: Auswahl, new: Model, result: queries.Unterschied) -> dict[tuple[str, str], list[str]]:
    """Which cases: their numbers to the Leitung that leads them, to evaluators what they are called in this one list."""
    if access().rollen_in("*") & set(KANTONAL):
        choice = [f"{name}={value}" for name, value in auswahl.as_args().items()]
        choice += [new.hash, request.args.get("basis", "")]
        return {key: kennung.kennungen(session, (*choice, *key), ids) for key, ids in result.betroffen.items()}
    if not access().has(*KANTONAL, "leitung"):
        return {}
    ids = {id_ for rows in result.betroffen.values() for id_ in rows}
    numbers = dict(session.execute(select(Fall.id, Fall.fall_nr).where(Fall.id.in_(ids))).all())
    return {key: [numbers[id_] for id_ in rows if id_ in numbers] for key, rows in result.betroffen.items()}
