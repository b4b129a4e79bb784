"""The interface for programs: ``/v2`` is what the modeler and other clients of its dialect call, ``/api`` our own. No cookies, no pages."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from webui.api import (
    abgleich,
    bestand,
    definitions,
    deployments,
    description,
    elements,
    incidents,
    instances,
    jobs,
    messages,
    oauth,
    partner,
    problems,
    topology,
    user_tasks,
)
from webui.api.operation import api

__all__ = ["abgleich", "bestand", "definitions", "deployments", "description", "elements", "incidents", "instances", "jobs", "messages", "oauth", "partner", "register", "topology", "user_tasks"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Serve the interface. Its requests carry their own authorization, hence no form's token."""
    csrf.exempt(api)
    app.register_blueprint(api)
    app.register_error_handler(problems.Problem, problems.answer)
