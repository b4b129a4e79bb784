"""The application as gunicorn starts it for the measurement: all callers share one address, so nobody counts how often it asks."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from webui.app import create_app
from webui.config import Config


def build() -> Flask:
    return create_app(config=replace(Config.from_env(), has_rate_limit=False))
