"""A small world for runtime tests: definitions, an evaluator, and a case under test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.model.errors import Trouble
from engine.model.step import Step
from engine.runtime import Command, Definition, Runtime, compile_bpmn, complete, fire
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import diagram

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
ROOT = 10**9


class Stub:
    """The small common part of FEEL and Python, without builtins; only for diagrams written by the tests."""

    def __init__(self) -> None:
        self._code: dict[str, Any] = {}

    def evaluate_all(self, expressions: Sequence[str], context: Mapping[str, Any], *, now: datetime) -> list[Any]:
        return [self._evaluate(expression, context) for expression in expressions]

    def explain(self, expression: str, context: Mapping[str, Any], *, now: datetime) -> list[str]:
        return []

    def _evaluate(self, expression: str, context: Mapping[str, Any]) -> Any:
        code = self._code.get(expression)
        if code is None:
            python = re.sub(r"(?<![<>!=])=(?!=)", "==", expression)
            code = self._code[expression] = compile(python, "<feel>", "eval")
        try:
            return eval(code, {"__builtins__": {}, "true": True, "false": False, "null": None}, dict(context))  # noqa: S307
        except NameError:
            return None
        except Exception as error:
            raise Trouble("EXTRACT_VALUE_ERROR", f"Der Ausdruck «{expression}» ist nicht auswertbar: {error}.") from None


class Library:
    """All versions of all processes; ``resolve`` gives the latest, ``find`` a given one."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Definition] = {}

    def add(self, xml: bytes, version: int = 1) -> list[Definition]:
        added = compile_bpmn(xml, version)
        return [self._known.setdefault(definition.id, definition) for definition in added]

    def find(self, process: str, version: int) -> Definition:
        return self._known[process, version]

    def resolve(self, process: str) -> Definition:
        versions = [version for name, version in self._known if name == process]
        if not versions:
            raise Trouble("CALLED_ELEMENT_ERROR", f"Der Prozess «{process}» ist nicht freigegeben.")
        return self._known[process, max(versions)]


def undecided(name: str, variables: Mapping[str, Any]) -> Any:
    return None


def runtime(library: Library, feel: Any = None, decide: Callable[[str, Mapping[str, Any]], Any] = undecided) -> Runtime:
    return Runtime(library.find, library.resolve, feel or Stub(), decide, NOW)


class Run:
    """A case under test; every command is one pure step on its saved state."""

    def __init__(
        self,
        *files: str,
        feel: Any = None,
        variables: Mapping[str, Any] | None = None,
        decide: Callable[[str, Mapping[str, Any]], Any] = undecided,
        at: str | None = None,
    ):
        self.library = Library()
        self.definition, *_ = [found for file in files for found in self.library.add(diagram(*diagrams.COMMON, file))]
        self.runtime = runtime(self.library, feel, decide)
        self.now: Step = self.runtime.start(self.definition, {**diagrams.VARIABLES, **(variables or {})}, key=ROOT, at=at)

    def do(self, command: Command) -> Run:
        self.now = self.runtime.apply(self.now.state, command)
        return self

    def keys(self, element: str) -> list[int]:
        return [wait.key for wait in self.now.waits if wait.element == element]

    def request(self, element: str) -> Mapping[str, Any]:
        return next(wait.request for wait in self.now.waits if wait.element == element)

    def complete(self, element: str, index: int = 0, **values: Any) -> Run:
        return self.do(complete(self.keys(element)[index], values))

    def fire(self, element: str, index: int = 0, **values: Any) -> Run:
        return self.do(fire(self.keys(element)[index], values))

    @property
    def open(self) -> list[str]:
        return sorted(wait.element for wait in self.now.waits)

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.now.variables

    @property
    def scopes(self) -> dict[int, dict[str, Any]]:
        return {key: values for key, _, values in json.loads(self.now.state)["scopes"]}

    @property
    def taken(self) -> list[str]:
        return [event.element for event in self.now.events if event.what == "taken"]
