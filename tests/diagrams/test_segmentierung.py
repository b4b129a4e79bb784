"""The proposal of a segment: every rule fires, in the order the table gives them. Rules are those of the process proposal, chapter 7."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.definitions import dmn
from engine.definitions.feel import Feel
from tests.diagrams.drawn import decide, load_decisions

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
DECISIONS = load_decisions()
FELDER = (
    "wohnen",
    "finanzen",
    "gesundheit_koerper",
    "gesundheit_psyche",
    "sucht",
    "arbeit",
    "bildung",
    "sprache",
    "soziales_netz",
    "betreuung",
)
STARK = {
    **dict.fromkeys(FELDER, 1), "alter": 35, "erwerbsfaehigkeit": "voll", "motivation": 1, "horizont": "offen", "horizont_grund": None,
    "in_ausbildung": False, "erwerbstaetig": False, "sicherheit_gefaehrdet": False,
}  # fmt: skip
MITTEL = {**STARK, "arbeit": 3, "bildung": 2, "sprache": 2, "gesundheit_koerper": 2, "betreuung": 2}
GERING = {**STARK, "arbeit": 4, "bildung": 4, "sprache": 3, "gesundheit_koerper": 2, "betreuung": 2, "motivation": 3}
MEHRFACH = {**GERING, "finanzen": 3, "wohnen": 3}


def decided(feel: Feel, decision: str = "segmentierung", **variables: Any) -> dmn.Decided:
    return decide(DECISIONS, decision, variables, feel=feel, now=NOW)


@pytest.mark.parametrize(
    ("case", "rule", "segment"),
    [
        pytest.param({**STARK, "alter": 15}, "K1", "KIND", id="K1 a child"),
        pytest.param({**MEHRFACH, "horizont": "le6", "horizont_grund": "stelle_zugesagt"}, "A1", "ABLOESEN", id="A1 a job is promised"),
        pytest.param({**STARK, "erwerbsfaehigkeit": "keine"}, "S1", "STABILISIEREN", id="S1 unable to work"),
        pytest.param({**STARK, "alter": 63}, "S2", "STABILISIEREN", id="S2 near pension age without work"),
        pytest.param({**STARK, "sucht": 4}, "S3", "STABILISIEREN", id="S3 acute crisis"),
        pytest.param({**STARK, "sicherheit_gefaehrdet": True}, "S3", "STABILISIEREN", id="S3 violence"),
        pytest.param({**STARK, "wohnen": None, "finanzen": None, "sucht": None}, "O1", "ORIENTIEREN", id="O1 three fields unknown"),
        pytest.param({**STARK, "erwerbsfaehigkeit": "unklar"}, "O1", "ORIENTIEREN", id="O1 ability unclear"),
        pytest.param({**STARK, "arbeit": None, "bildung": None}, "O1", "ORIENTIEREN", id="O1 fewer than four values for amf"),
        pytest.param({**STARK, "in_ausbildung": True}, "V0", "VERAENDERN", id="V0 in training"),
        pytest.param(STARK, "A2", "ABLOESEN", id="A2 strong and motivated"),
        pytest.param({**STARK, "motivation": 4}, "O2", "ORIENTIEREN", id="O2 no motivation"),
        pytest.param(MITTEL, "V1", "VERAENDERN", id="V1 medium"),
        pytest.param({**STARK, "motivation": None}, "V1", "VERAENDERN", id="V1 strong, motivation not assessed"),
        pytest.param({**MEHRFACH, "alter": 50}, "S4", "STABILISIEREN", id="S4 many needs from 50"),
        pytest.param({**MEHRFACH, "alter": 49}, "O3", "ORIENTIEREN", id="O3 many needs below 50"),
        pytest.param({**GERING, "alter": 55}, "S5", "STABILISIEREN", id="S5 weak from 55"),
        pytest.param({**GERING, "motivation": 2}, "V2", "VERAENDERN", id="V2 weak but motivated"),
        pytest.param(GERING, "O9", "ORIENTIEREN", id="O9 nothing else"),
    ],
)
def test_each_rule_proposes_its_segment(feel: Feel, case: dict[str, Any], rule: str, segment: str) -> None:
    found = decided(feel, **case)
    assert (found.result["segment"], found.result["regel"], found.rules) == (segment, rule, (rule,))
    assert found.result["begruendung"].endswith(".")


def test_the_table_holds_exactly_the_proposed_rules_in_order() -> None:
    table = DECISIONS["segmentierung"].table
    assert table
    assert [rule.id for rule in table.rules] == ["K1", "A1", "S1", "S2", "S3", "O1", "V0", "A2", "O2", "V1", "S4", "O3", "S5", "V2", "O9"]


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        pytest.param({**STARK, "alter": 15, "erwerbsfaehigkeit": "keine"}, "K1", id="a child who cannot work stays a child"),
        pytest.param(
            {**STARK, "horizont": "le6", "horizont_grund": "stelle_zugesagt", "sucht": 4}, "A1", id="a promised job before a crisis"
        ),
        pytest.param({**STARK, "sucht": 4, "in_ausbildung": True}, "S3", id="a crisis before training"),
        pytest.param({**STARK, "in_ausbildung": True, "erwerbsfaehigkeit": "unklar"}, "O1", id="clarification before training"),
        pytest.param({**MEHRFACH, "alter": 56}, "S4", id="many needs before age alone"),
        pytest.param({**MEHRFACH, "motivation": 1}, "O3", id="many needs before motivation"),
        pytest.param({**GERING, "alter": 56, "motivation": 1}, "S5", id="age before motivation"),
    ],
)
def test_where_rules_overlap_the_first_one_counts(feel: Feel, case: dict[str, Any], rule: str) -> None:
    assert decided(feel, **case).result["regel"] == rule


@pytest.mark.parametrize(
    ("values", "score", "amf"),
    [
        pytest.param((1, 1, 1, 1, 1), 100, "hoch", id="all strong"),
        pytest.param((2, 2, 2, 2, 2), 67, "hoch", id="66.67 is rounded to 67 before it is compared"),
        pytest.param((3, 3, 3, 3, 3), 33, "gering", id="33.33 is rounded to 33"),
        pytest.param((3, 3, 3, 3, 2), 40, "mittel", id="medium"),
        pytest.param((1, 1, 1, 1, None), 100, "hoch", id="four values suffice"),
        pytest.param((1, 1, 1, None, None), None, "unklar", id="three do not"),
    ],
)
def test_arbeitsmarktfaehigkeit(feel: Feel, values: tuple[int | None, ...], score: int | None, amf: str) -> None:
    fields = dict(zip(("arbeit", "bildung", "sprache", "gesundheit_koerper", "betreuung"), values, strict=True))
    assert decided(feel, "amf_score", **fields).result == score
    assert decided(feel, "amf", **fields).result == amf


@pytest.mark.parametrize(("koerper", "psyche", "gesundheit"), [(1, 3, 3), (4, 2, 4), (None, 2, 2), (3, None, 3), (None, None, None)])
def test_gesundheit_is_the_worse_of_body_and_mind(feel: Feel, koerper: int | None, psyche: int | None, gesundheit: int | None) -> None:
    assert decided(feel, "gesundheit", gesundheit_koerper=koerper, gesundheit_psyche=psyche).result == gesundheit


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        pytest.param({**STARK, "alter": 17, "parameter": {"alter_kind": 18}}, "K1", id="alter_kind"),
        pytest.param({**STARK, "alter": 60, "parameter": {"alter_stabilisieren": 60}}, "S2", id="alter_stabilisieren"),
        pytest.param({**MITTEL, "parameter": {"amf_schwelle_hoch": 50}}, "A2", id="amf_schwelle_hoch"),
        pytest.param({**GERING, "parameter": {"amf_schwelle_tief": 30}}, "V1", id="amf_schwelle_tief"),
    ],
)
def test_parameters_replace_the_defaults(feel: Feel, case: dict[str, Any], rule: str) -> None:
    assert decided(feel, **case).result["regel"] == rule
