"""The figures of the evaluation on screen: each with its definition, its number of cases, its chart, and the same as a table."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from engine.cases.papiere import render
from engine.commands.auswertung.spuren import catch_up
from engine.model.errors import NotFound
from engine.queries.auswertung import kennzahlen as queries
from engine.queries.auswertung.abschnitt import Abschnitt, nicht_gezeigt
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.bericht import ART
from engine.queries.auswertung.bericht import bericht as papier
from engine.queries.auswertung.bilder import untergrenze
from engine.queries.auswertung.kennzahlen import Figures
from engine.queries.auswertung.kennzahlen_json import als_daten
from engine.queries.auswertung.rahmen import rahmen
from engine.queries.auswertung.schutz import alle
from engine.queries.auswertung.tafeln import JE_MONAT, tafeln, warum_nicht
from engine.queries.auswertung.verbund import KANTON
from engine.queries.auswertung.wirkung import wirkung
from engine.queries.auswertung.zellschutz import schwelle
from engine.statistics.suppression import ALL
from engine.store.session import FallSession
from webui.akte import attachment
from webui.auswertung.gemeinsam import SEHEN, WERKZEUGE, balken, filter_seite, frist, lesend, tafel_csv
from webui.auswertung.start import treue_bericht
from webui.rules import requires
from webui.tabellen import csv_lines
from webui.transactions import database
from webui.words import SEGMENTE

kennzahlen = Blueprint("kennzahlen", __name__, url_prefix="/auswertung/kennzahlen")

BESCHREIBUNGEN = {
    "dauer": "Anteil der Fälle, die nach so vielen Monaten noch nicht abgelöst sind.",
    JE_MONAT: "Anteil pünktlicher Standortbestimmungen je Monat mit Grenzen.",
    "wechsel": "Wechsel von Segment zu Segment.",
}

# Of the segments in their order, on both sides of a change.
FARBEN = ("#332288", "#117733", "#8a5a00", "#882255", "#484949", "#0072b2")


@kennzahlen.get("")
@requires(*SEHEN)
def uebersicht() -> ResponseReturnValue:
    waiting = catch_up(database(), frist())
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        found = queries.figures(session, auswahl)
        page = _page(session, found)
        left = nicht_gezeigt(tafeln(queries.figures(session, alle(auswahl)), regionen(session), SEGMENTE), page["tafeln"])
        html = render_template(
            "auswertung/kennzahlen.html", **WERKZEUGE, **filter_seite(session, auswahl), **page, nicht_gezeigt=left, warum=warum_nicht(left), rahmen=rahmen(session, auswahl), wartet=waiting
        )
    return _until_ready(html, waiting)


@kennzahlen.get("/kennzahlen.json")
@requires(*SEHEN)
def als_json() -> ResponseReturnValue:
    adherence, auswahl = treue_bericht(), Auswahl.of(request.args)
    with database().read(lesend()) as session:
        return jsonify(als_daten(session, auswahl, adherence))


@kennzahlen.get("/dauer.csv")
@requires(*SEHEN)
def dauer_csv() -> ResponseReturnValue:
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        found, frame, names = queries.figures(session, auswahl), rahmen(session, auswahl), regionen(session)
        told = next((frame.zeile(one) for one in tafeln(found, names, SEGMENTE) if one.schluessel == "dauer"), "")
    rows: list[list[Any]] = [
        [names.get(name, name), round(point.time, 3), point.at_risk, round(point.share, 5)]
        for name in found.durations
        for point in found.points(name)
    ]
    lines = csv_lines(["Region", "Monate", "unter Beobachtung", "noch im Bezug"], [*rows, *([[told]] if told else [])])
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=dauer.csv"})


@kennzahlen.get("/wirkung")
@requires(*SEHEN)
def wirkungen() -> ResponseReturnValue:
    """Ends, lasting exits, fairness, handovers and work; each with its table and a file of it."""
    waiting = catch_up(database(), frist())
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        found = wirkung(session, auswahl)
        html = render_template(
            "auswertung/wirkung.html", **WERKZEUGE, **filter_seite(session, auswahl), abschnitte=found, bilder={one.schluessel: _bars(one) for one in found},
            nicht_gezeigt=nicht_gezeigt(wirkung(session, alle(auswahl)), found), rahmen=rahmen(session, auswahl), schwelle=schwelle(session), wartet=waiting,
        )  # fmt: skip
    return _until_ready(html, waiting)


@kennzahlen.get("/daten/<teil>.csv")
@requires(*SEHEN)
def als_csv(teil: str) -> ResponseReturnValue:
    """The table of any figure, made where the pages take it from: what they withhold is withheld here."""
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        known = [*tafeln(queries.figures(session, auswahl), regionen(session), SEGMENTE), *wirkung(session, auswahl)]
        frame = rahmen(session, auswahl)
    found = next((one for one in known if one.schluessel == teil), None)
    if found is None:
        raise NotFound("Diese Kennzahl")
    return tafel_csv(found, frame)


@kennzahlen.get("/bericht.pdf")
@requires(*SEHEN)
def bericht() -> ResponseReturnValue:
    """The evaluation report as a tagged PDF, of a region (filter) or of everything this person sees."""
    adherence, auswahl = treue_bericht(), Auswahl.of(request.args)
    with database().read(lesend()) as session:
        page = filter_seite(session, auswahl)
        found, whole = ([*tafeln(queries.figures(session, one), regionen(session), SEGMENTE), *wirkung(session, one)] for one in (auswahl, alle(auswahl)))
        data = papier(
            queries.figures(session, auswahl), adherence, wirkung(session, auswahl), nicht_gezeigt=nicht_gezeigt(whole, found), rahmen=rahmen(session, auswahl), namen=regionen(session), segmente=SEGMENTE,
            filter_=[f"{mark.name} {mark.wert}" for mark in page["marken"]], region=auswahl.region,
        )  # fmt: skip
    name = f"Evaluationsbericht {auswahl.region or 'Kanton'}.pdf"
    return attachment(render(ART, data), name, "application/pdf")


def _until_ready(html: str, waiting: int) -> Response:
    """The page, which asks again by itself while cases still wait to be replayed."""
    response = Response(html)
    if waiting:
        response.headers["Refresh"] = "1"
    return response


def _bars(one: Abschnitt) -> dict[str, Any] | None:
    """Bars for a section whose last column is a share, as it says it; hidden shares have none."""
    shares = [(row[0], float(row[-1].removesuffix(" %")) / 100) for row, share in zip(one.zeilen, one.anteile, strict=False) if share is not None]
    return balken(shares, one.kopf[-1]) if len(shares) > 1 else None


def _page(session: FallSession, found: Figures) -> dict[str, Any]:
    names = regionen(session)
    pictures = {"dauer": _curves(found, names), JE_MONAT: _chart(found), "wechsel": _sankey(found)}
    return {"zahlen": found, "tafeln": tafeln(found, names, SEGMENTE), "bilder": pictures, "beschreibungen": BESCHREIBUNGEN}


def _curves(found: Figures, names: dict[str, str]) -> dict[str, Any] | None:
    if not found.durations:
        return None
    ordered = sorted(found.durations, key=lambda name: (name == KANTON, names.get(name, name)))
    curves = [
        {"name": names.get(name, name), "gesamt": name == KANTON, "punkte": [[0, 1], *([round(point.time, 2), round(point.share, 4)] for point in found.points(name))]}
        for name in ordered
    ]
    return {"kurven": {"x": "Monate", "werte": curves}}


def _chart(found: Figures) -> dict[str, Any] | None:
    if found.reviews is None:
        return None
    chart = found.reviews
    lines = [{"yAxis": round(100 * value, 1), "name": word} for value, word in ((chart.centre, "Mitte"), (chart.lower, "untere Grenze"), (chart.upper, "obere Grenze"))]
    series = {"type": "line", "data": [round(100 * value, 1) for value in chart.values], "markLine": {"symbol": "none", "data": lines, "label": {"formatter": "{b}", "position": "end"}}}
    least = round(100 * untergrenze(chart))
    months = {"type": "category", "data": list(found.months), "axisLabel": {"alignMinLabel": "left", "alignMaxLabel": "right", "margin": 14}}
    axis = {"type": "value", "min": least, "max": 100, "axisLabel": {"formatter": "{value} %"}}
    return {"tooltip": {"trigger": "axis"}, "grid": {"left": 56, "right": 110, "top": 24, "bottom": 40}, "xAxis": months, "yAxis": axis, "series": [series]}


def _sankey(found: Figures) -> dict[str, Any] | None:
    if found.transitions is None:
        return None
    cells = [(cell, number) for cell, number in found.transitions.numbers.items() if ALL not in cell and number]
    if not cells:
        return None
    links = [{"source": f"{SEGMENTE[before]} (vorher)", "target": f"{SEGMENTE[after]} (nachher)", "value": number} for (before, after), number in cells]
    nodes = [
        {"name": f"{word} ({when})", "itemStyle": {"color": FARBEN[place]}}
        for end, when in enumerate(("vorher", "nachher")) for place, (segment, word) in enumerate(SEGMENTE.items()) if any(cell[end] == segment for cell, _ in cells)
    ]  # fmt: skip
    # ECharts 6.1 fails when it moves a Sankey to another width step by step. Without iterations segments stand in their order on both sides.
    return {"tooltip": {}, "series": [{"type": "sankey", "animation": False, "layoutIterations": 0, "left": 8, "right": 150, "data": nodes, "links": links}]}
