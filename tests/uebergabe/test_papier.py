"""The Übergabepaket on paper holds what was chosen, and nothing else of the case."""

from __future__ import annotations

import json

import pytest

from engine import queries
from engine.cases.papiere import TITEL as TITEL_ALLER
from engine.cases.papiere import render
from engine.queries.papiere import contents_of, lacks
from engine.store.session import Database
from tests.uebergabe.conftest import ALLES, Canton

TITEL = {"kurzassessment": "Kurzassessment Anna Muster", "segmenthistorie": "Segmente", "zielvereinbarung": "Zielvereinbarung", "massnahmen": "Massnahmen"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What stands in the package comes from its JSON: one kind of database is enough."""
    return sqlite_database


@pytest.mark.parametrize("parts", [["segmenthistorie"], ALLES], ids=["only the segments", "everything"])
def test_the_paper_holds_only_what_was_chosen(canton: Canton, parts: list[str]) -> None:
    fall_nr = canton.open_household()
    canton.move(fall_nr, paket_inhalt=parts)
    canton.release()
    with canton.database.read(canton.access("SDOL")) as session:
        view = queries.overview(session, fall_nr)
        daten = contents_of(session, view, "uebergabe", {})
        lacking = {lacks(session, view, art) for art in TITEL_ALLER}
        goal = contents_of(session, view, "zielvereinbarung", {})["gesamtziel"]
    titles = " ".join(part["titel"] for part in daten["teile"])
    assert {name for name, title in TITEL.items() if title in titles} >= set(parts) - {"massnahmen"}
    assert not {name for name, title in TITEL.items() if title in titles} - set(parts)
    text = json.dumps(daten, ensure_ascii=False)
    assert (goal in text) is ("zielvereinbarung" in parts)
    assert lacking == {""}, "with aims, segments and a package every paper can be made"
    pdf = render("uebergabe", daten)
    assert b"/MarkInfo" in pdf
    assert b"pdfuaid:part" in pdf


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        pytest.param("Testmatte 4", ["Anna Muster", "Testmatte 4", "Grenchen"], id="the commune where the address names no place"),
        pytest.param("Testmatte 4, 2540 Grenchen", ["Anna Muster", "Testmatte 4, 2540 Grenchen"], id="nothing twice"),
    ],
)
def test_a_letter_says_where_the_person_lives(canton: Canton, typed: str, lines: list[str]) -> None:
    fall_nr = canton.open_household(adresse=typed)
    with canton.database.read(canton.access("SDOL")) as session:
        view = queries.overview(session, fall_nr)
        daten = contents_of(session, view, "einladung", {"person_id": view.personen[0].person_id, "termin": "morgen", "ort": "hier"})
    assert daten["anschrift"] == lines
