"""A log says now and then how far long work is; a quick one says nothing."""

from __future__ import annotations

import pytest

from engine.cli import progress as module
from engine.cli.progress import progress, share


def test_a_log_gets_lines_with_label_and_share(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(module, "SECONDS", 0.0)
    with progress(4, "Abläufe prüfen") as advance:
        advance(1)
        advance(3)
    assert capsys.readouterr().err == "Abläufe prüfen: 25 %\nAbläufe prüfen: 100 %\n"


def test_parts_told_as_shares_add_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(module, "SECONDS", 0.0)
    with share("Simulation") as tell:
        for part in (0.1, 0.5, 1.0):
            tell(part)
    assert capsys.readouterr().err.splitlines() == ["Simulation: 10 %", "Simulation: 50 %", "Simulation: 100 %"]


def test_quick_work_leaves_the_log_alone(capsys: pytest.CaptureFixture[str]):
    with progress(2, "Kurz") as advance:
        advance(2)
    assert capsys.readouterr().err == ""
