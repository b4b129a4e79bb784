"""What the studio shows of its drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine.definitions.catalog import Catalog
from engine.model.errors import NotFound
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, EntwurfAnwendung, EntwurfBesuch, EntwurfDatei, EntwurfStand, Release

# A window tells every 20 seconds that it is there.
PRESENT = timedelta(seconds=50)


@dataclass(frozen=True)
class DraftRow:
    """A draft in the list; ``geaendert`` is the newest change of any of its files."""

    draft: EntwurfAnwendung
    dateien: int
    geaendert: datetime | None
    anwesend: tuple[str, ...]


@dataclass(frozen=True)
class FileRow:
    """A file without its content; ``zustand`` is neu, geaendert or unveraendert against the release the draft began from."""

    name: str
    zustand: str
    revision: int
    groesse: int
    at: datetime
    by: str


@dataclass(frozen=True)
class Step:
    """A step of a draft's history, without the content."""

    id: int
    name: str
    art: str
    at: datetime
    by: str
    groesse: int
    is_current: bool


@dataclass(frozen=True)
class Visitor:
    login: str
    datei: str


def drafts(session: FallSession, *, is_discarded: bool = False) -> tuple[DraftRow, ...]:
    """The drafts under work, or those thrown away, newest change first."""
    gone = EntwurfAnwendung.verworfen_am.is_not(None) if is_discarded else EntwurfAnwendung.verworfen_am.is_(None)
    count, newest = func.count(EntwurfDatei.id), func.max(EntwurfDatei.at)
    rows = session.execute(
        select(EntwurfAnwendung, count, newest)
        .outerjoin(EntwurfDatei, EntwurfDatei.entwurf_id == EntwurfAnwendung.id)
        .where(gone)
        .group_by(EntwurfAnwendung.id)
        .order_by(newest.desc(), EntwurfAnwendung.id.desc())
    ).all()
    return tuple(DraftRow(draft, files, at, tuple(sorted({one.login for one in visitors(session, draft.id)}))) for draft, files, at in rows)


def draft(session: FallSession, entwurf_id: int, *, is_writing: bool = False) -> EntwurfAnwendung:
    """One draft; ``is_writing`` locks it, so that commands on it follow each other.

    Raises:
        NotFound: there is none of that number.
    """
    query = select(EntwurfAnwendung).where(EntwurfAnwendung.id == entwurf_id)
    found = session.scalar(query.with_for_update() if is_writing else query)
    if found is None:
        raise NotFound("Der Entwurf")
    return found


def files(session: FallSession, entwurf_id: int) -> Sequence[EntwurfDatei]:
    """All files of a draft with their contents, diagrams first, then decisions, then forms."""
    rows = session.scalars(select(EntwurfDatei).where(EntwurfDatei.entwurf_id == entwurf_id)).all()
    return sorted(rows, key=lambda row: place(row.name))


def place(name: str) -> tuple[int, str]:
    """Where a file stands in lists."""
    kinds = ("bpmn", "dmn", "form")
    kind = name.rpartition(".")[2].lower()
    return (kinds.index(kind) if kind in kinds else len(kinds), name.lower())


def contents(session: FallSession, entwurf_id: int) -> dict[str, bytes]:
    """Name to content."""
    return {row.name: row.inhalt for row in files(session, entwurf_id)}


def file(session: FallSession, entwurf_id: int, name: str) -> EntwurfDatei:
    """Raises:
    NotFound: no such draft or file.
    """
    draft(session, entwurf_id)
    found = session.scalar(select(EntwurfDatei).where(EntwurfDatei.entwurf_id == entwurf_id, EntwurfDatei.name == name))
    if found is None:
        raise NotFound(f"Die Datei «{name}»")
    return found


def file_rows(session: FallSession, entwurf_id: int) -> tuple[FileRow, ...]:
    return tuple(
        FileRow(row.name, _zustand(row), row.revision, len(row.inhalt), row.at, row.by) for row in files(session, entwurf_id)
    )


def removed(session: FallSession, entwurf_id: int) -> tuple[Step, ...]:
    """The last version of each file that was deleted from the draft."""
    present = {row.name for row in files(session, entwurf_id)}
    found: dict[str, Step] = {}
    for step in steps(session, entwurf_id):
        if step.name not in present and step.art == "geloescht":
            found.setdefault(step.name, step)
    return tuple(found.values())


def steps(session: FallSession, entwurf_id: int, name: str | None = None, *, limit: int = 200) -> tuple[Step, ...]:
    """Who changed what, newest first; of one file or of the whole draft."""
    query = select(
        EntwurfStand.id, EntwurfStand.name, EntwurfStand.art, EntwurfStand.at, EntwurfStand.by, func.length(EntwurfStand.inhalt),
        EntwurfDatei.sha256 == EntwurfStand.sha256,
    ).outerjoin(EntwurfDatei, (EntwurfDatei.entwurf_id == EntwurfStand.entwurf_id) & (EntwurfDatei.name == EntwurfStand.name))  # fmt: skip
    query = query.where(EntwurfStand.entwurf_id == entwurf_id)
    if name is not None:
        query = query.where(EntwurfStand.name == name)
    rows = session.execute(query.order_by(EntwurfStand.id.desc()).limit(limit)).all()
    return tuple(Step(id, file, art, at, by, size, bool(same)) for id, file, art, at, by, size, same in rows)


def stand(session: FallSession, entwurf_id: int, stand_id: int) -> EntwurfStand:
    """A kept version.

    Raises:
        NotFound: none of that number in this draft.
    """
    found = session.get(EntwurfStand, stand_id) if 0 < stand_id < 2**63 else None
    if found is None or found.entwurf_id != entwurf_id:
        raise NotFound("Die Fassung")
    return found


def deployed_as_is(session: FallSession, entwurf_id: int) -> list[DefinitionVersion] | None:
    """The versions that a draft's last deployment gave or kept, provided that its files are still those; otherwise None.

    Raises:
        NotFound: no such draft.
    """
    found = draft(session, entwurf_id)
    rows = list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.key.in_(found.fassungen)).order_by(DefinitionVersion.key)))
    now = set(session.scalars(select(EntwurfDatei.sha256).where(EntwurfDatei.entwurf_id == entwurf_id)))
    return rows if rows and {row.sha256 for row in rows} == now else None


def visitors(session: FallSession, entwurf_id: int, *, besides: str = "") -> tuple[Visitor, ...]:
    """Who has the draft open now, without the window ``besides``."""
    query = select(EntwurfBesuch).where(EntwurfBesuch.entwurf_id == entwurf_id, EntwurfBesuch.at > session.now - PRESENT, EntwurfBesuch.at <= session.now)
    return tuple(Visitor(row.login, row.datei) for row in session.scalars(query.order_by(EntwurfBesuch.login)) if row.fenster != besides)


def releases(session: FallSession, *, limit: int = 30) -> Sequence[Release]:
    """What was released, newest first."""
    return session.scalars(select(Release).where(Release.probe.is_(None)).order_by(Release.id.desc()).limit(limit)).all()


def release_files(session: FallSession, release_id: int) -> dict[str, bytes]:
    """The files behind a release by name. A file that was uploaded under the name of another one is given its id's.

    Raises:
        NotFound: no such release.
    """
    found: dict[str, bytes] = {}
    for item in library.contents(session, release_id).items.values():
        suffix = {"process": "bpmn", "decision": "dmn", "form": "form"}[item.kind]
        name = item.resource_name.replace("\\", "/").rpartition("/")[2]
        if not name.endswith(f".{suffix}") or found.get(name, item.content) != item.content:
            name = f"{item.id}.{suffix}"
        found[name] = item.content
    return dict(sorted(found.items(), key=lambda one: place(one[0])))


def known(session: FallSession) -> Catalog:
    """The ids of everything deployed, as the linter asks for them."""
    rows = session.execute(select(DefinitionVersion.kind, DefinitionVersion.id).distinct()).all()
    ids: Mapping[str, frozenset[str]] = {kind: frozenset(id for k, id in rows if k == kind) for kind in ("process", "decision", "form")}
    return Catalog(processes=ids["process"], decisions=ids["decision"], forms=ids["form"])


def _zustand(row: EntwurfDatei) -> str:
    return "neu" if not row.basis else "unveraendert" if row.basis == row.sha256 else "geaendert"
