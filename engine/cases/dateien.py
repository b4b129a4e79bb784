"""What an uploaded file really is: its content decides, and must agree with its name. Nothing is ever unpacked to disk or run."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import puremagic

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
# Ending -> type and the parameter that allows it; "" is always allowed.
ARTEN: Mapping[str, tuple[str, str]] = {
    "pdf": ("application/pdf", ""),
    "txt": ("text/plain", ""),
    "jpg": ("image/jpeg", "dokument_bilder"),
    "jpeg": ("image/jpeg", "dokument_bilder"),
    "png": ("image/png", "dokument_bilder"),
    "docx": (f"{OFFICE}wordprocessingml.document", "dokument_office"),
    "xlsx": (f"{OFFICE}spreadsheetml.sheet", "dokument_office"),
}
# An archive that unpacks to more than this, or to this many times its size, is taken for an attack.
UNPACKED, RATIO, ENTRIES = 200 * MEGABYTE, 200, 5000
MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|iframe|body|\?xml|\?php)", re.IGNORECASE)
ZIP_END = b"PK\x05\x06"


class FileRefused(ValueError):
    """Not a file that a case keeps; the message is German, for the person who sent it."""


@dataclass(frozen=True)
class Datei:
    """``name`` without anything that a file system or a header could take for more than a name."""

    name: str
    medientyp: str


def examine(name: str, content: bytes, parameters: Mapping[str, object]) -> Datei:
    """The clean name and the real type of an upload. ``parameters``: dokument_max_mb, dokument_bilder, dokument_office.

    Raises:
        FileRefused: too large, empty, of a type that is not allowed, or not what its name says.
    """
    clean, limit = clean_name(name), int(str(parameters.get("dokument_max_mb", 10)))
    if not content:
        raise FileRefused("Die Datei ist leer.")
    if len(content) > limit * MEGABYTE:
        raise FileRefused(f"Die Datei ist zu gross: höchstens {limit} MB sind möglich.")
    ending = clean.rpartition(".")[2].lower()
    if ending not in ARTEN or "." not in clean:
        raise FileRefused(f"Diese Art von Datei wird nicht angenommen. Möglich sind {allowed(parameters)}.")
    medientyp, switch = ARTEN[ending]
    if switch and parameters.get(switch) is False:
        raise FileRefused(f"Diese Art von Datei ist hier nicht zugelassen. Möglich sind {allowed(parameters)}.")
    if not CHECKS[medientyp](content):
        raise FileRefused(f"Der Inhalt passt nicht zum Namen: Das ist keine lesbare {ending.upper()}-Datei, oder sie enthält noch etwas anderes.")
    return Datei(clean, medientyp)


def allowed(parameters: Mapping[str, object]) -> str:
    """The endings that are allowed, for reading."""
    return ", ".join(ending.upper() for ending, (_, switch) in ARTEN.items() if not (switch and parameters.get(switch) is False))


def clean_name(name: str) -> str:
    """The last part of a name without control characters, directions and separators; at most 120 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cf holds the marks that turn reading direction and so disguise an ending.
    letters = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C" and letter not in '<>:"|?*;%')
    stem, dot, ending = letters.strip(" .").rpartition(".")
    return f"{stem[: 119 - len(ending)]}{dot}{ending}" if dot else letters.strip(" .")[:120] or "datei"


def _kinds(content: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:] and not MARKUP.search(content[:1024]) and not _carries_archive(content)


def _is_image(start: bytes, medientyp: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        return content.startswith(start) and medientyp in _kinds(content) and not MARKUP.search(content) and not _carries_archive(content)

    return check


def _carries_archive(content: bytes) -> bool:
    """An archive hangs at the end: a second file in the same bytes."""
    return ZIP_END in content[-66_000:]


def _is_text(content: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 32 for byte in content[:65536]) or MARKUP.search(content[:4096]):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return all(byte not in content for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
    return True


def _is_office(folder: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = archive.namelist()
                is_one = "[Content_Types].xml" in names and any(name.startswith(f"{folder}/") for name in names)
                return is_one and not any("vbaProject" in name for name in names) and _is_small(archive, len(content))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
            return False

    return check


def _is_small(archive: zipfile.ZipFile, size: int) -> bool:
    """What it says of itself, then what really comes out: a bomb lies about its size."""
    limit = min(UNPACKED, max(size * RATIO, MEGABYTE))
    entries = archive.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > limit:
        return False
    unpacked = 0
    for entry in entries:
        with archive.open(entry) as inside:
            while part := inside.read(MEGABYTE):
                unpacked += len(part)
                if unpacked > limit:
                    return False
    return True


CHECKS: Mapping[str, Callable[[bytes], bool]] = {
    "application/pdf": _is_pdf,
    "text/plain": _is_text,
    "image/jpeg": _is_image(b"\xff\xd8\xff", "image/jpeg"),
    "image/png": _is_image(b"\x89PNG\r\n\x1a\n", "image/png"),
    f"{OFFICE}wordprocessingml.document": _is_office("word"),
    f"{OFFICE}spreadsheetml.sheet": _is_office("xl"),
}
