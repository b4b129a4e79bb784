"""The only user of SpiffWorkflow: (definition, state, command) → Step(state, waits, incidents, events, changes)."""

from engine.runtime.codec import UnknownState
from engine.runtime.commands import (
    Command,
    activate,
    all_of,
    announce,
    assign,
    cancel,
    complete,
    fail,
    fire,
    move,
    resolve,
    set_variables,
    terminate,
    throw_error,
    until,
)
from engine.runtime.definition import Definition, compile_bpmn
from engine.runtime.migrate import CannotMigrate, Hindernis, Umbau, Umgebaut, definitions_in, migrate, rebuild
from engine.runtime.runtime import Runtime
from engine.runtime.services import Evaluator, Services

__all__ = [
    "CannotMigrate",
    "Command",
    "Definition",
    "Evaluator",
    "Hindernis",
    "Runtime",
    "Services",
    "Umbau",
    "Umgebaut",
    "UnknownState",
    "activate",
    "all_of",
    "announce",
    "assign",
    "cancel",
    "compile_bpmn",
    "complete",
    "definitions_in",
    "fail",
    "fire",
    "migrate",
    "move",
    "rebuild",
    "resolve",
    "set_variables",
    "terminate",
    "throw_error",
    "until",
]
