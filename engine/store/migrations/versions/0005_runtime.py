"""Listeners and back-off of jobs, versions held by their tag, and what starts cases by itself."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="BPMN_ELEMENT"))
        job.add_column(sa.Column("listener_event", sa.String(12), nullable=True))
        job.add_column(sa.Column("attempts", KEY, nullable=False, server_default="0"))
    with op.batch_alter_table("aufgabe") as aufgabe:
        aufgabe.add_column(sa.Column("form_tag", sa.String(120), nullable=True))
    with op.batch_alter_table("release_item") as item:
        item.add_column(sa.Column("version_tag", sa.String(120), nullable=True))
    op.create_table(
        "ausloeser",
        sa.Column("key", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("release_id", KEY, nullable=False),
        sa.Column("process", sa.String(120), nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("element", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("start_region", sa.String(16), nullable=True),
        sa.Column("fired", KEY, nullable=False),
        sa.Column("started_at", tables.Instant(timezone=True), nullable=False),
        sa.Column("due_at", tables.Instant(timezone=True), nullable=True),
        sa.Column("next_attempt_at", tables.Instant(timezone=True), nullable=True),
        sa.Column("attempts", KEY, nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_ausloeser_release_id_release")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ausloeser")),
    )
    op.create_index("ix_ausloeser_due", "ausloeser", ["next_attempt_at"])
