"""The studio: drafts of the whole process application. Whoever was slower loses nothing: both versions are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engine.commands.deployments import Deployed, deploy
from engine.definitions.archiv import MAX_FILES, MAX_UNPACKED, ArchiveInvalid, file_name
from engine.definitions.xml import MAX_BYTES
from engine.model.errors import Finding, NotFound
from engine.queries import werkstatt as queries
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import EntwurfAnwendung, EntwurfBesuch, EntwurfDatei, EntwurfStand

# Autosaves of one person within this time are one step of the history.
ONE_STEP = timedelta(minutes=10)
# A window tells that it is there every 20 seconds; after this it is taken for closed.
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Gespeichert:
    """What a save came to. ``zweite`` is the number of the kept second version when the file had changed meanwhile."""

    revision: int
    at: datetime
    by: str
    zweite: int | None = None


def begin_draft(session: FallSession, name: str, files: Mapping[str, bytes], *, release_id: int | None = None) -> EntwurfAnwendung:
    """A new draft holding ``files``; with ``release_id`` they are that release's, and changes count from there.

    Raises:
        ArchiveInvalid: no name, or files that a draft cannot keep.
    """
    if not name.strip():
        raise ArchiveInvalid("Geben Sie dem Entwurf einen Namen, der sagt, was sich ändern soll.")
    draft = EntwurfAnwendung(
        name=name.strip()[:120], release_id=release_id, begonnen_am=session.now, begonnen_von=session.access.konto, fassungen=[]
    )
    session.add(draft)
    session.flush()
    for file, content in files.items():
        _add(session, draft, file_name(file), content, basis=_digest(content) if release_id else "")
    log(session, "write", f"Entwurf {draft.id} begonnen")
    return draft


def save_file(session: FallSession, entwurf_id: int, name: str, content: bytes, *, revision: int) -> Gespeichert:
    """Save a file of a draft. ``revision`` is the one the window began with; if the file is newer, this becomes a second version of it.

    Raises:
        NotFound: no such draft or file; somebody may have deleted it.
        ArchiveInvalid: larger than 10 MB.
    """
    row = _locked(session, entwurf_id, name)
    _check_size(content)
    if row.sha256 == _digest(content):
        return Gespeichert(row.revision, row.at, row.by)
    if row.revision != revision:
        second = _keep(session, row, content, "zweite")
        return Gespeichert(row.revision, row.at, row.by, second.id)
    _put(session, row, content, "geaendert")
    return Gespeichert(row.revision, row.at, row.by)


def restore_file(session: FallSession, entwurf_id: int, stand_id: int) -> EntwurfDatei:
    """Make a kept version the current one again, also of a file that was deleted; what was current stays in the history.

    Raises:
        NotFound: no such version in this draft.
    """
    queries.draft(session, entwurf_id)
    stand = queries.stand(session, entwurf_id, stand_id)
    row = _find(session, entwurf_id, stand.name)
    if row is None:
        return _add(session, queries.draft(session, entwurf_id), stand.name, stand.inhalt, basis="", art="zurueckgeholt")
    _put(session, row, stand.inhalt, "zurueckgeholt")
    return row


def import_files(session: FallSession, entwurf_id: int, files: Mapping[str, bytes], *, is_whole: bool = False) -> None:
    """Take files over into a draft: new ones are added, known ones changed; ``is_whole`` removes those that do not come along.

    Raises:
        ArchiveInvalid: a name or size that a draft cannot keep; nothing was taken over.
    """
    draft = queries.draft(session, entwurf_id, is_writing=True)
    names = {file_name(name): content for name, content in files.items()}
    known = {row.name: row for row in queries.files(session, entwurf_id)}
    if len(known.keys() | names.keys()) > MAX_FILES or sum(map(len, names.values())) > MAX_UNPACKED:
        raise ArchiveInvalid(f"Ein Entwurf fasst {MAX_FILES} Dateien und {MAX_UNPACKED // 1024 // 1024} MB.")
    for name, content in names.items():
        row = known.get(name)
        if row is None:
            _add(session, draft, name, content, basis="")
        elif row.sha256 != _digest(content):
            _put(session, row, content, "geaendert")
    for name in known.keys() - names.keys() if is_whole else ():
        delete_file(session, entwurf_id, name)
    log(session, "write", f"Entwurf {entwurf_id}: {len(names)} Dateien übernommen")


def delete_file(session: FallSession, entwurf_id: int, name: str) -> None:
    """Remove a file from a draft; its last version stays in the history and can be brought back.

    Raises:
        NotFound: no such draft or file.
    """
    row = _locked(session, entwurf_id, name)
    _keep(session, row, row.inhalt, "geloescht")
    session.delete(row)
    session.flush()


def discard(session: FallSession, entwurf_id: int) -> None:
    """Throw a draft away: it leaves the list, and can be brought back with everything in it."""
    draft = queries.draft(session, entwurf_id, is_writing=True)
    draft.verworfen_am, draft.verworfen_von = session.now, session.access.konto
    log(session, "write", f"Entwurf {entwurf_id} verworfen")


def bring_back(session: FallSession, entwurf_id: int) -> None:
    """Take a thrown away draft up again."""
    draft = queries.draft(session, entwurf_id, is_writing=True)
    draft.verworfen_am = draft.verworfen_von = None
    log(session, "write", f"Entwurf {entwurf_id} wieder aufgenommen")


def deploy_draft(session: FallSession, entwurf_id: int) -> tuple[tuple[Deployed, ...], tuple[Finding, ...]]:
    """Deploy all files of a draft as versions; nothing is released by that. Gives the versions and the linter's warnings.

    Raises:
        DefinitionInvalid: with every finding; nothing was stored.
    """
    draft = queries.draft(session, entwurf_id, is_writing=True)
    deployed, warnings = deploy(session, queries.contents(session, entwurf_id))
    draft.abgelegt_am, draft.abgelegt_von = session.now, session.access.konto
    draft.fassungen = sorted({one.key for one in deployed})
    log(session, "write", f"Entwurf {entwurf_id} abgelegt")
    return deployed, warnings


def note_visit(session: FallSession, entwurf_id: int, fenster: str, datei: str) -> None:
    """Remember that somebody has a draft open in a window; every window says so again and again."""
    queries.draft(session, entwurf_id, is_writing=True)
    session.execute(
        delete(EntwurfBesuch).where(EntwurfBesuch.at < session.now - FORGOTTEN), execution_options={"synchronize_session": False}
    )
    row = session.get(EntwurfBesuch, (entwurf_id, fenster))
    if row is None:
        row = EntwurfBesuch(entwurf_id=entwurf_id, fenster=fenster, login=session.access.konto, datei="", at=session.now)
        session.add(row)
    row.login, row.datei, row.at = session.access.konto, datei, session.now


def note_leaving(session: FallSession, entwurf_id: int, fenster: str) -> None:
    """Forget a window that was closed; without one nothing happens."""
    gone = delete(EntwurfBesuch).where(
        EntwurfBesuch.entwurf_id == entwurf_id, EntwurfBesuch.fenster == fenster, EntwurfBesuch.login == session.access.konto
    )
    session.execute(gone, execution_options={"synchronize_session": False})


def _add(session: FallSession, draft: EntwurfAnwendung, name: str, content: bytes, *, basis: str, art: str = "angelegt") -> EntwurfDatei:
    _check_size(content)
    row = EntwurfDatei(
        entwurf_id=draft.id, name=name, inhalt=content, sha256=_digest(content), basis=basis, revision=1, at=session.now, by=session.access.konto
    )
    session.add(row)
    if not basis:  # what came with the release needs no step of its own
        _keep(session, row, content, art)
    session.flush()
    return row


def _put(session: FallSession, row: EntwurfDatei, content: bytes, art: str) -> None:
    if row.revision == 1 and row.basis:
        # The first change of a released file: where it came from must stay to be brought back.
        _keep(session, row, row.inhalt, "angelegt")
    row.inhalt, row.sha256, row.revision = content, _digest(content), row.revision + 1
    row.at, row.by = session.now, session.access.konto
    before = _latest(session, row) if art == "geaendert" else None
    if before is not None and before.art == art and before.by == row.by and session.now - before.begonnen_am < ONE_STEP:
        before.inhalt, before.sha256, before.revision, before.at = content, row.sha256, row.revision, session.now
    else:
        _keep(session, row, content, art)
    session.flush()


def _keep(session: FallSession, row: EntwurfDatei, content: bytes, art: str) -> EntwurfStand:
    is_first = art == "angelegt"
    stand = EntwurfStand(
        entwurf_id=row.entwurf_id,
        name=row.name,
        art=art,
        revision=row.revision,
        begonnen_am=session.now,
        at=row.at if is_first else session.now,
        by=row.by if is_first else session.access.konto,
        sha256=_digest(content),
        inhalt=content,
    )
    session.add(stand)
    session.flush()
    return stand


def _latest(session: FallSession, row: EntwurfDatei) -> EntwurfStand | None:
    return session.scalar(
        select(EntwurfStand)
        .where(EntwurfStand.entwurf_id == row.entwurf_id, EntwurfStand.name == row.name)
        .order_by(EntwurfStand.id.desc())
        .limit(1)
    )


def _locked(session: FallSession, entwurf_id: int, name: str) -> EntwurfDatei:
    queries.draft(session, entwurf_id, is_writing=True)
    row = _find(session, entwurf_id, name)
    if row is None:
        raise NotFound(f"Die Datei «{name}»")
    return row


def _find(session: FallSession, entwurf_id: int, name: str) -> EntwurfDatei | None:
    found = select(EntwurfDatei).where(EntwurfDatei.entwurf_id == entwurf_id, EntwurfDatei.name == name)
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def _check_size(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise ArchiveInvalid(f"Die Datei ist grösser als {MAX_BYTES // 1024 // 1024} MB.")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
