"""Many cases at once: frequency, duration and waiting on the diagram, the ways taken, and a time-lapse of where cases were."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from engine.commands.auswertung.messen import messen
from engine.commands.auswertung.treue import NotReplayed
from engine.definitions.elements import Process
from engine.definitions.plain import TASKS
from engine.model.calendar import ZURICH
from engine.queries.auswertung import benannt, kennung, modelle
from engine.queries.auswertung import uebergaenge as gang
from engine.queries.auswertung import viele as queries
from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import FALL, Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.rahmen import rahmen
from engine.queries.auswertung.schutz import alle, bekannt, gitter, spuren
from engine.queries.auswertung.viele_tafeln import elemente_tafel, wege_tafel, zeitraffer_tafel
from engine.queries.auswertung.zellschutz import gerundet, schwelle
from engine.replay.flusswege import Weg
from engine.replay.net import AUTOMATIC
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Spur
from webui.auswertung.gemeinsam import SEHEN, WERKZEUGE, bilder, dauer, filter_seite, frist, lesend, stufe, tafel_csv, zelle
from webui.rules import requires
from webui.transactions import database
from webui.words import langes_datum

viele = Blueprint("viele", __name__, url_prefix="/auswertung")

# So many places and so many passages are named beside each moment of the table; further places open by a click.
MEIST = 3

Mass = Callable[[queries.Element], float | None]
DAUER = "dauer"
MASSE: Mapping[str, tuple[str, Mass, Callable[[float], str]]] = {
    "faelle": ("Fälle", lambda one: one.faelle, lambda value: zelle(int(value))),
    "mal": ("Durchläufe", lambda one: one.mal, lambda value: zelle(int(value))),
    DAUER: ("Dauer (Median)", lambda one: one.median, dauer),
    "warten": ("Warten (Median)", lambda one: one.wartezeit, dauer),
}
# On a diagram there is little room beside the names of elements.
KURZ = (("unter 1 Minute", "< 1 Min."), ("Minuten", "Min."), ("Stunden", "Std."))
MINUTE = 60
HUMAN = TASKS - AUTOMATIC


@viele.get("/faelle")
@requires(*SEHEN)
def uebersicht() -> ResponseReturnValue:
    auswahl, narrow = Auswahl.of(request.args), lesend()
    mass = request.args.get("mass", "") if request.args.get("mass") in MASSE else "faelle"
    folge = _folge()
    measured = messen(database(), narrow, auswahl, frist())
    rows = [one.spur for one in measured.faelle]
    with database().read(narrow) as session:
        least, release = schwelle(session), max((row.release_id for row in rows), default=None)
        places, ways = _bekannt(session, auswahl, folge)
        found = gehalten(session, "elemente", auswahl, lambda: queries.elemente(rows, schwelle=least, bekannt=places))
        moments = _moments(session, auswahl, rows)
        prozesse = _prozesse(session, release, auswahl.prozess)
        flow = _strom(session, auswahl, rows, release, least)
        # What became of some would be seen in what is told of a few more.
        taken = queries.wege(measured.faelle if measured.is_complete else (), queries.folge(session, folge), schwelle=least, bekannt=ways)
        people = _menschen(session, release, prozesse)
        drawn = bilder(session, release, prozesse, _marken(found, mass, people))
        tables = elemente_tafel(found, {}, _n(session, auswahl, rows)), wege_tafel(taken, {}, folge, _n(session, auswahl, rows)), zeitraffer_tafel(moments, {}, _n(session, auswahl, rows))
        html = render_template(
            "auswertung/viele.html",
            **WERKZEUGE, **filter_seite(session, auswahl, {"mass": mass, "folge": folge}),
            messung=measured, n=_n(session, auswahl, rows), elemente=found, namen=_namen(session, release, prozesse), masse=MASSE, mass=mass, folge=folge, schwelle=least,
            wege=taken, tafeln={one.schluessel: one for one in tables}, rahmen=rahmen(session, auswahl),
            bilder=[one for one in drawn if one.marken or one.prozess == auswahl.prozess], ohne_zahl=[one.name for one in drawn if not one.marken and one.prozess != auswahl.prozess],
            zeitraffer=[(one, *_stand(one, people), _meist(flow, one)) for one in moments[::10]], meist_gezeigt=MEIST, je_punkt=gang.JEDER * least, diagramme=_diagramme(session, release, prozesse),
        )  # fmt: skip
    response = Response(html)
    if not measured.is_complete:
        response.headers["Refresh"] = "1"
    return response


@viele.get("/faelle/elemente.csv")
@requires(*SEHEN)
def elemente_csv() -> ResponseReturnValue:
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        rows, least = spuren(session, auswahl), schwelle(session)
        places, _ = _bekannt(session, auswahl, "phasen")
        found = gehalten(session, "elemente", auswahl, lambda: queries.elemente(rows, schwelle=least, bekannt=places))
        return tafel_csv(elemente_tafel(found, _alle_namen(session, rows, auswahl), _n(session, auswahl, rows)), rahmen(session, auswahl))


@viele.get("/faelle/wege.csv")
@requires(*SEHEN)
def wege_csv() -> ResponseReturnValue:
    """The ways, all that are frequent enough: the page shows the first of them."""
    auswahl, narrow, folge = Auswahl.of(request.args), lesend(), _folge()
    measured = messen(database(), narrow, auswahl, frist())
    if not measured.is_complete:
        raise NotReplayed(measured)
    rows = [one.spur for one in measured.faelle]
    with database().read(narrow) as session:
        least = schwelle(session)
        _, ways = _bekannt(session, auswahl, folge)
        found = queries.wege(measured.faelle, queries.folge(session, folge), schwelle=least, bekannt=ways)
        return tafel_csv(wege_tafel(found, _alle_namen(session, rows, auswahl), folge, _n(session, auswahl, rows)), rahmen(session, auswahl))


@viele.get("/faelle/zeitraffer.csv")
@requires(*SEHEN)
def zeitraffer_csv() -> ResponseReturnValue:
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        rows = spuren(session, auswahl)
        return tafel_csv(zeitraffer_tafel(_moments(session, auswahl, rows), _alle_namen(session, rows, auswahl), _n(session, auswahl, rows)), rahmen(session, auswahl))


@viele.get("/faelle/zeitraffer.json")
@requires(*SEHEN)
def zeitraffer() -> ResponseReturnValue:
    auswahl = Auswahl.of(request.args)
    with database().read(lesend()) as session:
        rows, least = spuren(session, auswahl), schwelle(session)
        moments = _moments(session, auswahl, rows)
        release = max((row.release_id for row in rows), default=None)
        drawn = _diagramme(session, release, _prozesse(session, release, auswahl.prozess))
        flow = _strom(session, auswahl, rows, release, least)
        ways = {} if release is None else _netz(session, release, auswahl.prozess).wege
    if not moments:
        return jsonify({"diagramme": drawn, "ende": 0, "bilder": [], "tage": []})
    texts = [f"{langes_datum(one.at)}: {'zu wenige' if one.offen is None else zelle(one.offen)} Fälle" for one in moments]
    pictures = [{"t": _seconds(one.at, moments), "text": text, "marken": one.marken} for one, text in zip(moments, texts, strict=True)]
    return jsonify({
        "diagramme": drawn, "ende": pictures[-1]["t"], "bilder": pictures, "tage": [langes_datum(one.at) for one in moments], "strom": _gezeichnet(flow, ways, moments),
    })  # fmt: skip


def _gezeichnet(flow: Sequence[gang.Abschnitt], ways: Mapping[gang.Paar, Weg], moments: Sequence[queries.Augenblick]) -> dict[str, Any]:
    """The dots for the player: ``wege`` are the flows in order, by process; each month names its ways by their place in that list."""
    drawn: dict[str, dict[gang.Paar, int]] = {}
    for pair in (pair for month in flow for pair in month.punkte):
        places = drawn.setdefault(pair[0], {})
        places.setdefault(pair, len(places))
    months = []
    for month in flow:
        points: dict[str, list[tuple[int, int]]] = {}
        for pair, number in month.punkte.items():
            points.setdefault(pair[0], []).append((drawn[pair[0]][pair], number))
        months.append({"von": max(0, _seconds(month.von, moments)), "bis": min(_seconds(moments[-1].at, moments), _seconds(month.bis, moments)), "punkte": points})
    return {"wege": {process: [ways[pair].fluesse for pair in places] for process, places in drawn.items()}, "monate": months}


def _seconds(at: datetime, moments: Sequence[queries.Augenblick]) -> int:
    """Since the first picture."""
    return int((at - moments[0].at).total_seconds())


Stand = list[tuple[str, int]]


def _stand(one: queries.Augenblick, menschen: Container[str]) -> tuple[Stand, Stand]:
    """The elements at which cases stood, those of most cases first: the tasks of people, and where nobody has anything to do.

    Deadlines and messages hold every case all the time; among them tasks would never come to the front.
    """
    found = sorted((pair for marks in one.marken.values() for pair in marks.items()), key=lambda pair: -pair[1])
    return [pair for pair in found if pair[0] in menschen], [pair for pair in found if pair[0] not in menschen]


def _meist(flow: Sequence[gang.Abschnitt], moment: queries.Augenblick) -> list[tuple[str, str]]:
    """The passages that most cases made in the month of the moment."""
    month = next((one for one in flow if one.von <= moment.at < one.bis), None)
    found = [] if month is None else sorted(month.punkte.items(), key=lambda item: (-item[1], item[0]))
    return [(origin, target) for (_, origin, target), _ in found[:MEIST]]


def _netz(session: FallSession, release: int, prozess: str) -> gang.Netz:
    return gang.netz(modelle.of_release(session, release, prozess))


def _strom(session: FallSession, auswahl: Auswahl, rows: Sequence[Spur], release: int | None, least: int) -> list[gang.Abschnitt]:
    """The passages by month, as far as they may be told with these filters."""
    key = kennung.abgeleitet(session, "uebergaenge")
    if release is None or not key:
        return []
    net = _netz(session, release, auswahl.prozess)
    known = bekannt(session, auswahl, "uebergaenge", lambda: ((spur.fall_id, pair) for spur in spuren(session, alle(auswahl)) for pair, _ in net.zellen(spur, key)))
    return gehalten(session, "uebergaenge", auswahl, lambda: gang.uebergaenge(rows, net, schluessel=key, schwelle=least, bekannt=known))


def _moments(session: FallSession, auswahl: Auswahl, rows: Sequence[Spur]) -> list[queries.Augenblick]:
    """Where filters leave no element that may be told there is nothing to play either, and nobody counts as being nowhere."""
    places, _ = _bekannt(session, auswahl, "phasen")
    found = gehalten(session, "zeitraffer", auswahl, lambda: queries.zeitraffer(rows, _since(session, auswahl), augenblick(session).at, schwelle=schwelle(session), bekannt=places))
    return found if auswahl == alle(auswahl) or any(one.marken for one in found) else []


def _since(session: FallSession, auswahl: Auswahl) -> datetime:
    """The beginning of the month in which the first case of all began."""
    first = min((spur.begonnen_am for spur in spuren(session, alle(auswahl))), default=session.now)
    return first.astimezone(ZURICH).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _folge() -> str:
    """What ways are made of, as the address says."""
    wanted = request.args.get("folge", "")
    return wanted if wanted in queries.FOLGEN else queries.PHASENWEISE


def _n(session: FallSession, auswahl: Auswahl, rows: Sequence[Spur]) -> int | None:
    """How many cases, None where that would be too few to be told; round, where others would follow from them (``treue.grob``)."""
    least = schwelle(session)
    if rows and len(rows) < least:
        return None
    is_grob = auswahl.prozess != FALL or gitter(session, auswahl).is_grob
    return gerundet(len(rows), schwelle=least) if is_grob else len(rows)


def _bekannt(session: FallSession, auswahl: Auswahl, folge: str) -> tuple[Container[tuple[str, str]], Container[tuple[str, ...]]]:
    """The elements and the ways that may be told with these filters."""
    def everybody() -> list[Spur]:
        return spuren(session, alle(auswahl))

    places = bekannt(session, auswahl, "stellen", lambda: ((spur.fall_id, place) for spur in everybody() for place in queries.stellen(spur)))
    of = queries.folge(session, folge)
    return places, bekannt(session, auswahl, folge, lambda: ((spur.fall_id, of(spur)) for spur in everybody()))


def _prozesse(session: FallSession, release: int | None, prozess: str) -> list[str]:
    if release is None:
        return [prozess]
    return [prozess, *(one for one in modelle.of_release(session, release, prozess).called if one != prozess)]


def _diagramme(session: FallSession, release: int | None, prozesse: Sequence[str]) -> list[dict[str, str]]:
    return [{"prozess": one.prozess, "name": one.name, "quelle": one.quelle} for one in bilder(session, release, prozesse, {})]


def _alle_namen(session: FallSession, rows: Sequence[Spur], auswahl: Auswahl) -> dict[str, str]:
    release = max((row.release_id for row in rows), default=None)
    return _namen(session, release, _prozesse(session, release, auswahl.prozess))


def _namen(session: FallSession, release: int | None, prozesse: Sequence[str]) -> dict[str, str]:
    """What tables call the elements."""
    return {} if release is None else benannt.namen(_held(session, release, prozesse))


def _marken(found: Sequence[queries.Element], mass: str, menschen: Container[str]) -> dict[str, dict[str, Any]]:
    """What stands on the elements. How long takes what nobody does is left out where it takes no time: on every automatic step it would say the same."""
    title, of, shown = MASSE[mass]
    values = {one.element: value for one in found if (value := of(one)) is not None and (mass != DAUER or value >= MINUTE or one.element in menschen)}
    most = max((int(value) for value in values.values()), default=0)
    return {element: {"text": _kurz(shown(value)), "titel": f"{title}: {shown(value)}", "stufe": stufe(int(value), most), "rang": value} for element, value in values.items()}


def _kurz(text: str) -> str:
    for word, short in KURZ:
        text = text.replace(word, short)
    return text


def _menschen(session: FallSession, release: int | None, prozesse: Sequence[str]) -> set[str]:
    """The tasks that people do."""
    return set() if release is None else {id_ for one in _held(session, release, prozesse) for id_, element in one.elements.items() if element.type in HUMAN}


def _held(session: FallSession, release: int, prozesse: Sequence[str]) -> list[Process]:
    contents = library.contents(session, release)
    return [contents.process(prozess) for prozess in prozesse if contents.item("process", prozess)]
