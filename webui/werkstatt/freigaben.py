"""Releases: which holds where, proposing one, and deciding on somebody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import freigaben as commands
from engine.commands.deployments import chosen, findings
from engine.commands.freigaben import APPROVES, PROPOSES, Vorschlag
from engine.commands.starts import in_force
from engine.definitions.forms.text import Unreadable, iso_date
from engine.model.access import Access
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid
from engine.queries import freigaben as queries
from engine.queries import konten, werkstatt
from engine.queries.auswertung import nachspiel
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Freigabe
from webui import words
from webui.auswertung.gemeinsam import prozent
from webui.rules import requires
from webui.transactions import access, database, reading, writing

freigaben = Blueprint("freigaben", __name__, url_prefix="/werkstatt/freigaben")

LESEN = (PROPOSES, APPROVES)
FIELDS = ("keys", "note", "version_tag", "gueltig_ab", "regionen")
STAND = {"offen": "wartet auf Freigabe", "erteilt": "erteilt", "abgelehnt": "abgelehnt", "zurueckgezogen": "zurückgezogen"}


@freigaben.get("")
@requires(*LESEN)
def liste() -> ResponseReturnValue:
    counts = _counts()
    with reading() as session:
        proposals, released = queries.proposals(session), queries.releases(session)
        people = [login for one in proposals for login in (one.vorgeschlagen_von, one.entschieden_von)] + [one.by for one in released]
        return render_template(
            "werkstatt/freigaben.html",
            vorschlaege=proposals,
            releases=released,
            zeilen=queries.matrix(session, counts),
            faelle={one.id: sum(count for (_, release), count in counts.items() if release == one.id) for one in released},
            names=konten.names(session, people),
            regionen=konten.regionen(session),
            schlaegt_vor=PROPOSES in access().rollen_in(KANTON),
            stand=STAND,
        )


@freigaben.get("/neu")
@requires(PROPOSES)
def neu() -> ResponseReturnValue:
    return _form({"note": "", "version_tag": "", "gueltig_ab": ""} | {name: request.args.get(name, "") for name in ("release", "entwurf")}, [])


@freigaben.post("/neu")
@requires(PROPOSES)
def vorschlagen() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "")[:2000] for name in ("note", "version_tag", "gueltig_ab", "release", "entwurf")}
    regionen = request.form.getlist("regionen")
    try:
        with writing() as session:
            release, draft = _number(typed["release"]), _number(typed["entwurf"])
            wanted = Vorschlag(typed["note"], typed["version_tag"], _day(typed["gueltig_ab"]), regionen, release_id=release, entwurf_id=draft)
            made = commands.propose(session, wanted)
    except FormInvalid as error:
        return _form(typed, regionen, error.errors), 422
    flash("Die Freigabe ist vorgeschlagen. Jemand von der Umsetzungsbegleitgruppe entscheidet.")
    return redirect(url_for("freigaben.zeigen", nummer=made.id), 303)


@freigaben.get("/<int:nummer>")
@requires(*LESEN)
def zeigen(nummer: int) -> ResponseReturnValue:
    return _page(nummer)


@freigaben.post("/<int:nummer>/erteilen")
@requires(APPROVES)
def erteilen(nummer: int) -> ResponseReturnValue:
    with writing() as session:
        given = commands.approve(session, nummer)
        since = commands.begins_at(given, session.now)
        is_later = since > session.now
    flash(f"Die Freigabe gilt {'ab ' + words.datum(since) if is_later else 'ab sofort'} für neue Fälle. Laufende Fälle bleiben, wo sie sind.")
    return redirect(url_for("freigaben.zeigen", nummer=nummer), 303)


@freigaben.post("/<int:nummer>/ablehnen")
@requires(APPROVES)
def ablehnen(nummer: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            commands.refuse(session, nummer, request.form.get("grund", "")[:2000])
    except FormInvalid as error:
        return _page(nummer, error.errors), 422
    flash("Die Freigabe ist abgelehnt. Wer sie vorgeschlagen hat, sieht den Grund hier.")
    return redirect(url_for("freigaben.zeigen", nummer=nummer), 303)


@freigaben.post("/<int:nummer>/zurueckziehen")
@requires(PROPOSES)
def zurueckziehen(nummer: int) -> ResponseReturnValue:
    with writing() as session:
        commands.withdraw(session, nummer)
    flash("Der Vorschlag ist zurückgezogen.")
    return redirect(url_for("freigaben.zeigen", nummer=nummer), 303)


def _page(nummer: int, errors: Mapping[str, str] | None = None) -> str:
    counts = _counts()
    with reading() as session:
        found = queries.proposal(session, nummer)
        rows = queries.held_by(session, nummer)
        is_open, own = found.zustand == commands.OPEN, found.vorgeschlagen_von == access().konto
        teile = _changes(session, rows, found.regionen, found)
        return render_template(
            "werkstatt/freigabe.html",
            freigabe=found,
            stand=STAND,
            names=konten.names(session, [found.vorgeschlagen_von, found.entschieden_von]),
            regionen=konten.regionen(session),
            betroffen=_affected(session, found.regionen, counts),
            befunde=findings(rows) if is_open else [],
            darf_entscheiden=is_open and APPROVES in access().rollen_in(KANTON) and not own,
            ist_eigene=own,
            darf_zurueckziehen=is_open and own,
            errors=errors or {},
            teile=teile,
            **(_replayed(session, rows, teile, found.entwurf_id) if is_open else {}),
        )


def _form(typed: Mapping[str, str], regionen: Sequence[str], errors: Mapping[str, str] | None = None) -> str:
    release, draft = _number(typed["release"]), _number(typed["entwurf"])
    counts = _counts()
    with reading() as session:
        rows, errors = _wanted(session, release, draft, errors or {})
        teile = _changes(session, rows, regionen, None)
        return render_template(
            "werkstatt/freigabe_neu.html",
            typed=typed,
            gewaehlt=regionen,
            regionen=konten.regionen(session),
            release=release,
            entwurf=werkstatt.draft(session, draft) if draft else None,
            befunde=findings(rows) if rows else [],
            betroffen=_affected(session, regionen, counts),
            anzahl_fassungen=len(rows),
            errors=errors,
            fields=FIELDS,
            heute=session.now.astimezone(ZURICH).date(),
            teile=teile,
            zurueckgenommen=_taken_back(session, rows, teile, draft),
            **_replayed(session, rows, teile, draft),
        )


def _wanted(session: FallSession, release: int | None, draft: int | None, errors: Mapping[str, str]) -> tuple[Sequence[DefinitionVersion], Mapping[str, str]]:
    """What would be proposed; a draft that is not deployed as it is gives nothing but the reason."""
    if draft is None:
        return queries.held_in(session, release) if release else chosen(session, None), errors
    try:
        return commands.of_draft(session, draft), errors
    except FormInvalid as error:
        return (), {**error.errors, **errors}


def _taken_back(session: FallSession, rows: Sequence[DefinitionVersion], teile: Sequence[queries.Abschnitt], draft: int | None) -> list[queries.Abschnitt]:
    """What a release since the draft began changed and the draft would undo: where the one it began from held and another one does now."""
    if draft is None or not rows:
        return []
    base = werkstatt.draft(session, draft).release_id
    had = queries.reached(session, base)
    undone = [queries.Abschnitt(tuple(r for r in one.regionen if r in had), one.vorher, queries.taken_back(session, base, one.vorher, rows)) for one in teile]
    return [one for one in undone if one.regionen and one.teile]


def _replayed(session: FallSession, rows: Sequence[DefinitionVersion], teile: Sequence[queries.Abschnitt], draft: int | None) -> dict[str, Any]:
    """What replaying all cases said of the diagrams, for each process whose cases they change somewhere."""
    after = nachspiel.diagrams(rows)
    found: dict[str, nachspiel.Befund] = {}
    for one in teile:
        found |= {it.prozess: it for it in nachspiel.befunde(session, nachspiel.diagrams(queries.held_in(session, one.vorher)), after)}
    current = werkstatt.draft(session, draft) if draft else None
    # Of a draft that was changed or thrown away since, another diagram would be replayed.
    is_same = current is not None and current.verworfen_am is None and werkstatt.deployed_as_is(session, current.id) is not None
    names = {row.id: row.name for row in rows if row.kind == "process"}
    return {"nachspiel": [found[id_] for id_ in sorted(found)], "nachspielbar": current.id if current and is_same else None, "prozesse": names, "prozent": prozent}


def _changes(session: FallSession, rows: Sequence[DefinitionVersion], regionen: Sequence[str], freigabe: Freigabe | None) -> list[queries.Abschnitt]:
    """What differs from what holds now in each region where it is to hold; of a release that was given, from what held there before."""
    is_given = freigabe is not None and freigabe.zustand == commands.GIVEN
    held = queries.before(session, freigabe) if freigabe is not None and is_given else in_force(session)
    return queries.changes(session, held, regionen, rows) if rows else []


def _affected(session: FallSession, regionen: Sequence[str], counts: queries.Counts) -> list[tuple[str, int]]:
    """Running cases of each region it is about: they stay on what they began with."""
    known = konten.regionen(session)
    found = [(name, sum(count for (where, _), count in counts.items() if where == kuerzel)) for kuerzel, name in known.items() if not regionen or kuerzel in regionen]
    return [(name, count) for name, count in found if count]


def _counts() -> queries.Counts:
    """Running cases of all regions. Numbers only: whoever decides about the process sees no case."""
    with reading() as session:
        everywhere = Access(access().konto, {region: frozenset() for region in konten.regionen(session)})
    with database().read(everywhere) as session:
        return queries.running(session)


def _day(text: str) -> date | None:
    try:
        found = iso_date(text)
        return date.fromisoformat(found) if found else None
    except Unreadable as error:
        raise FormInvalid({"gueltig_ab": str(error)}) from error


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
