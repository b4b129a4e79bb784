"""Ways of many cases: the same course is the same way."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine.model.access import system
from engine.queries.auswertung.viele import Augenblick, Ordnung, elemente, folge, phasen, zeitraffer, zweistellig
from engine.queries.auswertung.zellschutz import gerundet
from engine.store.session import Database
from engine.store.tables import Release, Spur
from tests.freigabe import release_all
from webui.auswertung.viele import _stand

SUB = "SUB_PROCESS"


def trace(*steps: tuple[str, int], release: int = 1) -> Spur:
    """A case with these sub-processes, each with the second in which it began."""
    return Spur(release_id=release, process="fall", schritte=[[element, "fall", SUB, at, None, None, "o"] for element, at in steps])


def test_what_began_in_the_same_second_goes_in_the_order_of_the_diagram() -> None:
    ordnung = Ordnung({("a", "fall"): 0, ("b", "fall"): 1, ("c", "fall"): 2})
    ways = {phasen(trace(*steps, ("a", 9)), lambda _: ordnung) for steps in permutations([("b", 5), ("a", 5), ("c", 5)])}
    assert ways == {("a", "b", "c", "a")}
    assert phasen(trace(("a", 6), ("b", 5), ("unbekannt", 5)), lambda _: ordnung) == ("b", "unbekannt", "a")


def test_the_ways_of_a_case_begin_with_intake_and_not_with_what_surrounds_all_phases(database: Database) -> None:
    release_all(database)
    with database.read(system()) as session:
        release = session.scalars(select(Release.id)).one()
        begun = [("haushalt", 5), ("fallfuehrung", 5), ("intake", 5), ("nachbegleitung", 7), ("kontakte", 7)]
        ways = {folge(session, "phasen")(trace(*steps, release=release)) for steps in (begun, begun[::-1])}
    assert ways == {("intake", "haushalt", "nachbegleitung", "kontakte")}


def test_what_follows_from_the_numbers_before_and_behind_it_on_the_diagram_is_told_of_no_element() -> None:
    """Of twelve cases that were assessed nine were accepted: how many were refused follows to four more or less."""

    def case(number: int, *done: str) -> Spur:
        return Spur(instanz_nummer=number, release_id=1, process="fall", schritte=[[element, "fall", "USER_TASK", 0, 9, 5, "c"] for element in done])

    cases = [case(number, "abklaeren", "aufnehmen" if number < 9 else "abweisen") for number in range(12)]
    found = {one.element: (one.faelle, one.mal) for one in elemente(cases, schwelle=5)}
    assert found == {"abklaeren": (10, 10), "aufnehmen": (10, 10), "abweisen": (None, None)}


def test_numbers_are_rounded_to_the_next_multiple_of_the_threshold() -> None:
    assert [gerundet(number, schwelle=5) for number in (0, 2, 3, 5, 7, 8, 1146)] == [0, 0, 5, 5, 5, 10, 1145]
    assert [gerundet(number, schwelle=2) for number in (0, 1, 2, 3)] == [0, 2, 2, 4]


def test_beside_a_moment_of_the_time_lapse_stand_first_the_tasks_of_people_with_most_cases() -> None:
    moment = Augenblick(datetime(2026, 2, 1, tzinfo=UTC), 40, {"fall": {"intake": 5, "geburtstag": 20}, "kurzassessment": {"einladen": 10}})
    assert _stand(moment, {"intake", "einladen"}) == ([("einladen", 10), ("intake", 5)], [("geburtstag", 20)])


@pytest.mark.parametrize(("seconds", "told"), [(None, None), (0.0, 0.0), (293760.0, 290000.0), (278460.0, 280000.0), (59.4, 59.0), (3.0, 3.0)])
def test_a_duration_is_told_in_two_digits(seconds: float | None, told: float | None) -> None:
    """To the second the same median at two choices is the same case in both."""
    assert zweistellig(seconds) == told


def test_the_pictures_of_every_choice_are_of_the_same_moments() -> None:
    """From the first beginning on they would tell when the first case of a choice began, and which choices it is in."""
    since, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    days = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC)
    one, other = (zeitraffer([begun(day)] * 3, since, now, schwelle=5) for day in days)
    assert [picture.at for picture in one] == [picture.at for picture in other] and (one[0].at, one[-1].at) == (since, now)
    # Neither nobody nor a few: the first picture with somebody would tell it, too.
    assert {picture.offen for picture in (*one, *other)} == {None}


def begun(at: datetime) -> Any:
    return SimpleNamespace(instanz_nummer=1, begonnen_am=at, beendet_am=None, schritte=[("a", "p", "USER_TASK", int(at.timestamp()), None, None, "o")])
