"""A task for nobody is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, user, zeebe

RULE = "assignment"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"))), flows("start -> a -> end")), ["a"], id="nobody"),
    pytest.param(around(user("a", groups="chef"), flows("start -> a -> end")), ["a"], id="a role that does not exist"),
    pytest.param(around(user("a", groups='=["intake", "chef"]'), flows("start -> a -> end")), ['a'], id="one of a FEEL list"),
])  # fmt: skip
def test_a_task_for_nobody_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(user("a", groups="intake, fallfuehrung"), flows("start -> a -> end")), id="two roles"),
    pytest.param(around(user("a", groups="=rollen"), flows("start -> a -> end")), id="FEEL"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("assignmentDefinition", assignee="=fallfuehrung"))), flows("start -> a -> end")), id="an assignee"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
