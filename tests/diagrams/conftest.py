"""The real FEEL interpreter, once for all diagrams."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.definitions.feel import Feel


@pytest.fixture(scope="session")
def feel() -> Iterator[Feel]:
    with Feel() as feel:
        yield feel
