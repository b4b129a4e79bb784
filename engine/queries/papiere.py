"""What stands in each paper: plain values for the templates in ``engine.cases.papiere``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, select

from engine.cases.papiere import TITEL
from engine.cases.uebergabe import region_name
from engine.definitions.forms import Field, walk
from engine.definitions.forms.show import readable
from engine.model.calendar import ZURICH
from engine.model.errors import NotFound
from engine.queries import konten
from engine.queries.akte import zielvereinbarung
from engine.queries.angaben import SEGMENTE, Labels, communes, field_labels, pairs, told
from engine.queries.cases import CaseView
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Briefkopf, Region, Uebergabe

POSTCODE = re.compile(r"\b[1-9]\d{3}\b")
MONATE = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")
Daten = dict[str, Any]


def letterhead(session: FallSession, region: str) -> Daten:
    """The region's own, or its name and seat."""
    found = session.get(Briefkopf, region)
    if found is not None:
        texts = {name: getattr(found, name) for name in ("name", "zusatz", "strasse", "ort", "telefon", "mail")}
        return {**texts, "logo": list(found.logo) if found.logo else None}
    place = session.get_one(Region, region)
    return {"name": place.name, "zusatz": "", "strasse": "", "ort": place.sitz, "telefon": "", "mail": "", "logo": None}


def common(session: FallSession, view: CaseView, art: str) -> Daten:
    """What every paper has."""
    kopf, today = letterhead(session, view.fall.region), session.now.astimezone(ZURICH).date()
    place = kopf["ort"].lstrip("0123456789 ").split(",")[0]
    day = f"{today.day}. {MONATE[today.month - 1]} {today.year}"
    return {"titel": TITEL[art], "fall_nr": view.fall.fall_nr, "kopf": kopf, "ort_datum": f"{place}, {day}" if place else day}


def contents_of(session: FallSession, view: CaseView, art: str, angaben: Mapping[str, str]) -> Daten:
    """The values for one paper. ``angaben`` are what somebody typed for it (see ``webui.papiere``).

    Raises:
        NotFound: the case holds nothing for this paper.
    """
    return {**common(session, view, art), **BUILDERS[art](session, view, angaben)}


def _zielvereinbarung(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    found = zielvereinbarung(session, view)
    if found is None:
        raise NotFound("Eine Zielvereinbarung in diesem Fall")
    labels = field_labels(library.contents(session, view.release_id))
    return {
        "personen": [f"{one.vorname} {one.name}" for one in view.personen if one.bis is None and one.rolle_ue != "kind"],
        "gesamtziel": found.gesamtziel,
        "ziele": [_ziel(one, labels) for one in found.ziele],
        "massnahmen": [_massnahme(one, labels) for one in found.massnahmen],
        "gueltig_bis": readable(found.gueltig_bis),
    }


def _ziel(one: Mapping[str, Any], labels: Labels) -> Daten:
    wanted = {"indikator": "Gemessen an", "termin": "Bis", "beitrag_person": "Beitrag der Person", "beitrag_dienst": "Beitrag des Sozialdienstes"}
    zeilen = [[label, readable(one[key])] for key, label in wanted.items() if one.get(key)]
    return {"lebensbereich": told("lebensbereich", one.get("lebensbereich"), labels), "ziel": readable(one.get("ziel")), "angaben": zeilen}


def _massnahme(one: Mapping[str, Any], labels: Labels) -> dict[str, str]:
    zeit = " bis ".join(readable(one[key]) for key in ("von", "bis") if one.get(key))
    return {"art": told("typ", one.get("typ"), labels), "person": readable(one.get("person_name")), "anbieter": readable(one.get("anbieter")), "zeit": zeit}


def _kurzassessment(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    values, contents = _variables(session, view), library.contents(session, view.release_id)
    newest = {one.get("person_id"): one for one in values.get("kurzassessments") or [] if isinstance(one, Mapping)}
    if not newest:
        raise NotFound("Ein Kurzassessment in diesem Fall")
    return {"personen": [_assessed(view, one, newest.get(one.person_id), contents) for one in view.personen if one.bis is None]}


def _assessed(view: CaseView, person: Any, found: Mapping[str, Any] | None, contents: Contents) -> Daten:
    segment = next((one for one in reversed(view.segmente) if one.person_id == person.person_id and one.bis is None), None)
    answers = dict((found or {}).get("bewertung") or {})
    return {
        "name": f"{person.vorname} {person.name}",
        "segment": SEGMENTE.get(segment.segment, segment.segment) if segment else "",
        "begruendung": segment.begruendung if segment and view.sicht.may_see("begruendung") else "",
        "am": readable((found or {}).get("am")),
        "felder": _answers(answers, contents),
    }


def _answers(answers: Mapping[str, Any], contents: Contents) -> list[list[str]]:
    """In the order and with the labels of the form that asks most of them."""
    forms = [contents.form(id) for kind, id in contents.items if kind == "form"]
    keys = [[one for one in walk(form.components) if isinstance(one, Field)] for form in forms]
    best = max(keys, key=lambda fields: len({one.key for one in fields} & answers.keys()), default=[])
    labels = field_labels(contents)
    known = {one.key: one.label for one in best}
    asked = [key for key in known if answers.get(key) not in (None, "", [], False)]
    return [[known[key], told(key, answers[key], labels)] for key in asked]


def _einladung(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    rows = [["Termin", angaben.get("termin", "")], ["Ort", angaben.get("ort", "")], ["Thema", angaben.get("thema", "")]]
    return {**_letter(session, view, angaben), "angaben": [row for row in rows if row[1]]}


def _unterlagen(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    labels = field_labels(library.contents(session, view.release_id))
    rows = [one for one in _variables(session, view).get("unterlagen") or [] if isinstance(one, Mapping) and not one.get("eingang_am")]
    missing = [told("dokumenttyp", one.get("dokumenttyp"), labels) + (f", verlangt am {readable(one['verlangt_am'])}" if one.get("verlangt_am") else "") for one in rows]
    is_reminder = angaben.get("folge") == "ja"
    titel = {"titel": "Mahnung: fehlende Unterlagen"} if is_reminder else {}
    return {**_letter(session, view, angaben), **titel, "unterlagen": missing, "frist": angaben.get("frist", ""), "folge": is_reminder}


def _letter(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    person = next((one for one in view.personen if one.person_id == angaben.get("person_id")), None)
    if person is None:
        raise NotFound("Die Person")
    name = f"{person.vorname} {person.name}"
    own = konten.names(session, [session.access.konto])
    return {
        "anschrift": [name, *(line for line in (angaben.get("anschrift") or _address(session, view)).splitlines() if line.strip())],
        "anrede": f"Guten Tag {name}",
        "bemerkung": angaben.get("bemerkung", ""),
        "gruss": own.get(session.access.konto, ""),
    }


def _address(session: FallSession, view: CaseView) -> str:
    """As the case has it; where it names no place, the commune stands for it."""
    values = _variables(session, view)
    typed, number = readable(values.get("adresse")), str(values.get("gemeinde_bfs") or "")
    if not typed or POSTCODE.search(typed) or not number.isdigit():
        return typed
    return f"{typed}\n{konten.gemeinden(session).get(int(number), '')}"


def lacks(session: FallSession, view: CaseView, art: str) -> str:
    """Why the case has nothing for this paper yet, as the end of «gibt es, …»; empty when it can be made."""
    if art == "zielvereinbarung" and zielvereinbarung(session, view) is None:
        return "sobald Ziele vereinbart sind"
    if art == "kurzassessment" and not _variables(session, view).get("kurzassessments"):
        return "sobald die Segmentierung abgeschlossen ist"
    if art == "uebergabe" and not has_package(session, view.fall.id):
        return "sobald für eine Übergabe ein Paket zusammengestellt ist"
    return ""


def has_package(session: FallSession, fall_id: int) -> bool:
    """Whether a handover of the case has a package to print."""
    found = session.scalar(_newest_handover(fall_id))
    return found is not None and bool(found.paket)


def _newest_handover(fall_id: int) -> Select[Uebergabe]:
    return select(Uebergabe).where(Uebergabe.fall_id == fall_id).order_by(Uebergabe.id.desc()).limit(1)


def _uebergabe(session: FallSession, view: CaseView, angaben: Mapping[str, str]) -> Daten:
    found = session.scalar(_newest_handover(view.fall.id))
    if found is None or not found.paket:
        raise NotFound("Ein Übergabepaket in diesem Fall")
    package, labels = found.paket, field_labels(library.contents(session, view.release_id), communes(session))
    base = dict(package["stammdaten"])
    rows = [["Von", region_name(package, "von")], ["An", f"{region_name(package, 'an')}, {package['gemeinde']}"], ["Umzug am", readable(package["per"])]]
    rows += [["Hinweise", package["hinweise"]]] if package.get("hinweise") else []
    persons = base.pop("personen")
    names = {one["person_id"]: f"{one.get('vorname', '')} {one.get('name', '')}".strip() for one in persons if one.get("person_id")}
    parts = [_people(persons, labels), _part("Stammdaten", base, labels), *_parts(package, labels, names)]
    return {"angaben": rows, "teile": [one for one in parts if one["tabelle"] or one["felder"]]}


def _people(rows: list[Mapping[str, Any]], labels: Labels) -> Daten:
    table = [[f"{one.get('vorname', '')} {one.get('name', '')}", readable(one.get("geburtsdatum")), told("rolle_ue", one.get("rolle_ue"), labels)] for one in rows]
    return {"titel": "Personen", "kopf": ["Name", "Geboren", "Rolle"], "tabelle": table, "felder": []}


def _parts(package: Mapping[str, Any], labels: Labels, names: Mapping[str, str]) -> list[Daten]:
    assessed = [(names.get(one["person_id"], one["person_id"]), one) for one in package.get("kurzassessment") or []]
    found = [_part(f"Kurzassessment {who}, {readable(one.get('am'))}", one.get("bewertung") or {}, labels) for who, one in assessed]
    if history := package.get("segmenthistorie"):
        table = [[names.get(one["person_id"], one["person_id"]), SEGMENTE.get(one["segment"], one["segment"]), readable(one["von"]), readable(one["bis"])] for one in history]
        found.append({"titel": "Segmente", "kopf": ["Person", "Segment", "Von", "Bis"], "tabelle": table, "felder": []})
    for name, titel in (("zielvereinbarung", "Zielvereinbarung"), ("massnahmen", "Massnahmen")):
        if package.get(name):
            found.append(_part(titel, package[name], labels))
    return found


def _part(titel: str, values: Mapping[str, Any], labels: Labels) -> Daten:
    answered = {key: value for key, value in values.items() if value is not False}
    return {"titel": titel, "kopf": [], "tabelle": [], "felder": [list(pair) for pair in pairs(answered, labels, {})]}


def _variables(session: FallSession, view: CaseView) -> dict[str, Any]:
    """Those of the case that the person who makes the paper may see."""
    return view.sicht.redacted(library.runtime(session, view.release_id, view.fall.region).variables(view.instanz.state))


BUILDERS: Mapping[str, Callable[[FallSession, CaseView, Mapping[str, str]], Daten]] = {
    "zielvereinbarung": _zielvereinbarung,
    "kurzassessment": _kurzassessment,
    "einladung": _einladung,
    "unterlagen": _unterlagen,
    "uebergabe": _uebergabe,
}
