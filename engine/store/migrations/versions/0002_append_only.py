"""History and access log can only grow.

Destroying cases after their retention comes later, in a migration of its own that replaces the DELETE triggers: on PostgreSQL by asking
``current_setting('fallfluss.vernichtung', true)``, which a transaction sets for itself with SET LOCAL; on SQLite by asking whether a guard
table holds a row, which the same transaction inserts and deletes. The UPDATE triggers stay as they are.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("verlauf", "zugriff")
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            _refuse_in_sqlite(table)
        return
    op.execute(
        f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _refuse_in_sqlite(table: str) -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END")
