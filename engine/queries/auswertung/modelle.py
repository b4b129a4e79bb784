"""The models of releases and uploaded diagrams, each read once in a process: versions never change."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy import select

from engine.definitions.plain import read
from engine.model.errors import NotFound
from engine.replay.model import Model, load
from engine.replay.own_history import deployed_model, released_model
from engine.store import library
from engine.store.session import Database, FallSession
from engine.store.tables import DefinitionVersion, EntwurfAnwendung, EntwurfDatei, Modelldatei, Release, ReleaseItem, Spur

_known: WeakKeyDictionary[Database, dict[tuple[object, ...], Model]] = WeakKeyDictionary()


def of_release(session: FallSession, release_id: int, process: str) -> Model:
    """A process with everything it calls, as the release holds them."""
    known = _known.setdefault(session.database, {})
    key = ("release", release_id, process)
    if key not in known:
        known[key] = released_model(session, release_id, process)
    return known[key]


def of_version(session: FallSession, process: str, version: int | None = None) -> Model:
    """A deployed version, with what it calls as the last release holds it that has this version."""
    return deployed_model(session, process, version)


def of_drawing(session: FallSession, content: bytes, name: str, process: str, *, main: str | None = None) -> Model:
    """An edited or foreign drawing; what it calls, or what calls it (``main``), is taken from the latest release, where there is one."""
    known = _known.setdefault(session.database, {})
    release = _latest(session)
    first = main or process
    key = ("drawing", sha256(content).hexdigest(), first, release)
    if key not in known:
        others = [] if release is None else library.contents(session, release).items.items()
        rest = [(item.resource_name, item.content) for (kind, id_), item in others if kind == "process" and id_ != process]
        known[key] = load([(name, content), *rest], first)
    return known[key]


def draft(session: FallSession, entwurf_id: int) -> dict[str, tuple[str, bytes]]:
    """The diagrams of a draft of the studio: process id → name of the file and its content as it is now.

    Raises:
        NotFound: no such draft, or one that was given up.
        DefinitionInvalid: one of its diagrams cannot be read.
    """
    found = session.get(EntwurfAnwendung, entwurf_id)
    if found is None or found.verworfen_am is not None:
        raise NotFound("Der Entwurf")
    rows = session.scalars(select(EntwurfDatei).where(EntwurfDatei.entwurf_id == entwurf_id).order_by(EntwurfDatei.name))
    return {main_process(row.inhalt, row.name): (row.name, row.inhalt) for row in rows if row.name.endswith(".bpmn")}


def of_draft(session: FallSession, files: Mapping[str, tuple[str, bytes]], main: str) -> Model:
    """The draft as it would be released; what it does not hold is taken from the latest release.

    Raises:
        NotFound: neither holds the process.
    """
    release = _latest(session)
    others = [] if release is None else library.contents(session, release).items.items()
    rest = [(item.resource_name, item.content) for (kind, id_), item in others if kind == "process" and id_ not in files]
    return load([*files.values(), *rest], main)


def main_of(session: FallSession, process: str) -> str:
    """The process whose instances show what a change of ``process`` does: itself, or the one that calls it and has instances."""
    lived = set(session.scalars(select(Spur.process).distinct()))
    release = _latest(session)
    if process in lived or release is None:
        return process
    held = library.contents(session, release)
    return next((one for one in sorted(lived) if held.item("process", one) and process in of_release(session, release, one).called), process)


def _latest(session: FallSession) -> int | None:
    return session.scalar(select(Release.id).where(Release.probe.is_(None)).order_by(Release.id.desc()).limit(1))


def main_process(content: bytes, name: str) -> str:
    """The id of the process a drawing is about.

    Raises:
        DefinitionInvalid: no BPMN.
    """
    return read(content, name)[0].id


def drawing(session: FallSession, id: int) -> Modelldatei:
    """An uploaded diagram.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Modelldatei, id)
    if found is None:
        raise NotFound("Das Diagramm")
    return found


def release_of(session: FallSession, process: str, version: int) -> int | None:
    """The last release that holds exactly this version and that cases may begin on."""
    query = (
        select(ReleaseItem.release_id)
        .join(DefinitionVersion, DefinitionVersion.key == ReleaseItem.definition_key)
        .join(Release, Release.id == ReleaseItem.release_id)
        .where(DefinitionVersion.kind == "process", DefinitionVersion.id == process, DefinitionVersion.version == version)
        .where(Release.probe.is_(None))
    )
    return session.scalar(query.order_by(ReleaseItem.release_id.desc()).limit(1))
