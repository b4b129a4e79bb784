"""What nobody has taken yet is found, and to whom it is offered seen, in one narrow index; who has what, in one without the tasks nobody has."""

from alembic import op
from sqlalchemy import text

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open, is_taken = text("zustand = 'CREATED'"), text("assignee IS NOT NULL")
    columns, offered = ["region", "assignee", "fall_id"], ["candidate_groups", "candidate_users"]
    op.drop_index("ix_aufgabe_offen", "aufgabe")
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_aufgabe_offen", "aufgabe", columns + offered, sqlite_where=is_open)
    else:
        op.create_index("ix_aufgabe_offen_json", "aufgabe", columns, postgresql_include=offered, postgresql_where=is_open)
    op.drop_index("ix_aufgabe_assignee", "aufgabe")
    op.create_index("ix_aufgabe_assignee", "aufgabe", ["assignee"], sqlite_where=is_taken, postgresql_where=is_taken)
