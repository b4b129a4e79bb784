"""A user task must be of the dialect."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, user, zeebe

RULE = "user-task"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("userTask", "a"), flows("start -> a -> end")), ["a"], id="without the marker"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("formDefinition", formKey="camunda-forms:x"))), flows("start -> a -> end")), ["a"], id="an embedded form"),
])  # fmt: skip
def test_a_user_task_must_be_of_the_dialect(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
