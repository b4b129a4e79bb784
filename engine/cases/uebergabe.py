"""What goes from region to region when a case is handed over: a package with what was chosen, and nothing else.

Which variables and forms belong to which part stands in the headers of the diagram's task; see ``pack``. The process description
(chapter 5, P10; chapter 8, F100) names the parts: Stammdaten always, Kurzassessment, Segmenthistorie, Zielvereinbarung and Massnahmen by
choice, journal and notes never.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Fall, Segmentzuordnung, Verlauf

PARTS = {
    "kurzassessment": "Kurzassessment",
    "segmenthistorie": "Segmenthistorie",
    "zielvereinbarung": "Zielvereinbarung",
    "massnahmen": "Massnahmen",
}
Package = dict[str, Any]


def pack(session: FallSession, fall: Fall, values: Mapping[str, Any], chosen: Iterable[str], headers: Mapping[str, str]) -> Package:
    """The package of a case from its variables and its history.

    ``headers``: ``personen`` lists the fields of a person that may go, ``stammdaten``, ``zielvereinbarung`` and ``massnahmen`` list variables,
    ``kurzassessment`` lists forms, of which the last answers for each person go. Whatever no header names stays.
    """
    personen = [_only(person, _names(headers, "personen")) for person in values.get("personen") or []]
    ids = {person["person_id"] for person in personen}
    parts = set(chosen)
    package: Package = {"stammdaten": {"personen": personen, **_only(values, _names(headers, "stammdaten"))}}
    if "kurzassessment" in parts:
        package["kurzassessment"] = _answers(session, fall, values, _names(headers, "kurzassessment"), ids)
    if "segmenthistorie" in parts:
        package["segmenthistorie"] = _segments(session, fall, ids)
    for part in ("zielvereinbarung", "massnahmen"):
        if part in parts:
            package[part] = _only(values, _names(headers, part))
    # Aims carry their measures; without that part of the package they go alone.
    return package if "massnahmen" in parts else _without(package, "massnahmen")


def overview(package: Package) -> str:
    """What is in a package, as Markdown for whoever releases or accepts it."""
    people = ", ".join(f"{p.get('vorname', '')} {p.get('name', '')}".strip() for p in package["stammdaten"]["personen"])
    contained = [label for part, label in PARTS.items() if package.get(part)]
    lines = [
        f"Umzug am {date.fromisoformat(package['per']):%d.%m.%Y} nach {package['gemeinde']} ({region_name(package, 'an')}), bisher {region_name(package, 'von')}",
        f"Personen: {people}",
        f"Enthalten: {', '.join(['Stammdaten', *contained])}",
    ]
    lines += [f"Hinweise: {_line(package['hinweise'])}"] if package.get("hinweise") else []
    lines += [f"Rückfrage «{_line(one['frage'])}»: {_line(one['antwort'])}" for one in package.get("antworten") or []]
    return "\n".join(f"- {line}" for line in lines)


def region_name(package: Package, which: str) -> str:
    """What people call the region it goes to (``an``) or comes from (``von``); a package from before names were in it has the short form alone."""
    return str(package.get(f"{which}_name") or package[f"{which}_region"])


def is_assessed(package: Package) -> bool:
    """Whether everybody in it comes with Kurzassessment and segment, so that the new region need not begin at the beginning."""
    ids = {person["person_id"] for person in package["stammdaten"]["personen"]}
    return bool(ids) and ids <= {row["person_id"] for row in _current(package)} and bool(package.get("kurzassessment"))


def start_values(package: Package, naechste_sb: date) -> dict[str, Any]:
    """The variables with which the case begins in its new region."""
    values = {**package["stammdaten"], **(package.get("zielvereinbarung") or {}), **(package.get("massnahmen") or {})}
    values |= {"gemeinde_bfs": package["gemeinde_bfs"], "zuzug_am": package["per"], "herkunft_region": region_name(package, "von")}
    values |= {"uebergabe_hinweise": package.get("hinweise"), "uebergabe_antworten": package.get("antworten") or []}
    if "kurzassessment" in package:
        values["kurzassessments"] = package["kurzassessment"]
    if is_assessed(package):
        values |= {"segmente": [_assigned(row, naechste_sb) for row in _current(package)], "naechste_sb": naechste_sb.isoformat()}
    return values


def history(package: Package, fall: Fall) -> list[Segmentzuordnung]:
    """The segments its persons have had, as rows of the receiving case; who decided is only known by region."""
    return [
        Segmentzuordnung(
            fall_id=fall.id,
            region=fall.region,
            entschieden_von=package["von_region"],
            von=date.fromisoformat(row["von"]),
            bis=date.fromisoformat(row["bis"]) if row["bis"] else None,
            **_only(row, ("person_id", "segment", "vorschlag", "regel", "begruendung")),
        )
        for row in package.get("segmenthistorie") or []
    ]


def _names(headers: Mapping[str, str], part: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in headers.get(part, "").split(",") if name.strip())


def _only(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, name) for key, inner in value.items() if key != name}
    return [_without(inner, name) for inner in value] if isinstance(value, list) else value


def _answers(session: FallSession, fall: Fall, values: Mapping[str, Any], forms: tuple[str, ...], ids: set[str]) -> list[dict[str, Any]]:
    """The last answers for each person; those that came with an earlier handover unless there are newer ones."""
    newest = {one["person_id"]: one for one in values.get("kurzassessments") or []}
    rows = session.execute(
        select(Aufgabe.person_id, Aufgabe.form_id, Verlauf.at, Verlauf.values)
        .join(Verlauf, Verlauf.element_key == Aufgabe.key)
        .where(Verlauf.fall_id == fall.id, Verlauf.command == "complete_task", Aufgabe.form_id.in_(forms))
        .order_by(Verlauf.id)
    )
    for person_id, form_id, at, answers in rows:
        day = at.astimezone(ZURICH).date().isoformat()
        newest[person_id] = {"person_id": person_id, "formular": form_id, "am": day, "bewertung": answers or {}}
    return [one for person_id, one in newest.items() if person_id in ids]


def _segments(session: FallSession, fall: Fall, ids: set[str]) -> list[dict[str, Any]]:
    rows = session.scalars(select(Segmentzuordnung).where(Segmentzuordnung.fall_id == fall.id).order_by(Segmentzuordnung.id))
    return [
        {
            "person_id": row.person_id,
            "segment": row.segment,
            "vorschlag": row.vorschlag,
            "regel": row.regel,
            "begruendung": row.begruendung,
            "von": row.von.isoformat(),
            "bis": row.bis.isoformat() if row.bis else None,
        }
        for row in rows
        if row.person_id in ids
    ]


def _current(package: Package) -> list[dict[str, Any]]:
    return [row for row in package.get("segmenthistorie") or [] if row["bis"] is None]


def _assigned(row: Mapping[str, Any], naechste_sb: date) -> dict[str, Any]:
    return {**_only(row, ("person_id", "segment", "vorschlag", "regel", "begruendung")), "naechste_sb": naechste_sb.isoformat()}


def _line(text: str) -> str:
    return " ".join(text.split())
