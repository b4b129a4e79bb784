"""How far long work is, on the error stream: a bar for a person, now and then a line for a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click

# Between two lines of a log.
SECONDS = 15.0
STEPS = 500

Advance = Callable[[int], None]


@contextmanager
def progress(length: int, label: str) -> Iterator[Advance]:
    """Gives a function that is told how many of ``length`` have been done since it was last called."""
    if sys.stderr.isatty():
        with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
            yield bar.update
        return
    done, told = 0, monotonic()

    def advance(more: int) -> None:
        nonlocal done, told
        done += more
        if monotonic() - told >= SECONDS:
            told = monotonic()
            click.echo(f"{label}: {_percent(done, length)} %", err=True)

    yield advance


@contextmanager
def share(label: str) -> Iterator[Callable[[float], None]]:
    """The same for work that tells which part of it is done, between 0 and 1."""
    at = 0
    with progress(STEPS, label) as advance:

        def tell(part: float) -> None:
            nonlocal at
            advance(int(part * STEPS) - at)
            at = int(part * STEPS)

        yield tell


def _percent(done: int, length: int) -> int:
    return 100 * done // length if length else 100
