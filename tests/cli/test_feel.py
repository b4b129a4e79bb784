"""``fallfluss feel`` and ``fallfluss decide``: JSON in, JSON out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

DECISION = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="Segment">
  <decision id="parameter"><variable name="alter_stabilisieren"/>
    <literalExpression><text>if alter_stabilisieren = null then 63 else alter_stabilisieren</text></literalExpression>
  </decision>
  <decision id="segment" name="Segment vorschlagen">
    <informationRequirement><requiredDecision href="#parameter"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input><inputExpression typeRef="number"><text>alter</text></inputExpression></input>
      <output name="segment" typeRef="string"/>
      <rule id="S2"><inputEntry><text>&gt;= alter_stabilisieren</text></inputEntry><outputEntry><text>"stabilisieren"</text></outputEntry></rule>
      <rule id="S9"><inputEntry><text>-</text></inputEntry><outputEntry><text>"orientieren"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "segment.dmn"
    path.write_text(DECISION, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("args", "result"),
    [
        (["alter >= 63", "--context", '{"alter": 64}'], "true"),
        (["=monate plus(today(), 6)", "--now", "2026-08-31"], '"2027-02-28"'),
        (['{name: "Zoë"}'], '{"name": "Zoë"}'),
        (["parameter.ka_frist"], '"P30D"'),
        (["parameter.ka_frist", "--context", '{"parameter": {"ka_frist": "P5D"}}'], '"P5D"'),
    ],
    ids=["a condition", "another day, with the equals sign of the modeler", "a context", "a parameter's default", "a parameter's value"],
)
def test_an_expression_prints_its_result(run: Run, args: list[str], result: str) -> None:
    assert run("feel", *args).output == result + "\n"


def test_a_null_says_on_stderr_what_may_be_missing(run: Run) -> None:
    shown = run("feel", "fehlt > 1")
    assert (shown.stdout, shown.stderr) == ("null\n", "Hinweis: die Variable «fehlt» fehlt\n")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["foo(1)"], "die Funktion in «foo(1)» gibt es nicht"),
        (["1 +"], "unvollständig"),
        (["1", "--context", "[1]"], "JSON-Objekt"),
        (["1", "--context", "{"], "kein gültiges JSON"),
    ],
    ids=["an unknown function", "a syntax error", "a context that is a list", "a context that is no JSON"],
)
def test_a_failing_expression_is_told_on_stderr(run: Run, args: list[str], told: str) -> None:
    result = run("feel", *args)
    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr


def test_an_endless_expression_ends(process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = process(["feel", 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")'])
    assert result.returncode == 1
    assert "abgebrochen" in result.stderr


def test_each_line_is_decided_and_an_absent_parameter_takes_its_default(run: Run, file: str) -> None:
    lines = ['{"alter": 63}', "", '{"alter": 63, "alter_stabilisieren": 64}', "{}"]
    shown = run("decide", file, "segment", "--input", "-", stdin="\n".join(lines))
    assert [json.loads(line) for line in shown.stdout.splitlines()] == [
        {"result": "stabilisieren", "rules": ["S2"]},
        {"result": "orientieren", "rules": ["S9"]},
        {"result": "orientieren", "rules": ["S9"]},
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"alter": ', "Zeile 2: kein gültiges JSON"),
        (b"[1]", "Zeile 2: erwartet wird ein JSON-Objekt"),
        (b'{"alter": NaN}', "Zeile 2: kein gültiges JSON (NaN"),
        (b'{"alter": "\xff"}', "Zeile 2: kein gültiges JSON"),
        (b'{"alter": "alt"}', "Zeile 2: Tabelle «Segment vorschlagen» (segment), Eingabe «alter»: erwartet wird ein Wert vom Typ Zahl"),
    ],
    ids=["cut off", "a list", "not a number", "not UTF-8", "a wrong type"],
)
def test_a_bad_line_is_named_and_the_lines_before_stand(run: Run, file: str, tmp_path: Path, line: bytes, told: str) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(b'{"alter": 70}\n' + line + b'\n{"alter": 70}\n')
    result = run("decide", file, "segment", "--input", str(lines))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert told in result.stderr


def test_an_unknown_decision_lists_the_known_ones(run: Run, file: str) -> None:
    result = run("decide", file, "segmet", "--input", "-")
    assert result.exit_code == 1
    assert "vorhanden sind: parameter, segment" in result.stderr
