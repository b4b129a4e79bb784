"""An event sub process is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, end, flows, places, start, sub, user

RULE = "no-event-subprocess"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), sub("e1", start("s"), end("e"), flows("s -> e"), triggeredByEvent="true"), flows("start -> a -> end")), ["e1"], id="beside the flow"),
    pytest.param(around(sub("a", start("s"), end("e"), flows("s -> e"), sub("e1", triggeredByEvent="true")), flows("start -> a -> end")), ["e1"], id="inside a sub-process"),
])  # fmt: skip
def test_an_event_sub_process_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(sub("a", start("s"), end("e"), flows("s -> e")), flows("start -> a -> end")), id="a plain sub-process"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
