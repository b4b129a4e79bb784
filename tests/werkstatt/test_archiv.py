"""A zip comes in safely, and goes out as it came."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from engine.definitions import archiv
from engine.definitions.archiv import ArchiveInvalid

FILES = {"fall.bpmn": b"<a/>", "segment.dmn": b"<b/>", "f01 anfrage.form": b"{}"}


def zipped(*entries: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], object] = lambda entry: None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            change(entry)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def link(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def packed_as(method: int) -> bytes:
    """A zip whose directory says that the entry is packed otherwise than it is."""
    content = bytearray(zipped(("fall.bpmn", b"<a/>")))
    content[content.index(b"PK\x01\x02") + 10] = content[content.index(b"PK\x03\x04") + 8] = method
    return bytes(content)


def test_what_is_packed_comes_back_unchanged() -> None:
    assert archiv.unpack(archiv.pack(FILES)) == (FILES, ())
    assert archiv.pack(FILES) == archiv.pack(dict(reversed(FILES.items())))


def test_folders_are_dropped_and_what_is_no_process_is_named() -> None:
    content = zipped(("bpmn/fall.bpmn", b"1"), ("bpmn/formulare/a.form", b"2"), ("liesmich.txt", b"3"), ("__MACOSX/bpmn/._fall.bpmn", b"4"), (".DS_Store", b"5"))
    assert archiv.unpack(content) == ({"fall.bpmn": b"1", "a.form": b"2"}, ("liesmich.txt",))


@pytest.mark.parametrize(("content", "told"), [
    pytest.param(b"no zip", "keine lesbare Zip-Datei", id="no zip"),
    pytest.param(archiv.pack(FILES)[:-30], "keine lesbare Zip-Datei", id="cut off"),
    pytest.param(zipped(("../fall.bpmn", b"x")), "führt aus der Zip-Datei hinaus", id="up and out"),
    pytest.param(zipped(("a/../../fall.bpmn", b"x")), "führt aus der Zip-Datei hinaus", id="in and out"),
    pytest.param(zipped(("/etc/fall.bpmn", b"x")), "führt aus der Zip-Datei hinaus", id="absolute"),
    pytest.param(zipped(("C:/fall.bpmn", b"x")), "führt aus der Zip-Datei hinaus", id="a drive"),
    pytest.param(zipped(("..\\fall.bpmn", b"x")), "führt aus der Zip-Datei hinaus", id="backslashes"),
    pytest.param(zipped(("xfall.bpmn", b"x")).replace(b"xfall", b"\0fall"), "führt aus der Zip-Datei hinaus", id="no name before a zero byte"),
    pytest.param(packed_as(zipfile.ZIP_BZIP2), "auf eine Art gepackt", id="packed as bzip2, and is none"),
    pytest.param(packed_as(zipfile.ZIP_LZMA), "auf eine Art gepackt", id="packed as lzma, and is none"),
    pytest.param(zipped(("fall.bpmn", b"/etc/passwd"), change=link), "ein Verweis statt einer Datei", id="a link"),
    pytest.param(zipped(("a/fall.bpmn", b"1"), ("b/fall.bpmn", b"2")), "kommt zweimal vor", id="one name twice"),
    pytest.param(zipped(("liesmich.txt", b"x")), "keine Datei mit der Endung", id="nothing of use"),
    pytest.param(zipped(("<b>.bpmn", b"x")), "Der Dateiname", id="a name that is markup"),
    pytest.param(zipped(*((f"f{n}.form", b"{}") for n in range(archiv.MAX_FILES + 1))), "erlaubt sind 500", id="too many"),
    pytest.param(zipped(("fall.bpmn", b" " * (11 * 1024 * 1024))), "grösser als 10 MB", id="one too large"),
    pytest.param(zipped(*((f"f{n}.bpmn", b" " * (9 * 1024 * 1024)) for n in range(7))), "grösser als 60 MB", id="a bomb"),
])  # fmt: skip
def test_a_hostile_zip_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(ArchiveInvalid, match=told) as refused:
        archiv.unpack(content)
    assert "nichts übernommen" in str(refused.value)


def test_a_size_that_lies_is_found_out_while_reading() -> None:
    content = bytearray(zipped(("fall.bpmn", b" " * (11 * 1024 * 1024))))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(mark) + (22 if mark == b"PK\x03\x04" else 24)
        content[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(ArchiveInvalid):
        archiv.unpack(bytes(content))
