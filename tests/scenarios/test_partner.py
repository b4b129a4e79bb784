"""Questions to partners: a letter until the exchange has its legal basis, the same answer by message where a region has switched it on."""

from __future__ import annotations

import pytest

from engine import commands
from engine.commands.partner import ExchangeOff
from engine.model.access import Access
from engine.model.errors import FormInvalid, NotFound
from engine.store.tables import Austausch
from tests.scenarios.nebenakte import Nebenakte

FRAGE = {"partner": "rav", "person_betroffen": "P1", "frage": "Gemeldet seit?", "grundlage_art": "gesetz", "gesetz": "SG § 17"}


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    nebenakte.supported()
    return nebenakte


def send(fall: Nebenakte, access: Access, name: str, grundlage: str = "SG § 17") -> None:
    with fall.database.begin(access) as session:
        commands.partner_message(session, name, f"{fall.fall_nr}/rav/P1", "SDOL", {"antwort_text": "seit Januar"}, grundlage=grundlage)
    fall._settle()


RAV = Access("rav", {"SDOL": frozenset({"partner_rav"})})


def test_a_letter_goes_out_and_somebody_calls_when_nothing_comes_back(fall: Nebenakte) -> None:
    fall.begin("partneranfrage", **FRAGE)
    assert (fall.due("brief_versenden"), "Vermittlungsfähigkeit" in fall.shows("brief_versenden")["brief_text"]) == ("2026-03-05", True)
    assert fall.shows("brief_versenden")["person_angaben"] == "Anna Muster, geboren am 1990-04-12"
    fall.do("brief_versenden", brief_am=fall.today, brief_weg="brief").travel("2026-03-12")
    assert fall.tasks() == ["antwort_eintragen"]
    fall.do("antwort_eintragen", antwort_am=fall.today, antwort_ergebnis="warten").travel("2026-03-22")
    fall.do("antwort_eintragen", antwort_am=fall.today, antwort_ergebnis="antwort", antwort_text="seit Januar")
    assert fall.exchanged == [("ausgehend", "rav.statusanfrage", "SG § 17"), ("eingehend", "rav.status", "SG § 17")]
    assert "seit Januar" in fall.shows("antwort_lesen")["antwort_uebersicht"]
    fall.do("antwort_lesen")
    assert fall.beside == []


def test_a_letter_that_comes_back_in_time_is_entered_at_once_and_logged(fall: Nebenakte) -> None:
    fall.begin("partneranfrage", **FRAGE).do("brief_versenden", brief_am=fall.today, brief_weg="brief").travel("2026-03-06")
    answer = f"Antwort ({fall.fall_nr}/rav/P1)"
    with pytest.raises(FormInvalid):
        fall.report(answer)
    fall.report(answer, antwort_am=fall.today, antwort_weg="brief", antwort_text="seit Januar")
    assert fall.exchanged == [("ausgehend", "rav.statusanfrage", "SG § 17"), ("eingehend", "rav.status", "SG § 17")]
    assert (fall.due("antwort_lesen"), fall.shows("antwort_lesen")["antwort_uebersicht"]) == ("2026-03-11", "- seit Januar")


def test_it_may_end_without_an_answer(fall: Nebenakte) -> None:
    fall.begin("partneranfrage", **{**FRAGE, "grundlage_art": "einwilligung", "einwilligung_am": "2.3.2026"})
    fall.do("brief_versenden", brief_am=fall.today, brief_weg="telefon").travel("2026-03-12")
    fall.do("antwort_eintragen", antwort_am=fall.today, antwort_ergebnis="offen")
    assert (fall.beside, fall.exchanged) == ([], [("ausgehend", "rav.statusanfrage", "Einwilligung vom 2026-03-02")])


def test_the_partner_answers_through_the_interface_where_it_is_on(fall: Nebenakte) -> None:
    fall.parameter(**{"austausch.rav": "Ja"}).begin("partneranfrage", **FRAGE)
    assert (fall.tasks(), [row.weg for row in fall._rows(Austausch)]) == ([], ["schnittstelle"])
    send(fall, RAV, "rav.status")
    assert (fall.tasks(), fall.exchanged[-1]) == (["antwort_lesen"], ("eingehend", "rav.status", "SG § 17"))


@pytest.mark.parametrize(("on", "access", "grundlage", "error"), [
    pytest.param(False, RAV, "SG § 17", ExchangeOff, id="the region has not switched it on"),
    pytest.param(True, RAV, " ", FormInvalid, id="no legal basis is named"),
    pytest.param(True, Access("iv", {"SDOL": frozenset({"partner_iv"})}), "SG § 17", NotFound, id="another partner"),
    pytest.param(True, Access("rav", {"SRO": frozenset({"partner_rav"})}), "SG § 17", NotFound, id="another region"),
])  # fmt: skip
def test_other_messages_are_refused_and_nothing_is_logged(fall: Nebenakte, on: bool, access: Access, grundlage: str, error: type[Exception]) -> None:
    fall.parameter(**{"austausch.rav": "Ja" if on else "Nein"}).begin("partneranfrage", **FRAGE)
    before = fall.exchanged
    with pytest.raises(error):
        send(fall, access, "rav.status", grundlage)
    assert fall.exchanged == before
