"""An ad hoc sub process is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, flows, places, user

RULE = "no-ad-hoc"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("adHocSubProcess", "a", user("b")), flows("start -> a -> end")), ["a"], id="ad-hoc"),
])  # fmt: skip
def test_an_ad_hoc_sub_process_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
