"""The chain over history, access log and destruction protocol: whatever is changed, taken out, put in or cut off later is found.

Rows are sealed in batches by the scheduler, never by the transaction that writes them: the writers share no counter and send no
statement more. A batch that two schedulers seal at once fails for one of them. See docs/decisions/0010-siegel-in-stapeln.md.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from engine.model.access import PROBELAUF
from engine.store.errors import Conflict, DatabaseBusy
from engine.store.session import Database, FallSession
from engine.store.tables import Fallsalz, Siegel, Siegelzeile, Verlauf, Vernichtung, Zugriff

TABLES: Mapping[str, Any] = {"verlauf": Verlauf, "zugriff": Zugriff, "vernichtung": Vernichtung}
BATCH = 1000
BEGINNING = "0" * 64
# A row is committed at most this long after its instant: the longest a transaction may last, with much to spare. It is also how old a
# row may become unsealed before it is reported.
SLACK = timedelta(hours=1)
# Ids are given before they are committed, so a batch looks back this far for rows that came late.
LOOK_BACK = 10_000
# SQLite has no queue of writers: who waits looks again every 100 ms at the latest, and must find the database free then.
GIVE_WAY_SECONDS = 0.12


@dataclass(frozen=True)
class Kopf:
    """The newest link. Written down elsewhere, it proves later that nothing before it was cut off."""

    nummer: int = 0
    hash: str = BEGINNING

    def __str__(self) -> str:
        return f"{self.nummer}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Kopf:
        """The head from ``nummer:hash``.

        Raises:
            ValueError: it is not of that form.
        """
        nummer, _, digest = text.strip().partition(":")
        if not nummer.isdigit() or len(digest) != len(BEGINNING):
            raise ValueError(text)
        return cls(int(nummer), digest.lower())


@dataclass(frozen=True)
class Pruefung:
    """What ``verify`` found: how much is sealed, the head, and each contradiction in German."""

    siegel: int
    zeilen: int
    offen: int
    kopf: Kopf
    befunde: tuple[str, ...]


def seal(database: Database, access: Any) -> int:
    """Seal everything that is not sealed yet, batch by batch, each in its own transaction; gives the number of rows.

    Another scheduler that seals at the same moment wins or loses; what it took is left to it.
    """
    done = 0
    for tabelle in TABLES:
        while True:
            try:
                with database.begin(access) as session:
                    count = _seal_batch(session, tabelle)
            except (Conflict, DatabaseBusy):
                return done
            done += count
            if count < BATCH:
                break
            if database.is_sqlite:
                time.sleep(GIVE_WAY_SECONDS)
    return done


def head(session: FallSession) -> Kopf:
    """The newest link, or the beginning."""
    found = session.execute(select(Siegel.nummer, Siegel.hash).order_by(Siegel.nummer.desc()).limit(1)).first()
    return Kopf(*found) if found else Kopf()


def _seal_batch(session: FallSession, tabelle: str) -> int:
    rows = _unsealed(session, tabelle)
    if not rows:
        return 0
    before, salz = head(session), secrets.token_hex(16)
    salts = _salts(session, rows) if tabelle == "verlauf" else {}
    nummer = before.nummer + 1
    lines = [(row["id"], _fall(row), _digest(salts.get(_fall(row) or 0, salz), tabelle, row)) for row in rows]
    digest = _link(nummer, tabelle, session.now, salz, before.hash, lines)
    session.add(Siegel(nummer=nummer, tabelle=tabelle, at=session.now, anzahl=len(lines), salz=salz, vorher=before.hash, hash=digest))
    session.flush()
    session.add_all(Siegelzeile(tabelle=tabelle, zeile=id, siegel_nummer=nummer, fall_ref=fall, digest=one) for id, fall, one in lines)
    session.flush()
    return len(lines)


def _unsealed(session: FallSession, tabelle: str) -> list[dict[str, Any]]:
    table = TABLES[tabelle]
    highest = session.scalar(select(func.max(Siegelzeile.zeile)).where(Siegelzeile.tabelle == tabelle)) or 0
    missing = _columns(tabelle).outerjoin(Siegelzeile, and_(Siegelzeile.tabelle == tabelle, Siegelzeile.zeile == table.id))
    rows = session.execute(
        missing.where(Siegelzeile.zeile.is_(None), table.id > highest - LOOK_BACK, *_sealable(table)).order_by(table.id).limit(BATCH)
    ).mappings()
    return [dict(row) for row in rows]


def _sealable(table: Any) -> tuple[Any, ...]:
    # Made-up cases of process owners may be thrown away, so nothing is proved about them.
    return (table.region != PROBELAUF,) if table is Verlauf else ()


def _columns(tabelle: str) -> Any:
    table = TABLES[tabelle]
    return select(*(getattr(table, column.key) for column in table.__mapper__.column_attrs)).select_from(table)


def _salts(session: FallSession, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """The salt of each case, made when its history is sealed for the first time."""
    regions = {row["fall_id"]: row["region"] for row in rows}
    known = {one.fall_id: one.salz for one in session.scalars(select(Fallsalz).where(Fallsalz.fall_id.in_(regions)))}
    for fall_id in regions.keys() - known.keys():
        known[fall_id] = secrets.token_hex(16)
        session.add(Fallsalz(fall_id=fall_id, region=regions[fall_id], salz=known[fall_id]))
    return known


def _fall(row: Mapping[str, Any]) -> int | None:
    fall = row.get("fall_id", row.get("fall_ref"))
    return None if fall is None else int(fall)


def _digest(salt: str, tabelle: str, row: Mapping[str, Any]) -> str:
    return _hash([salt, tabelle, {name: _plain(value) for name, value in row.items()}])


def _link(nummer: int, tabelle: str, at: datetime, salz: str, vorher: str, lines: Iterable[tuple[int, int | None, str]]) -> str:
    return _hash([nummer, tabelle, _plain(at), salz, vorher, [list(line) for line in lines]])


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(session: FallSession, *, anchor: Kopf | None = None) -> Pruefung:
    """Compute the whole chain anew and compare. ``anchor`` is a head noted earlier: without one, what was cut off its end goes unnoticed.

    Reads everything once, in order; 100'000 rows take some seconds.
    """
    befunde: list[str] = []
    last, count = Kopf(), 0
    destroyed = set(session.scalars(select(Vernichtung.fall_ref)))
    salts = dict(session.execute(select(Fallsalz.fall_id, Fallsalz.salz)).all())
    earlier: dict[str, datetime] = {}
    is_anchored = anchor is None or anchor == Kopf()
    for siegel in session.scalars(select(Siegel).order_by(Siegel.nummer)):
        befunde += _check_link(session, siegel, last)
        befunde += _check_rows(session, siegel, salts, destroyed, earlier.get(siegel.tabelle))
        earlier[siegel.tabelle] = siegel.at
        last, count = Kopf(siegel.nummer, siegel.hash), count + siegel.anzahl
        is_anchored = is_anchored or anchor == last
    if not is_anchored:
        befunde.append(f"Der festgehaltene Kopf {anchor} kommt in der Kette nicht vor: Ihr Ende wurde abgeschnitten oder ersetzt.")
    late, fresh = _unsealed_rows(session)
    return Pruefung(last.nummer, count, fresh, last, tuple(befunde + late))


def _check_link(session: FallSession, siegel: Siegel, before: Kopf) -> Iterator[str]:
    if siegel.nummer != before.nummer + 1:
        yield f"Nach dem Siegel {before.nummer} folgt das Siegel {siegel.nummer}: Dazwischen wurde etwas gelöscht."
    if siegel.vorher != before.hash:
        yield f"Das Siegel {siegel.nummer} schliesst nicht an das vorherige an."
    lines = _lines(session, siegel)
    if len(lines) != siegel.anzahl or _link(siegel.nummer, siegel.tabelle, siegel.at, siegel.salz, siegel.vorher, lines) != siegel.hash:
        yield f"Das Siegel {siegel.nummer} stimmt nicht mit seinen Zeilen überein: Es wurde verändert."


def _lines(session: FallSession, siegel: Siegel) -> list[tuple[int, int | None, str]]:
    columns = (Siegelzeile.zeile, Siegelzeile.fall_ref, Siegelzeile.digest)
    rows = session.execute(select(*columns).where(Siegelzeile.siegel_nummer == siegel.nummer).order_by(Siegelzeile.zeile))
    return [(zeile, fall, digest) for zeile, fall, digest in rows]


def _check_rows(
    session: FallSession, siegel: Siegel, salts: Mapping[int, str], destroyed: set[int], earlier: datetime | None
) -> Iterator[str]:
    table = TABLES.get(siegel.tabelle)
    if table is None:
        return
    of_this = and_(Siegelzeile.tabelle == siegel.tabelle, Siegelzeile.zeile == table.id, Siegelzeile.siegel_nummer == siegel.nummer)
    rows = {row["id"]: dict(row) for row in session.execute(_columns(siegel.tabelle).join(Siegelzeile, of_this)).mappings()}
    for id, fall, digest in _lines(session, siegel):
        row, name = rows.get(id), f"{siegel.tabelle} {id}"
        if row is None:
            if not (siegel.tabelle == "verlauf" and fall in destroyed):
                yield f"Die Zeile {name} wurde gelöscht."
            continue
        salt = salts.get(row["fall_id"], "") if siegel.tabelle == "verlauf" else siegel.salz
        if _digest(salt, siegel.tabelle, row) != digest:
            yield f"Die Zeile {name} wurde verändert."
        at = row.get("at")
        if earlier is not None and at is not None and at < earlier - SLACK:
            yield f"Die Zeile {name} wurde nachträglich eingefügt: Sie nennt den {at:%d.%m.%Y %H:%M} (UTC), bis dahin war schon versiegelt."


def _unsealed_rows(session: FallSession) -> tuple[list[str], int]:
    """Rows without a seal: old ones were put in behind the sealer's back; the others it has not come to yet."""
    befunde, fresh = [], 0
    for tabelle, table in TABLES.items():
        at = table.vernichtet_am if table is Vernichtung else table.at
        missing = select(table.id, at).outerjoin(Siegelzeile, and_(Siegelzeile.tabelle == tabelle, Siegelzeile.zeile == table.id))
        sealed_until = session.scalar(select(func.max(Siegel.at)))
        for id, when in session.execute(missing.where(Siegelzeile.zeile.is_(None), *_sealable(table)).order_by(table.id)):
            if sealed_until is not None and when < sealed_until - SLACK:
                befunde.append(f"Die Zeile {tabelle} {id} ist nicht versiegelt, obwohl sie es längst sein müsste: Sie wurde eingefügt.")
            else:
                fresh += 1
    return befunde, fresh
