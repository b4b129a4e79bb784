"""A text file somebody sent: unpacked, with the encoding and the delimiter that it does not name itself."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from pathlib import Path

from engine.replay.log import MOST_BYTES, LogUnreadable, Progress
from engine.replay.told import opened

DELIMITERS = ",;\t|"
# How much of a file is looked at to see whether it is text, in bytes; and what text does not consist of.
HEAD = 1 << 16
CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r\f\x1a")


def unpacked(path: Path, progress: Progress | None = None) -> gzip.GzipFile | io.BufferedReader:
    raw = opened(path, progress)
    is_zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if is_zipped else raw


def encoding_of(path: Path) -> str:
    """UTF-8 if the whole file is; otherwise what Windows writes."""
    with unpacked(path) as raw:
        try:
            head = raw.read(HEAD)
            if head.startswith((b"\xff\xfe", b"\xfe\xff")):
                return "utf-16"
            if _is_binary(head):
                raise LogUnreadable(f"{path.name}: das ist keine Textdatei. Speichern Sie die Tabelle als CSV (UTF-8) oder als Excel-Datei (.xlsx).")
            return _utf8_or_windows(path, head, raw)
        except (OSError, EOFError, zlib.error) as error:
            raise LogUnreadable(f"{path.name}: die Datei ist beschädigt oder unvollständig ({error}).") from error


def _is_binary(head: bytes) -> bool:
    """Whether these are no letters: text has no zero bytes and hardly any control characters."""
    return b"\0" in head or len(head.translate(None, CONTROLS)) < len(head) * 0.95


def _utf8_or_windows(path: Path, head: bytes, raw: gzip.GzipFile | io.BufferedReader) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_undefined = True, False
    chunk, total = head, 0
    while True:
        total += len(chunk)
        if total > MOST_BYTES:
            raise too_large(path, MOST_BYTES)
        if is_utf8:
            try:
                decoder.decode(chunk, final=not chunk)  # the end matters: half a character is none
            except UnicodeDecodeError:
                is_utf8 = False
        if not chunk:
            break
        has_undefined = has_undefined or any(byte in chunk for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
        chunk = raw.read(1 << 20)
    if is_utf8:
        return "utf-8-sig"
    return "latin-1" if has_undefined else "cp1252"


def opened_text(path: Path, encoding: str, progress: Progress | None = None) -> io.TextIOWrapper:
    return io.TextIOWrapper(unpacked(path, progress), encoding=encoding, newline="")


def delimiter_of(text: io.TextIOWrapper) -> str:
    """The most frequent candidate of the first line, outside quotes."""
    try:
        line = text.readline()
    except UnicodeError as error:
        raise LogUnreadable(f"{Path(text.name).name}: die Datei ist kein lesbarer Text ({error}).") from error
    text.seek(0)
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=lambda one: (bare.count(one), -DELIMITERS.index(one)))


def too_large(path: Path, most: int) -> LogUnreadable:
    return LogUnreadable(f"{path.name}: entpackt ist die Datei grösser als {most >> 30} GB. Bitte aufteilen.")
