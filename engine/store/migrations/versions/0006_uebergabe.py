"""Handovers between regions, instances beside a case, imported cases.

A case keeps its number in another region, so it is unique only among the rows that are not handed over.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("fall") as fall:
        fall.drop_constraint("uq_fall_fall_nr", type_="unique")
        fall.add_column(sa.Column("herkunft", sa.String(16)))
        fall.add_column(sa.Column("uebergeben_nach", sa.String(16)))
        fall.add_column(sa.Column("uebergeben_am", sa.Date()))
        fall.create_index("ix_fall_fall_nr", ["fall_nr"])
    is_here = sa.text("uebergeben_am IS NULL")
    op.create_index("uq_fall_fall_nr", "fall", ["fall_nr"], unique=True, sqlite_where=is_here, postgresql_where=is_here)
    op.add_column("instanz", sa.Column("neben", sa.Boolean(), server_default=sa.false(), nullable=False))
    _create(
        "uebergabe",
        sa.Column("uebergabe_nr", sa.String(20), nullable=False, unique=True),
        sa.Column("an_region", sa.String(16)),
        sa.Column("per", sa.Date(), nullable=False),
        sa.Column("paket", sa.JSON(), nullable=False),
        sa.Column("angeboten_am", tables.Instant(timezone=True)),
        sa.Column("vollzogen_am", tables.Instant(timezone=True)),
    )
    _create(
        "uebergabeangebot",
        sa.Column("uebergabe_nr", sa.String(20), nullable=False, unique=True),
        sa.Column("von_region", sa.String(16), nullable=False),
        sa.Column("paket", sa.JSON(), nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("eingegangen_am", tables.Instant(timezone=True), nullable=False),
    )
    _create(
        "bestandsfall",
        sa.Column("fachapplikation_nr", sa.String(60), nullable=False),
        sa.Column("importiert_am", tables.Instant(timezone=True), nullable=False),
        sa.Column("importiert_von", sa.String(80), nullable=False),
        sa.Column("ka_light_bis", sa.Date(), nullable=False),
        sa.UniqueConstraint("region", "fachapplikation_nr", name="uq_bestandsfall_region_fachapplikation_nr"),
    )
    op.create_table(
        "bestandsdatei",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("region", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", tables.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("erledigt_am", tables.Instant(timezone=True)),
        sa.Column("ergebnis", sa.Text(), nullable=False),
    )
    op.create_index("ix_bestandsdatei_region", "bestandsdatei", ["region"])


def _create(name: str, *columns: sa.Column[Any] | sa.UniqueConstraint) -> None:
    """A table with case data: its own number, the case, the region and what else it holds."""
    op.create_table(
        name,
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        *columns,
    )
    op.create_index(f"ix_{name}_fall_id", name, ["fall_id"])
    op.create_index(f"ix_{name}_region", name, ["region"])
