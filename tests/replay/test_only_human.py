"""Logs that only say what people did: automatic steps they never name count for nothing, everything else as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.replay.conformance import SKIPPED, Replayer
from engine.replay.model import Model, only_human
from tests.replay.build import TIMER, boundary, drawn, model, process, sub
from tests.replay.test_cli import run

TASKS = (
    '<userTask id="mensch" name="Prüfen"/><serviceTask id="dienst" name="Melden"/><scriptTask id="skript"/><businessRuleTask id="regel"/>'
    '<sendTask id="versand"/><receiveTask id="empfang"/><callActivity id="aufruf" calledElement="woanders"/><manualTask id="hand"/>'
)
ROW = "s > mensch > dienst > skript > regel > versand > empfang > aufruf > hand > e"
AUTOMATIC = {"dienst", "skript", "regel", "versand", "empfang", "aufruf"}


def cost(found: Model, *trace: str, is_open: bool = False) -> int | None:
    return Replayer(found, is_open=is_open).replay({trace: 1}).variants[0].cost


def without(content: bytes, *trace: str) -> Model:
    return only_human(model(content), set(trace), match="id")


def test_automatic_is_what_no_person_does() -> None:
    assert model(drawn(ROW, TASKS)).automatic(match="id") == AUTOMATIC


def test_what_the_log_never_names_costs_nothing_and_what_people_skip_still_does() -> None:
    content = drawn(ROW, TASKS)
    assert cost(model(content), "mensch", "hand") == len(AUTOMATIC)
    assert cost(without(content, "mensch", "hand"), "mensch", "hand") == 0
    found = Replayer(without(content, "mensch")).replay({("mensch",): 1}).variants[0]
    assert (found.cost, [(step.element, step.deviation) for step in found.deviations]) == (1, [("hand", SKIPPED)])


def test_an_automatic_step_that_some_case_names_is_asked_of_all() -> None:
    found = without(drawn(ROW, TASKS), "mensch", "dienst", "hand")
    assert (cost(found, "mensch", "dienst", "hand"), cost(found, "mensch", "hand")) == (0, 1)


def test_a_person_whose_step_is_called_like_an_automatic_one_is_still_asked_for() -> None:
    content = drawn("s > a > b > e", '<userTask id="a" name="Melden"/><serviceTask id="b" name="Melden"/>')
    found = only_human(model(content), set(), match="name")
    assert Replayer(found, match="name").replay({("Melden",): 1, (): 1}).cost == 1
    assert only_human(model(content), {"Melden"}, match="name").silent == frozenset()


@pytest.mark.parametrize("content", [
    pytest.param(drawn("s > p1 > a > p2 > e; p1 > b > p2", '<serviceTask id="a"/><userTask id="b"/>'), id="side by side"),
    pytest.param(drawn("s > x1 > a > b > x2 > e; x2 > x1", '<serviceTask id="a"/><userTask id="b"/>'), id="around and around"),
    pytest.param(drawn("s > a > b > e", '<serviceTask id="a"><multiInstanceLoopCharacteristics/></serviceTask><userTask id="b"/>'), id="many at once"),
    pytest.param(drawn("s > a > b > e", '<serviceTask id="a"><multiInstanceLoopCharacteristics isSequential="true"/></serviceTask><userTask id="b"/>'), id="one after the other"),
    pytest.param(drawn("s > a > b > e; t > b", f'<serviceTask id="a"/><userTask id="b"/>{boundary("t", "a", TIMER)}'), id="with a timer at its border"),
    pytest.param(drawn("s > u > b > e", sub("u", "s2 > a > e2", '<startEvent id="s2"/><endEvent id="e2"/><serviceTask id="a"/>') + '<userTask id="b"/>'), id="inside a sub-process"),
    pytest.param(drawn("s > c > b > e", '<callActivity id="c" calledElement="kind"/><userTask id="b"/>', process("s3 > a > e3", '<startEvent id="s3"/><endEvent id="e3"/><serviceTask id="a"/>', id_="kind")), id="in a process that is called"),
])  # fmt: skip
def test_wherever_it_stands_it_is_passed_by(content: bytes) -> None:
    found = without(content, "b")
    assert [cost(found, "b"), cost(found), cost(found, "b", "fremd")] == [0, 1, 1]


def test_results_of_both_ways_never_mix() -> None:
    plain = model(drawn(ROW, TASKS))
    some, all_ = only_human(plain, {"dienst"}, match="id"), only_human(plain, set(), match="id")
    assert len({plain.hash, some.hash, all_.hash}) == 3
    assert only_human(plain, AUTOMATIC, match="id") == plain


def test_the_command_asks_for_everything_unless_told_otherwise(tmp_path: Path) -> None:
    (tmp_path / "m.bpmn").write_bytes(drawn(ROW, TASKS))
    (tmp_path / "log.csv").write_text("case,activity\n1,mensch\n1,hand\n")
    given = (tmp_path / "log.csv", "--model", tmp_path / "m.bpmn")
    assert "Passend: 0 Fälle (0.0 %), Abweichungen zusammen: 6" in run(*given).output
    found = run(*given, "--only-human")
    assert "Passend: 1 Fälle (100.0 %), Abweichungen zusammen: 0" in found.output
    assert "6 von 6 automatischen Schritten kommen im Protokoll nie vor" in found.stderr
