"""Running cases by the command line: look first, then import; a second time changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.model.access import system
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Fall
from tests.bestand.test_import import ANNA, CARL, table
from tests.cli.conftest import Run
from tests.freigabe import release_all


def cases(database: Database) -> int:
    with database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(Fall)) or 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "faelle.csv"
    found.write_bytes(table(ANNA, CARL))
    return found


def test_a_dry_run_says_what_would_happen_and_stores_nothing(run: Run, url: str, database: Database, file: Path) -> None:
    with database.begin(system()) as session:
        load_regions(session)
    result = run("bestand", str(file), "--region", "SDOL", "--dry-run", url=url)
    assert (result.exit_code, result.output) == (0, "Neu zu eröffnen: 2, schon importiert: 0. Nichts gespeichert.\n")
    assert cases(database) == 0


def test_a_file_is_imported_once_and_faulty_lines_only_on_demand(run: Run, url: str, database: Database, file: Path) -> None:
    release_all(database)
    file.write_bytes(table(ANNA, CARL.replace("1990-12-31", "1880-01-01")))
    refused = run("bestand", str(file), "--region", "SDOL", url=url)
    assert refused.exit_code == 1 and "Zeile 3, K-2: «geburtsdatum»" in refused.stderr
    assert cases(database) == 0, "all or nothing"
    left_out = run("bestand", str(file), "--region", "SDOL", "--ohne-fehlerhafte", url=url)
    assert (left_out.exit_code, left_out.stdout) == (0, "Fälle: 1 neu eröffnet, 0 waren schon importiert, 1 wegen Fehlern ausgelassen.\n")
    file.write_bytes(table(ANNA, CARL))
    again = run("bestand", str(file), "--region", "SDOL", url=url)
    assert again.stdout == "Fälle: 1 neu eröffnet, 1 waren schon importiert.\n"
    assert cases(database) == 2


def test_an_unknown_region_is_named(run: Run, url: str, file: Path) -> None:
    result = run("bestand", str(file), "--region", "XX", url=url)
    assert result.exit_code == 1 and "Die Sozialregion «XX»" in result.stderr
