"""Journal, documents, papers, links and letterheads; drafts know the page they were typed on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = tables.Instant(timezone=True)
MESSAGE = "append-only: rows of this table are neither changed nor deleted"


def upgrade() -> None:
    with op.batch_alter_table("entwurf") as entwurf:
        entwurf.add_column(sa.Column("fenster", sa.String(32), nullable=False, server_default=""))
        entwurf.add_column(sa.Column("stand", sa.String(64), nullable=False, server_default=""))
    op.add_column("bestandsdatei", sa.Column("art", sa.String(12), nullable=False, server_default="bestand"))
    _journal()
    _documents()
    _others()
    _keep_journal()


def _journal() -> None:
    _create(
        "journaleintrag",
        *_who("at", "by"),
        sa.Column("am", sa.Date(), nullable=False),
        sa.Column("art", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(20)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("storniert_id", KEY, sa.ForeignKey("journaleintrag.id"), unique=True),
    )


def _documents() -> None:
    _create(
        "dokument",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("art", sa.String(20), nullable=False),
        sa.Column("medientyp", sa.String(100), nullable=False),
        sa.Column("groesse", KEY, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("befund", sa.Text(), nullable=False),
        *_who("at", "by"),
        *_who("freigegeben_am", "freigegeben_von", nullable=True),
        sa.Column("freigabe_grund", sa.Text(), nullable=False),
        *_who("storniert_am", "storniert_von", nullable=True),
        sa.Column("storno_grund", sa.Text(), nullable=False),
    )
    op.create_table(
        "dokumentinhalt",
        sa.Column("dokument_id", KEY, sa.ForeignKey("dokument.id"), primary_key=True, autoincrement=False),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False, index=True),
        sa.Column("inhalt", sa.LargeBinary(), nullable=False),
        sa.Column("region", sa.String(16), nullable=False, index=True),
    )
    _create(
        "papier",
        sa.Column("art", sa.String(30), nullable=False),
        sa.Column("titel", sa.String(200), nullable=False),
        *_who("at", "by"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("dokument_id", KEY, sa.ForeignKey("dokument.id")),
    )


def _others() -> None:
    _create(
        "auskunft",
        sa.Column("person_id", sa.String(20), nullable=False),
        sa.Column("zustand", sa.String(16), nullable=False),
        sa.Column("auswahl", sa.JSON(), nullable=False),
        sa.Column("schwaerzungen", sa.JSON(), nullable=False),
        sa.Column("revision", KEY, nullable=False),
        *_who("erstellt_am", "erstellt_von"),
        sa.Column("bearbeitet_von", sa.String(80), nullable=False),
        *_who("geprueft_am", "geprueft_von", nullable=True),
        sa.Column("dokument_id", KEY, sa.ForeignKey("dokument.id")),
    )
    _create(
        "verknuepfung",
        sa.Column("anderer_fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False, index=True),
        sa.Column("grund", sa.Text(), nullable=False),
        *_who("at", "by"),
        *_who("aufgehoben_am", "aufgehoben_von", nullable=True),
    )
    op.create_table(
        "fachapplikationsstand",
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False, unique=True),
        sa.Column("region", sa.String(16), nullable=False, index=True),
        sa.Column("fachapplikation_nr", sa.String(60), nullable=False),
        sa.Column("anspruch", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("anspruch_ab", "anspruch_bis", "letzte_zahlung_am")),
        sa.Column("letzte_zahlung_rappen", KEY),
        sa.Column("stand_am", sa.Date(), nullable=False),
        *_who("importiert_am", "importiert_von"),
    )
    op.create_table(
        "briefkopf",
        sa.Column("kuerzel", sa.String(16), sa.ForeignKey("region.kuerzel"), primary_key=True),
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("name", "zusatz", "strasse", "ort")),
        sa.Column("telefon", sa.String(60), nullable=False),
        sa.Column("mail", sa.String(200), nullable=False),
        sa.Column("logo", sa.LargeBinary()),
        sa.Column("logo_typ", sa.String(10), nullable=False),
        *_who("at", "by"),
    )


def _keep_journal() -> None:
    """Entries are never changed, and only go with their whole case, as the history does."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER journaleintrag_no_update BEFORE UPDATE ON journaleintrag BEGIN SELECT RAISE(ABORT, '{MESSAGE} (journaleintrag)'); END")
        op.execute(
            "CREATE TRIGGER journaleintrag_no_delete BEFORE DELETE ON journaleintrag "
            "WHEN NOT EXISTS (SELECT 1 FROM loeschfreigabe WHERE fall_ref = OLD.fall_id) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} (journaleintrag)'); END"
        )
        return
    op.execute("CREATE TRIGGER journaleintrag_append_only BEFORE UPDATE OR TRUNCATE ON journaleintrag FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER journaleintrag_no_delete BEFORE DELETE ON journaleintrag FOR EACH ROW EXECUTE FUNCTION refuse_delete()")


def _who(at: str, by: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column(at, AT, nullable=nullable), sa.Column(by, sa.String(80), nullable=nullable)


def _create(name: str, *columns: sa.Column[Any]) -> None:
    """A table with case data: its own number, the case, the region and what else it holds."""
    op.create_table(
        name,
        sa.Column("id", KEY, sa.Identity(always=False), primary_key=True),
        sa.Column("fall_id", KEY, sa.ForeignKey("fall.id"), nullable=False, index=True),
        sa.Column("region", sa.String(16), nullable=False, index=True),
        *columns,
    )
