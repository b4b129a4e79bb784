"""Whether an AHV number is known in another region: the one exception from the separation of regions (process description, chapter 8).

The answer is yes or no and which region to ask. It is found by a keyed digest of the number alone, so no row of another region is read;
every question is recorded. The key is kept outside of the database (``engine.store.verschluss``): otherwise whoever has the database
would only need to try the few billion numbers there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.model.access import system
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Person
from engine.store.verschluss import digest

# The name under which the exception stands in the access log, and of the access that carries it out.
NAME = "Dublettenprüfung"
ZWECK = "ahv"


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
    wanted = kennzeichen(ahvn13)
    found: tuple[str, ...] = ()
    if wanted is not None:
        with session.database.read(system(NAME)) as everywhere:
            query = select(Person.region).where(Person.ahv_kennzeichen == wanted, Person.bis.is_(None)).distinct()
            found = tuple(sorted(set(everywhere.scalars(query)) - session.access.regionen - {region}))
    log(session, "dublettenprüfung", f"{anlass}: {', '.join(found) or 'kein Treffer'}")
    return Treffer(found)


def kennzeichen(ahvn13: str | None, *, key: str = "") -> str | None:
    """The keyed digest of a number, however it is written; None without a number. ``key`` is another one than the installation's."""
    digits = "".join(c for c in ahvn13 or "" if c.isdigit())
    return digest(digits, ZWECK, key=key) if digits else None
