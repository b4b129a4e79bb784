"""Taking running cases to another release, and interventions that need a second person."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    _plans()
    _cases()
    _interventions()


def _plans() -> None:
    op.create_table(
        "umstellung",
        sa.Column("id", KEY, sa.Identity(), primary_key=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("quelle", KEY, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("ziel", KEY, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("regionen", sa.JSON(), nullable=False),
        sa.Column("abbildung", sa.JSON(), nullable=False),
        sa.Column("fristen_neu", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("zustand", sa.String(12), nullable=False),
        sa.Column("vorgelegt_am", AT),
        sa.Column("gestartet_am", AT),
        sa.Column("gestartet_von", sa.String(80)),
    )


def _cases() -> None:
    op.create_table(
        "umstellungsfall",
        sa.Column("key", KEY, sa.Identity(), primary_key=True),
        sa.Column("region", sa.String(16), nullable=False),
        sa.Column("umstellung_id", KEY, sa.ForeignKey("umstellung.id"), nullable=False),
        sa.Column("instanz_nummer", KEY, sa.ForeignKey("instanz.nummer"), nullable=False),
        sa.Column("urteil", sa.String(12), nullable=False),
        sa.Column("gruende", sa.JSON(), nullable=False),
        sa.Column("zustand", sa.String(12), nullable=False),
        sa.Column("next_attempt_at", AT),
        sa.Column("attempts", KEY, nullable=False, server_default="0"),
        sa.Column("at", AT),
        sa.UniqueConstraint("umstellung_id", "instanz_nummer"),
    )
    for column in ("region", "umstellung_id", "instanz_nummer"):
        op.create_index(f"ix_umstellungsfall_{column}", "umstellungsfall", [column])
    op.create_index("ix_umstellungsfall_due", "umstellungsfall", ["next_attempt_at"])


def _interventions() -> None:
    op.create_table(
        "eingriff",
        sa.Column("id", KEY, sa.Identity(), primary_key=True),
        sa.Column("region", sa.String(16), nullable=False),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False),
        sa.Column("instanz_nummer", KEY, sa.ForeignKey("instanz.nummer"), nullable=False),
        sa.Column("art", sa.String(12), nullable=False),
        sa.Column("key", KEY),
        sa.Column("element", sa.String(120)),
        sa.Column("nach", sa.String(120)),
        sa.Column("grund", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("entschieden_am", AT),
        sa.Column("entschieden_von", sa.String(80)),
        sa.Column("ist_bewilligt", sa.Boolean()),
    )
    for column in ("region", "fall_id"):
        op.create_index(f"ix_eingriff_{column}", "eingriff", [column])
