"""A binding to a version tag is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "binding"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="versionTag", versionTag="1"))), flows("start -> a -> end")), ["a"], id="version tag"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="deployment"))), flows("start -> a -> end")), ["a"], id="deployment"),
])  # fmt: skip
def test_a_binding_to_a_version_tag_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="latest"))), flows("start -> a -> end")), id="latest"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
