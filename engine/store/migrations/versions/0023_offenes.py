"""What is open in a case is found without reading all it ever had to do; two indexes that said nothing new go."""

from alembic import op

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_aufgabe_instanz", "aufgabe", ["instanz_nummer", "zustand"])
    op.drop_index("ix_aufgabe_instanz_nummer", "aufgabe")
    op.drop_index("ix_aufgabe_region", "aufgabe")  # ix_aufgabe_open begins with the region
