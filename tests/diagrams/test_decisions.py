"""The small tables: every rule fires."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.definitions import dmn
from engine.definitions.feel import Feel
from tests.diagrams.walk import load_decisions

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
DECISIONS = load_decisions()

CASES = [
    ("segment_kind", {"segmente_erwachsene": ["ABLOESEN", "STABILISIEREN"]}, "D3k_1", "STABILISIEREN"),
    ("segment_kind", {"segmente_erwachsene": ["VERAENDERN", "ORIENTIEREN"]}, "D3k_2", "ORIENTIEREN"),
    ("segment_kind", {"segmente_erwachsene": ["VERAENDERN", "ABLOESEN"]}, "D3k_3", "VERAENDERN"),
    ("segment_kind", {"segmente_erwachsene": ["ABLOESEN"]}, "D3k_4", "ABLOESEN"),
    ("segment_kind", {"segmente_erwachsene": []}, "D3k_9", "ORIENTIEREN"),
    ("intervall", {"segment": "STABILISIEREN", "regel": "S1", "erstmalig": True}, "D7_erste", "P3M"),
    ("intervall", {"segment": "VERAENDERN", "regel": "V1", "intensiv": True}, "D7_intensiv", "P3M"),
    ("intervall", {"segment": "STABILISIEREN", "regel": "S3"}, "D7_krise", "P3M"),
    ("intervall", {"segment": "ABLOESEN", "regel": "A2"}, "D7_abloesen", "P3M"),
    ("intervall", {"segment": "VERAENDERN", "regel": "V1"}, "D7_veraendern", "P6M"),
    ("intervall", {"segment": "VERAENDERN", "regel": "V1", "sb_intervall_veraendern": "P4M"}, "D7_veraendern", "P4M"),
    ("intervall", {"segment": "ORIENTIEREN", "regel": "O9"}, "D7_orientieren", "P3M"),
    ("intervall", {"segment": "STABILISIEREN", "regel": "S1"}, "D7_stabilisieren", "P12M"),
    ("intervall", {"segment": "KIND", "regel": "K1"}, "D7_kind", "P12M"),
    ("visum", {"vorschlag": "ABLOESEN", "entscheid": "STABILISIEREN"}, "D3b_1", True),
    ("visum", {"vorschlag": "STABILISIEREN", "entscheid": "ABLOESEN"}, "D3b_2", True),
    ("visum", {"vorschlag": "STABILISIEREN", "entscheid": "ORIENTIEREN"}, "D3b_9", False),
    ("verzicht", {"anspruch": "ueberbrueckung", "ueberbrueckung_monate": 2}, "D5_1", True),
    ("verzicht", {"anspruch": "ueberbrueckung", "ueberbrueckung_monate": 3}, "D5_9", False),
    ("verzicht", {"anspruch": "ja", "ueberbrueckung_monate": None}, "D5_9", False),
]


@pytest.mark.parametrize(("decision", "variables", "rule", "result"), CASES)
def test_each_rule_gives_its_result(feel: Feel, decision: str, variables: dict[str, Any], rule: str, result: Any) -> None:
    assert dmn.decide(DECISIONS, decision, variables, feel=feel, now=NOW) == dmn.Decided(result, (rule,))


def test_no_rule_is_left_untested() -> None:
    tables = {id: decision.table for id, decision in DECISIONS.items() if decision.table and id != "segmentierung"}
    assert {(id, rule.id) for id, table in tables.items() for rule in table.rules} == {(decision, rule) for decision, _, rule, _ in CASES}
