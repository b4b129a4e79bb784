"""What evaluations compare cases by: group of the applicant, size of the commune, why a case ended."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("spur", sa.Column("angaben", sa.JSON(), nullable=False, server_default="{}"))
    # Traces are folded from the history; those there are know nothing of it and are made anew.
    op.execute("DELETE FROM spur")

