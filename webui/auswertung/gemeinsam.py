"""What the pages of an evaluation share: filters, deadlines for long work, diagrams with numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from flask import Response, request, url_for

from engine.model.access import Access
from engine.model.errors import NotFound
from engine.queries.auswertung import auswahl as wahl
from engine.queries.auswertung import vorhanden
from engine.queries.auswertung.abschnitt import TOTAL, Abschnitt, schlicht
from engine.queries.auswertung.abschnitt import anzahl as tausender
from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.rahmen import Rahmen
from engine.queries.auswertung.schutz import geschuetzt, gitter
from engine.queries.auswertung.verbund import KANTON
from engine.replay.pseudonyms import AGE_CLASSES
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion
from webui import words
from webui.tabellen import csv_lines
from webui.transactions import access, database

SEHEN = (*wahl.KANTONAL, wahl.EIGENE)
MIT_PROZESS = (*SEHEN, "prozess")
# So long a page works before it shows how far it is and comes back for the rest.
SEKUNDEN = 2.5
GRADES = 5


@dataclass(frozen=True)
class Marke:
    """A filter in force; following ``ohne`` takes it away."""

    name: str
    wert: str
    ohne: str


def frist() -> Callable[[], bool]:
    """True once the time of a page is over."""
    until = monotonic() + SEKUNDEN
    return lambda: monotonic() >= until


def lesend(kantonal: Sequence[str] = wahl.KANTONAL) -> Access:
    """The access by which this person's pages read figures.

    Raises:
        NotFound: the address asks for a region that is not among them.
    """
    with database().read(access()) as session:
        found = wahl.lesend(access(), wahl.regionen(session), kantonal=kantonal)
    if (region := request.args.get("region", "").strip()) and region not in found.regionen:
        raise NotFound(f"Die Sozialregion «{region[:20]}»")
    return found


def filter_seite(session: FallSession, auswahl: Auswahl, behalten: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What ``auswertung/filter.html`` needs: the fields, their choices and the filters in force; why they are not answered, where they are not."""
    namen = {kuerzel: name for kuerzel, name in wahl.regionen(session).items() if kuerzel in session.access.regionen}
    choices = {
        "prozess": {one: prozess_name(session, one) for one in vorhanden.prozesse(session)} or {"fall": "fall"},
        "region": namen,
        "version": {str(one): f"Fassung {one}" for one in vorhanden.versionen(session, auswahl.prozess)},
        "segment": dict(words.SEGMENTE),
        "einstieg": dict(wahl.EINSTIEGE),
        "alter": {name: name for _, name in AGE_CLASSES},
    }
    held = geschuetzt(session, auswahl)
    kept: dict[str, Any] = dict(behalten or {})
    fewer = [(" und ".join(f"«{name}»" for name in gone), url_for(str(request.endpoint), **{**rest.as_args(), **kept})) for gone, rest in held.ohne]
    return {"auswahl": held.auswahl, "stand": augenblick(session).at, "ist_grob": gitter(session, auswahl).is_grob, "verweigert": held.verweigert, "weniger": fewer, "moeglich": choices, "marken": _marken(held.auswahl, choices, behalten or {}), "behalten": behalten or {}, "unlesbar": Auswahl.misread(request.args)}


def _marken(auswahl: Auswahl, choices: Mapping[str, Mapping[str, str]], behalten: Mapping[str, str]) -> list[Marke]:
    titles = {"region": "Region", "version": "Fassung", "von": "Beginn ab", "bis": "Beginn bis", "segment": "Segment", "einstieg": "Einstieg", "alter": "Alter"}
    found = []
    for name, title in titles.items():
        value = auswahl.as_args().get(name)
        if value:
            shown = words.datum(value) if name in ("von", "bis") else choices.get(name, {}).get(value, value)
            rest: dict[str, Any] = {**auswahl.without(name).as_args(), **behalten}
            found.append(Marke(title, shown, url_for(str(request.endpoint), **rest)))
    return found


def prozess_name(session: FallSession, prozess: str) -> str:
    """The name of the newest version."""
    return fassung_name(session, prozess, None)


def fassung_name(session: FallSession, prozess: str, version: int | None) -> str:
    """What a version calls its process; its id where it says nothing."""
    found = _newest(session, prozess, version)
    return found.name if found and found.name else prozess


def _newest(session: FallSession, prozess: str, version: int | None = None) -> DefinitionVersion | None:
    query = session.query(DefinitionVersion).filter_by(kind="process", id=prozess)
    query = query if version is None else query.filter_by(version=version)
    return query.order_by(DefinitionVersion.version.desc()).first()


@dataclass(frozen=True)
class Bild:
    """A diagram of a page: its process, name, address, and what stands on its elements."""

    prozess: str
    name: str
    quelle: str
    marken: Mapping[str, Mapping[str, Any]]


def bilder(session: FallSession, release_id: int | None, prozesse: Iterable[str], marken: Mapping[str, Mapping[str, Any]]) -> list[Bild]:
    """The diagrams of a release, each with those of the marks that are about its elements."""
    if release_id is None:
        return []
    contents = library.contents(session, release_id)
    found = []
    for prozess in prozesse:
        item = contents.item("process", prozess)
        version = None if item is None else _newest(session, prozess, item.version)
        if version is not None:
            elements = contents.process(prozess).elements
            own = {element: mark for element, mark in marken.items() if element in elements}
            found.append(Bild(prozess, version.name or prozess, url_for("auswertung.diagramm", key=version.key), own))
    return found


def balken(rows: Sequence[tuple[str, float]], word: str) -> dict[str, Any]:
    """A chart of shares (0 to 1), one bar below the other; the page's script makes it as high as its words need."""
    bars = [{"name": name, "value": round(100 * share, 1), "gesamt": ist_gesamt([name])} for name, share in rows]
    return {"balken": {"wort": word, "werte": bars}}


def stufe(value: int, most: int) -> int:
    """The colour's grade of a number, 0 to 4."""
    return min(GRADES - 1, value * GRADES // (most + 1)) if most else 0


def prozent(share: float | None, *, ist_grob: bool = False) -> str:
    """``49.7 %``; a dash where it is hidden. A share of round numbers (``ist_grob``) is in whole percents, all only where it is all and none where it is none."""
    if share is None:
        return "–"
    if not ist_grob:
        return f"{share * 100:.1f}\u00a0%"
    whole = round(100 * share)
    return "unter 1\u00a0%" if share and not whole else "über 99\u00a0%" if share < 1 and whole == 100 else f"{whole}\u00a0%"


def zelle(value: int | None) -> str:
    """A count, or that it is too small to be shown."""
    return tausender(value)


def anzahl(number: int, one: str, many: str) -> str:
    """``1 Fall``, ``1'220 Fälle``: as the tables beside it write numbers."""
    return f"{tausender(number)} {one if number == 1 else many}"


def dauer(seconds: float | None) -> str:
    """``1'042.9 Tage``, ``3.5 Tage``, ``4.0 Stunden``, ``12 Minuten``."""
    if seconds is None:
        return "–"
    if seconds >= 86_400:
        return f"{seconds / 86_400:,.1f} Tage".replace(",", "'")
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} Stunden"
    return f"{round(seconds / 60)} Minuten" if seconds >= 60 else "unter 1 Minute"


def moment(seconds: int, ende: int) -> str:
    """When something happens in a film that ends after ``ende`` seconds: ``Tag 3``; the time where it is over in two days, to the second in two hours."""
    hours, minutes, rest = seconds % 86_400 // 3600, seconds % 3600 // 60, seconds % 60
    clock = f", {hours:02}:{minutes:02}" if ende < 2 * 86_400 else ""
    return f"Tag {seconds // 86_400}{clock}{f':{rest:02}' if ende < 2 * 3600 else ''}"


def tafel_csv(one: Abschnitt, rahmen: Rahmen) -> Response:
    """The table of a figure as a file, numbers as programs read them; its last line says what it means and what it rests on."""
    rows = [*([row[0], *map(_plain, row[1:])] for row in one.zeilen), [rahmen.zeile(one)]]
    return Response(csv_lines(one.kopf, rows), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={one.schluessel}.csv"})


def _plain(text: str) -> str:
    """``1'258`` without its apostrophe."""
    digits = text.replace("'", "")
    return digits if digits.isdecimal() else schlicht(text)


def ist_gesamt(zeile: Sequence[str]) -> bool:
    """Whether a row is about everybody: it stands apart from those of the regions and groups."""
    return bool({TOTAL, KANTON} & set(zeile[0].split(", ")))


WERKZEUGE = {"anzahl": anzahl, "ist_gesamt": ist_gesamt, "prozent": prozent, "zelle": zelle, "dauer": dauer, "moment": moment}
