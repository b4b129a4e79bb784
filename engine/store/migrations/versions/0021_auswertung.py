"""Evaluations: traces in short, alignments found, accepted deviations, diagrams to replay on, logs of other systems."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0021"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    _spur()
    _alignments()
    _logs()


def _spur() -> None:
    op.create_table(
        "spur",
        sa.Column("instanz_nummer", KEY, sa.ForeignKey("instanz.nummer"), primary_key=True, autoincrement=False),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False, index=True),
        sa.Column("release_id", KEY, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("process", sa.String(120), nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("zustand", sa.String(12), nullable=False),
        sa.Column("begonnen_am", AT, nullable=False),
        sa.Column("beendet_am", AT),
        sa.Column("altersklasse", sa.String(12), nullable=False),
        sa.Column("segment", sa.String(20), nullable=False),
        sa.Column("einstieg", sa.String(12), nullable=False),
        sa.Column("bis_verlauf", KEY, nullable=False, index=True),
        sa.Column("schritte", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(16), nullable=False, index=True),
    )


def _alignments() -> None:
    op.create_table(
        "ausrichtung",
        sa.Column("model_hash", sa.String(64), primary_key=True),
        sa.Column("art", sa.String(24), primary_key=True),
        sa.Column("variante", sa.String(64), primary_key=True),
        sa.Column("cost", KEY),
        sa.Column("lower", KEY, nullable=False),
        sa.Column("upper", KEY),
        sa.Column("budget", KEY, nullable=False),
        sa.Column("abweichungen", sa.JSON(), nullable=False),
    )
    op.create_table(
        "akzeptierte_abweichung",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("process", sa.String(120), nullable=False, index=True),
        sa.Column("element", sa.String(200), nullable=False),
        sa.Column("abweichung", sa.String(20), nullable=False),
        sa.Column("gilt_in", sa.String(16), nullable=False),
        sa.Column("grund", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("aufgehoben_am", AT),
        sa.Column("aufgehoben_von", sa.String(80)),
    )


def _logs() -> None:
    op.create_table(
        "modelldatei",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prozess", sa.String(120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
    )
    op.create_table(
        "protokoll",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False, index=True),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("meldung", sa.Text(), nullable=False),
        sa.Column("kopf", sa.String(64), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("spalten", "aktivitaeten", "fehler", "zuordnung")),
        *(sa.Column(name, KEY, nullable=False) for name in ("faelle", "ereignisse", "fehler_anzahl")),
        sa.Column("modelldatei_id", KEY, sa.ForeignKey("modelldatei.id")),
        sa.Column("prozess", sa.String(120), nullable=False),
        sa.Column("version", KEY),
    )
    op.create_table(
        "protokolldatei",
        sa.Column("protokoll_id", KEY, sa.ForeignKey("protokoll.id"), primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "protokollteil",
        sa.Column("protokoll_id", KEY, sa.ForeignKey("protokoll.id"), primary_key=True, autoincrement=False),
        sa.Column("nr", KEY, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
