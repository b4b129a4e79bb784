"""``fallfluss lint`` on the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.cli.lint import lint
from tests.lint.build import around, definitions, flows, user

GOOD = around(user("a"), flows("start -> a -> end"))
BAD = around(user("a", groups=""), flows("start -> a -> end"))


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(lint, [str(argument) for argument in arguments])


def test_a_folder_without_errors_ends_with_0(run, tmp_path):
    (tmp_path / "unter").mkdir()
    (tmp_path / "unter" / "fall.bpmn").write_bytes(GOOD)
    (tmp_path / "liesmich.txt").write_text("kein Diagramm")
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "Geprüfte Dateien: 1. Fehler: 0. Warnungen: 2." in result.output


def test_an_error_ends_with_1_and_names_file_element_and_advice(run, tmp_path):
    (tmp_path / "fall.bpmn").write_bytes(BAD)
    result = run(tmp_path / "fall.bpmn")
    assert result.exit_code == 1
    assert str(tmp_path / "fall.bpmn") in result.output
    assert "FEHLER  a: Niemand darf diese Aufgabe erledigen." in result.output


def test_json_is_a_list_of_findings(run, tmp_path):
    (tmp_path / "fall.bpmn").write_bytes(BAD)
    result = run(tmp_path, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {tuple(finding) for finding in found} == {("file", "element", "name", "rule", "severity", "message")}
    assert [finding["rule"] for finding in found if finding["severity"] == "error"] == ["assignment"]


def test_a_file_of_50_mb_is_refused_without_being_read_whole(run, tmp_path):
    with (tmp_path / "gross.bpmn").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "erlaubt sind 10 MB" in result.output


def test_an_empty_folder_is_pointed_out(run, tmp_path):
    assert run(tmp_path).exit_code == 1


def test_a_missing_path_is_a_usage_error(run, tmp_path):
    assert run(tmp_path / "weg.bpmn").exit_code == 2


def test_a_diagram_without_anything_is_no_crash(run, tmp_path):
    (tmp_path / "leer.bpmn").write_bytes(definitions())
    assert run(tmp_path).exit_code == 1
