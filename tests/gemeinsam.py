"""What the workers of one run make once and share: files in a folder that ends with the run."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

# Where the folder is, told to the workers, who inherit it.
FOLDER = "FALLFLUSS_TESTS_FOLDER"


def folder() -> Path:
    """The folder of this run."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="fallfluss-run-")
        atexit.register(_removed_by, os.getpid(), os.environ[FOLDER])
    return Path(os.environ[FOLDER])


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The file of that name, made by whichever worker asks first; the others wait for it."""
    file = folder() / name
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            half = folder() / f"{name}.half"
            make(half)
            half.rename(file)
    return file


def _removed_by(process: int, folder: str) -> None:
    # A test's child process that ends must not take it from the others.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
