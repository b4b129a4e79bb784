"""The measurement measures."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_a_task_costs_fewer_than_twenty_statements_in_any_round(run: Run) -> None:
    result = run("bench", "--json", "--rounds", "110", "--timers", "3")
    assert result.exit_code == 0, result.stderr
    measured = json.loads(result.stdout)
    sqlite = measured["databases"]["sqlite"]
    assert list(sqlite["rounds"]) == ["10", "100"]
    assert all(row["statements"] < 20 and 0 < row["ms"] <= row["p95_ms"] for row in sqlite["rounds"].values())
    assert sqlite["timers_fired"] >= 3 and sqlite["state_bytes"] < 10_000
    assert measured["feel_ms"] > 0 and measured["table_ms"] > 0
