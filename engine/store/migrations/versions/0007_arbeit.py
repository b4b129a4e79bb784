"""How people share their work: responsibility for cases, teams, absences, saved lists, comments, mail and calendar."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = tables.Instant(timezone=True)
LOGIN = sa.String(80)
APPEND_ONLY = "aufgabenkommentar"
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    op.add_column("fall", sa.Column("fallfuehrung", LOGIN, nullable=True))
    op.create_index(op.f("ix_fall_fallfuehrung"), "fall", ["fallfuehrung"])
    op.add_column("verlauf", sa.Column("im_namen_von", LOGIN, nullable=True))
    _teams()
    _absences()
    _lists()
    _notices()
    _refuse_changes()


def _id() -> sa.Column[int]:
    return sa.Column("id", KEY, sa.Identity(always=False), nullable=False)


def _login() -> sa.Column[str]:
    return sa.Column("login", LOGIN, nullable=False)


def _teams() -> None:
    op.create_table(
        "team",
        _id(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("region", "name", name=op.f("uq_team_region_name")),
    )
    op.create_index(op.f("ix_team_region"), "team", ["region"])
    op.create_table(
        "teammitglied",
        sa.Column("team_id", KEY, nullable=False),
        _login(),
        sa.Column("pensum", KEY, nullable=False, server_default="100"),
        sa.Column("region", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_teammitglied_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "login", name=op.f("pk_teammitglied")),
    )
    op.create_index(op.f("ix_teammitglied_login"), "teammitglied", ["login"])
    op.create_index(op.f("ix_teammitglied_region"), "teammitglied", ["region"])


def _absences() -> None:
    op.create_table(
        "abwesenheit",
        _id(),
        _login(),
        sa.Column("von", sa.Date(), nullable=False),
        sa.Column("bis", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", LOGIN, nullable=False),
        sa.Column("aufgehoben_am", INSTANT, nullable=True),
        sa.Column("aufgehoben_von", LOGIN, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abwesenheit")),
    )
    op.create_index(op.f("ix_abwesenheit_login"), "abwesenheit", ["login"])
    op.create_index("ix_abwesenheit_bis", "abwesenheit", ["bis"])
    op.create_table(
        "stellvertretung",
        sa.Column("abwesenheit_id", KEY, nullable=False),
        _login(),
        sa.ForeignKeyConstraint(["abwesenheit_id"], ["abwesenheit.id"], name=op.f("fk_stellvertretung_abwesenheit_id_abwesenheit")),
        sa.PrimaryKeyConstraint("abwesenheit_id", "login", name=op.f("pk_stellvertretung")),
    )
    op.create_index(op.f("ix_stellvertretung_login"), "stellvertretung", ["login"])


def _lists() -> None:
    op.create_table(
        "ansicht",
        _id(),
        _login(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("region", sa.String(16), nullable=True),
        sa.Column("team_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ansicht_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ansicht")),
    )
    op.create_index(op.f("ix_ansicht_login"), "ansicht", ["login"])
    op.create_index(op.f("ix_ansicht_region"), "ansicht", ["region"])
    op.create_table(
        APPEND_ONLY,
        _id(),
        sa.Column("aufgabe_key", KEY, nullable=False),
        sa.Column("fall_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", LOGIN, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["aufgabe_key"], ["aufgabe.key"], name=op.f("fk_aufgabenkommentar_aufgabe_key_aufgabe")),
        sa.ForeignKeyConstraint(["fall_id"], ["fall.id"], name=op.f("fk_aufgabenkommentar_fall_id_fall")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aufgabenkommentar")),
    )
    for column in ("aufgabe_key", "fall_id", "region"):
        op.create_index(op.f(f"ix_aufgabenkommentar_{column}"), APPEND_ONLY, [column])


def _notices() -> None:
    op.create_table(
        "benachrichtigung",
        _login(),
        sa.Column("mail", sa.String(200), nullable=True),
        sa.Column("tagesmail", sa.Boolean(), nullable=False),
        sa.Column("kalender_hash", sa.String(64), nullable=True),
        sa.Column("kalender_seit", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_benachrichtigung")),
        sa.UniqueConstraint("kalender_hash", name=op.f("uq_benachrichtigung_kalender_hash")),
    )
    op.create_table(
        "tagesmail",
        _login(),
        sa.Column("tag", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("zustand", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("login", "tag", name=op.f("pk_tagesmail")),
    )


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            name = f"{APPEND_ONLY}_no_{action.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {action} ON {APPEND_ONLY} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({APPEND_ONLY})'); END")
        return
    # The function is that of 0002.
    op.execute(
        f"CREATE TRIGGER {APPEND_ONLY}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {APPEND_ONLY} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
