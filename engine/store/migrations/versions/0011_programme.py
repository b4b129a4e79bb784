"""Programs get in: personal tokens, service accounts; and process owners try out what is not released: trial runs.

Trial runs hold made-up data and can be deleted, history included; everybody else's history stays as it is.
"""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = tables.Instant(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("release") as release:
        release.add_column(sa.Column("probe", sa.String(64), nullable=True))
        release.create_unique_constraint("uq_release_probe", ["probe"])
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "zugangstoken",
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kennung", sa.String(20), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["login"], ["konto.login"], name=op.f("fk_zugangstoken_login_konto")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zugangstoken")),
        sa.UniqueConstraint("kennung", name=op.f("uq_zugangstoken_kennung")),
    )
    op.create_index("ix_zugangstoken_login", "zugangstoken", ["login"])
    op.create_table(
        "dienstkonto",
        sa.Column("client_id", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("rollen", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("requests_per_minute", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_dienstkonto")),
    )
    op.create_table(
        "probelauf",
        sa.Column("instanz_nummer", KEY, autoincrement=False, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("business_id", sa.String(256), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("ends_after", sa.String(120), nullable=True),
        sa.Column("region", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["instanz_nummer"], ["instanz.nummer"], name=op.f("fk_probelauf_instanz_nummer_instanz")),
        sa.PrimaryKeyConstraint("instanz_nummer", name=op.f("pk_probelauf")),
    )
    op.create_index("ix_probelauf_region", "probelauf", ["region"])
