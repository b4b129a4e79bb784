"""Answers are read as their forms show them: no key of the process, no number of a person, no word of a program."""

from __future__ import annotations

from typing import Any

import pytest

from engine.queries.angaben import Labels, lines, pairs

LABELS: Labels = {
    "zustaendig": ("Ist diese Sozialregion zuständig?", {"ja": "Ja", "nein": "Nein, eine andere"}),
    "horizont": ("Ablösung absehbar in", {"7_12": "7 bis 12 Monaten"}),
    "ergebnisse": ("Ergebnisse", {}),
    "intensiv_person": ("Für wen", {"P2": "Jana Robinie"}),
}
NAMES = {"P1": "Selam Robinie", "P2": "Jana Robinie"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"horizont": "7_12"}, ["Ablösung absehbar in: 7 bis 12 Monaten"], id="a choice in the words of its form"),
        pytest.param({"zustaendig": "nein"}, ["Ist diese Sozialregion zuständig? Nein, eine andere"], id="a question needs no colon"),
        pytest.param({"intensiv_person": "P2"}, ["Für wen: Jana Robinie"], id="a person by name"),
        pytest.param({"entscheid": "ORIENTIEREN"}, ["Entscheid: Orientieren"], id="a segment nobody labelled"),
        pytest.param({"ab": "2026-08-31", "leer": "", "nein": False}, ["Ab: 31.08.2026"], id="dates as written here, nothing that is empty"),
        pytest.param(
            {"ergebnisse": [{"person_id": "P1", "segment": "ABLOESEN"}, {"person_id": "P2", "person_name": "Jana R."}]},
            ["Ergebnisse 1:", "  Person: Selam Robinie", "  Segment: Ablösen", "Ergebnisse 2:", "  Person name: Jana R."],
            id="a list says whom each row is about, once",
        ),
    ],
)
def test_an_answer_reads_as_its_form_shows_it(values: dict[str, Any], expected: list[str]) -> None:
    assert list(lines(values, LABELS, names=NAMES)) == expected


def test_each_row_of_a_list_is_an_answer_of_its_own() -> None:
    rows = [{"person_id": "P1", "horizont": "7_12"}, {"person_id": "P2"}]
    assert list(pairs({"ergebnisse": rows}, LABELS, NAMES)) == [
        ("Ergebnisse 1", "Person: Selam Robinie\nAblösung absehbar in: 7 bis 12 Monaten"),
        ("Ergebnisse 2", "Person: Jana Robinie"),
    ]
