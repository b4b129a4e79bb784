"""Adherence: how many cases fit their diagram, where the others leave it, and what of that somebody accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.auswertung import akzeptieren
from engine.commands.auswertung.messen import Messung
from engine.commands.auswertung.treue import NotReplayed
from engine.commands.auswertung.treue import treue as messen_treue
from engine.model.errors import FormInvalid, NotFound
from engine.queries import konten
from engine.queries.auswertung import auswahl as wahl
from engine.queries.auswertung import modelle, spreizung, treue
from engine.queries.auswertung.abschnitt import Abschnitt
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.rahmen import Rahmen, rahmen
from engine.queries.auswertung.tafeln import ABWEICHUNGEN, TREUE, abweichungen_tafel, nach_namen, treue_tafeln
from engine.queries.auswertung.zellschutz import schwelle
from engine.replay.conformance import WORDS
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion
from webui.auswertung.gemeinsam import (
    MIT_PROZESS,
    SEHEN,
    WERKZEUGE,
    balken,
    bilder,
    filter_seite,
    frist,
    lesend,
    prozent,
    stufe,
    tafel_csv,
    zelle,
)
from webui.rules import requires
from webui.transactions import access, database, reading, writing

auswertung = Blueprint("auswertung", __name__, url_prefix="/auswertung")

# What a Leitung and the Koordination may do beside looking.
ANNEHMEN = (akzeptieren.KANTON, akzeptieren.REGION)


@auswertung.get("")
@requires(*SEHEN)
def start() -> ResponseReturnValue:
    return _page()


@auswertung.get("/treue.csv")
@requires(*SEHEN)
def treue_csv() -> ResponseReturnValue:
    """Deviations by element, as on the page."""
    return _csv(ABWEICHUNGEN)


@auswertung.get("/treue/fassungen.csv")
@requires(*SEHEN)
def fassungen_csv() -> ResponseReturnValue:
    """Adherence by version and region, as on the page."""
    return _csv(TREUE)


@auswertung.get("/treue/spreizung.csv")
@requires(*SEHEN)
def spreizung_csv() -> ResponseReturnValue:
    """How far the regions lie apart in adherence, as on the page."""
    return _csv(spreizung.TREUE)


def _csv(teil: str) -> ResponseReturnValue:
    found, auswahl = _complete()
    with database().read(lesend()) as session:
        known, frame = {one.schluessel: one for one in _tafeln(session, found)}, _rahmen(session, auswahl)
    if teil not in known:
        raise NotFound("Diese Kennzahl")
    return tafel_csv(known[teil], frame)


def _tafeln(session: FallSession, found: treue.Treue) -> list[Abschnitt]:
    return [*treue_tafeln(found, wahl.regionen(session)), abweichungen_tafel(found, WORDS)]


def _rahmen(session: FallSession, auswahl: Auswahl) -> Rahmen:
    """What the tables rest on; measured against one version that is said, too."""
    gegen, frame = _gegen(), rahmen(session, auswahl)
    return frame if gegen is None else replace(frame, fassung=f"{frame.fassung}, alle gemessen an Fassung {gegen}")


def treue_bericht() -> treue.Treue:
    """Adherence as the report prints it: each case on its own version, and what the page withholds is withheld.

    Raises:
        NotReplayed: ask again.
    """
    return _complete(eigene=True)[0]


@auswertung.post("/akzeptiert")
@requires(*ANNEHMEN)
def annehmen() -> ResponseReturnValue:
    form = request.form
    element, _, what = form.get("abweichung", "").rpartition("|")
    try:
        with writing() as session:
            akzeptieren.accept(session, form.get("prozess", ""), element, what, gilt_in=form.get("gilt_in", ""), grund=form.get("grund", ""))
    except FormInvalid as error:
        return _page(errors=error.errors)
    flash("Die Abweichung gilt als akzeptiert.")
    return redirect(url_for("auswertung.start", prozess=form.get("prozess", "fall")), 303)


@auswertung.post("/akzeptiert/<int:id>/aufheben")
@requires(*ANNEHMEN)
def aufheben(id: int) -> ResponseReturnValue:
    with writing() as session:
        found = akzeptieren.give_up(session, id)
    flash("Die Abweichung zählt dort wieder.")
    return redirect(url_for("auswertung.start", prozess=found.process), 303)


@auswertung.get("/diagramm/<int:key>.bpmn")
@requires(*MIT_PROZESS, "aufsicht")
def diagramm(key: int) -> ResponseReturnValue:
    with reading() as session:
        found = session.get(DefinitionVersion, key)
        if found is None or found.kind != "process":
            raise NotFound("Das Diagramm")
        return drawing(found.content)


def drawing(content: bytes) -> Response:
    """A file that came from outside: opened by itself it must not run as a page of this site."""
    response = Response(content, mimetype="application/xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _gegen() -> int | None:
    """The version everything is measured against, when one is asked for."""
    wanted = request.args.get("gegen", "")
    return int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None


def _measured(*, eigene: bool = False) -> tuple[Messung, treue.Treue, Auswahl]:
    auswahl = Auswahl.of(request.args)
    return (*messen_treue(database(), lesend(), auswahl, frist, gegen=None if eigene else _gegen()), auswahl)


def _complete(*, eigene: bool = False) -> tuple[treue.Treue, Auswahl]:
    """For a file: of all cases or not at all."""
    measured, found, auswahl = _measured(eigene=eigene)
    if not measured.is_complete:
        raise NotReplayed(measured)
    return found, auswahl


def _page(errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    measured, found, auswahl = _measured()
    gegen = _gegen()
    with database().read(lesend()) as session:
        kept, namen = {} if gegen is None else {"gegen": str(gegen)}, konten.regionen(session)
        found = nach_namen(found, namen)
        release = max((one.spur.release_id for one in measured.faelle), default=None)
        if gegen is not None:
            release = modelle.release_of(session, auswahl.prozess, gegen) or release
        calls = modelle.of_release(session, release, auswahl.prozess).called if release else {}
        ordered = [auswahl.prozess, *(one for one in calls if one != auswahl.prozess)]
        angenommen = treue.akzeptierte(session, auswahl.prozess, alle=True)
        html = render_template(
            "auswertung/start.html",
            **WERKZEUGE, **filter_seite(session, auswahl, kept),
            messung=measured, treue=found, worte=WORDS, schwelle=schwelle(session), gegen=kept.get("gegen", ""), fassungen=_deployed(session, auswahl.prozess),
            bilder=[bild for bild in bilder(session, release, ordered, _marken(found)) if bild.marken or bild.prozess == auswahl.prozess],
            schaubild=_schaubild(found, namen), angenommen=angenommen, errors=errors or {}, values=request.form,
            tafeln={one.schluessel: one for one in _tafeln(session, found)}, rahmen=_rahmen(session, auswahl), namen=konten.names(session, [row.by for row in angenommen] + [row.aufgehoben_von for row in angenommen]),
            regionen=namen, wo=_wo(), waehlbar=_waehlbar(found, treue.geltend(angenommen)),
            elementnamen={one.element: one.name for one in found.abweichungen},
        )  # fmt: skip
    response = Response(html, 422 if errors else 200)
    if not measured.is_complete and not errors:
        response.headers["Refresh"] = "1"
    return response


def _wo() -> list[str]:
    with database().read(access()) as session:
        return akzeptieren.where_may(session)


def _waehlbar(found: treue.Treue, geltend: treue.Geltend) -> list[treue.Abweichung]:
    """The deviations that this person may still accept somewhere."""
    held = {(one.element, one.art): geltend.get((one.element, one.art), ()) for one in found.abweichungen}
    return [one for one in found.abweichungen if any(not {place, treue.ALLE} & set(held[one.element, one.art]) for place in _wo())]


def _deployed(session: FallSession, prozess: str) -> list[int]:
    return [row.version for row in session.query(DefinitionVersion.version).filter_by(kind="process", id=prozess).order_by(DefinitionVersion.version)]


def _marken(found: treue.Treue) -> dict[str, dict[str, Any]]:
    """For each element with deviations the largest number of cases, and in words all of them."""
    grouped: dict[str, list[treue.Abweichung]] = {}
    for one in found.abweichungen:
        grouped.setdefault(one.element, []).append(one)
    most = max((one.faelle or 0 for one in found.abweichungen), default=0)
    return {element: _marke(rows, most) for element, rows in grouped.items()}


def _marke(rows: Sequence[treue.Abweichung], most: int) -> dict[str, Any]:
    shown = max((one.faelle or 0 for one in rows), default=0)
    title = "; ".join(f"{WORDS[one.art]}: {zelle(one.faelle) if one.faelle is not None else 'unter der Schwelle'}" for one in rows)
    return {"text": zelle(shown) if shown else "*", "titel": title, "klasse": "ff-zahl--schlecht", "stufe": stufe(shown, most)}


def _schaubild(found: treue.Treue, namen: Mapping[str, str]) -> dict[str, Any] | None:
    """The share of fitting cases by row, where it is shown at all."""
    several = len({row.version for row in found.zeilen}) > 1
    rows = [(f"{namen.get(row.region, row.region)}{f', Fassung {row.version}' if several else ''}", row.anteil) for row in found.zeilen if row.anteil is not None]
    if len(rows) < 2:
        return None
    drawn = [(name, round(share, 2)) for name, share in rows] if found.ist_grob else rows
    return {**balken(drawn, "passende Fälle"), "beschreibung": ", ".join(f"{name} {prozent(share, ist_grob=found.ist_grob)}" for name, share in rows)}
