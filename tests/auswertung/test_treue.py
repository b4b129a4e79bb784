"""Adherence: what is told of deviations beside the table of results."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from engine.queries.auswertung.ausrichtungen import Gefunden
from engine.queries.auswertung.treue import treue


def case(*elements: str, region: str = "SDOL") -> Any:
    moves = tuple((element, element.upper(), "skipped", None) for element in elements)
    found = Gefunden(len(moves), len(moves), len(moves), moves, 400)
    return SimpleNamespace(spur=SimpleNamespace(region=region, version=1), gefunden=found)


def test_deviations_of_elements_do_not_tell_how_many_deviate_elsewhere_only() -> None:
    """57 cases deviate, 55 of them at «a»: two at «b» alone, which is fewer than may be told."""
    found = treue([case()] * 30 + [case("a")] * 53 + [case("a", "b")] * 2 + [case("b")] * 2, {}, schwelle=5)
    assert found.zahlen["abweichend"] == 57
    assert {one.element: one.faelle for one in found.abweichungen} == {"a": 55, "b": None}
    more = treue([case()] * 30 + [case("a")] * 54 + [case("a", "b")] * 2 + [case("b")], {}, schwelle=5)
    assert more.zahlen["abweichend"] == 57 and [one.faelle for one in more.abweichungen] == [55, None]


def test_of_what_all_do_the_number_is_exact() -> None:
    assert [one.faelle for one in treue([case("a")] * 13, {}, schwelle=5).abweichungen] == [13]


def test_where_nothing_is_accepted_nobody_is_known_to_be_accepted() -> None:
    """The page says where a deviation is accepted. Elsewhere who does not fit deviates, and what that leaves of the total must not be few."""
    cases = [*[case(region="SRO")] * 201, *[case("a", region="SRO")] * 28, *[case()] * 150, *[case("a")] * 30, *[case("b")] * 2]
    found = treue(cases, {("a", "skipped"): {"SDOL"}}, schwelle=5)
    (mine,) = [row for row in found.zeilen if row.region == "SRO"]
    assert mine.zahlen["akzeptiert"] == 0
    knows_rest = None not in (found.zahlen["abweichend"], mine.faelle, mine.zahlen["passend"])
    assert not knows_rest and mine.zahlen["abweichend"] is None or found.zahlen["abweichend"] is None
