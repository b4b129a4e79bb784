"""A binding that cannot be kept is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "binding"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="versionTag", versionTag="=v"))), flows("start -> a -> end")), ["a"], id="a tag that is computed"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="=p", bindingType="versionTag", versionTag="1"))), flows("start -> a -> end")), ["a"], id="an id that is computed"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="versionTag"))), flows("start -> a -> end")), ["a"], id="no tag"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="fremd", bindingType="deployment"))), flows("start -> a -> end")), ["a"], id="what does not come along"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="=p", bindingType="deployment"))), flows("start -> a -> end")), ["a"], id="a computed id of what comes along"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="versionTag", versionTag="@1"))), flows("start -> a -> end")), ["a"], id="a tag that looks like a deployment"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="gestern"))), flows("start -> a -> end")), ["a"], id="no such binding"),
])  # fmt: skip
def test_a_binding_that_cannot_be_kept_is_pointed_out(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="latest"))), flows("start -> a -> end")), id="latest"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="versionTag", versionTag="1"))), flows("start -> a -> end")), id="version tag"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p", bindingType="deployment"))), flows("start -> a -> end")), id="what comes along"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
