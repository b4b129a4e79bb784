"""Second factors, accounts of an OpenID provider, oversight, seals, destruction; the AHV number's keyed digest.

The triggers that keep what belongs to a case (history, and comments where there are any) now let go of one case's rows while
``loeschfreigabe`` names that case, which only the destroying transaction itself ever sees. Trial runs keep no history: their rows, in the
region of that name, may go. On SQLite the tables whose ids are remembered elsewhere never give an id twice.
"""

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GROWING = ("siegel", "siegelzeile", "vernichtung")
OF_CASES = ("verlauf", "aufgabenkommentar")
TRIAL = "PROBELAUF"
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    _tables()
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("ahv_kennzeichen", sa.String(64), nullable=True))
        person.create_index(op.f("ix_person_ahv_kennzeichen"), ["ahv_kennzeichen"])
    _fill_kennzeichen()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _tables() -> None:
    op.create_table(
        "zweitfaktor",
        sa.Column("login", sa.String(80), sa.ForeignKey("konto.login", name=op.f("fk_zweitfaktor_login_konto")), nullable=False),
        sa.Column("geheimnis", sa.String(64), nullable=False),
        sa.Column("zuletzt", KEY, nullable=False),
        sa.Column("notcodes", sa.JSON(), nullable=False),
        sa.Column("bestaetigt_am", tables.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_zweitfaktor")),
    )
    op.create_table(
        "fremdkonto",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("login", sa.String(80), sa.ForeignKey("konto.login", name=op.f("fk_fremdkonto_login_konto")), nullable=False),
        sa.Column("verbunden_am", tables.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_fremdkonto")),
        sa.UniqueConstraint("login", name=op.f("uq_fremdkonto_login")),
    )
    op.create_table(
        "aufsichtszugriff",
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.Column("fall_nr", sa.String(20), nullable=False),
        sa.Column("login", sa.String(80), sa.ForeignKey("konto.login", name=op.f("fk_aufsichtszugriff_login_konto")), nullable=False),
        sa.Column("rolle", sa.String(40), nullable=False),
        sa.Column("begruendung", sa.Text(), nullable=False),
        sa.Column("tage", KEY, nullable=False),
        sa.Column("beantragt_am", tables.Instant(timezone=True), nullable=False),
        sa.Column("entschieden_am", tables.Instant(timezone=True), nullable=True),
        sa.Column("entschieden_von", sa.String(80), nullable=True),
        sa.Column("ist_bewilligt", sa.Boolean(), nullable=True),
        sa.Column("bis", tables.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aufsichtszugriff")),
    )
    op.create_index(op.f("ix_aufsichtszugriff_region"), "aufsichtszugriff", ["region"])
    op.create_index(op.f("ix_aufsichtszugriff_login"), "aufsichtszugriff", ["login"])
    op.create_table(
        "siegel",
        sa.Column("nummer", KEY, nullable=False, autoincrement=False),
        sa.Column("tabelle", sa.String(20), nullable=False),
        sa.Column("at", tables.Instant(timezone=True), nullable=False),
        sa.Column("anzahl", KEY, nullable=False),
        sa.Column("salz", sa.String(64), nullable=False),
        sa.Column("vorher", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("nummer", name=op.f("pk_siegel")),
    )
    op.create_table(
        "siegelzeile",
        sa.Column("tabelle", sa.String(20), nullable=False),
        sa.Column("zeile", KEY, nullable=False, autoincrement=False),
        sa.Column("siegel_nummer", KEY, sa.ForeignKey("siegel.nummer", name=op.f("fk_siegelzeile_siegel_nummer_siegel")), nullable=False),
        sa.Column("fall_ref", KEY, nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tabelle", "zeile", name=op.f("pk_siegelzeile")),
    )
    op.create_index(op.f("ix_siegelzeile_siegel_nummer"), "siegelzeile", ["siegel_nummer"])
    op.create_table(
        "fallsalz",
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id", name=op.f("fk_fallsalz_fall_id_fall")), nullable=False, autoincrement=False),
        sa.Column("salz", sa.String(64), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("fall_id", name=op.f("pk_fallsalz")),
    )
    op.create_index(op.f("ix_fallsalz_region"), "fallsalz", ["region"])
    op.create_table(
        "vernichtungsantrag",
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id", name=op.f("fk_vernichtungsantrag_fall_id_fall")), nullable=False),
        sa.Column("archiv", sa.String(20), nullable=False),
        sa.Column("beantragt_am", tables.Instant(timezone=True), nullable=False),
        sa.Column("beantragt_von", sa.String(80), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vernichtungsantrag")),
        sa.UniqueConstraint("fall_id", name=op.f("uq_vernichtungsantrag_fall_id")),
    )
    op.create_index(op.f("ix_vernichtungsantrag_region"), "vernichtungsantrag", ["region"])
    op.create_table(
        "vernichtung",
        sa.Column("id", KEY, sa.Identity(always=False), nullable=False),
        sa.Column("fall_ref", KEY, nullable=False),
        sa.Column("fall_nr", sa.String(20), nullable=False),
        sa.Column("eroeffnet_am", sa.Date(), nullable=False),
        sa.Column("abgeschlossen_am", sa.Date(), nullable=False),
        sa.Column("archiv", sa.String(20), nullable=False),
        sa.Column("beantragt_am", tables.Instant(timezone=True), nullable=False),
        sa.Column("beantragt_von", sa.String(80), nullable=False),
        sa.Column("vernichtet_am", tables.Instant(timezone=True), nullable=False),
        sa.Column("vernichtet_von", sa.String(80), nullable=False),
        sa.Column("zeilen", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vernichtung")),
    )
    op.create_index(op.f("ix_vernichtung_region"), "vernichtung", ["region"])
    op.create_index(op.f("ix_vernichtung_fall_ref"), "vernichtung", ["fall_ref"])
    op.create_table(
        "loeschfreigabe",
        sa.Column("fall_ref", KEY, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("fall_ref", name=op.f("pk_loeschfreigabe")),
    )


def _fill_kennzeichen() -> None:
    """As ``engine.store.dubletten`` does it from now on; written out, because a migration must not change with the code."""
    bind, key = op.get_bind(), secrets.token_hex(32)
    known = bind.execute(sa.text("SELECT id, ahvn13 FROM person WHERE ahvn13 IS NOT NULL AND ahvn13 <> ''")).all()
    if known:  # a new database stays empty: a backup is only restored into such a one
        bind.execute(sa.text("INSERT INTO einstellung (name, value) VALUES ('ahv_schluessel', :key)"), {"key": key})
    for id, number in known:
        digits = "".join(c for c in number if c.isdigit())
        digest = hmac.new(bytes.fromhex(key), digits.encode(), hashlib.sha256).hexdigest()
        bind.execute(sa.text("UPDATE person SET ahv_kennzeichen = :digest WHERE id = :id"), {"digest": digest, "id": id})


def _of_cases() -> list[str]:
    """Those that exist: which come before this migration is decided where branches meet."""
    existing = sa.inspect(op.get_bind()).get_table_names()
    return [table for table in OF_CASES if table in existing]


def _sqlite() -> None:
    for table in _of_cases():
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(f"DROP TRIGGER {table}_no_delete")
    for table in ("fall", "verlauf"):
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
    for table in _of_cases():
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN OLD.region <> '{TRIAL}' "
            "AND NOT EXISTS (SELECT 1 FROM loeschfreigabe WHERE fall_ref = OLD.fall_id) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END"
        )
    for table in GROWING:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END"
            )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.region = '{TRIAL}' OR EXISTS (SELECT 1 FROM loeschfreigabe WHERE fall_ref = OLD.fall_id) THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in _of_cases():
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_delete()")
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
