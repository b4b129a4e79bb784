"""The open tasks and notices of a region are found without its closed cases, however many those become."""

from alembic import op
from sqlalchemy import text

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = text("zustand = 'CREATED'")
    op.create_index("ix_aufgabe_offen", "aufgabe", ["region"], sqlite_where=is_open, postgresql_where=is_open)
    is_unread = text("erledigt_am IS NULL")
    op.create_index("ix_hinweis_offen", "hinweis", ["region", "at", "id"], sqlite_where=is_unread, postgresql_where=is_unread)
