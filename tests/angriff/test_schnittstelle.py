"""Calls drawn from the API's own description, well formed and broken: every answer is described, none is a 500, none takes five seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance, status_code_conformance

from tests.api.conftest import Program

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SECONDS = 5


def attack(app: Flask, caller: Program, examples: int) -> int:
    """Every operation in both modes; the number of calls."""
    schema = schemathesis.openapi.from_wsgi("/v2/openapi.json", app)
    calls = 0
    for operation in (found.ok() for found in schema.get_all_operations()):
        for mode in GenerationMode:

            @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: Case) -> None:
                nonlocal calls
                calls += 1
                if case.path.endswith("/activation") and isinstance(case.body, dict):
                    case.body["requestTimeout"] = -1  # or it waits for work, as it should
                response = case.call(headers=caller.headers)
                assert response.elapsed < SECONDS, case.as_curl_command()
                case.validate_response(response, checks=CHECKS)

            with suppress(Unsatisfiable):  # nothing to break in a call without parameters
                call()
    return calls


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_calls_drawn_from_the_description_are_answered_as_it_says(app: Flask, program: Callable[..., Program], case: int) -> None:
    assert attack(app, program("fritz"), 2) > 100


@pytest.mark.soak
@pytest.mark.parametrize("login", ["petra", "fritz", "vera", None])
def test_hundreds_of_calls_to_every_operation_are_answered_as_the_description_says(
    app: Flask, program: Callable[..., Program], case: int, login: str | None
) -> None:
    print(attack(app, program(login), 100))
