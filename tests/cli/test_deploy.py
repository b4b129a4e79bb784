"""Diagrams by the command line: deployed is not released."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import DefinitionVersion, Release
from tests.cli.conftest import Run

BPMN = Path(__file__).resolve().parents[2] / "bpmn"


def count(database: Database, table: type) -> int:
    with database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_deploying_and_releasing_the_project_s_own_diagrams(run: Run, url: str, database: Database) -> None:
    result = run("deploy", str(BPMN), url=url)
    assert result.exit_code == 0, result.stderr
    assert "fall.bpmn: process fall, Fassung 1 (neu)" in result.output
    assert count(database, Release) == 0, "deployed is not released"
    assert "Freigabe 1 gilt" in run("release", "--note", "Erste", url=url).output
    assert "fall.bpmn: process fall, Fassung 1 (unverändert)" in run("deploy", str(BPMN), url=url).output


def test_a_dry_run_stores_nothing(run: Run, url: str, database: Database) -> None:
    result = run("deploy", str(BPMN), "--dry-run", url=url)
    assert "kein Fehler. Nichts gespeichert." in result.output
    assert count(database, DefinitionVersion) == 0


def test_one_broken_file_refuses_them_all(run: Run, url: str, database: Database, tmp_path: Path) -> None:
    (tmp_path / "kaputt.bpmn").write_text("<bpmn:definitions>")
    result = run("deploy", str(BPMN), str(tmp_path), url=url)
    assert result.exit_code == 1
    assert "kaputt.bpmn" in result.stderr
    assert "nichts wurde gespeichert" in result.stderr
    assert count(database, DefinitionVersion) == 0


@pytest.mark.parametrize("twice", [True, False], ids=["two files of one name", "a folder without diagrams"])
def test_a_deployment_nobody_can_mean_is_a_wrong_call(run: Run, url: str, tmp_path: Path, *, twice: bool) -> None:
    paths = [str(BPMN), str(BPMN / "fall.bpmn")] if twice else [str(tmp_path)]
    assert run("deploy", *paths, url=url).exit_code == 2


def test_nothing_can_be_released_before_something_is_deployed(run: Run, url: str) -> None:
    assert run("release", url=url).exit_code == 1
