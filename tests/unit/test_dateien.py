"""Uploads: the content decides what a file is, and must agree with its name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from engine.cases.dateien import FileRefused, clean_name, examine

ALL = {"dokument_max_mb": 1, "dokument_bilder": True, "dokument_office": True}
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def office(folder: str = "word", *, filler: bytes = b"", extra: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", filler or b"<w/>")
        if extra:
            archive.writestr(extra, b"x")
    return out.getvalue()


@pytest.mark.parametrize(("name", "content", "medientyp"), [
    pytest.param("brief.pdf", PDF, "application/pdf", id="pdf"),
    pytest.param("Foto.PNG", png(), "image/png", id="picture with capitals in its ending"),
    pytest.param("notiz.txt", "Grüezi".encode("cp1252"), "text/plain", id="text of an old machine"),
    pytest.param("brief.docx", office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", id="word"),
])  # fmt: skip
def test_ordinary_files_are_taken(name: str, content: bytes, medientyp: str) -> None:
    assert examine(name, content, ALL).medientyp == medientyp


@pytest.mark.parametrize(("name", "content"), [
    pytest.param("leer.pdf", b"", id="nothing in it"),
    pytest.param("gross.txt", b"a" * (1024 * 1024 + 1), id="too large"),
    pytest.param("seite.html", b"<html><script>alert(1)</script>", id="a page"),
    pytest.param("bild.svg", b"<svg onload=alert(1)>", id="a drawing that can act"),
    pytest.param("seite.pdf", b"<!doctype html><script>alert(1)</script>", id="a page called pdf"),
    pytest.param("seite.pdf", b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", id="a page that begins like a pdf"),
    pytest.param("zwei.pdf", PDF + office(), id="a pdf with an archive at its end"),
    pytest.param("zwei.png", png() + b"<script>alert(1)</script>", id="a picture with a page in it"),
    pytest.param("bild.txt", b"<svg/onload=alert(1)>", id="a drawing called text"),
    pytest.param("programm.txt", b"MZ\x90\x00\x03\x00", id="a program called text"),
    pytest.param("programm.pdf.exe", PDF, id="an ending after the ending"),
    pytest.param("programm", PDF, id="no ending"),
    pytest.param("bild.png", PDF, id="a pdf called picture"),
    pytest.param("makro.docx", office(extra="word/vbaProject.bin"), id="a document with macros"),
    pytest.param("bombe.docx", office(filler=b"\0" * 60_000_000), id="an archive that unpacks to sixty megabytes"),
    pytest.param("kaputt.docx", office()[:60], id="half an archive"),
    pytest.param("archiv.docx", office("irgendwas"), id="an archive that is no document"),
])  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        examine(name, content, ALL)
    assert str(refused.value).endswith(".")


def test_a_bomb_that_lies_about_its_size_is_found_when_it_is_unpacked() -> None:
    bomb = bytearray(office(filler=b"\0" * 30_000_000))
    size = struct.pack("<I", 30_000_000)
    while (at := bomb.find(size)) >= 0:
        bomb[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(FileRefused):
        examine("bombe.docx", bytes(bomb), ALL)


def test_a_region_may_refuse_pictures() -> None:
    with pytest.raises(FileRefused):
        examine("foto.png", png(), ALL | {"dokument_bilder": False})


@pytest.mark.parametrize(("sent", "kept"), [
    pytest.param("../../etc/passwd.pdf", "passwd.pdf", id="a way out of the folder"),
    pytest.param("C:\\Temp\\brief.pdf", "brief.pdf", id="a Windows path"),
    pytest.param("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf", id="a second header"),
    pytest.param("brief\u202efdp.exe", "brieffdp.exe", id="a name that reads backwards"),
    pytest.param('<img src=x onerror="alert(1)">.pdf', "img src=x onerror=alert(1).pdf", id="a tag"),
    pytest.param("x" * 300 + ".pdf", "x" * 116 + ".pdf", id="too long"),
    pytest.param("...", "datei", id="dots"),
])  # fmt: skip
def test_a_name_is_only_a_name(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept
