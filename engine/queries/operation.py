"""How the installation is: what operators and their monitoring ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.model.access import PROBELAUF, system
from engine.model.errors import FallflussError
from engine.store.session import Database, FallSession
from engine.store.tables import Aufgabe, Einstellung, Incident, Instanz, Job, Timer

# Written by every scheduler about every ten seconds, see engine.scheduling.scheduler.
HEARTBEAT = "zeitgeber_puls"
SILENT = timedelta(minutes=1)
OVERDUE = timedelta(minutes=5)
OPERATOR = system("betrieb")


@dataclass(frozen=True)
class Readiness:
    """``checks`` maps what was looked at to ``ok`` or what is wrong with it, in German; without names, numbers of cases, or addresses."""

    checks: Mapping[str, str]

    @property
    def is_ready(self) -> bool:
        return all(said == "ok" for said in self.checks.values())


def readiness(database: Database) -> Readiness:
    """Whether requests can be served and deadlines fire: database, schema, scheduler, overdue deadlines. Never raises."""
    try:
        if not database.is_current():
            return Readiness({"datenbank": "ok", "schema": "nicht auf dem Stand dieser Version: fallfluss migrate"})
        with database.read(OPERATOR) as session:
            return Readiness({"datenbank": "ok", "schema": "ok", "zeitgeber": _scheduler(session), "fristen": _deadlines(session)})
    except FallflussError as error:
        return Readiness({"datenbank": str(error)})


def figures(session: FallSession) -> dict[str, float]:
    """Numbers for monitoring: name → value; ages in seconds. Trial runs are no tasks and no cases. Costs an index look-up or a short count each."""
    overdue = session.scalar(select(func.min(Timer.next_attempt_at)))
    beat = _beat(session)
    return {
        "aufgaben_offen": _count(session, Aufgabe.key, Aufgabe.zustand == "CREATED", Aufgabe.region != PROBELAUF),
        "faelle_laufend": _count(session, Instanz.nummer, Instanz.zustand == "active", ~Instanz.neben, Instanz.region != PROBELAUF),
        "fristen_wartend": _count(session, Timer.key),
        "fristen_ueberfaellig": _count(session, Timer.key, Timer.next_attempt_at < session.now),
        "frist_aelteste_ueberfaellig_sekunden": max(0.0, (session.now - overdue).total_seconds()) if overdue else 0.0,
        "auftraege_offen": _count(session, Job.key),
        "auftraege_ohne_versuche": _count(session, Job.key, Job.retries <= 0),
        "stoerungen_offen": _count(session, Incident.key),
        "zeitgeber_puls_alter_sekunden": (datetime.now(UTC) - beat).total_seconds() if beat else -1.0,
    }


def _count(session: FallSession, column: Any, *where: Any) -> float:
    return float(session.scalar(select(func.count(column)).where(*where)) or 0)


def _scheduler(session: FallSession) -> str:
    beat = _beat(session)
    if beat is None:
        return "noch nie gelaufen: fallfluss scheduler"
    silent = datetime.now(UTC) - beat
    return "ok" if silent < SILENT else f"schweigt seit {_for(silent)}"


def _deadlines(session: FallSession) -> str:
    oldest = session.scalar(select(func.min(Timer.next_attempt_at)))
    late = session.now - oldest if oldest else timedelta(0)
    return "ok" if late < OVERDUE else f"die älteste überfällige wartet seit {_for(late)}"


def _for(length: timedelta) -> str:
    """A duration as people say it: in its largest unit, from which on the rest no longer matters."""
    seconds = int(length.total_seconds())
    for size, one, many in ((86_400, "Tag", "Tagen"), (3600, "Stunde", "Stunden"), (60, "Minute", "Minuten")):
        if seconds >= size:
            return f"{seconds // size} {one if seconds < 2 * size else many}"
    return f"{seconds} Sekunden"


def _beat(session: FallSession) -> datetime | None:
    row = session.get(Einstellung, HEARTBEAT)
    return datetime.fromisoformat(row.value) if row else None
