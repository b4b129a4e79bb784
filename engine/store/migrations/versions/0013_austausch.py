"""Messages to and from partners with their legal basis, which can only be added to; how far each region is with the introduction."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "austausch"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TRIAL = "PROBELAUF"
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("fall_id", KEY, nullable=False),
        sa.Column("at", tables.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("richtung", sa.String(12), nullable=False),
        sa.Column("partner", sa.String(20), nullable=False),
        sa.Column("meldung", sa.String(60), nullable=False),
        sa.Column("kategorie", sa.String(40), nullable=False),
        sa.Column("grundlage", sa.String(300), nullable=False),
        sa.Column("angaben", sa.JSON(), nullable=False),
        sa.Column("weg", sa.String(16), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["fall_id"], ["fall.id"], name=op.f("fk_austausch_fall_id_fall")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_austausch")),
    )
    op.create_index(op.f("ix_austausch_fall_id"), TABLE, ["fall_id"])
    op.create_index(op.f("ix_austausch_region"), TABLE, ["region"])
    op.create_table(
        "einfuehrungsstand",
        sa.Column("region", sa.String(16), sa.ForeignKey("region.kuerzel", name="fk_einfuehrungsstand_region_region"), nullable=False),
        sa.Column("stand", sa.String(20), nullable=False),
        sa.Column("start_am", sa.Date(), nullable=True),
        sa.Column("pauschale", KEY, nullable=True),
        sa.Column("verwendet", KEY, nullable=True),
        sa.Column("zurueckbezahlt", KEY, nullable=True),
        sa.Column("at", tables.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_einfuehrungsstand")),
    )
    # As for the history (0012): rows go only with their case, in the transaction that destroys it.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({TABLE})'); END")
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} WHEN OLD.region <> '{TRIAL}' "
            "AND NOT EXISTS (SELECT 1 FROM loeschfreigabe WHERE fall_ref = OLD.fall_id) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({TABLE})'); END"
        )
        return
    op.execute(f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_delete()")
