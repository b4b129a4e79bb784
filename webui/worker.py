"""Settings of gunicorn's workers, given to it as ``--config python:webui.worker``."""

from __future__ import annotations

import gc
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Keep the garbage collector from looking at the loaded program again and again: a tenth of each step."""
    gc.collect()
    gc.freeze()
