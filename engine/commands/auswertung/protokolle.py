"""Takes in logs of other systems: under pseudonyms from the first moment on, without anything but activities and moments."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from engine.commands.auswertung.spuren import READER
from engine.model.errors import FormInvalid, NotFound, NotWaiting
from engine.replay.columns import Columns, likely
from engine.replay.files import read_log
from engine.replay.log import ELEMENT_KEYS, Case, Log, LogUnreadable, Progress
from engine.replay.pseudonyms import Pseudonyms
from engine.replay.tables import MOST_PROBLEMS, Preview, preview
from engine.store.audit import log as note
from engine.store.errors import DatabaseBusy
from engine.store.session import Database, FallSession
from engine.store.tables import Protokoll, Protokolldatei, Protokollteil

MAX_BYTES = 256 * 1024 * 1024
# What an archive may become: its cases are held in memory while it is read.
MOST_UNPACKED = 2 * 1024 * 1024 * 1024
# Smaller files (unpacked) are read while the person waits, larger ones by the scheduler's process.
AT_ONCE = 4 * 1024 * 1024
ENDINGS = (".xes", ".xes.gz", ".csv", ".csv.gz", ".tsv", ".txt", ".xlsx")
NEW, WAITS, READ, BROKEN = "hochgeladen", "wartet", "gelesen", "unlesbar"
MEANINGS = ("case", "activity", "timestamp", "lifecycle")
ZONES = ("Europe/Zurich", "UTC")
# Seconds between two notes of how far a file is read.
EVERY = 1.0
# Whoever names more activities than this has chosen a column of texts.
MOST_ACTIVITIES = 1000
CASES_PER_PART = 500
GZIP = b"\x1f\x8b"
# Part 0 holds the variants, the others the cases.
VARIANTS = 0


def upload(session: FallSession, name: str, content: bytes) -> Protokoll:
    """Keep a file until it was read. XES says by itself what is what; tables wait for their columns.

    Raises:
        FormInvalid: no file, too large, none of ``ENDINGS``, or no table in a file that should be one; nothing is kept then.
    """
    if not name.lower().endswith(ENDINGS):
        raise FormInvalid({"datei": "Wählen Sie eine Datei .xes, .csv (auch mit .gz) oder .xlsx."})
    if not content or len(content) > MAX_BYTES:
        raise FormInvalid({"datei": f"Die Datei ist leer oder grösser als {MAX_BYTES >> 20} MB."})
    if _unpacked(content, MOST_UNPACKED) > MOST_UNPACKED:
        raise FormInvalid({"datei": f"{name}: entpackt ist die Datei grösser als {MOST_UNPACKED >> 30} GB. Bitte aufteilen."})
    is_xes = name.lower().endswith((".xes", ".xes.gz"))
    if not is_xes:
        _require_table(name, content)
    made = Protokoll(name=name[-200:], at=session.now, by=session.access.konto, zustand=WAITS if is_xes else NEW)
    session.add(made)
    session.flush()
    session.add(Protokolldatei(protokoll_id=made.id, nr=0, content=content))
    note(session, "protokoll", f"Protokoll {made.id} hochgeladen")
    return made


def _require_table(name: str, content: bytes) -> None:
    try:
        with _as_file(name, content) as path:
            preview(path)
    except LogUnreadable as error:
        raise FormInvalid({"datei": str(error)}) from error


def _unpacked(content: bytes, most: int) -> int:
    """How many bytes a file has when it is no longer packed. Counting stops above ``most``, and where an archive is damaged."""
    if not content.startswith(GZIP):
        return len(content)
    total = 0
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream, suppress(OSError, EOFError, zlib.error):  # whoever reads it says what is wrong
        while total <= most and (chunk := stream.read(1 << 20)):
            total += len(chunk)
    return total


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
    """The first rows, and the columns as this person chose them for such a file before, or as they are guessed.

    Raises:
        NotWaiting: its columns were chosen already.
        LogUnreadable: no table.
    """
    protokoll = own(session, id)
    stored = session.get(Protokolldatei, (id, 0))
    if stored is None or protokoll.zustand != NEW:
        raise NotWaiting(id)
    with _as_file(protokoll.name, stored.content) as path:
        seen = preview(path)
    return seen, _remembered(session, seen) or likely(seen.columns)


def _head(columns: tuple[str, ...]) -> str:
    return sha256("\0".join(columns).encode()).hexdigest()


def _remembered(session: FallSession, seen: Preview) -> dict[str, str]:
    query = select(Protokoll.spalten).where(Protokoll.by == session.access.konto, Protokoll.kopf == _head(seen.columns)).order_by(Protokoll.id.desc())
    found = session.scalar(query.limit(1)) or {}
    return {name: found[name] for name in MEANINGS if found.get(name)}


def choose(session: FallSession, id: int, columns: Mapping[str, str], zone: str) -> Protokoll:
    """Say which column means what; then the file can be read.

    Raises:
        FormInvalid: case or activity is missing, or two are the same column.
    """
    seen, _ = look(session, id)
    given = {name: columns.get(name, "") for name in MEANINGS}
    errors = {name: "Wählen Sie eine Spalte." for name in ("case", "activity") if given[name] not in seen.columns}
    used = [value for value in given.values() if value]
    if len(set(used)) < len(used):
        errors["activity"] = "Jede Spalte kann nur eines bedeuten."
    if zone not in ZONES:
        errors["zone"] = "Wählen Sie eine Zeitzone."
    if errors:
        raise FormInvalid(errors)
    protokoll = own(session, id)
    chosen = Columns(given["case"], given["activity"], given["timestamp"] or None, given["lifecycle"] or None)
    protokoll.spalten, protokoll.kopf, protokoll.zustand = {**asdict(chosen), "zone": zone}, _head(seen.columns), WAITS
    return protokoll


def is_small(session: FallSession, id: int) -> bool:
    """Whether the file can be read while the person waits."""
    stored = session.get(Protokolldatei, (id, 0))
    return stored is not None and _unpacked(stored.content, AT_ONCE) <= AT_ONCE


def read_waiting(database: Database) -> int:
    """Read every log that waits, the oldest first; gives how many."""
    with database.read(READER) as session:
        ids = list(session.scalars(select(Protokoll.id).where(Protokoll.zustand == WAITS).order_by(Protokoll.id)))
    for id_ in ids:
        read_in(database, id_)
    return len(ids)


def read_in(database: Database, id: int) -> None:
    """Read one log and forget its file. Reading takes no transaction: it may take minutes.

    Of a file that cannot be read only the reason stays, until its owner was told (``refused``).
    """
    with database.read(READER) as session:
        protokoll, stored = session.get(Protokoll, id), session.get(Protokolldatei, (id, 0))
        if protokoll is None or stored is None:
            return  # deleted, or another process was faster
        name, columns, content = protokoll.name, protokoll.spalten, stored.content
    try:
        found = _parsed(name, content, columns, Stand(database, id))
        parts, activities = _packed(found)
    except LogUnreadable as error:
        with database.begin(READER) as session:
            broken = _still_waiting(session, id)
            if broken is not None:
                give_up(session, broken, error)
        return
    with database.begin(READER) as session:
        done = _still_waiting(session, id)
        if done is None:
            return
        done.zustand, done.meldung, done.aktivitaeten = READ, "", activities
        done.faelle, done.ereignisse = len(found.cases), sum(len(case.events) for case in found.cases)
        done.fehler, done.fehler_anzahl = [[one.line, one.reason] for one in found.problems[:MOST_PROBLEMS]], len(found.problems)
        session.add_all(Protokollteil(protokoll_id=id, nr=number, content=content) for number, content in enumerate(parts))
        session.execute(delete(Protokolldatei).where(Protokolldatei.protokoll_id == id))


def _still_waiting(session: FallSession, id: int) -> Protokoll | None:
    """The log, unless its owner deleted it meanwhile or another process was faster."""
    return session.scalar(select(Protokoll).where(Protokoll.id == id, Protokoll.zustand == WAITS).with_for_update())


def give_up(session: FallSession, protokoll: Protokoll, error: LogUnreadable) -> None:
    """Delete the file of a log that cannot be read; the reason stays until its owner was told."""
    told = str(error)
    protokoll.zustand, protokoll.meldung = BROKEN, told if protokoll.name in told else f"{protokoll.name}: {told}"
    session.execute(delete(Protokolldatei).where(Protokolldatei.protokoll_id == protokoll.id))


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
    session.execute(delete(Protokolldatei).where(Protokolldatei.protokoll_id == id))
    session.execute(delete(Protokollteil).where(Protokollteil.protokoll_id == id))
    session.delete(protokoll)
    note(session, "protokoll", f"Protokoll {id} gelöscht")


@contextmanager
def _as_file(name: str, content: bytes) -> Iterator[Path]:
    """The bytes as a file, for readers that want one; gone afterwards. What they complain of gets the name the person knows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"protokoll{''.join(Path(name.lower()).suffixes[-2:])}"
        path.write_bytes(content)
        try:
            yield path
        except LogUnreadable as error:
            raise LogUnreadable(str(error).replace(path.name, name, 1)) from error


def _parsed(name: str, content: bytes, columns: Mapping[str, str], progress: Progress) -> Log:
    with _as_file(name, content) as path:
        if not columns:
            return read_log(path, progress=progress)
        chosen = Columns(columns["case"], columns["activity"], columns.get("timestamp"), columns.get("lifecycle"))
        return read_log(path, chosen, zone=ZoneInfo(columns["zone"]), progress=progress)


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
    protokoll = own(session, id)
    size = session.scalar(select(func.length(Protokolldatei.content)).where(Protokolldatei.protokoll_id == id)) or 0
    return int(protokoll.meldung or 0) if protokoll.zustand == WAITS else size, size


def _packed(found: Log) -> tuple[list[bytes], list[list[str]]]:
    """Variants and cases as compressed parts, and the activities they name by number: ``[name, element id or empty]``."""
    if not any(case.events for case in found.cases):
        raise LogUnreadable(_nothing(found))
    numbers: dict[tuple[str, str], int] = {}
    hidden, lifecycle = Pseudonyms(), found.usual_lifecycle()
    cases = [[hidden.of("Fall", case.id), _events(case, lifecycle, numbers)] for case in found.cases]
    if len(numbers) > MOST_ACTIVITIES:
        raise LogUnreadable(f"Die Spalte für die Aktivität nennt {len(numbers)} verschiedene Werte; das sind wohl Texte. Es wurde nichts eingelesen.")
    variants = Counter(tuple(activity for activity, _ in events) for _, events in cases)
    parts = [_zipped([[list(variant), count] for variant, count in variants.most_common()])]
    parts += [_zipped(cases[begin : begin + CASES_PER_PART]) for begin in range(0, len(cases), CASES_PER_PART)]
    return parts, [list(pair) for pair in numbers]


def _nothing(found: Log) -> str:
    """Why there is no event, as far as the file says."""
    if not found.problems:
        return "Die Datei enthält keine Ereignisse. Prüfen Sie den Export, und laden Sie die Datei neu hoch."
    first = found.problems[0]
    return f"Kein Ereignis der Datei liess sich einlesen: Zeile {first.line}: {first.reason}. Prüfen Sie die Datei, und laden Sie sie mit den passenden Spalten neu hoch."


def _events(case: Case, lifecycle: str, numbers: dict[tuple[str, str], int]) -> list[tuple[int, int | None]]:
    found = []
    for event in case.events:
        if event.lifecycle == lifecycle:
            element = next((str(event.attributes[key]) for key in ELEMENT_KEYS if event.attributes.get(key)), "")
            number = numbers.setdefault((event.activity[:200], element[:200]), len(numbers))
            found.append((number, None if event.at is None else int(event.at.timestamp())))
    return found


def _zipped(value: object) -> bytes:
    return gzip.compress(json.dumps(value, separators=(",", ":")).encode(), compresslevel=5)


