"""What process owners deploy and release. Versions are immutable; deployed is not released."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from engine.commands.starts import check, renew
from engine.definitions import bpmn, dmn, forms, version_tags
from engine.definitions.catalog import Catalog
from engine.definitions.lint import lint
from engine.model.errors import DefinitionInvalid, Finding, NotFound, NotWaiting
from engine.runtime import compile_bpmn
from engine.store import library
from engine.store.errors import Conflict
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Deployment, Geltung, Release, ReleaseItem

# Since when a first release holds.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Deployed:
    """One definition of a deployment; ``is_new`` is False when the file was known already and kept its version.

    ``deployment_key`` is that of the deployment now, not of the one its version came with.
    """

    key: int
    kind: str
    id: str
    version: int
    name: str
    resource_name: str
    is_new: bool
    deployment_key: int


@dataclass(frozen=True)
class Found:
    """A definition as a file holds it, before it has a version."""

    kind: str
    id: str
    name: str
    version_tag: str | None
    file: str


def deploy(
    session: FallSession, files: Mapping[str, bytes], *, dry_run: bool = False
) -> tuple[tuple[Deployed, ...], tuple[Finding, ...]]:
    """Store the definitions in ``files`` (name to content) as versions; an unchanged file keeps the one it has.

    All or nothing: one file with an error refuses the whole deployment. Gives what was deployed and the linter's warnings.

    Raises:
        DefinitionInvalid: with every finding; nothing was stored.
    """
    if not files:
        raise DefinitionInvalid([Finding("", "", "", "leer", "error", "Es wurde keine Datei (.bpmn, .dmn oder .form) mitgegeben.")])
    # A diagram may arrive before its form or decision; only a release has to be whole.
    findings = lint(files, known=_known(session), missing="warning")
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise DefinitionInvalid(errors)
    deployed = _store(session, files, _read_all(files)) if not dry_run else ()
    return deployed, tuple(findings)


def release(session: FallSession, note: str = "", *, keys: Iterable[int] | None = None, version_tag: str | None = None) -> int:
    """Put a fixed set of versions in force everywhere at once: the given ones, else the newest of everything deployed.

    Without a second person: for a first installation and the demonstration; otherwise see ``engine.commands.freigaben``.

    Raises:
        NotFound: nothing is deployed.
        DefinitionInvalid: the set does not hold together (a process calls what is not in it); nothing was released.
    """
    made = make_release(session, chosen(session, keys), note, version_tag)
    is_first = session.scalar(select(Geltung.key).limit(1)) is None
    # Before it there was nothing: history that is built afterwards begins on it, too.
    put_in_force(session, made, (KANTON,), BEGINNING if is_first else session.now)
    return made


def make_release(session: FallSession, rows: Sequence[DefinitionVersion], note: str, version_tag: str | None) -> int:
    """Fix a set of versions, together with those its diagrams bind to by tag. Nothing begins on it before it is put in force.

    Raises: as ``release``.
    """
    errors = [finding for finding in findings(rows) if finding.severity == "error"]
    if errors:
        raise DefinitionInvalid(errors)
    tagged = _tagged(session, rows)
    made = _held(session, Release(at=session.now, by=session.access.konto, note=note, version_tag=version_tag), rows, tagged)
    check(session, made)
    return made


def findings(rows: Sequence[DefinitionVersion]) -> list[Finding]:
    """What the linter says to these versions together.

    Raises:
        NotFound: there are none.
    """
    if not rows:
        raise NotFound("Etwas, das freigegeben werden könnte,")
    return lint({row.resource_name: row.content for row in rows}, together=False)


def put_in_force(session: FallSession, release_id: int, regionen: Iterable[str], von: datetime, *, freigabe_id: int | None = None) -> None:
    """From ``von`` on new cases in these regions (``*``: everywhere) begin on the release; a later instant takes effect by itself."""
    for region in regionen:
        waits = von if von > session.now else None
        session.add(Geltung(region=region, release_id=release_id, freigabe_id=freigabe_id, von=von, next_attempt_at=waits))
    session.flush()
    if von <= session.now:
        renew(session)


def take_effect(session: FallSession, key: int) -> None:
    """Do what is to be done at the instant a release comes in force: its start events wait from now on.

    Raises:
        NotWaiting: it was done already.
    """
    found = session.scalar(select(Geltung).where(Geltung.key == key).with_for_update().execution_options(populate_existing=True))
    if found is None or found.next_attempt_at is None:
        raise NotWaiting(key)
    found.next_attempt_at, found.attempts = None, 0
    session.flush()
    renew(session)


def release_for_trial(session: FallSession, version: DefinitionVersion) -> int:
    """The set a trial run of that version sees: it, and the newest of everything else that is deployed, released or not.

    Runs that see the same share one row; what is not deployed yet becomes an incident where it is needed.
    """
    rows = [version, *(row for row in chosen(session, None) if (row.kind, row.id) != (version.kind, version.id))]
    try:
        tagged = _tagged(session, rows)
    except DefinitionInvalid:
        tagged = []
    keys = [sorted(row.key for row in part) for part in (rows, tagged)]
    probe = hashlib.sha256(repr(keys).encode()).hexdigest()
    known = select(Release.id).where(Release.probe == probe)
    try:
        with session.begin_nested():
            return session.scalar(known) or _held(session, Release(at=session.now, by=session.access.konto, note="Probelauf", probe=probe), rows, tagged)
    except Conflict:  # another run was first
        return session.scalars(known).one()


def _held(session: FallSession, made: Release, rows: Iterable[DefinitionVersion], tagged: Iterable[DefinitionVersion]) -> int:
    session.add(made)
    session.flush()
    session.info.setdefault(library.UNCOMMITTED, set()).add(made.id)
    session.add_all(ReleaseItem(release_id=made.id, definition_key=row.key) for row in rows)
    session.add_all(ReleaseItem(release_id=made.id, definition_key=row.key, version_tag=_labels(row)[-1]) for row in tagged)
    session.flush()
    return made.id


def _tagged(session: FallSession, rows: Iterable[DefinitionVersion]) -> list[DefinitionVersion]:
    """The versions beside the released ones that diagrams bind to, and those that these bind to in turn.

    Raises:
        DefinitionInvalid: no such version is deployed.
    """
    released = {(row.kind, row.id, label) for row in rows for label in _labels(row)}
    found: dict[version_tags.Binding, DefinitionVersion] = {}
    todo = [row for row in rows if row.kind == "process"]
    while todo:
        row = todo.pop()
        for bound in version_tags.bindings(row.content, row.resource_name, row.id, row.deployment_key):
            if bound not in released and bound not in found:
                found[bound] = _labelled(session, row, bound)
                todo += [found[bound]] if bound[0] == "process" else []
    return list({row.key: row for row in found.values()}.values())


def _labels(row: DefinitionVersion) -> list[str]:
    """By what diagrams may bind to this version."""
    return [version_tags.together(row.deployment_key), *([row.version_tag] if row.version_tag else [])]


def _labelled(session: FallSession, binding: DefinitionVersion, bound: version_tags.Binding) -> DefinitionVersion:
    """The newest version with the tag, or the one that came with the diagram."""
    kind, id, label = bound
    comes_along = label == version_tags.together(binding.deployment_key)
    row = session.scalar(
        select(DefinitionVersion)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.id == id)
        .where(DefinitionVersion.deployment_key == binding.deployment_key if comes_along else DefinitionVersion.version_tag == label)
        .order_by(DefinitionVersion.version.desc())
        .limit(1)
    )
    if row is None:
        which = "die zusammen mit dem Diagramm abgelegt wurde" if comes_along else f"mit dem Versions-Tag «{label}»"
        message = f"Es gibt keine Fassung von «{id}» {which}. Laden Sie sie hoch, oder berichtigen Sie die Bindung."
        raise DefinitionInvalid([Finding(binding.resource_name, binding.id, binding.name, "binding", "error", message)])
    return row


def _known(session: FallSession) -> Catalog:
    rows = session.execute(select(DefinitionVersion.kind, DefinitionVersion.id).distinct()).all()
    ids = {kind: frozenset(id for k, id in rows if k == kind) for kind in ("process", "decision", "form")}
    return Catalog(processes=ids["process"], decisions=ids["decision"], forms=ids["form"])


def _read_all(files: Mapping[str, bytes]) -> list[Found]:
    found = []
    for file, content in files.items():
        if file.endswith(".bpmn"):
            compile_bpmn(content, 1, file)
            found += [Found("process", p.id, p.name or p.id, p.version_tag, file) for p in bpmn.read(content, file).processes]
        elif file.endswith(".dmn"):
            tags = version_tags.of_decisions(content, file)
            found += [Found("decision", d.id, d.name or d.id, tags.get(d.id), file) for d in dmn.read_decisions(content, file).values()]
        else:
            form = forms.read(content, file)
            found.append(Found("form", form.id, form.title or form.id, version_tags.of_form(content), file))
    return found


def _store(session: FallSession, files: Mapping[str, bytes], found: list[Found]) -> tuple[Deployed, ...]:
    if not session.database.is_sqlite:  # which lets one write at a time anyway
        # Two deployments at once would each give a version to what the other is just storing.
        session.execute(text("LOCK TABLE deployment IN SHARE ROW EXCLUSIVE MODE"))
    deployment = Deployment(at=session.now, by=session.access.konto)
    session.add(deployment)
    session.flush()
    latest = {(one.kind, one.id): _latest(session, one) for one in found}
    renewed = _renewed(found, files, latest)
    return tuple(_version(session, deployment, one, files[one.file], None if one in renewed else latest[one.kind, one.id]) for one in found)


def _latest(session: FallSession, found: Found) -> DefinitionVersion | None:
    return session.scalar(
        select(DefinitionVersion)
        .where(DefinitionVersion.kind == found.kind, DefinitionVersion.id == found.id)
        .order_by(DefinitionVersion.version.desc())
        .limit(1)
    )


def _renewed(found: list[Found], files: Mapping[str, bytes], latest: Mapping[tuple[str, str], DefinitionVersion | None]) -> set[Found]:
    """What gets a new version: what is new or changed, and what is bound to come together with it and did not come with the same deployment."""
    by_id = {(one.kind, one.id): one for one in found}
    changed = {key for key, one in by_id.items() if (row := latest[key]) is None or row.sha256 != _digest(files[one.file])}
    pairs = [
        ((one.kind, one.id), (kind, id))
        for one in found
        if one.kind == "process"
        for kind, id, label in version_tags.bindings(files[one.file], one.file, one.id, 0)
        if label == version_tags.together(0)
    ]
    changed |= {key for pair in pairs for key in pair if len({_deployment(latest[one]) for one in pair}) > 1}
    while more := {key for pair in pairs if set(pair) & changed for key in pair} - changed:
        changed |= more
    return {by_id[key] for key in changed}


def _deployment(row: DefinitionVersion | None) -> int | None:
    return row.deployment_key if row else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _version(session: FallSession, deployment: Deployment, found: Found, content: bytes, unchanged: DefinitionVersion | None) -> Deployed:
    if unchanged is not None:
        return _deployed(unchanged, deployment, is_new=False)
    latest = _latest(session, found)
    row = DefinitionVersion(
        kind=found.kind,
        id=found.id,
        version=latest.version + 1 if latest else 1,
        name=found.name,
        version_tag=found.version_tag,
        resource_name=found.file,
        sha256=_digest(content),
        content=content,
        deployment_key=deployment.key,
    )
    session.add(row)
    session.flush()
    return _deployed(row, deployment, is_new=True)


def _deployed(row: DefinitionVersion, deployment: Deployment, *, is_new: bool) -> Deployed:
    return Deployed(row.key, row.kind, row.id, row.version, row.name, row.resource_name, is_new, deployment.key)


def chosen(session: FallSession, keys: Iterable[int] | None) -> list[DefinitionVersion]:
    """The versions of these keys; without keys the newest of everything deployed."""
    if keys is not None:
        return list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.key.in_(list(keys)))))
    newest = (
        select(DefinitionVersion.kind, DefinitionVersion.id, func.max(DefinitionVersion.version).label("version"))
        .group_by(DefinitionVersion.kind, DefinitionVersion.id)
        .subquery()
    )
    joined = (
        (DefinitionVersion.kind == newest.c.kind)
        & (DefinitionVersion.id == newest.c.id)
        & (DefinitionVersion.version == newest.c.version)
    )
    return list(session.scalars(select(DefinitionVersion).join(newest, joined)))
