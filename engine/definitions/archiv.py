"""A process application as a zip file. What comes in is hostile until proven otherwise."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from engine.definitions.xml import MAX_BYTES
from engine.model.errors import FallflussError

SUFFIXES = (".bpmn", ".dmn", ".form")
MAX_ZIP = 20 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_FILES = 500
NAME = re.compile(r"[^\W_][\w .()+-]{0,180}\.(bpmn|dmn|form)")
# Others are rare, and their readers fail each in its own way.
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What other tools put beside the files and nobody means to bring along.
SCENERY = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")


class ArchiveInvalid(FallflussError):
    """The zip file cannot be taken over; nothing of it was stored."""

    def __init__(self, reason: str):
        super().__init__(f"{reason} Es wurde nichts übernommen.")


def file_name(name: str) -> str:
    """The name under which a draft keeps a file.

    Raises:
        ArchiveInvalid: not a plain name that ends in .bpmn, .dmn or .form.
    """
    wanted = name.strip()
    if not NAME.fullmatch(wanted):
        raise ArchiveInvalid(
            f"Der Dateiname «{wanted[:80]}» geht nicht: Nehmen Sie Buchstaben, Ziffern, Leerschlag, Punkt, «-», «_» und die Endung .bpmn, .dmn oder .form."
        )
    return wanted


def unpack(content: bytes) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of a zip by plain name (folders are dropped), and the names of entries that were left out.

    Raises:
        ArchiveInvalid: no zip, encrypted, too large, names that lead elsewhere, or two files of one name.
    """
    if len(content) > MAX_ZIP:
        raise ArchiveInvalid(f"Die Zip-Datei ist grösser als {MAX_ZIP // 1024 // 1024} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _files(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise ArchiveInvalid("Das ist keine lesbare Zip-Datei.") from error


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _files(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], tuple[str, ...]]:
    # Not the entry's own «is_dir», which fails on one without a name.
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if len(entries) > MAX_FILES:
        raise ArchiveInvalid(f"Die Zip-Datei enthält {len(entries)} Dateien; erlaubt sind {MAX_FILES}.")
    for entry in entries:
        _refuse(entry)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise ArchiveInvalid(f"Ausgepackt wären die Dateien grösser als {MAX_UNPACKED // 1024 // 1024} MB.")
    found: dict[str, bytes] = {}
    left_out = []
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if SCENERY.search(entry.filename) or path.suffix.lower() not in SUFFIXES:
            left_out.append(entry.filename)
            continue
        _keep(found, file_name(path.name), _read(archive, entry))
    if not found:
        raise ArchiveInvalid("Die Zip-Datei enthält keine Datei mit der Endung .bpmn, .dmn oder .form.")
    return found, tuple(name for name in left_out if not SCENERY.search(name))


def _refuse(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename)
    # The reader has cut the name at a zero byte; the raw one must not say something else.
    raw = getattr(entry, "orig_filename", entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in raw or "\0" in raw or ":" in entry.filename:
        raise ArchiveInvalid(f"Der Eintrag «{entry.filename[:80]}» führt aus der Zip-Datei hinaus.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveInvalid(f"Der Eintrag «{entry.filename[:80]}» ist ein Verweis statt einer Datei.")
    if entry.flag_bits & 0x1:
        raise ArchiveInvalid("Die Zip-Datei ist mit einem Passwort geschützt.")
    if entry.compress_type not in PACKINGS:
        raise ArchiveInvalid(f"Der Eintrag «{entry.filename[:80]}» ist auf eine Art gepackt, die nicht gelesen wird. Packen Sie die Zip-Datei auf die übliche Art (Deflate).")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # The size an entry claims need not be true: read one byte more than allowed and no further.
    with archive.open(entry) as packed:
        content = packed.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ArchiveInvalid(f"Die Datei «{entry.filename[:80]}» ist ausgepackt grösser als {MAX_BYTES // 1024 // 1024} MB.")
    return content


def _keep(found: dict[str, bytes], name: str, content: bytes) -> None:
    if name in found:
        raise ArchiveInvalid(f"Die Datei «{name}» kommt zweimal vor (in verschiedenen Ordnern). Jede braucht einen eigenen Namen.")
    found[name] = content
