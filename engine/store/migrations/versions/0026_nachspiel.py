"""What replaying history on a draft said stays with its model; a proposal remembers the draft it came from."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "nachspiel",
        sa.Column("model_hash", sa.String(64), primary_key=True),
        sa.Column("prozess", sa.String(120), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("faelle", KEY),
        sa.Column("vorher", sa.Double()),
        sa.Column("nachher", sa.Double()),
        sa.Column("schlechter", KEY),
        sa.Column("darf", sa.Boolean(), nullable=False),
    )
    # SQLite cannot add a constraint to a table that is there, and copying the table would lose its check for two people.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE freigabe ADD COLUMN entwurf_id {kind} "
        "CONSTRAINT fk_freigabe_entwurf_id_entwurf_anwendung REFERENCES entwurf_anwendung (id)"
    )
