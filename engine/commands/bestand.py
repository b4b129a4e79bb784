"""Running cases come in (Bestandsfälle): first a plan that stores nothing, then the import, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from engine.cases.bestand import RunningCase, Table, read_rows, read_table
from engine.cases.dubletten import insured
from engine.cases.projection import household
from engine.cases.tabelle import Problem
from engine.commands.cases import PROCESS, new_fall, start_instance
from engine.model.calendar import ZURICH, add_duration
from engine.model.errors import FallflussError, NotAllowed, NotFound
from engine.store import parameter
from engine.store.audit import log
from engine.store.dubletten import kennzeichen
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Bestandsdatei, Bestandsfall, Dossier, Fall, Gemeinde, Hinweis, Person, Region

IMPORTS = ("leitung", "administration")
# Where an imported case enters its process; the process itself sees to the Kurzassessment light.
ENTRY = "standortbestimmung"
KEPT = timedelta(days=1)
# What another program sends instead of a file: one mapping a person, with the file's columns as keys.
Rows = Sequence[Mapping[str, Any]]
Progress = Callable[[int, int], None]


class NotConfirmed(FallflussError):
    """The file has faulty lines, and nobody said that they may be left out."""

    def __init__(self, problems: tuple[Problem, ...]):
        self.problems = problems
        super().__init__(
            f"Die Datei hat {len(problems)} fehlerhafte Angaben. Es wurde nichts gespeichert. "
            "Berichtigen Sie sie, oder bestätigen Sie, dass die betroffenen Fälle ausgelassen werden."
        )


class NoEntry(FallflussError):
    """The region has decided that its running cases stay where they are (parameter ``bestandsfaelle``)."""

    def __init__(self, region: str):
        super().__init__(f"In der Sozialregion {region} treten laufende Fälle nicht ein (Parameter «Eintritt laufender Fälle»). Es wurde nichts gespeichert.")


@dataclass(frozen=True)
class Conflict:
    """A case of the file that does not agree with what is stored already; it is left as it is there."""

    line: int
    fachapplikation_nr: str
    message: str


@dataclass(frozen=True)
class Plan:
    """What an import would do: ``new`` are opened, ``known`` are already there, ``conflicts`` and ``problems`` are left out."""

    new: tuple[RunningCase, ...]
    known: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Problem, ...]


def plan_import(session: FallSession, content: bytes | Rows, region: str) -> Plan:
    """Read a file of running cases, or rows of another program, and compare them with the region; stores nothing.

    Raises:
        NotFound, NotAllowed: not a region of this person, or no role in it that may import.
        NoEntry: running cases of the region do not enter.
        TableUnreadable: not a table of running cases.
    """
    may_import(session, region)
    table = _read(session, content, region)
    known = _known(session, region)
    numbers = insured(session, region)
    new, same, conflicts = [], [], []
    for case in table.cases:
        conflict = _contradiction(case, known[case.fachapplikation_nr]) if case.fachapplikation_nr in known else _double(case, numbers)
        if conflict:
            conflicts.append(Conflict(case.line, case.fachapplikation_nr, conflict))
        elif case.fachapplikation_nr in known:
            same.append(case.fachapplikation_nr)
        else:
            new.append(case)
            numbers |= dict.fromkeys(_digests(case), f"Zeile {case.line}")
    return Plan(tuple(new), tuple(same), tuple(conflicts), table.problems)


def import_cases(session: FallSession, content: bytes | Rows, region: str, *, leave_out_bad: bool = False, progress: Progress | None = None) -> Plan:
    """Open every new case of the file at its next Standortbestimmung; what was imported before stays as it is.

    ``progress`` is called with how many of how many are done.

    Raises:
        NotConfirmed: lines are faulty and ``leave_out_bad`` is not set; nothing is stored.
        As ``plan_import``.
    """
    plan = plan_import(session, content, region)
    if plan.problems and not leave_out_bad:
        raise NotConfirmed(plan.problems)
    log(session, "write", f"Bestandsfälle importieren: {len(plan.new)}", region=region)
    for done, case in enumerate(plan.new, start=1):
        _open(session, region, case)
        if progress:
            progress(done, len(plan.new))
    return plan


def keep_file(session: FallSession, region: str, name: str, content: bytes) -> Bestandsdatei:
    """Keep an uploaded file until it is imported, at most a day; the contents of older ones are deleted here.

    Raises:
        As ``plan_import``: an unreadable file is not kept.
    """
    plan_import(session, content, region)
    for old in session.scalars(select(Bestandsdatei).where(Bestandsdatei.at < session.now - KEPT, Bestandsdatei.erledigt_am.is_(None))):
        old.content, old.erledigt_am, old.ergebnis = b"", session.now, "Nicht importiert; die Datei wurde nach einem Tag gelöscht."
    kept = Bestandsdatei(region=region, name=name[:200], content=content, at=session.now, by=session.access.konto)
    session.add(kept)
    session.flush()
    return kept


def kept_file(session: FallSession, id: int) -> Bestandsdatei:
    """A file that was uploaded.

    Raises:
        NotFound: there is none in the regions of this person.
        NotAllowed: no role in its region that may import.
    """
    found = session.scalar(select(Bestandsdatei).where(Bestandsdatei.id == id, Bestandsdatei.art == "bestand"))
    if found is None:
        raise NotFound("Die Datei")
    may_import(session, found.region)
    return found


def import_file(session: FallSession, id: int, *, leave_out_bad: bool = False) -> Bestandsdatei:
    """Import an uploaded file and forget its content. A second time changes nothing.

    Raises:
        As ``import_cases`` and ``kept_file``.
    """
    found = session.scalar(select(Bestandsdatei).where(Bestandsdatei.id == id, Bestandsdatei.art == "bestand").with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Die Datei")
    if found.erledigt_am is None:
        plan = import_cases(session, found.content, found.region, leave_out_bad=leave_out_bad)
        found.content, found.erledigt_am, found.ergebnis = b"", session.now, summary(plan)
    return found


def summary(plan: Plan) -> str:
    """What an import did, in one sentence."""
    bad = len({problem.fachapplikation_nr for problem in plan.problems})
    parts = [f"{len(plan.new)} neu eröffnet", f"{len(plan.known)} waren schon importiert"]
    parts += [f"{len(plan.conflicts)} wegen Widersprüchen ausgelassen"] if plan.conflicts else []
    parts += [f"{bad} wegen Fehlern ausgelassen"] if bad else []
    return f"Fälle: {', '.join(parts)}."


def may_import(session: FallSession, region: str) -> None:
    """Raises:
    NotFound: not a region of this person.
    NotAllowed: no role in it that may import.
    """
    if session.get(Region, region) is None or not (session.access.everywhere or region in session.access.regionen):
        raise NotFound(f"Die Sozialregion «{region}»")
    if not session.access.everywhere and not session.access.rollen_in(region) & set(IMPORTS):
        raise NotAllowed("Bestandsfälle importieren (nur Leitung und Administration)")
    if _parameter(session, region, "bestandsfaelle") == "nicht":
        raise NoEntry(region)


def _parameter(session: FallSession, region: str, name: str) -> Any:
    return parameter.values(session, region, today_of(session))[name]


def _read(session: FallSession, content: bytes | Rows, region: str) -> Table:
    today = today_of(session)
    rows = session.execute(select(Gemeinde.bfs_nr, Gemeinde.region, Gemeinde.gueltig_von, Gemeinde.gueltig_bis)).all()
    communes = {bfs: owner for bfs, owner, first, last in rows if (first or today) <= today <= (last or today)}
    if isinstance(content, bytes):
        return read_table(content, region=region, gemeinden=communes, today=today)
    return read_rows(content, region=region, gemeinden=communes, today=today)


def _known(session: FallSession, region: str) -> dict[str, tuple[Any, ...]]:
    """What identifies each case imported before: when it was opened and who is in it."""
    persons: dict[int, set[tuple[Any, ...]]] = {}
    rows = select(Person.fall_id, Person.name, Person.vorname, Person.geburtsdatum).join(Bestandsfall, Bestandsfall.fall_id == Person.fall_id)
    for fall_id, *who in session.execute(rows.where(Person.region == region)):
        persons.setdefault(fall_id, set()).add(tuple(who))
    cases = select(Bestandsfall.fachapplikation_nr, Fall.id, Fall.fall_nr, Fall.eroeffnet_am).join(Fall, Fall.id == Bestandsfall.fall_id)
    return {nr: (fall_nr, opened, persons.get(id, set())) for nr, id, fall_nr, opened in session.execute(cases.where(Bestandsfall.region == region))}


def _contradiction(case: RunningCase, stored: tuple[Any, ...]) -> str:
    fall_nr, opened, persons = stored
    if opened != case.eroeffnet_am:
        return f"Schon importiert als Fall {fall_nr}, dort eröffnet am {opened:%d.%m.%Y}."
    missing = {(p["name"], p["vorname"], date.fromisoformat(p["geburtsdatum"])) for p in case.personen} - persons
    return f"Schon importiert als Fall {fall_nr}, dort mit anderen Personen." if missing else ""


def _double(case: RunningCase, numbers: dict[str, str]) -> str:
    found = sorted({numbers[digest] for digest in _digests(case) if digest in numbers})
    return f"Eine Person mit derselben AHV-Nummer ist schon in {', '.join(found)}." if found else ""


def _digests(case: RunningCase) -> list[str]:
    return [digest for person in case.personen if (digest := kennzeichen(person["ahvn13"]))]


def _open(session: FallSession, region: str, case: RunningCase) -> None:
    """One running case: its rows as they have been since it was opened, its process at the next Standortbestimmung."""
    fall = new_fall(session, region, household(case.personen), eroeffnet_am=case.eroeffnet_am)
    light_until = add_duration(session.now, _parameter(session, region, "bestandsfaelle_frist")).astimezone(ZURICH).date()
    session.add_all(
        [
            Dossier(fall_id=fall.id, region=region, gemeinde_bfs=case.gemeinde_bfs, von=case.eroeffnet_am),
            _mark(session, fall, case, light_until),
            Hinweis(fall_id=fall.id, region=region, at=session.now, an_rolle="fallfuehrung", text=_notice(case, light_until)),
        ]
    )
    start_instance(session, fall, PROCESS, _variables(case, light_until), act=Act("import_case", name="Bestandsfall übernommen"))
    for person in session.scalars(select(Person).where(Person.fall_id == fall.id)):
        person.von = case.eroeffnet_am


def _mark(session: FallSession, fall: Fall, case: RunningCase, light_until: date) -> Bestandsfall:
    return Bestandsfall(
        fachapplikation_nr=case.fachapplikation_nr,
        fall_id=fall.id,
        region=fall.region,
        importiert_am=session.now,
        importiert_von=session.access.konto,
        ka_light_bis=light_until,
    )


def _notice(case: RunningCase, light_until: date) -> str:
    text = f"Bestandsfall: Kurzassessment light bis {light_until:%d.%m.%Y}."
    if len(case.segmente) < len(case.personen):
        text += " Nicht alle Personen haben ein Segment; sie erhalten es mit dem Kurzassessment."
    return text


def _variables(case: RunningCase, light_until: date) -> dict[str, Any]:
    review = case.naechste_sb.isoformat()
    return {
        "einstieg": ENTRY,
        "personen": [dict(person) for person in case.personen],
        "segmente": [
            {"person_id": id, "segment": segment, "vorschlag": segment, "regel": "", "begruendung": "Aus der Fachapplikation übernommen", "naechste_sb": review}
            for id, segment in case.segmente.items()
        ],
        "gemeinde_bfs": case.gemeinde_bfs,
        "naechste_sb": review,
        "bestandsfall": True,
        "ka_light_bis": light_until.isoformat(),
        "fachapplikation_nr": case.fachapplikation_nr,
    }


def today_of(session: FallSession) -> date:
    """The day of the transaction in Zurich."""
    return session.now.astimezone(ZURICH).date()
