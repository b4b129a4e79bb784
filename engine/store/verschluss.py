"""Values that whoever steals the database must not read: sealed with a key that is kept outside of it.

The key is that of the installation: ``FALLFLUSS_DATENSCHLUESSEL``, the same on all its machines, or else a file made on first use, which
``FALLFLUSS_DATENSCHLUESSEL_DATEI`` names or which lies beside a SQLite database. What may be asked for without being read, such as an AHV
number, is found by a keyed digest. See docs/decisions/0016-verschlossene-werte.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import String
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.types import TypeDecorator

from engine.model.errors import FallflussError

VARIABLE = "FALLFLUSS_DATENSCHLUESSEL"
PLACE = f"{VARIABLE}_DATEI"
FILE = Path("var/datenschluessel")
SHORTEST = 32
# So that a later way of sealing can tell what it has before it.
_MARK = "v1."
_NONCE = 12


class KeyUnusable(FallflussError):
    """The key is too short, or not the one with which a value was sealed."""


class Verschlossen(TypeDecorator[str]):
    """A text that is sealed in its column. ``zweck`` goes into the seal: a value moved to another column does not open."""

    impl = String
    cache_ok = True

    def __init__(self, zweck: str, length: int = 200):
        super().__init__(length)
        self.zweck = zweck

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if not value else seal(value, self.zweck)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value if not value else open_(value, self.zweck)


def keep_beside(database: URL) -> None:
    """A key that no variable tells lies beside this SQLite file, wherever a command is run from; the processes it starts know, too."""
    if database.get_backend_name() == "sqlite" and not (os.environ.get(VARIABLE) or os.environ.get(PLACE)):
        os.environ[PLACE] = str(Path(str(database.database)).resolve().parent / FILE.name)


def seal(text: str, zweck: str, *, key: str = "") -> str:
    """The text, readable only with the key (the installation's, or ``key``); each time another."""
    nonce = os.urandom(_NONCE)
    return _MARK + base64.b64encode(nonce + _cipher(key).encrypt(nonce, text.encode(), zweck.encode())).decode("ascii")


def open_(sealed: str, zweck: str) -> str:
    """The text again.

    Raises:
        KeyUnusable: sealed with another key or for another purpose, or changed.
    """
    try:
        raw = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
        return _cipher("").decrypt(raw[:_NONCE], raw[_NONCE:], zweck.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise KeyUnusable(
            f"Ein verschlossener Wert ({zweck}) lässt sich nicht öffnen: Der Datenschlüssel ist nicht der, mit dem er verschlossen wurde. "
            f"Es wurde nichts geändert. Bitte den Betrieb benachrichtigen; er setzt {VARIABLE} wie zuvor."
        ) from error


def digest(text: str, zweck: str, *, key: str = "") -> str:
    """Always the same for a text, and of no use without the key: by it a value is looked for."""
    return hmac.new(_key(f"digest {zweck}", key), text.encode(), hashlib.sha256).hexdigest()


def _cipher(key: str) -> AESGCM:
    return AESGCM(_key("seal", key))


def _key(use: str, key: str) -> bytes:
    return hmac.digest(_secret(key or os.environ.get(VARIABLE) or ""), use.encode(), hashlib.sha256)


@cache
def _secret(given: str) -> bytes:
    if given and len(given) < SHORTEST:
        raise KeyUnusable(f"{VARIABLE} ist zu kurz: Es braucht mindestens {SHORTEST} zufällige Zeichen, zum Beispiel aus: openssl rand -hex 32")
    return (given or _kept()).encode()


def _kept() -> str:
    """The key in the file, made on first use: the one below the working folder, where it was until it lay beside the database, or a new one."""
    file = Path(os.environ.get(PLACE) or FILE)
    if not file.exists():
        _keep(file, FILE.read_text("ascii") if FILE.exists() else secrets.token_hex(32))
    return file.read_text("ascii")


def _keep(file: Path, key: str) -> None:
    """Of several processes that make it at once, one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(key)
    try:
        os.link(draft, file)  # whole or not at all: nobody reads half a key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
