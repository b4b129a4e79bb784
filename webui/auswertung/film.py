"""How one case went, step by step: only by a dated permission of its region, and every look is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import aufsicht
from engine.commands.auswertung.spuren import of_fall
from engine.model.access import Access
from engine.model.errors import NotFound
from engine.queries import konten
from engine.queries.auswertung import film as queries
from engine.queries.auswertung import kennung, modelle
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Aufsichtszugriff, Spur
from webui.auswertung.gemeinsam import WERKZEUGE, bilder, dauer, prozess_name
from webui.errors import gone
from webui.rules import requires
from webui.transactions import database, reading, writing

film = Blueprint("film", __name__, url_prefix="/auswertung/film")

OVER = "Diese Einsicht gilt nicht oder nicht mehr: Sie ist befristet, und die Sozialregion oder Sie selbst können sie vorher beenden. Mit einem neuen Antrag öffnet die Region den Ablauf wieder."


@film.errorhandler(NotFound)
def vorbei(error: NotFound) -> ResponseReturnValue:
    """A page that was open when the permission ended."""
    message = OVER if error.what == "Die Einsicht" else str(error)
    return gone(error, message, ("Alle Bewilligungen", url_for("film.start")), ("Einsicht beantragen", url_for("aufsicht.liste")))


@film.get("")
@requires(*aufsicht.FILM)
def start() -> ResponseReturnValue:
    """The permissions that hold now, and how to ask for one."""
    with reading() as session:
        rows = aufsicht.held(session, aufsicht.FALL)
        return render_template("auswertung/film_start.html", rows=rows, regionen=konten.regionen(session))


@film.get("/<int:id>")
@requires(*aufsicht.FILM)
def zeigen(id: int) -> ResponseReturnValue:
    """The film of a permitted case; ``?neben=`` the number of another permission puts two side by side."""
    other = request.args.get("neben", "")
    ids = [id, *([int(other)] if other.isdecimal() and len(other) < 12 and int(other) != id else [])]
    grants = [_granted(one) for one in ids]
    shown = [_shown(grant, narrow, 0 if number else _wanted(), number + 1) for number, (grant, narrow) in enumerate(grants)]
    with reading() as session:
        rows = [row for row in aufsicht.held(session, aufsicht.FALL) if row.id not in ids]
        return render_template("auswertung/film.html", **WERKZEUGE, filme=shown, andere=rows, regionen=konten.regionen(session), id=id)


@film.get("/<int:id>/<int:nr>.json")
@requires(*aufsicht.FILM)
def daten(id: int, nr: int) -> ResponseReturnValue:
    grant, narrow = _granted(id)
    with database().read(narrow) as session:
        spur = _spuren(session, grant)
        if nr >= len(spur):
            raise NotFound("Der Ablauf")
        found, drawn = _film(session, spur[nr])
    return jsonify(as_dict(found, drawn))


def as_dict(found: queries.Film, drawn: Sequence[dict[str, str]]) -> dict[str, Any]:
    """What the player reads."""
    pictures = [
        {"t": one.t, "text": picture_text(one), "element": one.element, "abweichung": one.abweichung, "marken": one.marken} for one in found.bilder
    ]
    return {"diagramme": drawn, "ende": found.ende, "bilder": pictures, "abweichend": list(found.abweichend)}


def picture_text(one: queries.Bild) -> str:
    """What happened, in one line."""
    parts = [one.text, *([one.abweichung] if one.abweichung else []), *([f"dauerte {dauer(one.dauer)}"] if one.dauer else []), *([f"wartete {dauer(one.wartezeit)}"] if one.wartezeit else [])]
    return ", ".join(parts)


def _wanted() -> int:
    text = request.args.get("ablauf", "0")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _granted(id: int) -> tuple[Aufsichtszugriff, Access]:
    """Written first: a look that cannot be recorded does not happen."""
    with writing() as session:
        grant, narrow = aufsicht.granted(session, id)
        log(session, "film", f"Einsicht {grant.id}, Fall {grant.fall_nr}", region=grant.region)
        return grant, narrow


def _spuren(session: FallSession, grant: Aufsichtszugriff) -> list[Spur]:
    fall = kennung.fall(session, grant.region, grant.fall_nr)
    found = [] if fall is None else of_fall(session, fall.id)
    if not found:
        raise NotFound("Der Ablauf dieses Falls")
    return found


def _film(session: FallSession, spur: Spur) -> tuple[queries.Film, list[dict[str, str]]]:
    contents = library.contents(session, spur.release_id)
    model = modelle.of_release(session, spur.release_id, spur.process)
    prozesse = [spur.process, *(one for one in model.called if one != spur.process)]
    names = {id_: element.label for prozess in prozesse for id_, element in contents.process(prozess).elements.items()}
    drawn = [{"prozess": one.prozess, "name": one.name, "quelle": one.quelle} for one in bilder(session, spur.release_id, prozesse, {})]
    return queries.of_spur(spur, model, names, int(session.now.timestamp())), drawn


def _shown(grant: Aufsichtszugriff, narrow: Access, nr: int, nummer: int) -> dict[str, Any]:
    with database().read(narrow) as session:
        spuren = _spuren(session, grant)
        spur = spuren[min(nr, len(spuren) - 1)]
        found, drawn = _film(session, spur)
        return {
            "grant": grant, "film": found, "diagramme": drawn, "nummer": nummer, "nr": spuren.index(spur), "prozess": prozess_name(session, spur.process),
            "ablaeufe": [prozess_name(session, one.process) for one in spuren], "texte": [picture_text(one) for one in found.bilder],
            "quelle": url_for("film.daten", id=grant.id, nr=spuren.index(spur)), "version": spur.version, "laeuft": spur.beendet_am is None,
        }  # fmt: skip
