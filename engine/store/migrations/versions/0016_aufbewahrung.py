"""Secrets sealed with the installation's key; retention step by step; drafts of forms that open a case; counters shared by all processes."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables, verschluss

revision = "0016"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)


def upgrade() -> None:
    _retention()
    _drafts()
    _counters()
    with op.batch_alter_table("zweitfaktor") as zweitfaktor:
        zweitfaktor.alter_column("geheimnis", existing_type=sa.String(64), type_=sa.String(200))
    _seal("zweitfaktor", "login", "geheimnis", "totp")
    _digest_numbers()
    _seal("person", "id", "ahvn13", "ahv")
    # Papers kept so far that quote answers on health were filed as letters, which administration reads.
    op.execute("UPDATE dokument SET art = 'einschaetzung' WHERE id IN (SELECT dokument_id FROM papier WHERE art IN ('kurzassessment', 'uebergabe', 'auskunft'))")


def _retention() -> None:
    op.create_table(
        "aufbewahrung",
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id", name=op.f("fk_aufbewahrung_fall_id_fall")), nullable=False, autoincrement=False),
        sa.Column("abgelaufen_am", sa.Date(), nullable=False),
        sa.Column("vorgeschlagen_am", AT, nullable=False),
        sa.Column("angeboten_am", AT),
        sa.Column("angeboten_von", sa.String(80)),
        sa.Column("antwort_bis", sa.Date()),
        sa.Column("archiv", sa.String(20)),
        sa.Column("zeichen", sa.String(200), nullable=False),
        sa.Column("entschieden_am", AT),
        sa.Column("entschieden_von", sa.String(80)),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("fall_id", name=op.f("pk_aufbewahrung")),
    )
    op.create_index(op.f("ix_aufbewahrung_region"), "aufbewahrung", ["region"])


def _drafts() -> None:
    op.create_table(
        "startentwurf",
        sa.Column("id", KEY, sa.Identity(), nullable=False),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("wozu", sa.String(140), nullable=False),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id", name=op.f("fk_startentwurf_fall_id_fall"))),
        sa.Column("daten", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_startentwurf")),
        sa.UniqueConstraint("login", "region", "wozu", name=op.f("uq_startentwurf_login_region_wozu")),
    )
    for column in ("fall_id", "at", "region"):
        op.create_index(op.f(f"ix_startentwurf_{column}"), "startentwurf", [column])


def _counters() -> None:
    op.create_table(
        "anfragezaehler",
        sa.Column("schluessel", sa.String(64), nullable=False),
        sa.Column("anzahl", KEY, nullable=False),
        sa.Column("bis", AT, nullable=False),
        sa.PrimaryKeyConstraint("schluessel", name=op.f("pk_anfragezaehler")),
        # What a crash takes away of it is not missed; and no log has to be written for it.
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )
    op.create_index(op.f("ix_anfragezaehler_bis"), "anfragezaehler", ["bis"])


def _digest_numbers() -> None:
    """The key of the digests was in the database itself: whoever had one had both."""
    bind = op.get_bind()
    bind.execute(sa.text("DELETE FROM einstellung WHERE name = 'ahv_schluessel'"))
    for id, number in bind.execute(sa.text("SELECT id, ahvn13 FROM person WHERE ahvn13 IS NOT NULL AND ahvn13 <> ''")).all():
        digits = "".join(c for c in number if c.isdigit())
        bind.execute(sa.text("UPDATE person SET ahv_kennzeichen = :digest WHERE id = :id"), {"digest": verschluss.digest(digits, "ahv"), "id": id})


def _seal(table: str, key: str, column: str, zweck: str) -> None:
    bind = op.get_bind()
    rows = bind.execute(sa.text(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND {column} <> ''")).all()  # noqa: S608
    for id, value in rows:
        bind.execute(sa.text(f"UPDATE {table} SET {column} = :sealed WHERE {key} = :id"), {"sealed": verschluss.seal(value, zweck), "id": id})  # noqa: S608
