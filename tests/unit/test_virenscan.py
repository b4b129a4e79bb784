"""ClamAV's protocol, spoken with something that answers like its daemon."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.store.virenscan import Befund, ScannerUnreachable, scan


@contextmanager
def daemon(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Reads one INSTREAM and answers; gives its address and what it was sent."""
    server, got = socket.create_server(("127.0.0.1", 0)), list[bytes]()

    def serve() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            got.append(stream.read(10))
            content = b""
            while size := struct.unpack("!I", stream.read(4))[0]:
                content += stream.read(size)
            got.append(content)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}", got
    thread.join(5)
    server.close()


@pytest.mark.parametrize(("answer", "found"), [
    pytest.param(b"stream: OK\0", Befund(), id="clean"),
    pytest.param(b"stream: Eicar-Test-Signature FOUND\0", Befund("Eicar-Test-Signature"), id="infected"),
])  # fmt: skip
def test_the_whole_file_is_sent_and_the_verdict_read(answer: bytes, found: Befund) -> None:
    with daemon(answer) as (address, got):
        assert scan(address, b"x" * 100_000) == found
    assert got == [b"zINSTREAM\0", b"x" * 100_000]


def test_an_error_of_the_scanner_is_no_clean_bill() -> None:
    with daemon(b"INSTREAM size limit exceeded. ERROR\0") as (address, _), pytest.raises(ScannerUnreachable):
        scan(address, b"x")


def test_nobody_there_is_no_clean_bill_either() -> None:
    with pytest.raises(ScannerUnreachable):
        scan("127.0.0.1:1", b"x")
