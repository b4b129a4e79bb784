"""The files themselves of logs of other systems: received, checked, kept piece by piece, put together again for who reads them, forgotten.

Never as a whole in memory: a log may have hundreds of megabytes.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from sqlalchemy import delete, func, select

from engine.model.errors import FormInvalid
from engine.replay.log import LogUnreadable
from engine.replay.spool import ColumnsWrong
from engine.replay.tables import preview
from engine.store.session import FallSession
from engine.store.tables import Protokoll, Protokolldatei

MAX_BYTES = 256 * 1024 * 1024
# What an archive may become: its events are put down beside memory, but not without end.
MOST_UNPACKED = 2 * 1024 * 1024 * 1024
ENDINGS = (".xes", ".xes.gz", ".csv", ".csv.gz", ".tsv", ".txt", ".xlsx")
GZIP = b"\x1f\x8b"
PIECE = 1 << 20


def is_xes(name: str) -> bool:
    """Whether the file needs no columns."""
    return name.lower().endswith((".xes", ".xes.gz"))


@contextmanager
def received(name: str, content: IO[bytes]) -> Iterator[Path]:
    """What somebody sent, as a file that is gone afterwards. Takes no transaction: it may take seconds.

    Raises:
        FormInvalid: no file, too large, none of ``ENDINGS``, or no table in a file that should be one.
    """
    if not name.lower().endswith(ENDINGS):
        raise FormInvalid({"datei": "Wählen Sie eine Datei .xes, .csv (auch mit .gz) oder .xlsx."})
    try:
        with place(name) as path:
            size = _copied(content, path)
            if not size:
                raise FormInvalid({"datei": f"{name}: Die Datei ist leer."})
            if size > MAX_BYTES:
                raise FormInvalid({"datei": f"{name}: Die Datei ist grösser als {MAX_BYTES >> 20} MB. Bitte aufteilen."})
            if unpacked(path, MOST_UNPACKED) > MOST_UNPACKED:
                raise FormInvalid({"datei": f"{name}: entpackt ist die Datei grösser als {MOST_UNPACKED >> 30} GB. Bitte aufteilen."})
            if not is_xes(name):
                preview(path)
            yield path
    except LogUnreadable as error:
        raise FormInvalid({"datei": str(error)}) from error


def _copied(content: IO[bytes], path: Path) -> int:
    """How many bytes there are; copying stops above ``MAX_BYTES``."""
    size = 0
    with path.open("wb") as out:
        while size <= MAX_BYTES and (piece := content.read(PIECE)):
            size += out.write(piece)
    return size


def unpacked(path: Path, most: int) -> int:
    """How many bytes a file has when it is no longer packed. Counting stops above ``most``, and where an archive is damaged."""
    with path.open("rb") as raw:
        if raw.read(len(GZIP)) != GZIP:
            return path.stat().st_size
        raw.seek(0)
        total = 0
        with gzip.GzipFile(fileobj=raw) as stream, suppress(OSError, EOFError, zlib.error):  # whoever reads it says what is wrong
            while total <= most and (chunk := stream.read(PIECE)):
                total += len(chunk)
    return total


def keep(session: FallSession, id: int, path: Path) -> None:
    """Store the file of a log."""
    with path.open("rb") as file:
        for nr, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            kept = Protokolldatei(protokoll_id=id, nr=nr, content=piece)
            session.add(kept)
            session.flush()
            session.expunge(kept)  # only one at a time in memory


def size(session: FallSession, id: int) -> int:
    """How many bytes of a log's file are stored; 0 once it is forgotten."""
    return session.scalar(select(func.sum(func.length(Protokolldatei.content))).where(Protokolldatei.protokoll_id == id)) or 0


def write(session: FallSession, id: int, path: Path) -> None:
    """Put the stored pieces together."""
    with path.open("wb") as out:
        for nr in count():
            piece = session.scalar(select(Protokolldatei.content).where(Protokolldatei.protokoll_id == id, Protokolldatei.nr == nr))
            if piece is None:
                return
            out.write(piece)


@contextmanager
def stored(session: FallSession, protokoll: Protokoll) -> Iterator[Path]:
    """The file of a log, for a moment."""
    with place(protokoll.name) as path:
        write(session, protokoll.id, path)
        yield path


def forget(session: FallSession, id: int) -> None:
    session.execute(delete(Protokolldatei).where(Protokolldatei.protokoll_id == id))


@contextmanager
def place(name: str) -> Iterator[Path]:
    """Where a file of that name may lie for a moment. What its readers complain of gets the name the person knows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"protokoll{''.join(Path(name.lower()).suffixes[-2:])}"
        try:
            yield path
        except ColumnsWrong as error:
            raise ColumnsWrong(error.about, str(error).replace(path.name, name, 1)) from error
        except LogUnreadable as error:
            raise LogUnreadable(str(error).replace(path.name, name, 1)) from error
