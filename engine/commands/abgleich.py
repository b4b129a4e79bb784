"""What the Fachapplikation says is taken over: first a plan that stores nothing, then all of it or nothing. The same file twice is harmless.

Persons and money are its business (process description, chapter 4); who lives where and who belongs to a household is the process's: such
differences are shown as conflicts and left for people to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.cases.abgleich import PERSON, Angaben, read_table
from engine.cases.tabelle import Problem
from engine.commands.bestand import IMPORTS, Conflict, may_import, today_of
from engine.commands.cases import case_variables, own_instance
from engine.commands.stepping import advance, lock
from engine.model.errors import NotFound
from engine.runtime import set_variables as write
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Bestandsdatei, Bestandsfall, Dossier, Fachapplikationsstand, Fall, Gemeinde, Instanz, Person

__all__ = ["IMPORTS", "Aenderung", "Plan", "apply_file", "keep_file", "plan", "summary", "take_over"]

ART = "abgleich"
LABELS = {"name": "Name", "vorname": "Vorname", "geburtsdatum": "Geburtsdatum", "ahvn13": "AHV-Nummer"}


@dataclass(frozen=True)
class Aenderung:
    """What a case would get: ``personen`` maps a person's id to new values, ``stand`` are claim and payment, ``worte`` say both."""

    line: int
    fall_id: int
    fall_nr: str
    fachapplikation_nr: str
    personen: Mapping[str, Mapping[str, Any]]
    stand: Mapping[str, Any]
    worte: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """``changes`` would be made, ``same`` agree already; ``conflicts`` (row by row) and ``problems`` are left as they are."""

    changes: tuple[Aenderung, ...]
    same: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Known:
    fall: Fall
    personen: tuple[Person, ...]
    stand: Fachapplikationsstand | None
    gemeinde: int | None
    orte: Mapping[int, str]


def plan(session: FallSession, content: bytes, region: str) -> Plan:
    """Compare a file with the cases of a region; stores nothing.

    Raises:
        NotFound, NotAllowed, TableUnreadable
    """
    may_import(session, region)
    table, known = read_table(content, today_of(session)), _known(session, region)
    changes, same, conflicts = [], [], []
    for case in table.cases:
        found = known.get(case.fall_nr) or known.get(case.fachapplikation_nr)
        why = _refusal(case, found)
        if found is None or why:
            conflicts.append(Conflict(case.line, case.fachapplikation_nr, why))
            continue
        change, doubts = _compare(case, found)
        conflicts += doubts
        if change.worte:
            changes.append(change)
        else:
            same.append(case.fachapplikation_nr)
    return Plan(tuple(changes), tuple(same), tuple(conflicts), table.problems)


def take_over(session: FallSession, content: bytes, region: str) -> Plan:
    """Make the changes of the plan. What is in conflict or faulty stays as it is.

    Raises:
        As ``plan``.
    """
    made = plan(session, content, region)
    for change in made.changes:
        if change.personen:
            _write_persons(session, change)
        if change.stand:
            _write_stand(session, change, region)
        log(session, "write", "Abgleich Fachapplikation", fall_id=change.fall_id, region=region)
    return made


def keep_file(session: FallSession, region: str, name: str, content: bytes) -> Bestandsdatei:
    """Keep an uploaded file until it is confirmed.

    Raises:
        As ``plan``.
    """
    plan(session, content, region)
    kept = Bestandsdatei(region=region, name=name[:200], content=content, at=session.now, by=session.access.konto, art=ART)
    session.add(kept)
    session.flush()
    return kept


def kept_file(session: FallSession, id: int) -> Bestandsdatei:
    """Raises:
    NotFound, NotAllowed
    """
    query = select(Bestandsdatei).where(Bestandsdatei.id == id, Bestandsdatei.art == ART)
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Die Datei")
    may_import(session, found.region)
    return found


def apply_file(session: FallSession, id: int) -> Bestandsdatei:
    """Take an uploaded file over and forget its content; a second time changes nothing."""
    found = kept_file(session, id)
    if found.erledigt_am is None:
        made = take_over(session, found.content, found.region)
        found.content, found.erledigt_am, found.ergebnis = b"", session.now, summary(made)
    return found


def summary(made: Plan) -> str:
    """What was done, in one sentence."""
    parts = [f"{len(made.changes)} nachgeführt", f"{len(made.same)} waren schon gleich"]
    parts += [f"{len(made.conflicts)} Widersprüche blieben, wie sie sind"] if made.conflicts else []
    parts += [f"{len(made.problems)} fehlerhafte Angaben ausgelassen"] if made.problems else []
    return f"Fälle: {', '.join(parts)}."


def _known(session: FallSession, region: str) -> dict[str, _Known]:
    """The region's running cases, by their own number and by that of the Fachapplikation."""
    cases = session.scalars(select(Fall).where(Fall.region == region, Fall.uebergeben_am.is_(None))).all()
    persons: dict[int, list[Person]] = {}
    for person in session.scalars(select(Person).where(Person.region == region, Person.bis.is_(None)).order_by(Person.id)):
        persons.setdefault(person.fall_id, []).append(person)
    stands = {one.fall_id: one for one in session.scalars(select(Fachapplikationsstand).where(Fachapplikationsstand.region == region))}
    rows = session.execute(select(Dossier.fall_id, Dossier.gemeinde_bfs).where(Dossier.region == region, Dossier.bis.is_(None)))
    communes = dict(rows.all())
    orte = dict(session.execute(select(Gemeinde.bfs_nr, Gemeinde.name)).all())
    by_id = {fall.id: _Known(fall, tuple(persons.get(fall.id, ())), stands.get(fall.id), communes.get(fall.id), orte) for fall in cases}
    found = {known.fall.fall_nr: known for known in by_id.values()}
    numbers = session.execute(select(Bestandsfall.fachapplikation_nr, Bestandsfall.fall_id).where(Bestandsfall.region == region)).all()
    found |= {nr: by_id[id] for nr, id in numbers if id in by_id}
    return found | {one.fachapplikation_nr: by_id[one.fall_id] for one in stands.values() if one.fall_id in by_id}


def _refusal(case: Angaben, found: _Known | None) -> str:
    if found is None:
        return "Diesen Fall gibt es in Fallfluss nicht. Neue Fälle beginnen mit der Anmeldung, laufende mit dem Import der Bestandsfälle."
    if found.fall.abgeschlossen_am:
        return f"Der Fall {found.fall.fall_nr} ist in Fallfluss abgeschlossen."
    if found.stand is not None and found.stand.stand_am > case.fall["stand_am"]:
        return f"Die Datei ist älter als der Stand vom {found.stand.stand_am:%d.%m.%Y}, der schon übernommen ist."
    return ""


def _compare(case: Angaben, found: _Known) -> tuple[Aenderung, list[Conflict]]:
    changes: dict[str, dict[str, Any]] = {}
    worte: list[str] = []
    conflicts: list[Conflict] = []
    for line, given in case.personen:
        person = _match(given, found.personen)
        doubt = _doubt(given, person, found)
        if person is None or doubt:
            conflicts.append(Conflict(line, case.fachapplikation_nr, doubt))
            continue
        new = {name: given[name] for name in PERSON if given[name] and _text(given[name]) != _text(getattr(person, name))}
        if new:
            changes[person.person_id] = new
            worte += [f"{person.vorname} {person.name}: {LABELS[name]} {_text(getattr(person, name)) or '–'} → {_text(value)}" for name, value in new.items()]
    gemeinde = case.fall["gemeinde_bfs"]
    if gemeinde is not None and found.gemeinde is not None and gemeinde != found.gemeinde:
        conflicts.append(Conflict(case.line, case.fachapplikation_nr, f"Andere Wohngemeinde ({found.orte.get(gemeinde, gemeinde)} statt {found.orte.get(found.gemeinde, found.gemeinde)}): bitte im Fall {found.fall.fall_nr} den Umzug erfassen."))
    stand = _stand(case, found.stand)
    worte += _stand_words(stand)
    return Aenderung(case.line, found.fall.id, found.fall.fall_nr, case.fachapplikation_nr, changes, stand, tuple(worte)), conflicts


def _match(given: Mapping[str, Any], personen: tuple[Person, ...]) -> Person | None:
    """By AHV number, else by first name and birthday: a family name may have changed."""
    by_number = [one for one in personen if given["ahvn13"] and one.ahvn13 == given["ahvn13"]]
    born = [one for one in personen if one.vorname == given["vorname"] and _text(one.geburtsdatum) == _text(given["geburtsdatum"])]
    return (by_number or born or [None])[0]  # type: ignore[list-item]


def _doubt(given: Mapping[str, Any], person: Person | None, found: _Known) -> str:
    name = f"{given['vorname']} {given['name']}"
    if person is None:
        return f"{name} gehört in Fallfluss nicht zum Fall {found.fall.fall_nr}. Bitte dort das Ereignis melden (Geburt, Zuzug)."
    if given["ahvn13"] and person.ahvn13 and given["ahvn13"] != person.ahvn13:
        return f"{name} hat in Fallfluss eine andere AHV-Nummer. Bitte abklären, welche stimmt."
    return ""


def _stand(case: Angaben, known: Fachapplikationsstand | None) -> dict[str, Any]:
    wanted = {
        "fachapplikation_nr": case.fachapplikation_nr,
        "anspruch": case.fall["anspruch"] or (known.anspruch if known else ""),
        "anspruch_ab": case.fall["anspruch_ab"],
        "anspruch_bis": case.fall["anspruch_bis"],
        "letzte_zahlung_am": case.fall["letzte_zahlung_am"],
        "letzte_zahlung_rappen": case.fall["letzte_zahlung_chf"],
        "stand_am": case.fall["stand_am"],
    }
    is_same = known is not None and all(getattr(known, name) == value for name, value in wanted.items())
    return {} if is_same else wanted


def _stand_words(stand: Mapping[str, Any]) -> list[str]:
    if not stand:
        return []
    parts = [f"Anspruch {stand['anspruch'] or '–'}"]
    if stand["letzte_zahlung_am"]:
        parts.append(f"letzte Zahlung {stand['letzte_zahlung_am']:%d.%m.%Y}")
    return [f"{', '.join(parts)}, Stand {stand['stand_am']:%d.%m.%Y}"]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _write_persons(session: FallSession, change: Aenderung) -> None:
    """Through the process, so that its variables and the rows of the case agree and the history knows both values."""
    own = lock(session, own_instance(session, change.fall_id).nummer)
    known = case_variables(session, own).get("personen") or []
    personen = [{**one, **change.personen.get(one.get("person_id"), {})} for one in known]
    if own.zustand == "active" and personen:
        _advance(session, own, personen)


def _advance(session: FallSession, own: Instanz, personen: list[dict[str, Any]]) -> None:
    advance(session, own, write(own.key, {"personen": personen}), Act("abgleich", own.key, name="Abgleich Fachapplikation", values={"personen": personen}))


def _write_stand(session: FallSession, change: Aenderung, region: str) -> None:
    found = session.scalar(select(Fachapplikationsstand).where(Fachapplikationsstand.fall_id == change.fall_id).with_for_update())
    if found is None:
        found = Fachapplikationsstand(fall_id=change.fall_id, region=region)
        session.add(found)
    for name, value in change.stand.items():
        setattr(found, name, value)
    found.importiert_am, found.importiert_von = session.now, session.access.konto
