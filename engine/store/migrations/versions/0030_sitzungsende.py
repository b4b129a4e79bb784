"""Signing out ends the session itself, not only the cookie of this browser."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("sitzungsende", sa.Column("nummer", sa.String(32), primary_key=True), sa.Column("until", tables.Instant(timezone=True), nullable=False))
    op.create_index("ix_sitzungsende_until", "sitzungsende", ["until"])
