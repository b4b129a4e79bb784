"""Read models for the screens and the API. They change nothing."""

from engine.queries.cases import CaseRow, CaseView, Position, Waits, case, case_count, cases, diagram, fall_nr, overview, version_for_new
from engine.queries.parameter import ParameterRow, ParameterView, parameter, parameters
from engine.queries.tasks import TaskView, draft, task

__all__ = [
    "CaseRow",
    "CaseView",
    "ParameterRow",
    "ParameterView",
    "Position",
    "TaskView",
    "Waits",
    "case",
    "case_count",
    "cases",
    "diagram",
    "draft",
    "fall_nr",
    "overview",
    "parameter",
    "parameters",
    "task",
    "version_for_new",
]
