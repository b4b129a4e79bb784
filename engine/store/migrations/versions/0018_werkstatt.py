"""The studio's drafts: files under change, their kept versions, and who has them open."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "entwurf_anwendung",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("release_id", KEY, sa.ForeignKey("release.id")),
        *_who("begonnen_am", "begonnen_von"),
        *_who("verworfen_am", "verworfen_von", nullable=True),
        *_who("abgelegt_am", "abgelegt_von", nullable=True),
        sa.Column("fassungen", sa.JSON(), nullable=False),
    )
    op.create_table(
        "entwurf_datei",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        _draft(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("inhalt", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("revision", KEY, nullable=False),
        *_who("at", "by"),
        sa.UniqueConstraint("entwurf_id", "name"),
    )
    op.create_table(
        "entwurf_stand",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        _draft(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("art", sa.String(16), nullable=False),
        sa.Column("revision", KEY, nullable=False),
        sa.Column("begonnen_am", AT, nullable=False),
        *_who("at", "by"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("inhalt", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_entwurf_stand_datei", "entwurf_stand", ["entwurf_id", "name"])
    op.create_table(
        "entwurf_besuch",
        sa.Column("entwurf_id", KEY, sa.ForeignKey("entwurf_anwendung.id"), primary_key=True, autoincrement=False),
        sa.Column("fenster", sa.String(32), primary_key=True),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("datei", sa.String(200), nullable=False),
        sa.Column("at", AT, nullable=False),
    )


def _draft() -> sa.Column[Any]:
    return sa.Column("entwurf_id", KEY, sa.ForeignKey("entwurf_anwendung.id"), nullable=False)


def _who(at: str, by: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column(at, AT, nullable=nullable), sa.Column(by, sa.String(80), nullable=nullable)
