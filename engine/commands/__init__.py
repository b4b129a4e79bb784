"""What people, timers and clients do. Each takes the session first; who, where and when come with it. None commits."""

from engine.commands.cases import CaseRef, cancel_case, case_variables, open_case, start_form
from engine.commands.deployments import Deployed, deploy, release
from engine.commands.events import correlate, event_context, event_form, fire_timer, report_event
from engine.commands.incidents import resolve_incident, set_variables
from engine.commands.jobs import complete_job, fail_job, throw_job_error
from engine.commands.parameter import set_parameter
from engine.commands.tasks import claim, complete_task, may_work, save_draft, unclaim
from engine.commands.uebergabe import AlreadyMoving, begin_move

__all__ = [
    "AlreadyMoving",
    "CaseRef",
    "Deployed",
    "begin_move",
    "cancel_case",
    "case_variables",
    "claim",
    "complete_job",
    "complete_task",
    "correlate",
    "deploy",
    "event_context",
    "event_form",
    "fail_job",
    "fire_timer",
    "may_work",
    "open_case",
    "release",
    "report_event",
    "resolve_incident",
    "save_draft",
    "set_parameter",
    "set_variables",
    "start_form",
    "throw_job_error",
    "unclaim",
]
