"""``fallfluss replay`` as somebody at a terminal uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import main
from tests.replay.build import drawn, process


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in ("replay", *arguments)])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp\n1,a,2026-03-02 10:00\n1,b,2026-03-02 11:00\n2,a,2026-03-02 10:00\n2,z,2026-03-02 11:00\n")
    return path


@pytest.fixture
def diagram(tmp_path: Path) -> Path:
    path = tmp_path / "model.bpmn"
    path.write_bytes(drawn("s > a > b > e"))
    return path


def test_json_has_what_evaluations_count_on(log: Path, diagram: Path) -> None:
    found = json.loads(run(log, "--model", diagram, "--json").stdout)
    assert {key: value for key, value in found.items() if key != "per_variant"} == {
        "cases": 2, "variants": 2, "cost": 2, "fitting_cases": 1, "undecided": 0, "unknown_activities": {"z": 1},
    }  # fmt: skip
    assert [(one["activities"], one["frequency"], one["cost"]) for one in found["per_variant"]] == [(["a", "b"], 1, 0), (["a", "z"], 1, 2)]
    assert sorted(move["deviation"] for move in found["per_variant"][1]["moves"] if move["deviation"]) == ["skipped", "unknown"]


def test_the_text_says_how_many_fit_and_where_the_others_left(log: Path, diagram: Path) -> None:
    text = run(log, "--model", diagram).stdout
    assert "Passend: 1 Fälle (50.0 %), Abweichungen zusammen: 2" in text
    assert "b: übersprungen" in text and "Unbekannte Aktivität: z (1-mal)" in text


def test_called_processes_come_from_a_folder_and_count_as_one_activity_without_it(tmp_path: Path, log: Path) -> None:
    (tmp_path / "main.bpmn").write_bytes(drawn("s > k > e", '<callActivity id="k" name="Aufruf" calledElement="other"/>'))
    (tmp_path / "called").mkdir()
    other = drawn("s > e", "", process("s > a > b > e", id_="other")).replace(b'id="main"', b'id="more"')
    (tmp_path / "called" / "other.bpmn").write_bytes(other)
    given = json.loads(run(log, "--model", tmp_path / "main.bpmn", "--model", tmp_path / "called", "--json").stdout)
    assert given["cost"] == 2
    alone = json.loads(run(log, "--model", tmp_path / "main.bpmn", "--json").stdout)
    assert alone["cost"] == 6 and alone["unknown_activities"] == {"a": 2, "b": 1, "z": 1}


def test_a_file_that_is_no_log_is_refused_in_one_line(tmp_path: Path, diagram: Path) -> None:
    path = tmp_path / "log.pdf"
    path.write_bytes(b"%PDF")
    result = run(path, "--model", diagram)
    assert result.exit_code == 1 and "erwartet ist eine Datei .xes" in result.stderr
