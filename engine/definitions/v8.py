"""Bundled JavaScript in embedded V8: one context, made at the first call and made anew after it ran out of time or memory."""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from py_mini_racer import JSEvalException, JSTimeoutException, MiniRacer

# Where MiniRacer puts the answer: into a queue that a thread waits at, not into its event loop.
_DIRECTLY = 0


class Embedded:
    """Safe to share between threads, not between processes: see :class:`PerProcess`."""

    def __init__(self, bundle: Path, *, seconds: float, memory: int, prepare: str = ""):
        self.bundle = bundle
        self.seconds = seconds
        self.memory = memory
        self.prepare = prepare
        self._lock = threading.Lock()
        self._racer: MiniRacer | None = None
        self._functions: dict[str, Any] = {}
        self._nothing: Any = None

    def close(self) -> None:
        """Give V8's memory and thread back. A later call starts afresh."""
        with self._lock:
            racer, self._racer = self._racer, None
            if racer is not None:
                racer.close()

    def run(self, *scripts: str) -> str:
        """The last script's value as text; all of them run without another thread in between.

        Raises:
            JSEvalException: the script threw, or was stopped; the context is gone then.
        """
        with self._lock:
            try:
                values = [self._evaluated(self._v8(), script) for script in scripts]
            except JSEvalException:
                self._abandon()
                raise
            return str(values[-1])

    def call(self, function: str, text: str) -> str:
        """What the bundle's ``fallfluss.function`` answers to the JSON ``text``, as JSON text. Raises as ``run`` does.

        V8 compiles anew every script it has not seen. A function it has; the text is its ``this``, because arguments would first have to
        be put into a list of V8's, in its own thread.
        """
        with self._lock:
            try:
                racer = self._v8()
                context: Any = racer._ctx
                called, nothing, this = self._function(racer, function), self._nothing, context._python_to_value_handle(text)
                return str(self._answer(racer, context._dll.mr_call_function, called.raw, this.raw, nothing.raw))
            except JSEvalException:
                self._abandon()
                raise

    def _function(self, racer: MiniRacer, name: str) -> Any:
        if name not in self._functions:
            script = f"(function () {{ 'use strict'; return JSON.stringify(fallfluss.{name}(JSON.parse(this))); }})"
            self._functions[name] = _handle(racer, script)
        return self._functions[name]

    def _evaluated(self, racer: MiniRacer, script: str) -> Any:
        context: Any = racer._ctx
        code = context._python_to_value_handle(script)  # V8 reads it while we wait: it must not be collected meanwhile
        return self._answer(racer, context._dll.mr_eval, code.raw)

    def _answer(self, racer: MiniRacer, start: Callable[..., Any], *handles: Any) -> Any:
        # As MiniRacer does it within its event loop, whose version is held because of this. Waiting here instead saves two changes of
        # threads, which cost more than a small evaluation.
        context: Any = racer._ctx
        task = start(context._ctx, *handles, _DIRECTLY)
        try:
            answer = context._non_cancelable_mr_task_results_queue.get(timeout=self.seconds)
        except queue.Empty:
            context._dll.mr_cancel_task(context._ctx, task)
            raise JSTimeoutException from None
        return context._value_handle_to_python(answer)

    def _v8(self) -> MiniRacer:
        if self._racer is None:
            self._racer = racer = _new_racer()
            racer.set_hard_memory_limit(self.memory)
            racer.eval(_source(self.bundle))
            racer.eval(self.prepare)
            self._functions, self._nothing = {}, _handle(racer, "[]")
        return self._racer

    def _abandon(self) -> None:
        """Close the stopped context in the background: V8 may take seconds to leave a single long step, and others wait for the lock."""
        racer, self._racer = self._racer, None
        if racer is not None:
            threading.Thread(target=_settle, args=(racer,), name="v8-settle").start()


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class PerProcess(Generic[T]):
    """Makes one thing for each process: after a fork the child gets its own."""

    def __init__(self, make: Callable[[], T]):
        self.make = make
        self._held: T | None = None
        self._owner = 0
        self._inherited: list[T] = []
        self._lock = threading.Lock()
        # V8 hangs at the interpreter's exit when it was once stopped and never closed.
        atexit.register(self._close)

    def get(self) -> T:
        with self._lock:
            if self._held is not None and self._owner != os.getpid():
                # Its threads exist in the parent only: closing it, or letting it be collected, would wait for them for ever.
                self._inherited.append(self._held)
                self._held = None
            if self._held is None:
                self._held, self._owner = self.make(), os.getpid()
            return self._held

    def _close(self) -> None:
        if self._held is not None and self._owner == os.getpid():
            self._held.close()


def _new_racer() -> MiniRacer:
    """One whose answers come through a queue that is a single lock: its own takes several, each a chance for the wrong thread to go on."""
    racer = MiniRacer()
    object.__setattr__(racer._ctx, "_non_cancelable_mr_task_results_queue", queue.SimpleQueue())
    return racer


def _handle(racer: MiniRacer, script: str) -> Any:
    """What a script gives, as MiniRacer hands it back to V8."""
    context: Any = racer._ctx
    return context._python_to_value_handle(racer.eval(script))


def _settle(racer: MiniRacer) -> None:
    """The stopped task still reports its end: take that report before closing, or it is printed as an unhandled error."""
    racer.set_hard_memory_limit(0)
    context: Any = racer._ctx
    with suppress(JSEvalException):
        racer.eval("0", timeout_sec=60)
    with suppress(queue.Empty):
        context._non_cancelable_mr_task_results_queue.get_nowait()
    racer.close()


@cache
def _source(bundle: Path) -> str:
    try:
        return bundle.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RuntimeError(f"{bundle.name} is not bundled yet: run `make setup` (or `npm ci && npm run build`).") from None
