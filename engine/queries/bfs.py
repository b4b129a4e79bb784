"""The monthly delivery to the Federal Statistical Office, prepared and not official: the catalogue itself was not available.

One line for each Dossier that was open in the month (process description, chapters 4, 9 and 14); no names, no AHV numbers.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from sqlalchemy import or_, select

from engine.model.calendar import months_after
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Dossier, Fall, Instanz, Person

COLUMNS = ("fall", "gemeinde_bfs", "dossier_von", "dossier_bis", "personen", "kinder", "bfs_abschluss")


def delivery(session: FallSession, region: str, first: date) -> str:
    """CSV of the Dossiers of a region that were open in the month beginning on ``first``."""
    end = months_after(first, 1)
    is_open = select(Dossier, Fall).join(Fall, Fall.id == Dossier.fall_id).where(
        Dossier.region == region, Dossier.von < end, or_(Dossier.bis.is_(None), Dossier.bis >= first)
    )  # fmt: skip
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for dossier, fall in session.execute(is_open.order_by(Fall.fall_nr, Dossier.von)).all():
        people = _household(session, fall, end)
        writer.writerow((
            fall.fall_nr, dossier.gemeinde_bfs, dossier.von, dossier.bis or "", len(people), sum(one.rolle_ue == "kind" for one in people),
            _closing(session, fall),
        ))  # fmt: skip
    return text.getvalue()


def _household(session: FallSession, fall: Fall, end: date) -> list[Person]:
    """Who belonged to it at the end of the month."""
    there = select(Person).where(Person.fall_id == fall.id, Person.von < end, or_(Person.bis.is_(None), Person.bis >= end))
    return list(session.scalars(there))


def _closing(session: FallSession, fall: Fall) -> str:
    """Six months after the last ordinary payment, once the process has computed it."""
    own = session.scalar(select(Instanz).where(Instanz.fall_id == fall.id, Instanz.neben.is_(False)).order_by(Instanz.nummer.desc()).limit(1))
    if own is None:
        return ""
    return str(library.runtime(session, own.release_id, own.region).variables(own.state).get("bfs_abschluss_am") or "")
