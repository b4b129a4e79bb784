"""Bring a draft up to a later release: what it did not touch comes along, what both changed stays as the draft has it and is named."""

from __future__ import annotations

import hashlib

from engine.commands.werkstatt import delete_file, import_files
from engine.queries import werkstatt as queries
from engine.store.audit import log
from engine.store.session import FallSession


def catch_up(session: FallSession, entwurf_id: int, release_id: int) -> tuple[str, ...]:
    """Take over what changed from the draft's release to this one; gives the files that both changed, which stay as they are.

    Raises:
        NotFound: no such draft or release.
    """
    draft = queries.draft(session, entwurf_id, is_writing=True)
    old = queries.release_files(session, draft.release_id) if draft.release_id else {}
    new, mine = queries.release_files(session, release_id), queries.contents(session, entwurf_id)
    changed = {name for name in new.keys() | old.keys() if old.get(name) != new.get(name) != mine.get(name)}
    untouched = {name for name in changed if mine.get(name) == old.get(name)}
    if coming := {name: new[name] for name in untouched & new.keys()}:
        import_files(session, entwurf_id, coming)
    for name in untouched - new.keys():
        delete_file(session, entwurf_id, name)
    for row in queries.files(session, entwurf_id):
        row.basis = hashlib.sha256(new[row.name]).hexdigest() if row.name in new else ""
    draft.release_id = release_id
    session.flush()
    log(session, "write", f"Entwurf {entwurf_id} auf Freigabe {release_id} nachgeführt")
    return tuple(sorted(changed - untouched))
