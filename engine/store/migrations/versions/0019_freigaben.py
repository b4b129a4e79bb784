"""Releases are proposed, approved by somebody else, and in force in a region from an instant on; messages are kept until wanted."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0019"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    op.add_column("release", sa.Column("version_tag", sa.String(60), nullable=True))
    op.create_table(
        "freigabe",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("release_id", KEY, sa.ForeignKey("release.id"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version_tag", sa.String(60), nullable=True),
        sa.Column("gueltig_ab", sa.Date(), nullable=True),
        sa.Column("regionen", sa.JSON(), nullable=False),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("vorgeschlagen_von", sa.String(80), nullable=False),
        sa.Column("vorgeschlagen_am", AT, nullable=False),
        sa.Column("entschieden_von", sa.String(80), nullable=True),
        sa.Column("entschieden_am", AT, nullable=True),
        sa.Column("grund", sa.Text(), nullable=False),
        sa.CheckConstraint("zustand <> 'erteilt' OR entschieden_von <> vorgeschlagen_von", name="vier_augen"),
    )
    op.create_table(
        "freigabeteil",
        sa.Column("freigabe_id", KEY, sa.ForeignKey("freigabe.id"), primary_key=True, autoincrement=False),
        sa.Column("definition_key", KEY, sa.ForeignKey("definition_version.key"), primary_key=True, autoincrement=False),
    )
    _geltung()
    _nachricht()


def _nachricht() -> None:
    op.create_table(
        "nachricht",
        sa.Column("key", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("message_key", KEY, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("correlation", sa.String(200), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("next_attempt_at", AT, nullable=False),
        sa.Column("bis", AT, nullable=False),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
    )
    for column in ("message_key", "next_attempt_at", "bis", "region"):
        op.create_index(f"ix_nachricht_{column}", "nachricht", [column])
    op.create_index("ix_nachricht_lookup", "nachricht", ["name", "correlation"])


def _geltung() -> None:
    op.create_table(
        "geltung",
        sa.Column("key", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("region", sa.String(16), nullable=False),
        sa.Column("release_id", KEY, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("freigabe_id", KEY, sa.ForeignKey("freigabe.id"), nullable=True),
        sa.Column("von", AT, nullable=False),
        sa.Column("next_attempt_at", AT, nullable=True),
        sa.Column("attempts", KEY, nullable=False),
        sa.UniqueConstraint("freigabe_id", "region", name=op.f("uq_geltung_freigabe_id_region")),
    )
    op.create_index("ix_geltung_due", "geltung", ["next_attempt_at"])
    op.create_index("ix_geltung_von", "geltung", ["region", "von"])
    # What was released so far holds everywhere, each from its own instant on.
    op.execute("INSERT INTO geltung (region, release_id, von, attempts) SELECT '*', id, at, 0 FROM release WHERE probe IS NULL ORDER BY id")
