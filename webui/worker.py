"""Settings of gunicorn's workers, given to it as ``--config python:webui.worker``."""

from __future__ import annotations

import gc
from typing import Any

from prometheus_client import multiprocess

from engine.model import logs


def post_worker_init(worker: Any) -> None:
    """Log without anybody's data, and keep the garbage collector from looking at the loaded program again and again: a tenth of each step."""
    logs.configure()
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """What a worker measured stays in the sums when it is gone."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
