"""Who is supported already: persons with the same AHV number in running cases of the same region (process description, chapter 8), and
in which other region one has to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from engine.store.dubletten import ask, kennzeichen
from engine.store.session import FallSession
from engine.store.tables import Fall, Person


def insured(session: FallSession, region: str) -> dict[str, str]:
    """Who is in a running case of the region, by the digest of the AHV number, each with the case."""
    return {digest: f"Fall {fall_nr}" for digest, fall_nr in session.execute(_running(region)) if digest}


def vorfall(session: FallSession, region: str, personen: Iterable[Mapping[str, Any]]) -> Fall | None:
    """The case of the region that was closed last and to which one of ``personen`` belonged (process description, P11).

    The same person is who has the same AHV number; where none is known, the same names and day of birth.
    """
    same = [_same(person) for person in personen if person.get("ahvn13") or person.get("geburtsdatum")]
    if not same:
        return None
    closed = select(Fall).join(Person, Person.fall_id == Fall.id).where(Fall.region == region, Fall.abgeschlossen_am.is_not(None), or_(*same))
    return session.scalar(closed.where(Fall.uebergeben_am.is_(None)).order_by(Fall.abgeschlossen_am.desc(), Fall.id.desc()).limit(1))


def _same(person: Mapping[str, Any]) -> ColumnElement[bool]:
    if person.get("ahvn13"):
        return Person.ahv_kennzeichen == kennzeichen(person["ahvn13"])
    born = date.fromisoformat(person["geburtsdatum"])
    return and_(Person.name == person.get("name"), Person.vorname == person.get("vorname"), Person.geburtsdatum == born)


def dubletten(session: FallSession, region: str, personen: Iterable[Mapping[str, Any]]) -> list[str]:
    """One sentence for each of ``personen`` who is in another running case of the region, or known in another region."""
    numbered = [person for person in personen if person.get("ahvn13")]
    digests = [kennzeichen(person["ahvn13"]) for person in numbered]
    rows = session.execute(_running(region).where(Person.ahv_kennzeichen.in_(digests))) if digests else ()
    known = {digest: f"Fall {fall_nr}" for digest, fall_nr in rows if digest}
    return [sentence for person in numbered for sentence in _sentences(session, region, person, known)]


def _running(region: str) -> Select[str | None, str]:
    rows = select(Person.ahv_kennzeichen, Fall.fall_nr).join(Fall, Fall.id == Person.fall_id)
    return rows.where(Person.region == region, Person.ahv_kennzeichen.is_not(None), Person.bis.is_(None), Fall.abgeschlossen_am.is_(None))


def _sentences(session: FallSession, region: str, person: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    name = f"{person.get('vorname', '')} {person.get('name', '')}"
    here = known.get(kennzeichen(person["ahvn13"]) or "")
    if here:
        yield f"{name} ist schon in {here}."
    for other in ask(session, person["ahvn13"], region=region, anlass="Anmeldung").regionen:
        yield f"{name} ist schon in der Sozialregion {other} erfasst; bitte dort nachfragen."
