"""Mutations of the Einwohnerkontrolle: Zuzug, Wegzug, Tod, Zivilstand (process description, chapter 9).

They come one by one through the interface, or in the monthly comparison. Each becomes a task beside the case of the person it is about;
what follows from it a human being decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from engine.cases.ewk import read_changes
from engine.commands.bestand import IMPORTS
from engine.commands.cases import CaseRef, open_case, released_form, start_instance
from engine.commands.neben import running, seen
from engine.commands.tasks import save_draft
from engine.definitions import feel
from engine.model.errors import FallflussError, FormInvalid, NotAllowed, NotFound
from engine.store.audit import log
from engine.store.dubletten import kennzeichen
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Aufgabe, Entwurf, Fall, Hinweis, Instanz, Job, Meldung, Person

MUTATION, ABGLEICH = "ewk_mutation", "ewk_abgleich"


class AlreadyComparing(FallflussError):
    """The monthly comparison of a region runs already."""

    def __init__(self) -> None:
        super().__init__("Der Monatsabgleich dieser Region läuft schon. Es wurde nichts geändert; seine Aufgabe steht in der Aufgabenliste.")


class NothingToCompare(FallflussError):
    """No task of the comparison is open."""

    def __init__(self) -> None:
        super().__init__("Zurzeit ist keine Aufgabe «Mit dem Register vergleichen» offen. Es wurde nichts gespeichert; die nächste kommt von selbst.")


def note_mutation(session: FallSession, region: str, raw: Mapping[str, Any], *, weg: str, message_id: str | None = None) -> int:
    """Begin a task for each running case of the person with the number ``ahvn13``; gives how many there are.

    Raises:
        FormInvalid: the number is missing, or the form of the mutation refuses the rest.
    """
    number = str(raw.get("ahvn13") or "")
    if not number:
        raise FormInvalid({"ahvn13": "Nennen Sie die AHV-Nummer der Person."})
    values = _checked(session, region, {**raw, "person_betroffen": "P1"})
    found = session.execute(
        select(Fall, Person.person_id)
        .join(Person, Person.fall_id == Fall.id)
        .where(Fall.region == region, Fall.abgeschlossen_am.is_(None), Fall.uebergeben_am.is_(None))
        .where(Person.ahv_kennzeichen == kennzeichen(number), Person.bis.is_(None))
    ).all()
    for fall, person_id in found:
        _begin(session, fall, {**values, "person_betroffen": person_id, "ewk_weg": weg})
    if message_id:
        session.add(Meldung(message_id=message_id, name="ewk.mutation", fall_id=found[0][0].id if found else None, at=session.now))
    return len(found)


def work_off(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Begin a task for each row of ``mutationen`` of the comparison; a number that is no running case is left as a notice."""
    values = seen(session, instanz, job)
    basis = f"{values.get('rechtsgrundlage') or 'nicht angegeben'} (Monatsabgleich)"
    for row in _rows(values):
        try:
            own = running(session, str(row.get("ewk_fall_nr") or "").strip())
        except NotFound:
            text = f"Abgleich mit der Einwohnerkontrolle: Zur Fallnummer «{row.get('ewk_fall_nr')}» gibt es keinen laufenden Fall. Bitte prüfen."
            session.add(Hinweis(fall_id=instanz.fall_id, region=instanz.region, at=session.now, an_rolle="administration", text=text))
            continue
        known = {name: row.get(name) for name in ("ewk_ereignis", "ewk_am", "ewk_bemerkung")}
        _begin(session, own.fall, {**known, **_person(session, own.fall, row), "ewk_weg": "aufgabe", "rechtsgrundlage": basis})


def begin_comparison(session: FallSession, region: str) -> CaseRef:
    """Begin the monthly comparison of a region; from then on it repeats by itself.

    Raises:
        NotAllowed: only who keeps the stock of cases there may.
        AlreadyComparing: it runs.
    """
    if not session.access.everywhere and not session.access.rollen_in(region) & set(IMPORTS):
        raise NotAllowed("den Monatsabgleich mit der Einwohnerkontrolle beginnen")
    if comparison(session, region) is not None:
        raise AlreadyComparing
    return open_case(session, region, {}, process=ABGLEICH)


def comparison(session: FallSession, region: str) -> Instanz | None:
    """The running comparison of a region."""
    return session.scalars(select(Instanz).where(Instanz.process == ABGLEICH, Instanz.region == region, Instanz.zustand == "active")).first()


def comparison_task(session: FallSession, region: str) -> Aufgabe | None:
    """The open task of the comparison, if there is one now."""
    own = comparison(session, region)
    return session.scalars(select(Aufgabe).where(Aufgabe.instanz_nummer == own.nummer, Aufgabe.zustand == "CREATED")).first() if own else None


def take_changes(session: FallSession, region: str, content: bytes) -> tuple[int, int]:
    """Put what the Einwohnerkontrolle wrote into the list into this person's draft of the open task; gives its key and how many rows.

    Raises:
        NothingToCompare: no task is open.
        TableUnreadable: the file is not the list, or a row cannot be read.
    """
    aufgabe = comparison_task(session, region)
    if aufgabe is None:
        raise NothingToCompare
    changes, own = read_changes(content), session.get(Entwurf, (aufgabe.key, session.access.konto))
    save_draft(session, aufgabe.key, {**(own.data if own else {}), "mutationen": changes}, revision=own.revision if own else 0)
    return aufgabe.key, len(changes)


def note_list(session: FallSession, region: str) -> None:
    """Record that somebody takes the list of a region's people along."""
    log(session, "gelesen", "Liste für die Einwohnerkontrolle", region=region)


def persons(session: FallSession, region: str) -> Iterator[tuple[Fall, Person]]:
    """Everybody in the running cases of a region, for comparing with the register."""
    query = (
        select(Fall, Person)
        .join(Person, Person.fall_id == Fall.id)
        .where(Fall.region == region, Fall.abgeschlossen_am.is_(None), Fall.uebergeben_am.is_(None), Person.bis.is_(None))
        .order_by(Fall.fall_nr, Person.person_id)
    )
    yield from ((fall, person) for fall, person in session.execute(query))


def _checked(session: FallSession, region: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    form = released_form(session, MUTATION, region)
    known = {name: value for name, value in raw.items() if name != "ahvn13"}
    return form.validate(known, {"personen": [{"person_id": "P1", "vorname": "", "name": ""}]}, feel=feel.shared(), now=session.now) if form else known


def _begin(session: FallSession, fall: Fall, values: Mapping[str, Any]) -> None:
    start_instance(session, fall, MUTATION, values, act=Act("start_beside", name="Mutation der Einwohnerkontrolle"), neben=True)


def _person(session: FallSession, fall: Fall, row: Mapping[str, Any]) -> dict[str, Any]:
    """Who of the household it is about, by first and last name; whoever is not found is named in the remark."""
    wanted = str(row.get("ewk_person") or "").strip()
    members = session.scalars(select(Person).where(Person.fall_id == fall.id, Person.bis.is_(None))).all()
    found = [one for one in members if wanted and wanted.casefold() == f"{one.vorname} {one.name}".casefold()]
    if len(found) == 1:
        return {"person_betroffen": found[0].person_id}
    return {"ewk_bemerkung": ". ".join(text for text in (wanted, row.get("ewk_bemerkung")) if text) or None}


def _rows(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in values.get("mutationen") or [] if isinstance(row, Mapping)]
