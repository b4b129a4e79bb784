"""The moment that figures are of: what pages, files and the report tell within an hour is of the same cases.

So a page costs little while people work, two of them fit together, and who looks again and again does not see what became of each case.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from engine.store.session import FallSession
from engine.store.tables import Einstellung

NAME = "auswertung.stand"
LAST = 2**62


@dataclass(frozen=True)
class Augenblick:
    """When the traces were last brought up to date as a whole (with its zone), and the last decision on a segment by then."""

    at: datetime
    segmentzuordnung: int = LAST


def augenblick(session: FallSession) -> Augenblick:
    """The moment that this session's figures are of; now, where traces never were up to date."""
    row = session.get(Einstellung, NAME)
    if row is None:
        return Augenblick(session.now)
    known = json.loads(row.value)
    return Augenblick(datetime.fromisoformat(known["at"]), known["segmentzuordnung"])


def is_of_this_hour(session: FallSession) -> bool:
    """Whether figures need not be newer. A clock that was put back makes them old."""
    return session.get(Einstellung, NAME) is not None and _hour(augenblick(session).at) == _hour(session.now)


def note(session: FallSession, segmentzuordnung: int) -> None:
    """Figures are of now from now on."""
    session.merge(Einstellung(name=NAME, value=json.dumps({"at": session.now.isoformat(), "segmentzuordnung": segmentzuordnung})))


def _hour(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600
