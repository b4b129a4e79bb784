"""Two versions side by side: any deployed ones, two releases, a proposal, or a file somebody has just drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from engine.definitions import vergleich as definitions
from engine.definitions.vergleich import Comparison, kind_of
from engine.model.errors import DefinitionInvalid, FormInvalid, NotFound
from engine.queries import freigaben as releases
from engine.queries import vergleich as queries
from engine.queries import werkstatt
from engine.queries.vergleich import KINDS, Stand
from webui.rules import requires
from webui.transactions import reading

vergleich = Blueprint("vergleich", __name__, url_prefix="/werkstatt/vergleich")

LESEN = ("prozess", "umsetzung")
UPLOAD = "Hochgeladene Datei"
ARTEN = {"neu": "neu", "weg": "fällt weg", "geaendert": "geändert", "verschoben": "anders angeordnet"}


@dataclass(frozen=True)
class Paar:
    """One file of both sides. A diagram that is not stored travels with the page."""

    file: str
    kind: str
    comparison: Comparison
    is_same: bool
    vorher: bytes | None = None
    nachher: bytes | None = None


@vergleich.get("")
@requires(*LESEN)
def zeigen() -> ResponseReturnValue:
    a, b = request.args.get("a", ""), request.args.get("b", "")
    if not a or not b:
        return _choice(a, b)
    with reading() as session:
        before, after = queries.stand(session, a), queries.stand(session, b)
    if file := request.args.get("datei"):
        before, after = _only(before, file), _only(after, file)
    try:
        return _page(before, after, a, b)
    except FormInvalid as error:
        return _choice(a, b, error.errors), 422


@vergleich.post("")
@requires(*LESEN)
def hochladen() -> ResponseReturnValue:
    given, a = request.files.get("datei"), request.form.get("a", "")
    if given is None or not given.filename:
        return _choice(a, "", {"datei": "Wählen Sie eine Datei .bpmn, .dmn oder .form."}), 422
    content, file = given.read(), given.filename
    try:
        kind = kind_of(file)
        with reading() as session:
            before = queries.stand(session, a or f"{kind}:{definitions.id_of(content, file)}")
        return _page(before, Stand(UPLOAD, {file: content}, is_set=False), a, "")
    except DefinitionInvalid as error:
        return _choice(a, "", {"datei": error.findings[0].message}), 422
    except NotFound as error:
        return _choice(a, "", {"datei": f"{error} Wählen Sie, womit die Datei verglichen werden soll."}), 422
    except FormInvalid as error:
        return _choice(a, "", error.errors), 422


@vergleich.get("/diagramm")
@requires(*LESEN)
def diagramm() -> ResponseReturnValue:
    with reading() as session:
        files = queries.stand(session, request.args.get("quelle", "")).files
    file = request.args.get("datei") or next((one for one in files if one.endswith(".bpmn")), "")
    if file not in files or not file.endswith(".bpmn"):
        raise NotFound("Das Diagramm")
    response = Response(files[file], mimetype="application/xml")
    # The file came from outside: opened by itself it must not run as a page of this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _only(stand: Stand, file: str) -> Stand:
    if file not in stand.files:
        raise NotFound(f"Die Datei «{file[:100]}» in {stand}")
    return Stand(file, {file: stand.files[file]}, is_set=False, fassung=stand.name)


def _page(before: Stand, after: Stand, a: str, b: str) -> str:
    shared = {"vorher": before, "nachher": after, "a": a, "b": b, "arten": ARTEN}
    if before.is_set != after.is_set:
        raise FormInvalid({"b": "Eine Freigabe lässt sich mit einer Freigabe vergleichen, eine Fassung mit einer Fassung."})
    if before.is_set:
        return render_template("werkstatt/vergleich_satz.html", dateien=definitions.compare_sets(before.files, after.files), **shared)
    (old, new), (file, content) = next(iter(before.files.items())), next(iter(after.files.items()))
    if kind_of(old) != kind_of(file):
        raise FormInvalid({"b": f"{KINDS[kind_of(old)]} und {KINDS[kind_of(file)]} lassen sich nicht vergleichen. Wählen Sie zwei Fassungen derselben Art."})
    comparison = definitions.compare(new, content, file=file)
    paar = Paar(file, kind_of(file), comparison, new == content, new, content)
    return render_template("werkstatt/vergleich.html", paar=paar, datei=(old, file), aenderungen=[(one.art, one.id) for one in comparison.changes], **shared)


def _choice(a: str, b: str, errors: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        rows, given, drafts = queries.versions(session), releases.releases(session), werkstatt.drafts(session)
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        tag = f" ({row.version_tag})" if row.version_tag else ""
        groups.setdefault(f"{KINDS[row.kind]} «{row.name}»", []).append((f"{row.kind}:{row.id}@{row.version}", f"Fassung {row.version}{tag}"))
    groups["Entwürfe"] = [(f"entwurf:{row.draft.id}", f"Entwurf «{row.draft.name}»") for row in drafts]
    groups["Freigaben"] = [(f"freigabe:{row.id}", f"Freigabe {row.id}: {row.note[:60]}") for row in given]
    return render_template("werkstatt/vergleich_wahl.html", groups=groups, a=a, b=b, errors=errors or {})

