"""Communes may begin on a day, as after a merger."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gemeinde", sa.Column("gueltig_von", sa.Date(), nullable=True))
