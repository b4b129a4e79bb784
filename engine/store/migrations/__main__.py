"""Write the next schema version from the difference between the newest one and ``engine.store.tables``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from engine.store.migrations import configuration


def main(message: str) -> None:
    config = configuration()
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder, create_engine(f"sqlite:///{Path(folder) / 'empty.db'}").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('Usage: python -m engine.store.migrations "what changes"')
    main(sys.argv[1])
