"""The only user of SpiffWorkflow: (definition, state, command) → Step(state, waits, incidents, events, changes)."""

from engine.runtime.codec import UnknownState
from engine.runtime.commands import (
    Command,
    activate,
    all_of,
    assign,
    cancel,
    complete,
    fail,
    fire,
    resolve,
    set_variables,
    terminate,
    throw_error,
    until,
)
from engine.runtime.definition import Definition, compile_bpmn
from engine.runtime.migrate import CannotMigrate, migrate
from engine.runtime.runtime import Runtime
from engine.runtime.services import Evaluator, Services

__all__ = [
    "CannotMigrate",
    "Command",
    "Definition",
    "Evaluator",
    "Runtime",
    "Services",
    "UnknownState",
    "activate",
    "all_of",
    "assign",
    "cancel",
    "compile_bpmn",
    "complete",
    "fail",
    "fire",
    "migrate",
    "resolve",
    "set_variables",
    "terminate",
    "throw_error",
    "until",
]
