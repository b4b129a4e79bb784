"""Values of parameters; what was set can only be followed by something newer, so that any past day can be replayed."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "parameterwert"
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("gueltig_von", sa.Date(), nullable=False),
        sa.Column("gueltig_bis", sa.Date(), nullable=True),
        sa.Column("at", tables.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameterwert")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            name = f"{TABLE}_no_{action.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {action} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({TABLE})'); END")
        return
    # The function is that of 0002.
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
