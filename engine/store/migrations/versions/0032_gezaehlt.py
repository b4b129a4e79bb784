"""What somebody carries and what an instance went through is found by narrow indexes, not by reading a region or the whole history."""

from alembic import op
from sqlalchemy import text

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_led = text("abgeschlossen_am IS NULL AND uebergeben_am IS NULL AND fallfuehrung IS NOT NULL")
    op.create_index("ix_fall_gefuehrt", "fall", ["region", "id", "fallfuehrung"], sqlite_where=is_led, postgresql_where=is_led)
    in_force = text("bis IS NULL")
    op.create_index("ix_segmentzuordnung_gilt", "segmentzuordnung", ["fall_id", "region", "segment"], sqlite_where=in_force, postgresql_where=in_force)
    op.create_index("ix_verlauf_instanz", "verlauf", ["instanz_nummer", "id"])
    op.create_index("ix_spur_process", "spur", ["process", "version"])
