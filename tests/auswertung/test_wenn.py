"""Before and after: what bounds decide although the best explanation of a case was not found."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from engine.queries.auswertung.ausrichtungen import Gefunden
from engine.queries.auswertung.wenn import BESSER, BLEIBT, OFFEN, SCHLECHTER, Grund, benannt, unterschied
from webui.auswertung.wenn import _marken


def grund(element: str, name: str, art: str, neu: int | None, weg: int | None) -> Grund:
    return Grund(element, name, art, neu, weg)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param([grund("a", "A", "added", 108, 0), grund("a", "A", "repeated", None, 0)], "+108", id="the largest that is shown"),
        pytest.param([grund("a", "A", "repeated", None, 0), grund("a", "A", "skipped", 0, 12)], "+*", id="what comes, though withheld, before what goes"),
        pytest.param([grund("a", "A", "repeated", 0, 7), grund("a", "A", "skipped", 0, None)], "−7", id="what goes"),
    ],
)
def test_an_element_of_the_picture_carries_the_largest_number_the_table_shows(rows: list[Grund], text: str) -> None:
    assert _marken(rows)["a"]["text"] == text


def test_an_element_that_is_gone_is_called_as_it_was() -> None:
    found = unterschied([fall(0)] * 10, [fall(0)] * 10, schwelle=1)
    found = replace(found, gruende=(grund("weg", "weg", "unknown", 9, 0), grund("neu", "Neuer Name", "skipped", 9, 0)))
    assert [one.name for one in benannt(found, {"weg": "Alter Name", "neu": "Anders"}).gruende] == ["Alter Name", "Neuer Name"]


def fall(cost: int | None, lower: int = 0, upper: int | None = None) -> Any:
    known = (lower, upper) if cost is None else (cost, cost)
    found = Gefunden(cost, *known, (("a", "A", "skipped", None),) if cost else (), 400)
    return SimpleNamespace(spur=SimpleNamespace(region="SDOL", fall_id=1), gefunden=found)


@pytest.mark.parametrize(
    ("vorher", "nachher", "wechsel", "ohne_grund"),
    [
        pytest.param(fall(0), fall(None, 1), SCHLECHTER, True, id="fits today and cannot fit any more"),
        pytest.param(fall(5), fall(None, 1, 4), BESSER, True, id="fewer than today at most"),
        pytest.param(fall(2), fall(None, 1), OFFEN, False, id="as many as today, or more, or fewer"),
        pytest.param(fall(None, 0, 3), fall(4), SCHLECHTER, True, id="more than there can be today"),
        pytest.param(fall(2), fall(None, 2, 2), BLEIBT, True, id="bounds that meet"),
        pytest.param(fall(3), fall(3), BLEIBT, False, id="the same"),
    ],
)
def test_bounds_decide_how_a_case_changes(vorher: Any, nachher: Any, wechsel: str, ohne_grund: bool) -> None:
    found = unterschied([vorher] * 10, [nachher] * 10, schwelle=1)
    assert {name: count for name, count in found.wechsel.items() if count} == {wechsel: 10}
    assert found.ohne_grund is ohne_grund
    assert found.darf is (wechsel in (BLEIBT, BESSER))


def test_two_diagrams_that_differ_in_one_element_do_not_count_who_came_to_it() -> None:
    """1'146 cases deviate on the one, 1'150 on the other: that four came to the element that only the other lacks is told by neither."""

    def side(deviating: int) -> list[Any]:
        return [SimpleNamespace(spur=SimpleNamespace(region="SDOL", fall_id=number), gefunden=fall(1 if number < deviating else 0).gefunden) for number in range(1220)]

    def answer(deviating: int) -> Any:
        return unterschied(side(0), side(deviating), schwelle=5)

    one, other = answer(1146), answer(1150)
    assert [found.wechsel[SCHLECHTER] for found in (one, other)] == [1145, 1150] and one.wechsel[BLEIBT] == 75
    assert [row.neu for found in (one, other) for row in found.gruende] == [1145, 1150]
    assert [len(ids) for found in (one, other) for ids in found.betroffen.values()] == [1143, 1148]
    assert one.nachher is not None and round(one.nachher * 1220) == 75
