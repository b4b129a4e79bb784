"""What people, timers and clients do. Each takes the session first; who, where and when come with it. None commits."""

from engine.commands.cases import CaseRef, cancel_case, case_variables, open_case, openable, start_form
from engine.commands.deployments import Deployed, deploy, release
from engine.commands.events import correlate, event_context, event_form, fire_timer, report_event
from engine.commands.incidents import resolve_incident, retry_as_operator, set_variables
from engine.commands.jobs import complete_job, fail_job, throw_job_error
from engine.commands.neben import begin_beside, beside_form, beside_processes, check_beside
from engine.commands.parameter import set_parameter
from engine.commands.partner import partner_message
from engine.commands.stellvertretung import AbsenceInvalid, end_absence, record_absence
from engine.commands.tasks import claim, complete_task, has_precedence, may_work, save_draft, unclaim
from engine.commands.uebergabe import AlreadyMoving, begin_move
from engine.commands.zuweisung import NotAssignable, assign_case, assign_task, comment, may_give, put_off, set_priority, tick_off

__all__ = [
    "AbsenceInvalid",
    "AlreadyMoving",
    "CaseRef",
    "Deployed",
    "begin_beside",
    "NotAssignable",
    "assign_case",
    "assign_task",
    "begin_move",
    "beside_form",
    "beside_processes",
    "cancel_case",
    "case_variables",
    "check_beside",
    "claim",
    "comment",
    "complete_job",
    "complete_task",
    "correlate",
    "event_context",
    "event_form",
    "deploy",
    "end_absence",
    "fail_job",
    "fire_timer",
    "has_precedence",
    "may_give",
    "may_work",
    "open_case",
    "openable",
    "partner_message",
    "put_off",
    "record_absence",
    "release",
    "report_event",
    "resolve_incident",
    "retry_as_operator",
    "save_draft",
    "set_parameter",
    "set_priority",
    "set_variables",
    "start_form",
    "throw_job_error",
    "tick_off",
    "unclaim",
]
