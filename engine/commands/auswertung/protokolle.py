"""Takes in logs of other systems: under pseudonyms from the first moment on, without anything but activities and moments."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from engine.commands.auswertung import rohdateien
from engine.commands.auswertung.rohdateien import is_xes
from engine.commands.auswertung.spuren import READER
from engine.model.errors import FormInvalid, NotFound, NotWaiting
from engine.replay.columns import Columns, likely
from engine.replay.files import stream_log
from engine.replay.lifecycle import TRANSITIONS, folded, transition
from engine.replay.log import LogUnreadable
from engine.replay.spool import ColumnsWrong, Spool
from engine.replay.tables import Preview, preview
from engine.store.audit import log as note
from engine.store.errors import DatabaseBusy
from engine.store.session import Database, FallSession
from engine.store.tables import Protokoll, Protokollteil

# Smaller files (unpacked) are read while the person waits, larger ones by the scheduler's process.
AT_ONCE = 4 * 1024 * 1024
NEW, WAITS, READ, BROKEN = "hochgeladen", "wartet", "gelesen", "unlesbar"
MEANINGS = ("case", "activity", "timestamp", "lifecycle")
ZONES = ("Europe/Zurich", "UTC")
# Seconds between two notes of how far a file is read.
EVERY = 1.0
# Rows in which states are looked for before a table is read, and how many of them are asked about.
LOOKED_AT, MOST_STATES = 1000, 30


def upload(session: FallSession, name: str, path: Path) -> Protokoll:
    """Keep a file (as ``received``) until it was read. XES says by itself what is what; tables wait for their columns."""
    made = Protokoll(name=name[-200:], at=session.now, by=session.access.konto, zustand=WAITS if is_xes(name) else NEW)
    session.add(made)
    session.flush()
    rohdateien.keep(session, made.id, path)
    note(session, "protokoll", f"Protokoll {made.id} hochgeladen")
    return made


def own(session: FallSession, id: int) -> Protokoll:
    """A log this person uploaded.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Protokoll, id)
    if found is None or found.by != session.access.konto:
        raise NotFound("Das Protokoll")
    return found


def look(session: FallSession, id: int) -> tuple[Preview, dict[str, str]]:
    """The first rows, and the columns as this person chose them for this file or one like it before, or as they are guessed.

    Raises:
        NotWaiting: its columns were chosen already.
        LogUnreadable: no table.
    """
    protokoll = own(session, id)
    if protokoll.zustand != NEW:
        raise NotWaiting(id)
    with rohdateien.stored(session, protokoll) as path:
        seen = preview(path, rows=LOOKED_AT)
    chosen = {name: protokoll.spalten[name] for name in MEANINGS if protokoll.spalten.get(name)}
    return seen, chosen or _remembered(session, seen) or likely(seen.columns)


def states(seen: Preview, column: str) -> dict[str, str | None]:
    """What stands in the column for the state in the first rows, and which transition of XES it means; None where nobody knows. Nothing of a
    column that says too much to be a state."""
    found = _values(seen, column)
    return {text: transition(text) for text in found} if len(found) <= MOST_STATES else {}


def _says_too_much(seen: Preview, column: str) -> bool:
    return len(_values(seen, column)) > MOST_STATES


def _values(seen: Preview, column: str) -> list[str]:
    """The different values of a column, in the order of the file."""
    if column not in seen.columns:
        return []
    at = seen.columns.index(column)
    return list(dict.fromkeys(row[at].strip() for row in seen.rows if len(row) > at and row[at].strip()))


def _head(columns: tuple[str, ...]) -> str:
    return sha256("\0".join(columns).encode()).hexdigest()


def _remembered(session: FallSession, seen: Preview) -> dict[str, str]:
    query = select(Protokoll.spalten).where(Protokoll.by == session.access.konto, Protokoll.kopf == _head(seen.columns)).order_by(Protokoll.id.desc())
    found = session.scalar(query.limit(1)) or {}
    return {name: found[name] for name in MEANINGS if found.get(name)}


def choose(session: FallSession, id: int, columns: Mapping[str, str], zone: str, meant: Mapping[str, str] | None = None) -> Protokoll:
    """Say which column means what, and (``meant``) which states mean which transition; then the file can be read.

    Raises:
        FormInvalid: case or activity is missing, two are the same column, or nobody said what an unknown state means.
    """
    seen, _ = look(session, id)
    given = {name: columns.get(name, "") for name in MEANINGS}
    errors = {name: "Wählen Sie eine Spalte." for name in ("case", "activity") if given[name] not in seen.columns}
    used = [value for value in given.values() if value]
    if len(set(used)) < len(used):
        errors["activity"] = "Jede Spalte kann nur eines bedeuten."
    if _says_too_much(seen, given["lifecycle"]):
        errors["lifecycle"] = f"Diese Spalte nennt mehr als {MOST_STATES} verschiedene Werte; das sind keine Zustände. Wählen Sie eine andere oder keine."
    unknown = [text for text, name in states(seen, given["lifecycle"]).items() if name is None and (meant or {}).get(text) not in TRANSITIONS]
    if unknown:
        errors["lifecycle"] = f"Sagen Sie unten, was «{unknown[0]}» " + ("und die anderen unbekannten Zustände bedeuten." if len(unknown) > 1 else "bedeutet.")
    if zone not in ZONES:
        errors["zone"] = "Wählen Sie eine Zeitzone."
    if errors:
        raise FormInvalid(errors)
    protokoll = own(session, id)
    said = {folded(text): name for text, name in (meant or {}).items() if name in TRANSITIONS}
    chosen = Columns(given["case"], given["activity"], given["timestamp"] or None, given["lifecycle"] or None, said)
    protokoll.spalten, protokoll.kopf = {**asdict(chosen), "zone": zone}, _head(seen.columns)
    protokoll.zustand, protokoll.meldung = WAITS, ""
    return protokoll


def is_small(session: FallSession, id: int) -> bool:
    """Whether the file can be read while the person waits."""
    if rohdateien.size(session, id) > AT_ONCE:
        return False
    with rohdateien.stored(session, own(session, id)) as path:
        return rohdateien.unpacked(path, AT_ONCE) <= AT_ONCE


def read_waiting(database: Database) -> int:
    """Read every log that waits, the oldest first; gives how many."""
    with database.read(READER) as session:
        ids = list(session.scalars(select(Protokoll.id).where(Protokoll.zustand == WAITS).order_by(Protokoll.id)))
    for id_ in ids:
        read_in(database, id_)
    return len(ids)


def read_in(database: Database, id: int) -> None:
    """Read one log, event by event, and forget its file. Reading takes no transaction: it may take minutes.

    Of a file that cannot be read only the reason stays, until its owner was told (``refused``). Only where other columns may help, the table
    itself stays too, as long as it would have waited for them.
    """
    with database.read(READER) as session:
        protokoll = session.get(Protokoll, id)
    if protokoll is None or protokoll.zustand != WAITS:
        return  # deleted, or another process was faster
    try:
        with rohdateien.place(protokoll.name) as path:
            with database.read(READER) as session:
                rohdateien.write(session, id, path)
            _read(database, id, path, protokoll)
    except LogUnreadable as error:
        _refuse(database, id, error)


def _read(database: Database, id: int, path: Path, protokoll: Protokoll) -> None:
    columns = protokoll.spalten
    with closing(Spool(path.parent, is_table=not is_xes(protokoll.name))) as spool:
        chosen = Columns(**{name: columns[name] for name in (*MEANINGS, "states") if columns.get(name)}) if columns else None
        stream_log(path, spool, chosen, zone=ZoneInfo(columns.get("zone", ZONES[0])), progress=Stand(database, id))
        spool.finish()
        numbers = [_aside(path, nr, content) for nr, content in spool.parts()]
        with database.begin(READER) as session:
            done = _still_waiting(session, id)
            if done is None:
                return
            done.zustand, done.meldung, done.aktivitaeten = READ, "", [list(pair) for pair in spool.activities]
            done.faelle, done.ereignisse = spool.case_count, spool.event_count
            done.fehler, done.fehler_anzahl = [[one.line, one.reason] for one in spool.problems], spool.problem_count
            done.zustaende = dict(spool.unknown_states.most_common())
            session.flush()
            for nr in numbers:
                part = Protokollteil(protokoll_id=id, nr=nr, content=_part(path, nr).read_bytes())
                session.add(part)
                session.flush()
                session.expunge(part)
            rohdateien.forget(session, id)


def _aside(path: Path, nr: int, content: bytes) -> int:
    """A part waits beside the file, so that storing all of them is short."""
    _part(path, nr).write_bytes(content)
    return nr


def _part(path: Path, nr: int) -> Path:
    return path.with_name(f"teil{nr}")


def _refuse(database: Database, id: int, error: LogUnreadable) -> None:
    with database.begin(READER) as session:
        broken = _still_waiting(session, id)
        if broken is not None and isinstance(error, ColumnsWrong):
            broken.zustand, broken.meldung, broken.kopf = NEW, str(error), ""
            broken.spalten = {**broken.spalten, "falsch": error.about}
        elif broken is not None:
            give_up(session, broken, error)


def _still_waiting(session: FallSession, id: int) -> Protokoll | None:
    """The log, unless its owner deleted it meanwhile or another process was faster."""
    return session.scalar(select(Protokoll).where(Protokoll.id == id, Protokoll.zustand == WAITS).with_for_update())


def give_up(session: FallSession, protokoll: Protokoll, error: LogUnreadable) -> None:
    """Delete the file of a log that cannot be read; the reason stays until its owner was told."""
    told = str(error)
    protokoll.zustand, protokoll.meldung = BROKEN, told if protokoll.name in told else f"{protokoll.name}: {told}"
    rohdateien.forget(session, protokoll.id)


def refused(session: FallSession) -> list[str]:
    """Why files of this person could not be read, each told once: afterwards nothing of them is left."""
    gone = delete(Protokoll).where(Protokoll.by == session.access.konto, Protokoll.zustand == BROKEN).returning(Protokoll.id, Protokoll.meldung)
    told = session.execute(gone).all()
    for id_, _ in told:
        note(session, "protokoll", f"Protokoll {id_} nicht lesbar, entfernt")
    return [reason for _, reason in sorted((id_, reason) for id_, reason in told)]


def remove(session: FallSession, id: int) -> None:
    """Delete a log of one's own with everything that was read from it."""
    protokoll = own(session, id)
    rohdateien.forget(session, id)
    session.execute(delete(Protokollteil).where(Protokollteil.protokoll_id == id))
    session.delete(protokoll)
    note(session, "protokoll", f"Protokoll {id} gelöscht")


class Stand:
    """Notes at most once in ``EVERY`` seconds how many bytes of a log's file were read."""

    def __init__(self, database: Database, id: int):
        self.database, self.id = database, id
        self.noted = monotonic()

    def __call__(self, count: int) -> None:
        if monotonic() - self.noted < EVERY:
            return
        with suppress(DatabaseBusy), self.database.begin(READER) as session:  # reading goes on, the next word comes in a moment
            session.execute(update(Protokoll).where(Protokoll.id == self.id, Protokoll.zustand == WAITS).values(meldung=str(count)))
        self.noted = monotonic()


def how_far(session: FallSession, id: int) -> tuple[int, int]:
    """How many bytes of the file of a waiting log were read, of how many."""
    protokoll, size = own(session, id), rohdateien.size(session, id)
    return int(protokoll.meldung or 0) if protokoll.zustand == WAITS else size, size
