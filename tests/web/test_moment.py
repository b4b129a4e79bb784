"""How a film tells when something happens."""

from __future__ import annotations

import pytest

from webui.auswertung.gemeinsam import moment

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "ende", "text"),
    [
        pytest.param(3 * DAY + 5 * HOUR, 90 * DAY, "Tag 3", id="a case of months"),
        pytest.param(DAY + 5 * HOUR + 61, 2 * DAY - 1, "Tag 1, 05:01", id="a case of a day or two"),
        pytest.param(61, 4 * 60, "Tag 0, 00:01:01", id="a case of minutes"),
    ],
)
def test_a_short_film_is_told_more_exactly_than_a_long_one(seconds: int, ende: int, text: str) -> None:
    assert moment(seconds, ende) == text
