"""Dots along the flows: what moved is seen, and nobody can be found by it, whatever else is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.model.calendar import ZURICH
from engine.queries.auswertung.uebergaenge import JEDER, Netz, Paar, uebergaenge
from engine.replay.model import load
from engine.store.tables import Spur
from tests.replay.build import drawn, sub

FEW, KEY = 5, b"a key of an installation"
DAY = 86_400
BEGIN = int(datetime(2026, 1, 1, tzinfo=ZURICH).timestamp())
MODEL = drawn("s > a > x; x > b > d > e; x > c > d")
NET = Netz(load([("main.bpmn", MODEL)]).called)
MONTHS = [int(datetime(2026, month, 1, tzinfo=ZURICH).timestamp()) for month in range(1, 9)]

Schritt = tuple[str, str, str, int, int | None, int | None, str]


def case(number: int, steps: Iterable[Schritt]) -> Spur:
    return Spur(instanz_nummer=number, fall_id=number, process="main", schritte=list(steps))


def walk(number: int, begun: int, *elements: tuple[str, int]) -> Spur:
    """One element after the other, each so many days; the last month is not over: what lasts longer is open."""
    steps: list[Schritt] = []
    for element, days in elements:
        if begun > MONTHS[-1]:
            break
        ended = begun + days * DAY
        is_open = ended > MONTHS[-1]
        steps.append((element, "main", "USER_TASK", begun, None if is_open else ended, None, "o" if is_open else "c"))
        begun = ended
    return case(number, steps)


def lived(seed: int) -> list[Spur]:
    """Cases as they might be: most go one way, few the other; some wait long."""
    chance = Random(seed)
    found = []
    for number in range(120):
        middle = ("b", chance.randint(1, 40)) if chance.random() < 0.85 else ("c", chance.randint(1, 40))
        found.append(walk(number, BEGIN + chance.randint(0, 200) * DAY + 60, ("a", chance.randint(1, 30)), middle, ("d", chance.randint(0, 20))))
    return found


def told(spuren: list[Spur]) -> dict[tuple[Paar, int], int]:
    """The dots, by passage and month."""
    return {(pair, int(month.von.timestamp())): dots for month in uebergaenge(spuren, NET, schluessel=KEY, schwelle=FEW) for pair, dots in month.punkte.items()}


def moved(spuren: list[Spur]) -> Counter[tuple[Paar, int]]:
    """How often each passage happened in each month."""
    return Counter((pair, max(month for month in MONTHS if month <= at)) for spur in spuren for pair, at in NET.gaenge(spur))


def test_a_case_moves_from_the_start_through_gateways_to_the_end() -> None:
    went = dict(NET.gaenge(walk(1, BEGIN, ("a", 3), ("b", 4), ("d", 2))))
    assert went == {
        ("main", "s", "a"): BEGIN, ("main", "a", "b"): BEGIN + 3 * DAY, ("main", "b", "d"): BEGIN + 7 * DAY, ("main", "d", "e"): BEGIN + 9 * DAY,
    }  # fmt: skip


def test_of_events_that_wait_beside_each_other_a_token_goes_to_the_one_that_came() -> None:
    events = "".join(f'<intermediateCatchEvent id="{id_}"><messageEventDefinition/></intermediateCatchEvent>' for id_ in ("k1", "k2"))
    net = Netz(load([("main.bpmn", drawn("s > a > g; g > k1 > e; g > k2 > e", events))]).called)
    kind = "INTERMEDIATE_CATCH_EVENT"
    steps: list[Schritt] = [("a", "main", "USER_TASK", BEGIN, BEGIN + 9, None, "c"), ("k2", "main", kind, BEGIN + 9, BEGIN + 99, None, "c"), ("k1", "main", kind, BEGIN + 9, BEGIN + 99, None, "x")]
    assert {pair[1:] for pair, _ in net.gaenge(case(1, steps))} == {("s", "a"), ("a", "k2"), ("k2", "e")}


def test_only_what_came_first_came_from_a_start_though_a_way_leads_from_it_to_more() -> None:
    events = "".join(f'<intermediateCatchEvent id="{id_}"><messageEventDefinition/></intermediateCatchEvent>' for id_ in ("k1", "k2"))
    net = Netz(load([("main.bpmn", drawn("s > x > a > x2 > g; x > x2; g > k1 > e; g > k2 > e", events))]).called)
    kind = "INTERMEDIATE_CATCH_EVENT"
    steps: list[Schritt] = [("a", "main", "USER_TASK", BEGIN, BEGIN + 9, None, "c"), ("k2", "main", kind, BEGIN + 9, BEGIN + 99, None, "c"), ("k1", "main", kind, BEGIN + 9, BEGIN + 99, None, "x")]
    assert ("main", "s", "k1") in net.wege
    assert {pair[1:] for pair, _ in net.gaenge(case(1, steps))} == {("s", "a"), ("a", "k2"), ("k2", "e")}


def test_a_called_process_begins_again_and_again() -> None:
    steps: list[Schritt] = [("a", "other", "USER_TASK", BEGIN + at * DAY, BEGIN + (at + 1) * DAY, None, "c") for at in (0, 7, 90)]
    net = Netz({"other": load([("main.bpmn", MODEL)]).called["main"]})
    assert [(pair[1:], at) for pair, at in net.gaenge(case(1, steps))] == [(("s", "a"), BEGIN + at * DAY) for at in (0, 7, 90)]


def test_a_sub_process_is_entered_and_left_and_is_no_stop_itself() -> None:
    net = Netz(load([("main.bpmn", drawn("s > a > box > b > e", sub("box", "s2 > c > e2")))]).called)
    steps: list[Schritt] = [
        ("a", "main", "USER_TASK", BEGIN, BEGIN + 9, None, "c"), ("c", "main", "USER_TASK", BEGIN + 9, BEGIN + 20, None, "c"),
        ("box", "main", "SUB_PROCESS", BEGIN + 9, BEGIN + 20, None, "c"), ("b", "main", "USER_TASK", BEGIN + 20, None, None, "o"),
    ]  # fmt: skip
    assert {pair[1:] for pair, _ in net.gaenge(case(1, steps))} == {("s", "a"), ("a", "c"), ("c", "b")}


@pytest.mark.parametrize("seed", range(6))
def test_no_passage_of_fewer_cases_than_the_threshold_is_drawn_and_a_dot_never_says_more_than_happened(seed: int) -> None:
    spuren = lived(seed)
    truth = moved(spuren)
    dots = told(spuren)
    assert dots
    assert all(truth[cell] >= FEW * number for cell, number in dots.items())


def test_several_runs_of_one_case_are_one_case() -> None:
    again = [case(7, walk(number, BEGIN, ("a", 3), ("b", 4), ("d", 2)).schritte) for number in range(50)]
    assert uebergaenge(again, NET, schluessel=KEY, schwelle=FEW) == []


def test_looking_again_and_choosing_otherwise_tosses_no_new_coin() -> None:
    spuren = lived(1)
    assert told(spuren) == told(list(reversed(spuren)))
    twice = Counter[tuple[Paar, int]]()
    for part in (spuren[:60], spuren[60:]):
        twice.update(told(part))
    assert all(number <= told(spuren).get(cell, 0) or cell not in told(spuren) for cell, number in twice.items())


def test_about_every_second_passage_counts_and_which_is_up_to_the_key() -> None:
    spuren = [walk(number, BEGIN + 60, ("a", 3), ("b", 4), ("d", 2)) for number in range(1000)]
    one, other = ({month.punkte["main", "a", "b"] for month in uebergaenge(spuren, NET, schluessel=key, schwelle=1)} for key in (KEY, b"another"))
    assert all(abs(number - 1000 / JEDER) < 80 for number in (*one, *other))
    assert one != other


def test_what_may_not_be_told_with_these_filters_is_not_drawn() -> None:
    found = uebergaenge(lived(2), NET, schluessel=KEY, schwelle=FEW, bekannt={("main", "a", "b")})
    assert {pair for month in found for pair in month.punkte} == {("main", "a", "b")}


def test_dots_belong_to_a_month_of_the_calendar_and_to_no_moment_of_it() -> None:
    month = uebergaenge(lived(3), NET, schluessel=KEY, schwelle=FEW)[0]
    assert (month.von, month.bis) == tuple(datetime(2026, number, 1, tzinfo=ZURICH).astimezone(UTC) for number in (1, 2))


class Account:
    """Somebody with everything that is published and a pencil: at each element, what was there plus what came is what went plus what is there.

    He knows how many cases were at each element when each month began, unless they were too few, and how often each element was done in all.
    """

    def __init__(self, spuren: list[Spur]):
        self.moves, self.there = moved(spuren), stock(spuren)
        self.pairs = sorted({pair for pair, _ in self.moves})
        self.names: list[object] = [*((pair, month) for pair in self.pairs for month in MONTHS[:-1]), *((element, month) for element in "abcd" for month in MONTHS)]
        self.place = {name: number for number, name in enumerate(self.names)}

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        rows, sums = [], []
        for element in "abcd":
            for month, after in pairwise(MONTHS):
                row = np.zeros(len(self.names))
                row[self.place[element, month]], row[self.place[element, after]] = 1, -1
                for pair in self.pairs:
                    row[self.place[pair, month]] += (pair[2] == element) - (pair[1] == element)
                rows.append(row)
                sums.append(0)
            row = np.zeros(len(self.names))
            for pair in self.pairs:
                if pair[1] == element:
                    row[[self.place[pair, month] for month in MONTHS[:-1]]] = 1
            rows.append(row)
            sums.append(sum(number for (pair, _), number in self.moves.items() if pair[1] == element))
        return np.array(rows), np.array(sums)

    def narrow(self, known: Mapping[object, tuple[float, float | None]]) -> list[object]:
        """The withheld numbers of few that follow from what is known more closely than the threshold; ``known`` are bounds of passages."""
        equations, sums = self.rows()
        truth: dict[object, int] = {**{name: self.moves[name] for name in self.names if isinstance(name[0], tuple)}, **self.there}  # type: ignore[index]
        bounds: list[tuple[float, float | None]] = []
        for name in self.names:
            number = self.there.get(name)  # type: ignore[arg-type]
            bounds.append(known.get(name, (0, None)) if number is None else (number, number) if number >= FEW or not number else (0, FEW - 1))
        found = []
        for place, name in enumerate(self.names):
            if 0 < truth[name] < FEW and bounds[place][0] != bounds[place][1]:
                row = np.zeros(len(self.names))
                row[place] = 1
                least = linprog(row, A_eq=equations, b_eq=sums, bounds=bounds)
                most = linprog(-row, A_eq=equations, b_eq=sums, bounds=bounds)
                assert least.status == 0
                if most.status == 0 and -most.fun - least.fun < FEW - 1 - 1e-6:
                    found.append(name)
        return found


def stock(spuren: list[Spur]) -> dict[tuple[str, int], int]:
    """How many cases were at each element when each month began."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    for spur in spuren:
        for element, _, _, begun, ended, _, _ in spur.schritte:
            for month in MONTHS:
                found[element, month] += begun < month and (ended is None or ended >= month)
    return dict(found)


@pytest.mark.parametrize("seed", range(4))
def test_no_withheld_number_follows_from_dots_and_the_numbers_at_elements(seed: int) -> None:
    spuren = lived(seed)
    account = Account(spuren)
    without = account.narrow({})
    dots = told(spuren)
    assert account.narrow({cell: (FEW * number, None) for cell, number in dots.items()}) == without
    # The same account with the exact numbers finds somebody: the test would notice.
    exact = {cell: ((number, number) if number >= FEW else (0, FEW - 1)) for cell, number in account.moves.items()}
    assert len(account.narrow(exact)) > len(without)
