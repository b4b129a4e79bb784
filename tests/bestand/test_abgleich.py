"""The Fachapplikation says something newer of cases that are here."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.commands import abgleich
from engine.commands.bestand import import_cases
from engine.model.access import system
from engine.model.errors import NotAllowed, NotFound
from engine.store.tables import Fachapplikationsstand, Person, Verlauf
from tests.bestand.test_import import ANNA, BEAT, table
from tests.uebergabe.conftest import Canton
from tests.web.conftest import Browser

HEAD = "fachapplikation_nr;name;vorname;geburtsdatum;stand_am;ahvn13;gemeinde_bfs;anspruch;anspruch_ab;letzte_zahlung_am;letzte_zahlung_chf"
WED = "K-1;Müller-Huber;Anna;3.4.1985;1.3.2026;756.9217.0769.85;2546;ja;1.5.2024;27.2.2026;1'234.50"


@pytest.fixture
def household(canton: Canton) -> Canton:
    """Anna and Beat, imported as K-1."""
    canton.do("SDOL", import_cases, table(ANNA, BEAT.replace("2024-05-01", "1.5.2024").replace("15.4.2026", "2026-04-15")), "SDOL")
    return canton


def test_names_claim_and_payment_are_taken_over_once(household: Canton) -> None:
    content = table(WED, head=HEAD)
    shown = household.do("SDOL", abgleich.plan, content, "SDOL")
    assert shown.changes[0].worte == ("Anna Müller: Name Müller → Müller-Huber", "Anspruch ja, letzte Zahlung 27.02.2026, Stand 01.03.2026")
    assert household.all(Fachapplikationsstand) == [], "a plan stores nothing"
    household.do("SDOL", abgleich.take_over, content, "SDOL")
    assert [person.name for person in household.all(Person)] == ["Müller-Huber", "Müller"]
    assert household.variables("SDOL")["personen"][0]["name"] == "Müller-Huber"
    assert household.fall("SDOL").bezeichnung == "Müller-Huber, Anna"
    assert [stand.letzte_zahlung_rappen for stand in household.all(Fachapplikationsstand)] == [123450]
    again = household.do("SDOL", abgleich.take_over, content, "SDOL")
    assert (again.changes, again.same) == ((), ("K-1",))
    assert [row.command for row in household.all(Verlauf)].count("abgleich") == 1


@pytest.mark.parametrize(("line", "said"), [
    pytest.param("K-9;Neu;Nina;1.1.1990;1.3.2026;;;;;;", "gibt es in Fallfluss nicht", id="unknown case"),
    pytest.param("K-1;Müller;Carla;1.1.2026;1.3.2026;;;;;;", "gehört in Fallfluss nicht zum Fall", id="unknown person"),
    pytest.param("K-1;Müller;Anna;3.4.1985;1.3.2026;756.1234.5678.97;;;;;", "andere AHV-Nummer", id="another number"),
    pytest.param("K-1;Müller;Anna;3.4.1985;1.3.2026;;2581;;;;", "(Olten statt Grenchen): bitte", id="another commune"),
])  # fmt: skip
def test_what_contradicts_stays_as_it_is_and_is_shown_with_its_line(household: Canton, line: str, said: str) -> None:
    before = [(person.name, person.ahvn13) for person in household.all(Person)]
    done = household.do("SDOL", abgleich.take_over, table(line, head=HEAD), "SDOL")
    assert [(conflict.line, said in conflict.message) for conflict in done.conflicts] == [(2, True)]
    assert [(person.name, person.ahvn13) for person in household.all(Person)] == before


def test_an_older_file_changes_nothing(household: Canton) -> None:
    household.do("SDOL", abgleich.take_over, table(WED, head=HEAD), "SDOL")
    older = household.do("SDOL", abgleich.take_over, table(WED.replace("1.3.2026", "1.2.2026").replace("27.2.2026", "27.1.2026"), head=HEAD), "SDOL")
    assert "älter" in older.conflicts[0].message
    assert older.changes == ()


def test_only_those_who_import_may_and_only_for_their_region(household: Canton, access: Callable[..., object]) -> None:
    for rollen, region, error in ((("fallfuehrung",), "SDOL", NotAllowed), (("leitung",), "SRO", NotFound)):
        with pytest.raises(error), household.database.begin(access(region=region, rollen=rollen)) as session:  # type: ignore[arg-type]
            abgleich.plan(session, table(WED, head=HEAD), "SDOL")


def test_the_page_shows_the_rows_then_takes_them_over_once(household: Canton, browser: Callable[[str], Browser]) -> None:
    adi = browser("adi")
    adi.get("/abgleich")
    address = str(adi.post("/abgleich", {"region": "SDOL", "datei": (io.BytesIO(table(WED, head=HEAD)), "abgleich.csv")}).location)
    assert "Müller → Müller-Huber" in adi.get(address).text
    assert browser("olaf").get(address).status_code == 404
    assert adi.post(address, {}).status_code == 303
    assert "1 nachgeführt" in adi.get(address).text
    adi.post(address, {})
    with household.database.read(system()) as session:
        assert len(session.scalars(select(Fachapplikationsstand)).all()) == 1
    page = adi.get(f"/faelle/{household.fall('SDOL').fall_nr}").text
    assert "CHF 1&#39;234.50" in page or "CHF 1'234.50" in page
