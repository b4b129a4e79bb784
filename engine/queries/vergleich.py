"""What can be compared: a deployed version, a release, a proposal, a draft, named in an address or on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.model.errors import NotFound
from engine.queries import werkstatt
from engine.queries.freigaben import held_by, held_in, proposal
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Release

# prozess:fall@3, entscheidung:segment@1, formular:f10@2; without a number the newest. freigabe:4 is a release, vorschlag:7 a proposal, entwurf:2 a draft.
ONE = re.compile(r"(?P<kind>process|decision|form):(?P<id>[^@]{1,120})(?:@(?P<version>\d{1,9}))?")
MANY = re.compile(r"(?P<what>freigabe|vorschlag|entwurf):(?P<id>\d{1,9})")
KINDS = {"process": "Prozess", "decision": "Entscheidung", "form": "Formular"}


@dataclass(frozen=True)
class Stand:
    """Files by name, and what they are called. ``is_set``: a whole release rather than one file."""

    name: str
    files: Mapping[str, bytes]
    is_set: bool
    fassung: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.fassung}" if self.fassung else self.name


def stand(session: FallSession, wanted: str) -> Stand:
    """What an address names.

    Raises:
        NotFound: nothing of the kind.
    """
    if found := MANY.fullmatch(wanted):
        return _set(session, found["what"], int(found["id"]))
    if found := ONE.fullmatch(wanted):
        row = _version(session, found["kind"], found["id"], found["version"])
        return Stand(row.name, {row.resource_name: row.content}, is_set=False, fassung=f"Fassung {row.version}")
    raise NotFound(f"«{wanted[:100]}»")


def versions(session: FallSession) -> list[DefinitionVersion]:
    """Everything deployed, of each the newest first; without the files' contents."""
    rows = session.execute(
        select(DefinitionVersion.kind, DefinitionVersion.id, DefinitionVersion.version, DefinitionVersion.name, DefinitionVersion.version_tag)
        .order_by(DefinitionVersion.kind.desc(), DefinitionVersion.id, DefinitionVersion.version.desc())
    )
    return [DefinitionVersion(kind=kind, id=id, version=version, name=name, version_tag=tag) for kind, id, version, name, tag in rows]


def _version(session: FallSession, kind: str, id: str, version: str | None) -> DefinitionVersion:
    query = select(DefinitionVersion).where(DefinitionVersion.kind == kind, DefinitionVersion.id == id)
    query = query.where(DefinitionVersion.version == int(version)) if version else query
    row = session.scalar(query.order_by(DefinitionVersion.version.desc()).limit(1))
    if row is None:
        raise NotFound(f"{KINDS[kind]} «{id}»" + (f" in Fassung {version}" if version else ""))
    return row


def _set(session: FallSession, what: str, id: int) -> Stand:
    if what == "vorschlag":
        found = proposal(session, id)
        return Stand(f"Vorschlag {id}", {row.resource_name: row.content for row in held_by(session, found.id)}, is_set=True)
    if what == "entwurf":
        return Stand(f"Entwurf «{werkstatt.draft(session, id).name}»", werkstatt.contents(session, id), is_set=True)
    release = session.get(Release, id)
    if release is None or release.probe is not None:
        raise NotFound(f"Die Freigabe {id}")
    return Stand(f"Freigabe {id}", {row.resource_name: row.content for row in held_in(session, id)}, is_set=True)
