"""Whether an AHV number is known in another region: the one exception from the separation of regions (process description, chapter 8).

The answer is yes or no and which region to ask. It is found by a keyed digest of the number alone, so no row of another region is read;
every question is recorded.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import select

from engine.model.access import system
from engine.store.audit import log
from engine.store.session import Database, FallSession
from engine.store.tables import Einstellung, Person

# The name under which the exception stands in the access log, and of the access that carries it out.
NAME = "Dublettenprüfung"
KEY = "ahv_schluessel"

_keys: WeakKeyDictionary[Database, bytes] = WeakKeyDictionary()


@dataclass(frozen=True)
class Treffer:
    """``regionen`` are the Kürzel of the other regions that know the number; empty: none does."""

    regionen: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.regionen)


def ask(session: FallSession, ahvn13: str, *, anlass: str, region: str = "") -> Treffer:
    """Which other regions (than the asker's, and ``region``) have somebody with this number in a household now. Recorded with ``anlass``, never with the number.

    Sees what was committed; it is asked in a transaction of its own, which alone may look beyond the person's regions.
    """
    digest = kennzeichen(session, ahvn13)
    found: tuple[str, ...] = ()
    if digest is not None:
        with session.database.read(system(NAME)) as everywhere:
            query = select(Person.region).where(Person.ahv_kennzeichen == digest, Person.bis.is_(None)).distinct()
            found = tuple(sorted(set(everywhere.scalars(query)) - session.access.regionen - {region}))
    log(session, "dublettenprüfung", f"{anlass}: {', '.join(found) or 'kein Treffer'}")
    return Treffer(found)


def kennzeichen(session: FallSession, ahvn13: str | None) -> str | None:
    """The keyed digest of a number, however it is written; None without a number."""
    digits = "".join(c for c in ahvn13 or "" if c.isdigit())
    return hmac.new(_key(session), digits.encode(), hashlib.sha256).hexdigest() if digits else None


def _key(session: FallSession) -> bytes:
    known = _keys.get(session.database)
    if known is not None:
        return known
    stored = session.get(Einstellung, KEY)
    if stored is None:
        stored = Einstellung(name=KEY, value=secrets.token_hex(32))
        session.add(stored)
        session.flush()
        return bytes.fromhex(stored.value)  # not remembered: this transaction may still fail
    return _keys.setdefault(session.database, bytes.fromhex(stored.value))
