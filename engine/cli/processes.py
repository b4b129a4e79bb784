"""Several processes that live and die together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event

import click

# Children first get this many seconds to finish what they do, then they are killed.
GRACE = 15
# A child that fails sooner than this after its start is not started again: it would fail for ever.
SHORTEST_LIFE = 5


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that is set when this process is asked to end (Ctrl-C, SIGTERM)."""
    stop = Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def run(commands: Mapping[str, Sequence[str]], *, ready: Callable[[], bool]) -> int:
    """Run the commands until this process is asked to end; then end them all. A child that dies is started again.

    ``ready`` is called until it returns True. Returns the exit code: 0 when asked to end, 1 when a child would not live.
    """
    with stopping() as stop:
        children = {name: _start(command) for name, command in commands.items()}
        try:
            return _watch(children, commands, stop, ready)
        finally:
            _end([child for child, _ in children.values()])


def _watch(
    children: dict[str, tuple[subprocess.Popen[bytes], float]],
    commands: Mapping[str, Sequence[str]],
    stop: Event,
    ready: Callable[[], bool],
) -> int:
    is_ready = False
    while not stop.wait(0.5 if is_ready else 0.1):
        is_ready = is_ready or ready()
        for name, (child, since) in list(children.items()):
            if child.poll() is None:
                continue
            if time.monotonic() - since < SHORTEST_LIFE:
                click.echo(f"Fehler: Der Prozess «{name}» lässt sich nicht starten (Exit-Code {child.returncode}).", err=True)
                return 1
            click.echo(f"Der Prozess «{name}» ist ausgefallen (Exit-Code {child.returncode}) und wird neu gestartet.", err=True)
            children[name] = _start(commands[name])
    return 0


def _start(command: Sequence[str]) -> tuple[subprocess.Popen[bytes], float]:
    # A session of its own: Ctrl-C reaches only this process, which then ends the children in order.
    return subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, env=os.environ | {"PYTHONUNBUFFERED": "1"}), time.monotonic()


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
