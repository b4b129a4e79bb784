"""JSON that somebody typed or sent holds only what a case can keep."""

from __future__ import annotations

import pytest

from engine.model.json_text import DEEPEST, parsed


@pytest.mark.parametrize("text", ["NaN", "Infinity", "[-Infinity]", '{"a": 1e400}', "-1e400", "1" + "0" * 301, '"\\u0000"', '{"\\ud800": 1}', "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "[" * 100_000, "", "{"])
def test_what_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)


def test_everything_else_is_as_it_stands_there() -> None:
    assert parsed('{"a": [1, 1.5, 1e299, true, null, "Ä", "\\ud83d\\ude00"]}') == {"a": [1, 1.5, 1e299, True, None, "Ä", "😀"]}
    assert parsed(b"9007199254740993") == 2**53 + 1
