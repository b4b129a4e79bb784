"""An unknown form is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, diagram, end, ext, flows, places, start, user, zeebe

RULE = "form-known"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a", form="weg"), flows("start -> a -> end")), ["a"], id="user task"),
    pytest.param(diagram(start("s", ext(zeebe("formDefinition", formId="weg"))), end(), flows("s -> end")), ["s"], id="start event"),
])  # fmt: skip
def test_an_unknown_form_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
