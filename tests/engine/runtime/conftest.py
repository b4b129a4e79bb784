"""The proofs run twice: on a small stub, and on the FEEL of the modelers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.definitions import feel as definitions_feel
from tests.engine.runtime.support import Run, Stub


@pytest.fixture(params=["stub", "feel"])
def feel(request: pytest.FixtureRequest) -> Any:
    return Stub() if request.param == "stub" else definitions_feel.shared()


@pytest.fixture
def run(feel: Any) -> Callable[..., Run]:
    """``run(diagram, variables=…)``: a started case."""
    return lambda *files, **options: Run(*files, feel=feel, **options)
