"""The measurement measures."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_a_task_costs_one_transaction_with_fewer_than_twenty_statements(run: Run) -> None:
    result = run("bench", "--json", "--rounds", "20", "--timers", "3")
    assert result.exit_code == 0, result.stderr
    measured = json.loads(result.stdout)
    assert measured["task_sql_statements"] < 20
    assert measured["timers_fired"] == 3
    assert measured["task_p50_ms"] > 0
