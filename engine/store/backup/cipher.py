"""Encryption of a stream in records that cannot be left out, exchanged or cut off.

A magic and a salt, then records of AES-256-GCM with a running number as nonce; the last one says that it is the last. The key is scrypt's
of the passphrase.
"""

from __future__ import annotations

import io
import os
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from engine.store.backup.errors import BackupInvalid

MAGIC = b"FALLFLUSS-1\n"
RECORD = 1 << 20


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


class Encrypting(io.RawIOBase):
    """Writes what it is given in encrypted records; the last one says that it is the last."""

    def __init__(self, sink: IO[bytes], passphrase: str):
        salt = os.urandom(16)
        self._sink, self._cipher, self._number, self._held = sink, _key(passphrase, salt), 0, bytearray()
        sink.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) >= RECORD:
            self._record(bytes(self._held[:RECORD]), b"")
            del self._held[:RECORD]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._record(bytes(self._held), b"last")
        super().close()

    def _record(self, data: bytes, kind: bytes) -> None:
        sealed = self._cipher.encrypt(self._number.to_bytes(12, "big"), data, kind)
        self._sink.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class Decrypting(io.RawIOBase):
    """Reads what comes after the magic.

    Raises:
        BackupInvalid: another passphrase, or not what was written.
    """

    def __init__(self, source: IO[bytes], passphrase: str):
        self._source, self._number, self._held, self._is_over = source, 0, b"", False
        self._cipher = _key(passphrase, source.read(16))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held and not self._is_over:
            self._held = self._next()
        size = min(len(buffer), len(self._held))
        buffer[:size], self._held = self._held[:size], self._held[size:]
        return size

    def _next(self) -> bytes:
        sealed = self._source.read(int.from_bytes(self._source.read(4), "big"))
        number = self._number.to_bytes(12, "big")
        self._number += 1
        for kind in (b"", b"last"):
            try:
                data = self._cipher.decrypt(number, sealed, kind)
            except (InvalidTag, ValueError):
                continue
            self._is_over = kind == b"last"
            return data
        raise BackupInvalid("Das Kennwort ist falsch, oder die Datei wurde verändert oder abgeschnitten.")
