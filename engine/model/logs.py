"""How the program writes its log: one JSON object a line, with tracebacks but never with the values of variables in them."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Write to standard error. The library's own default would print local variables, and with them a case's data."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
