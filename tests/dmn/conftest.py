"""One interpreter for all decision tests."""

from collections.abc import Iterator

import pytest

from engine.definitions.feel import Feel


@pytest.fixture(scope="session")
def feel() -> Iterator[Feel]:
    with Feel(seconds=10) as made:
        yield made
