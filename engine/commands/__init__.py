"""What people, timers and clients do. Each takes the session first; who, where and when come with it. None commits."""

from engine.commands.cases import CaseRef, cancel_case, open_case, start_form
from engine.commands.deployments import Deployed, deploy, release
from engine.commands.events import correlate, fire_timer
from engine.commands.incidents import resolve_incident, set_variables
from engine.commands.jobs import complete_job, fail_job, throw_job_error
from engine.commands.parameter import set_parameter
from engine.commands.tasks import claim, complete_task, may_work, save_draft, unclaim

__all__ = [
    "CaseRef",
    "Deployed",
    "cancel_case",
    "claim",
    "complete_job",
    "complete_task",
    "correlate",
    "deploy",
    "fail_job",
    "fire_timer",
    "may_work",
    "open_case",
    "release",
    "resolve_incident",
    "save_draft",
    "set_parameter",
    "set_variables",
    "start_form",
    "throw_job_error",
    "unclaim",
]
