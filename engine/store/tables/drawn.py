"""What is drawn: versions of diagrams, decisions and forms, the releases they make up, and what starts cases by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class Deployment(Base):
    __tablename__ = "deployment"

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


class DefinitionVersion(Base):
    """One immutable version of a process, decision (file) or form. ``kind`` is ``process``, ``decision`` or ``form``.

    ``content`` is the uploaded file; a file with several decisions gives one row for each.
    """

    __tablename__ = "definition_version"
    __table_args__ = (UniqueConstraint("kind", "id", "version"),)

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    name: Mapped[str]
    version_tag: Mapped[str | None]
    resource_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    deployment_key: Mapped[int] = mapped_column(ForeignKey("deployment.key"))


class Release(Base):
    """A fixed set of definition versions. A case stays on the release it began with until it is migrated.

    With ``probe``, the fingerprint of its set, it was put together for trial runs: nobody released it and no case begins on it.
    """

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    note: Mapped[str]
    version_tag: Mapped[str | None] = mapped_column(String(60))
    probe: Mapped[str | None] = mapped_column(String(64), unique=True)


class ReleaseItem(Base):
    """What a release holds. With ``version_tag`` it is an older version, held only for diagrams that bind to it.

    It is the version's tag; where it has none, the label of its deployment. See ``engine.definitions.version_tags``.
    """

    __tablename__ = "release_item"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    definition_key: Mapped[int] = mapped_column(ForeignKey("definition_version.key"), primary_key=True)
    version_tag: Mapped[str | None] = mapped_column(String(120))


class Ausloeser(Base):
    """A start event of a release in force that waits outside any case; a later release replaces it. Messages have a row for each release
    that is in force in some region, timers one for that of their region.

    ``kind`` is message, date, duration or cycle; ``value`` the message's name or the timer's text. A timer opens its case in
    ``start_region`` and is over when ``next_attempt_at`` is empty. It belongs to no region: a message may open a case in any.
    """

    __tablename__ = "ausloeser"
    __table_args__ = (Index("ix_ausloeser_due", "next_attempt_at"),)

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    element: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str]
    start_region: Mapped[str | None] = mapped_column(String(16))
    fired: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
