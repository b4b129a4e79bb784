"""Asks ClamAV's daemon about a file, over its own protocol (INSTREAM). Without an address there is no scanner."""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from dataclasses import dataclass

CHUNK = 64 * 1024
SECONDS = 60


class ScannerUnreachable(Exception):
    """The daemon does not answer, or not in its protocol; the file stays where it is."""


@dataclass(frozen=True)
class Befund:
    """``virus`` is the name the scanner gave, empty when it found nothing."""

    virus: str = ""


def scan(address: str, content: bytes) -> Befund:
    """What ``unix:/run/clamav/clamd.ctl`` or ``host:3310`` says of the bytes.

    Raises:
        ScannerUnreachable
    """
    try:
        with closing(_connected(address)) as daemon:
            daemon.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                daemon.sendall(struct.pack("!I", len(part)) + part)
            daemon.sendall(struct.pack("!I", 0))
            return _read(daemon)
    except (OSError, ValueError) as error:
        raise ScannerUnreachable(str(error)) from error


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(SECONDS)
        found.connect(address.removeprefix("unix:"))
        return found
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _read(daemon: socket.socket) -> Befund:
    answer = b""
    while part := daemon.recv(4096):
        answer += part
        if answer.endswith(b"\0"):
            break
    text = answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
    if text.endswith(" FOUND"):
        return Befund(text.removeprefix("stream: ").removesuffix(" FOUND"))
    if text.endswith(": OK"):
        return Befund()
    raise ScannerUnreachable(f"unerwartete Antwort «{text[:80]}»")
