"""Deployed versions, as programs search them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import aliased

from engine.model.errors import NotFound
from engine.queries.laufend import TENANT
from engine.queries.suche import Feld, Found, Wanted, find
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, ReleaseItem

_Other = aliased(DefinitionVersion)
_newest = (
    select(func.max(_Other.version)).where(_Other.kind == DefinitionVersion.kind, _Other.id == DefinitionVersion.id).scalar_subquery()
)
PROCESSES: Mapping[str, Feld] = {
    "processDefinitionKey": Feld("key", DefinitionVersion.key),
    "processDefinitionId": Feld("text", DefinitionVersion.id),
    "name": Feld("text", DefinitionVersion.name),
    "resourceName": Feld("text", DefinitionVersion.resource_name),
    "version": Feld("number", DefinitionVersion.version),
    "versionTag": Feld("text", DefinitionVersion.version_tag),
    "isLatestVersion": Feld("boolean", case((DefinitionVersion.version == _newest, True), else_=False)),
    "tenantId": Feld("text", literal(TENANT)),
}


def processes(session: FallSession, wanted: Wanted) -> Found:
    """Rows of DefinitionVersion, released or not."""
    return find(session, select(DefinitionVersion).where(DefinitionVersion.kind == "process"), PROCESSES, wanted, DefinitionVersion.key)


def process(session: FallSession, key: int) -> DefinitionVersion:
    """One version.

    Raises:
        NotFound: no process has that key.
    """
    found = session.get(DefinitionVersion, key) if 0 < key < 2**63 else None
    if found is None or found.kind != "process":
        raise NotFound("Die Fassung des Prozesses")
    return found


def newest(session: FallSession, kind: str, id: str, version: int | None = None) -> DefinitionVersion:
    """The newest version of that id, or exactly the wanted one.

    Raises:
        NotFound: nothing of that id, or no such version, is deployed.
    """
    query = select(DefinitionVersion).where(DefinitionVersion.kind == kind, DefinitionVersion.id == id)
    query = query if version is None else query.where(DefinitionVersion.version == version)
    found = session.scalar(query.order_by(DefinitionVersion.version.desc()).limit(1))
    if found is None:
        raise NotFound(f"«{id}»" if version is None else f"«{id}» in Fassung {version}")
    return found


def forms_of(session: FallSession, release_ids: set[int]) -> dict[tuple[int, str], DefinitionVersion]:
    """The forms that releases hold, by release and form id."""
    rows = session.execute(
        select(ReleaseItem.release_id, DefinitionVersion)
        .join(DefinitionVersion, DefinitionVersion.key == ReleaseItem.definition_key)
        .where(ReleaseItem.release_id.in_(release_ids), ReleaseItem.version_tag.is_(None), DefinitionVersion.kind == "form")
    )
    return {(release_id, row.id): row for release_id, row in rows}
