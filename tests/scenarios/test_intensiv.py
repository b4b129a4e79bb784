"""Intensive Fallführung: applied for, decided against the places there are, and at an end after half a year."""

from __future__ import annotations

import pytest

from engine.commands.neben import NotBeside
from engine.model.errors import FormInvalid
from tests.scenarios.akte import ANNA, BEAT
from tests.scenarios.nebenakte import Nebenakte

BEDARF = {"arbeit": "3", "finanzen": "3", "bildung": "2"}
LANG = "Die Person braucht enge Begleitung beim Einstieg in den Betrieb."
ANTRAG = {
    "intensiv_person": "P1", "intensiv_bedarf": "Einstieg", "intensiv_potenzial": "EFZ", "intensiv_begruendung": LANG, "intensiv_ziele": "Stelle",
    "intensiv_kontaktplan": "alle zehn Tage",
}  # fmt: skip


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    nebenakte.supported(**BEDARF)
    nebenakte.travel("2026-03-09")
    return nebenakte.begin("intensiv")


def approved(fall: Nebenakte) -> Nebenakte:
    fall.do("antrag_stellen", **ANTRAG).do("antrag_entscheiden", intensiv_entscheid="bewilligt")
    return fall


def test_while_one_application_is_open_or_granted_there_is_no_second(fall: Nebenakte) -> None:
    with pytest.raises(NotBeside, match="schon ein Antrag"):
        fall.begin("intensiv")
    with pytest.raises(NotBeside):
        approved(fall).begin("intensiv")
    assert fall.beside == ["intensiv"]


def contact(fall: Nebenakte) -> Nebenakte:
    fall.do("kontakt_erfassen", intensiv_kontakt_am=fall.today, intensiv_kontakt_art="gespraech")
    return fall


def balance(fall: Nebenakte, weiter: str) -> Nebenakte:
    fall.do("bilanz_ziehen", intensiv_bilanz="Gute Fortschritte", intensiv_wirkung="4", intensiv_weiter=weiter)
    return fall


def test_half_a_year_with_contacts_and_a_return(fall: Nebenakte) -> None:
    assert "angezeigt. Erwerbspotenzial" in fall.shows("antrag_stellen")["intensiv_uebersicht"]
    fall.do("antrag_stellen", **ANTRAG)
    assert (fall.due("antrag_entscheiden"), "0 von 35" in fall.shows("antrag_entscheiden")["kapazitaet_text"]) == ("2026-03-19", True)
    fall.do("antrag_entscheiden", intensiv_entscheid="bewilligt")
    assert fall.value("segmente")[0]["intensiv"] is True
    assert fall.due("kontakt_erfassen") == "2026-03-23"
    before = len(fall.notices())
    contact(fall.travel("2026-03-16"))
    fall.travel("2026-03-29")
    assert len(fall.notices()) == before
    fall.travel("2026-04-28")
    assert fall.notices()[before:] == ["fallfuehrung_intensiv"] * 3, "every 14 days again"
    contact(fall).travel("2026-06-09")
    assert "standort_bewerten" in fall.tasks()
    fall.review().travel("2026-08-19")
    assert fall.due("bilanz_ziehen") == "2026-09-09"
    balance(fall, "zurueck").travel("2026-09-08")
    assert fall.beside == ["intensiv"]
    fall.travel("2026-09-09")
    assert (fall.beside, fall.value("segmente")[0]["intensiv"]) == ([], False)
    (ergebnis,) = fall.value("intensiv_verlauf")
    assert (ergebnis["ergebnis"], ergebnis["wirkung"], ergebnis["kontakte"]) == ("zurueck", 4, 2)


def test_the_leitung_extends_once(fall: Nebenakte) -> None:
    balance(approved(fall).travel("2026-08-20"), "verlaengerung")
    fall.do("verlaengerung_entscheiden", verlaengerung="ja", verlaengerung_begruendung="kurz vor dem Ziel")
    fall.travel("2027-02-16")
    assert fall.due("bilanz_ziehen") == "2027-03-09"
    with pytest.raises(FormInvalid):
        balance(fall, "verlaengerung")
    balance(fall, "abloesung")
    assert fall.beside == []


def test_a_new_segmentation_keeps_who_is_led_intensively(fall: Nebenakte) -> None:
    approved(fall).travel("2026-06-09").review("neu_segmentieren")
    fall.assess("Anna", **BEDARF)
    (segment,) = fall.value("segmente")
    assert (segment["intensiv"], segment["naechste_sb"]) == (True, "2026-09-09"), "three months, as for everybody who is led intensively"
    fall.send("intensiv.beenden")
    assert fall.value("segmente")[0]["intensiv"] is False


def test_a_refused_extension_ends_on_the_day_and_no_balance_is_noticed(fall: Nebenakte) -> None:
    approved(fall).travel("2026-09-09")
    assert fall.notices()[-1] == "teamleitung"
    balance(fall, "verlaengerung").do("verlaengerung_entscheiden", verlaengerung="nein", verlaengerung_begruendung="kein Bedarf")
    assert fall.beside == []


def test_it_may_be_refused_or_ended_early(fall: Nebenakte) -> None:
    fall.do("antrag_stellen", **ANTRAG).do("antrag_entscheiden", intensiv_entscheid="abgelehnt", intensiv_grund="Standard genügt")
    assert (fall.beside, fall.value("intensiv_verlauf")[0]["ergebnis"]) == ([], "abgelehnt")
    approved(fall.begin("intensiv")).send("intensiv.beenden")
    assert (fall.beside, fall.value("intensiv_verlauf")[1]["ergebnis"]) == ([], "abbruch")


def another_with_the_only_place(nebenakte: Nebenakte) -> str:
    """Somebody is led intensively, the region has one place, and a second person has asked for it. Gives the first one's number."""
    nebenakte.parameter(intensiv_stellenprozente="3")
    nebenakte.supported(**BEDARF)
    approved(nebenakte.begin("intensiv"))
    first = nebenakte.fall_nr
    nebenakte.open(BEAT | {"rolle_ue": "antragstellend"}, ANNA | {"rolle_ue": "partner"}).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess("Beat", **BEDARF)
    nebenakte.finish_intake().agree().begin("intensiv").do("antrag_stellen", **ANTRAG)
    return first


def test_an_application_is_decided_on_the_places_of_today(nebenakte: Nebenakte) -> None:
    first = another_with_the_only_place(nebenakte)
    waiting = nebenakte.fall_nr
    assert "**Kapazität am 02.03.2026:** Belegt sind 1 von 1" in nebenakte.texts("antrag_entscheiden")
    with pytest.raises(FormInvalid) as refused:
        nebenakte.do("antrag_entscheiden", intensiv_entscheid="bewilligt")
    assert list(refused.value.errors) == ["intensiv_grund"]
    nebenakte.turn_to(first).send("intensiv.beenden")
    nebenakte.turn_to(waiting).travel("2026-03-05")
    assert "**Kapazität am 05.03.2026:** Belegt sind 0 von 1" in nebenakte.texts("antrag_entscheiden")
    nebenakte.do("antrag_entscheiden", intensiv_entscheid="bewilligt")
    assert "kontakt_erfassen" in nebenakte.tasks()


def test_a_place_given_away_meanwhile_asks_for_a_reason(fall: Nebenakte) -> None:
    fall.do("antrag_stellen", **ANTRAG)
    fall.parameter(intensiv_stellenprozente="0")
    assert "Belegt sind 0 von 0" in fall.texts("antrag_entscheiden")
    with pytest.raises(FormInvalid):
        fall.do("antrag_entscheiden", intensiv_entscheid="bewilligt")
    fall.do("antrag_entscheiden", intensiv_entscheid="bewilligt", intensiv_grund="Platz aus der Nachbarregion")


def test_who_waits_gets_the_next_free_place(nebenakte: Nebenakte) -> None:
    first = another_with_the_only_place(nebenakte)
    assert "Warteliste" in nebenakte.shows("antrag_entscheiden")["kapazitaet_text"]
    nebenakte.do("antrag_entscheiden", intensiv_entscheid="warteliste", intensiv_grund="kein Platz").travel("2026-04-01")
    assert nebenakte.tasks() == ["antrag_entscheiden"]
    nebenakte.do("antrag_entscheiden", intensiv_entscheid="warteliste", intensiv_grund="kein Platz")
    assert [label for label in nebenakte.reportable() if label.startswith("Platz frei")] == [], "the process reports it, nobody else"
    waiting = nebenakte.fall_nr
    nebenakte.turn_to(first).send("intensiv.beenden")
    nebenakte.turn_to(waiting)
    assert "0 von 1" in nebenakte.shows("antrag_entscheiden")["kapazitaet_text"]
