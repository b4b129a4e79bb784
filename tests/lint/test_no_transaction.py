"""A transaction is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, end, flows, places, start, sub

RULE = "no-transaction"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("transaction", "a", start("s"), end("e"), flows("s -> e")), flows("start -> a -> end")), ["a"], id="transaction"),
])  # fmt: skip
def test_a_transaction_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(sub("a", start("s"), end("e"), flows("s -> e")), flows("start -> a -> end")), id="a plain sub-process"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
