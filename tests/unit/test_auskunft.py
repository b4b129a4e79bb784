"""Blackening: what is covered is gone."""

from __future__ import annotations

import pytest

from engine.cases.auskunft import BLOCK, Eintrag, blackened

ENTRY = Eintrag("j1", "Journal", "02.03.2026", "Irma", "Frau Meier rief an.\nAnna  Meier (31) klagt über Annahmen.")


@pytest.mark.parametrize(("stelle", "text"), [
    pytest.param("Anna Meier", f"Frau Meier rief an.\n{BLOCK} (31) klagt über Annahmen.", id="however it is spaced"),
    pytest.param("meier", f"Frau {BLOCK} rief an.\nAnna  {BLOCK} (31) klagt über Annahmen.", id="however it is written"),
    pytest.param("Anna", f"Frau Meier rief an.\n{BLOCK}  Meier (31) klagt über Annahmen.", id="not inside other words"),
    pytest.param("(31)", f"Frau Meier rief an.\nAnna  Meier {BLOCK} klagt über Annahmen.", id="signs are no pattern"),
    pytest.param("Huber", ENTRY.text, id="not there"),
    pytest.param("", BLOCK, id="all of it"),
])  # fmt: skip
def test_a_passage_is_replaced(stelle: str, text: str) -> None:
    assert blackened(ENTRY, [{"eintrag": "j1", "stelle": stelle, "grund": "Dritte"}]).text == text


def test_only_what_was_found_counts_and_gives_its_reason() -> None:
    found = blackened(ENTRY, [{"eintrag": "*", "stelle": "Meier", "grund": "Dritte"}, {"eintrag": "j2", "stelle": "Frau", "grund": "anderes"}])
    assert (found.stellen, found.gruende) == (2, ("Dritte",))
