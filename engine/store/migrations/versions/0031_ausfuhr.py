"""The history leaves on a page, by a permission for a region; uploaded logs lie in pieces; a log may say nothing of automatic steps."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

AT = tables.Instant(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("aufsichtszugriff", sa.Column("umfang", sa.String(12), nullable=False, server_default="fall"))
    op.add_column("protokoll", sa.Column("nur_menschen", sa.Boolean(), nullable=True))
    op.add_column("protokoll", sa.Column("zustaende", sa.JSON(), nullable=True))
    _ausfuhr()
    _pieces()


def _ausfuhr() -> None:
    op.create_table(
        "ausfuhr",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False, index=True),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("von", sa.Date(), nullable=True),
        sa.Column("bis", sa.Date(), nullable=True),
        sa.Column("einsichten", sa.JSON(), nullable=False),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("meldung", sa.Text(), nullable=False),
        *(sa.Column(name, KEY, nullable=False) for name in ("ablaeufe", "fertig", "bytes")),
        sa.Column("verfaellt_am", AT, nullable=True),
    )
    op.create_table(
        "ausfuhrteil",
        sa.Column("ausfuhr_id", KEY, sa.ForeignKey("ausfuhr.id"), primary_key=True, autoincrement=False),
        sa.Column("nr", KEY, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def _pieces() -> None:
    """What lies there already is its own only piece."""
    op.create_table(
        "protokollstueck",
        sa.Column("protokoll_id", KEY, sa.ForeignKey("protokoll.id"), primary_key=True, autoincrement=False),
        sa.Column("nr", KEY, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.execute("INSERT INTO protokollstueck (protokoll_id, nr, content) SELECT protokoll_id, 0, content FROM protokolldatei")
    op.drop_table("protokolldatei")
    op.rename_table("protokollstueck", "protokolldatei")
