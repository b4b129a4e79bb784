"""A file that says how far it has been read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engine.replay.log import Progress

# Bytes read at a time, and so between two words about it.
BLOCK = 1 << 18


class _Told(io.FileIO):
    def __init__(self, path: Path, progress: Progress):
        super().__init__(path)
        self.progress = progress

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.progress(self.tell())
        return count


def opened(path: Path, progress: Progress | None) -> io.BufferedReader:
    """The bytes of a file; ``progress`` hears of every block, so that nothing is counted row by row."""
    return path.open("rb") if progress is None else io.BufferedReader(_Told(path, progress), BLOCK)
