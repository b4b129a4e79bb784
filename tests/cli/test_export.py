"""Whoever writes the history into a file gets all of it, or a sentence that says why not and no file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.model.access import system
from engine.store.seed import load_regions
from engine.store.session import Database
from tests.cli.conftest import Run

KINDS = ("xes", "csv", "ocel")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where only what was exported lies."""
    made = tmp_path / "ausfuhr"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def regions(database: Database) -> None:
    with database.begin(system()) as session:
        load_regions(session)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_does_not_exist_is_named_and_not_made(run: Run, url: str, folder: Path, kind: str) -> None:
    out = folder / "gibtesnicht" / "x.csv"
    found = run("export", "--format", kind, str(out), url=url)
    assert found.exit_code == 1 and found.stdout == ""
    assert found.stderr == f"Fehler: «{out}» lässt sich nicht schreiben: den Ordner «{out.parent}» gibt es nicht. Es wurde nichts geschrieben.\n"
    assert list(folder.iterdir()) == []


def test_a_file_as_a_folder_is_no_place(run: Run, url: str, folder: Path) -> None:
    (folder / "datei").write_text("x")
    found = run("export", "--format", "csv", str(folder / "datei" / "x.csv"), url=url)
    assert found.exit_code == 1 and "lässt sich nicht schreiben" in found.stderr and "Traceback" not in found.output


@pytest.mark.parametrize("command", [("export", "--format", "csv"), ("evaluate",), ("evaluate", "--json"), ("bfs", "2026-03")], ids=" ".join)
def test_a_region_that_does_not_exist_is_named_and_nothing_is_written(run: Run, url: str, folder: Path, command: tuple[str, ...]) -> None:
    out = folder / "x.csv"
    out.write_text("was vorher da stand")
    found = run(*command, *([str(out)] if command[0] == "export" else []), "--region", "XXX", url=url)
    assert found.exit_code == 1 and found.stdout == ""
    assert found.stderr.startswith("Fehler: Die Sozialregion «XXX» gibt es nicht.") and "SDOL" in found.stderr
    assert [path.name for path in folder.iterdir()] == ["x.csv"] and out.read_text() == "was vorher da stand"


def test_a_name_that_ends_in_gz_is_compressed_and_nothing_lies_beside_it(run: Run, url: str, folder: Path) -> None:
    out = folder / "x.csv.gz"
    found = run("export", "--format", "csv", "--region", "SDOL", str(out), url=url)
    assert found.exit_code == 0, found.output
    assert gzip.decompress(out.read_bytes()).startswith(b"case:concept:name")
    assert [path.name for path in folder.iterdir()] == ["x.csv.gz"]
