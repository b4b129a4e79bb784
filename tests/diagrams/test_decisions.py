"""The small tables: every rule fires."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import engine.store
from engine.definitions import dmn
from engine.definitions.feel import Feel
from tests.diagrams.drawn import decide, load_decisions
from tests.diagrams.nebenwege import CASES as NEBENWEGE

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
    ("intervall", {"segment": "VERAENDERN", "regel": "V1", "parameter": {"sb_intervall_veraendern": "P4M"}}, "D7_veraendern", "P4M"),
    ("intervall", {"segment": "ORIENTIEREN", "regel": "O9"}, "D7_orientieren", "P3M"),
    ("intervall", {"segment": "STABILISIEREN", "regel": "S1"}, "D7_stabilisieren", "P12M"),
    ("intervall", {"segment": "KIND", "regel": "K1"}, "D7_kind", "P12M"),
    ("visum", {"vorschlag": "ABLOESEN", "entscheid": "STABILISIEREN"}, "D3b_1", True),
    ("visum", {"vorschlag": "STABILISIEREN", "entscheid": "ABLOESEN"}, "D3b_2", True),
    ("visum", {"vorschlag": "STABILISIEREN", "entscheid": "ORIENTIEREN"}, "D3b_9", False),
    ("visum", {"vorschlag": "ORIENTIEREN", "entscheid": "ORIENTIEREN", "orientieren_bisher": 2}, "D3b_3", True),
    ("visum", {"vorschlag": "ORIENTIEREN", "entscheid": "ORIENTIEREN", "orientieren_bisher": 1}, "D3b_9", False),
    ("verzicht", {"anspruch": "ueberbrueckung", "ueberbrueckung_monate": 2}, "D5_1", True),
    ("verzicht", {"anspruch": "ueberbrueckung", "ueberbrueckung_monate": 3}, "D5_9", False),
    ("verzicht", {"anspruch": "ja", "ueberbrueckung_monate": None}, "D5_9", False),
    ("uebergabe_art", {"wohin": "ausland"}, "D10_1", "ausland"),
    ("uebergabe_art", {"wohin": "anderer_kanton"}, "D10_2", "ausserkantonal"),
    ("uebergabe_art", {"wohin": "kanton", "neue_gemeinde_bfs": 2546, "bisherige_gemeinde_bfs": 2546, "neue_region": "SDOL", "region": "SDOL"}, "D10_3", "gleiche_gemeinde"),
    ("uebergabe_art", {"wohin": "kanton", "neue_gemeinde_bfs": 2543, "bisherige_gemeinde_bfs": 2546, "neue_region": "SDOL", "region": "SDOL"}, "D10_4", "gleiche_region"),
    ("uebergabe_art", {"wohin": "kanton", "neue_gemeinde_bfs": 2581, "bisherige_gemeinde_bfs": 2546, "neue_region": "SRO", "region": "SDOL"}, "D10_5", "andere_region"),
    ("zustaendigkeit", {"gemeinde_bfs": 2546, "stichtag": "2026-03-02"}, "D1_2546", {"region": "SDOL", "gemeinde": 2546}),
    ("zustaendigkeit", {"gemeinde_bfs": 261, "stichtag": "2026-03-02"}, "D1_ausserhalb", {"region": None, "gemeinde": None}),
    *NEBENWEGE,
]

# What the conversation of a Standortbestimmung found, when nothing speaks against the segments.
RUHIG: dict[str, Any] = {
    "ergebnisse": [
        {"person_id": "P1", "segment": "VERAENDERN", "vorschlag": "ORIENTIEREN", "segment_weiter_richtig": "ja", "orientieren_in_folge": 1}
    ],
    "vorschlaege": ["ORIENTIEREN"],
    "ziele": [{"status": "nicht_erreicht", "status_vorher": "teilweise"}],
    "kurzassessments": [{"person_id": "P1", "am": "2025-06-02"}],
}
ANDERS = {**RUHIG["ergebnisse"][0]}
NEUSEGMENTIERUNG = [
    ({"vorschlaege": ["VERAENDERN"]}, "D7a_1", True),
    ({"ergebnisse": [{**ANDERS, "segment_weiter_richtig": "unsicher"}]}, "D7a_2", True),
    ({"ziele": [{"status": "nicht_erreicht", "status_vorher": "nicht_erreicht"}]}, "D7a_3", True),
    ({"ereignis_grund": "geburt"}, "D7a_4", True),
    ({"ergebnisse": [{**ANDERS, "segment": "ORIENTIEREN", "orientieren_in_folge": 2}]}, "D7a_5", True),
    ({"kurzassessments": [{"person_id": "P1", "am": "2025-03-02"}]}, "D7a_6", True),
    ({"vorschlaege": ["KIND"]}, "D7a_9", False),
    ({"kurzassessments": [{"person_id": "P1", "am": "2025-03-03"}]}, "D7a_9", False),
    ({}, "D7a_9", False),
]
# Tables in which more than one rule can hold: the first one counts, on purpose, because the order is the domain's.
OVERLAPS = [
    ("segment_kind", {"segmente_erwachsene": ["ABLOESEN", "VERAENDERN", "ORIENTIEREN", "STABILISIEREN"]}, "D3k_1"),
    ("intervall", {"segment": "ABLOESEN", "regel": "A2", "erstmalig": True, "intensiv": True}, "D7_erste"),
    ("intervall", {"segment": "STABILISIEREN", "regel": "S3", "intensiv": True}, "D7_intensiv"),
    ("visum", {"vorschlag": "ABLOESEN", "entscheid": "STABILISIEREN", "orientieren_bisher": 5}, "D3b_1"),
    ("neusegmentierung", {**RUHIG, "vorschlaege": ["VERAENDERN"], "ereignis_grund": "geburt"}, "D7a_1"),
    ("zustaendigkeit", {"gemeinde_bfs": 2456, "stichtag": "2023-12-31"}, "D1_2456"),
]
GEMEINDEN = list(csv.DictReader((Path(engine.store.__file__).parent / "data" / "gemeinden.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(("decision", "variables", "rule", "result"), CASES)
def test_each_rule_gives_its_result(feel: Feel, decision: str, variables: dict[str, Any], rule: str, result: Any) -> None:
    assert decide(DECISIONS, decision, variables, feel=feel, now=NOW) == dmn.Decided(result, (rule,))


@pytest.mark.parametrize(("found", "rule", "noetig"), NEUSEGMENTIERUNG)
def test_each_reason_for_a_new_segment_is_recognised(feel: Feel, found: dict[str, Any], rule: str, noetig: bool) -> None:
    decided = decide(DECISIONS, "neusegmentierung", {**RUHIG, **found}, feel=feel, now=NOW)
    assert (decided.rules, decided.result["noetig"]) == ((rule,), noetig)
    assert decided.result["grund"].endswith(".")


@pytest.mark.parametrize(("decision", "variables", "rule"), OVERLAPS)
def test_where_several_rules_hold_the_first_one_counts(feel: Feel, decision: str, variables: dict[str, Any], rule: str) -> None:
    assert decide(DECISIONS, decision, variables, feel=feel, now=NOW).rules == (rule,)


def responsible(feel: Feel, bfs: str, stichtag: str) -> dmn.Decided:
    return decide(DECISIONS, "zustaendigkeit", {"gemeinde_bfs": int(bfs), "stichtag": stichtag}, feel=feel, now=NOW)


def test_the_table_of_communes_and_their_list_agree(feel: Feel) -> None:
    """Each commune belongs to the region the list names, while it exists; afterwards to that of the commune it became part of."""
    regions = {line["bfs_nr"]: line["sozialregion"] for line in GEMEINDEN}
    fired: set[str] = set()
    for line in GEMEINDEN:
        found = responsible(feel, line["bfs_nr"], line["gueltig_bis"] or "2026-03-02")
        assert (found.result["region"], found.result["gemeinde"]) == (line["sozialregion"], int(line["bfs_nr"])), line["gemeinde"]
        fired.update(found.rules)
        if line["gueltig_bis"]:
            after = responsible(feel, line["bfs_nr"], "2026-03-02")
            assert (after.result["region"], str(after.result["gemeinde"])) == (
                regions[line["aufgegangen_in_bfs"]],
                line["aufgegangen_in_bfs"],
            )
            fired.update(after.rules)
    table = DECISIONS["zustaendigkeit"].table
    assert table
    assert {rule.id for rule in table.rules} - fired == {"D1_ausserhalb"}, "no rule is left untested"


def test_no_rule_is_left_untested() -> None:
    tables = {id: decision.table for id, decision in DECISIONS.items() if decision.table and id not in ("segmentierung", "zustaendigkeit")}
    tested = {(decision, rule) for decision, _, rule, _ in CASES} | {("neusegmentierung", rule) for _, rule, _ in NEUSEGMENTIERUNG}
    assert {(id, rule.id) for id, table in tables.items() for rule in table.rules} == {one for one in tested if one[0] in tables}
