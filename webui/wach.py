"""Keeping a session alive: any answer does, this one says nothing else."""

from __future__ import annotations

from flask import Blueprint, session
from flask.typing import ResponseReturnValue

from webui.rules import requires

sitzung = Blueprint("sitzung", __name__, url_prefix="/sitzung")


@sitzung.get("/wach")
@requires()
def wach() -> ResponseReturnValue:
    """Begin the session's time anew; whoever is logged out is led to the login instead."""
    session.modified = True
    return "", 204
