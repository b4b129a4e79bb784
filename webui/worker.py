"""Settings of gunicorn's workers, given to it as ``--config python:webui.worker``."""

from __future__ import annotations

import gc
from typing import Any

from engine.model import logs


def post_worker_init(worker: Any) -> None:
    """Log without anybody's data, and keep the garbage collector from looking at the loaded program again and again: a tenth of each step."""
    logs.configure()
    gc.collect()
    gc.freeze()
