"""What process owners edit is executable as it stands: no finding at all, not even a warning."""

from __future__ import annotations

from engine.definitions.lint import lint
from tests.diagrams.drawn import files


def test_the_linter_has_nothing_to_say_about_bpmn() -> None:
    everything = files("*.bpmn") | files("*.dmn") | files("*.form")
    assert len(everything) > 20
    assert [f"{finding.file} {finding.element}: {finding.message}" for finding in lint(everything)] == []
