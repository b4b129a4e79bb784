"""The ways of tokens between recorded elements, for dots that run along them."""

from __future__ import annotations

from engine.definitions.plain import read
from engine.replay.flusswege import Weg, flusswege
from tests.replay.build import TIMER, boundary, drawn, sub


def ways(flows: str, nodes: str = "") -> dict[tuple[str, str], Weg]:
    return flusswege(read(drawn(flows, nodes), "main.bpmn")[0])


def test_a_token_runs_through_gateways_and_stops_at_the_next_task() -> None:
    found = ways("s > a > x; x > b > e; x > x2; x2 > c > e; x2 > x")
    assert found["s", "a"].fluesse == ("s_a_0",)
    assert found["a", "b"].fluesse == ("a_x_1", "x_b_2")
    assert found["a", "c"].fluesse == ("a_x_1", "x_x2_4", "x2_c_5")
    assert found["b", "e"].fluesse == ("b_e_3",)
    assert ("s", "b") not in found


def test_it_enters_a_sub_process_by_its_start_and_leaves_it_by_its_end() -> None:
    found = ways("s > a > box > b > e", sub("box", "s2 > c > e2"))
    assert found["a", "c"].fluesse == ("a_box_1", "s2_c_0")
    assert found["c", "b"].fluesse == ("c_e2_1", "box_b_2")
    assert ("a", "b") not in found
    assert ("c", "e2") not in found


def test_a_sub_process_that_may_happen_no_time_at_all_is_also_passed_by() -> None:
    loop = '<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
    found = ways("s > a > box > b > e", sub("box", "s2 > c > e2", inside=loop))
    assert found["a", "b"].fluesse == ("a_box_1", "box_b_2")
    assert found["a", "c"].fluesse == ("a_box_1", "s2_c_0")


def test_an_event_on_a_border_leads_on_by_its_own_flow() -> None:
    found = ways("s > a > b > e; t > c > e3", boundary("t", "a", TIMER))
    assert found["t", "c"].fluesse == ("t_c_3",)
    assert ("a", "c") not in found


def test_events_that_wait_beside_each_other_are_told_apart_from_others() -> None:
    catch = "".join(f'<intermediateCatchEvent id="{id_}">{TIMER}</intermediateCatchEvent>' for id_ in ("k1", "k2"))
    found = ways("s > a > g; g > k1 > b > e; g > k2 > e", catch)
    assert found["a", "k1"].waehlt
    assert not found["k1", "b"].waehlt
