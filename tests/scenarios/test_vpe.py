"""Vertiefte Potenzialerfassung: an order to the vPe-Stelle, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.neben import NotBeside
from engine.model.access import system
from engine.model.errors import FormInvalid
from engine.queries.akte import is_carried, timeline
from engine.store.tables import Fall, Verlauf
from tests.scenarios.akte import ANNA, BEAT, ORIENTIEREN
from tests.scenarios.nebenakte import Nebenakte

BELASTET = {**ORIENTIEREN, "finanzen": "3", "gesundheit_koerper": "3"}
AUFTRAG: dict[str, Any] = {
    "vpe_person": "P1", "vpe_einwilligung": "ja", "vpe_fragestellung": "Was ist möglich?", "vpe_themenfelder": ["gesundheit", "finanziell"],
    "vpe_dringlichkeit": "normal",
}  # fmt: skip
NR = "{}/vPe/P1/2026-03-09"


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    nebenakte.supported(**BELASTET)
    nebenakte.travel("2026-03-09")
    return nebenakte.begin("vpe")


def ordered(fall: Nebenakte) -> Nebenakte:
    fall.do("auftrag_erteilen", vpe_einwilligung_am=fall.today, **AUFTRAG)
    return fall


def evaluate(fall: Nebenakte) -> Nebenakte:
    shown = fall.shows("bericht_auswerten")
    ratings = {name: str(shown[name]) for name in ("wohnen", "gesundheit_koerper", "gesundheit_psyche", "sucht", "arbeit", "bildung", "sprache", "soziales_netz", "betreuung", "motivation")}
    fall.do(
        "bericht_auswerten", vpe_eingang=fall.today, vpe_empfehlung="qualifizierung", vpe_plan="EBA als Logistikerin", finanzen="2", erwerbsfaehigkeit="voll", **ratings
    )  # fmt: skip
    return fall


def test_a_report_updates_the_ratings_and_leads_back_to_the_segment(fall: Nebenakte) -> None:
    assert "Mehrfachthematik" in fall.shows("auftrag_erteilen")["vpe_uebersicht"]
    assert fall.due("auftrag_erteilen") == "2026-03-23"
    ordered(fall)
    assert fall.due("auftrag_beantworten") == "2026-03-23"
    fall.travel("2026-03-12").do("auftrag_beantworten", auftrag_antwort="annahme", vpe_erster_termin="20.3.2026")
    assert fall.due("bericht_erstatten") == "2026-05-21"
    fall.travel("2026-05-04").do("bericht_erstatten", bericht_art="bericht", bericht_text="Mit Qualifizierung möglich.")
    assert fall.due("bericht_auswerten") == "2026-05-18"
    evaluate(fall)
    assert (fall.beside, fall.tasks()) == ([], ["standort_bewerten"])
    (bewertung,) = [one for one in fall.value("kurzassessments") if one["person_id"] == "P1"]
    assert (bewertung["am"], bewertung["bewertung"]["finanzen"], bewertung["bewertung"]["wohnform"]) == ("2026-05-04", 2, "miete")
    assert fall.value("vpe_verlauf") == [{"person_id": "P1", "am": "2026-05-04", "ergebnis": "ausgewertet", "empfehlung": "qualifizierung", "plan": "EBA als Logistikerin"}]
    grundlage = "Einwilligung vom 2026-03-09"
    assert fall.exchanged == [("ausgehend", "vpe.auftrag", grundlage), ("eingehend", "vpe.annahme", grundlage), ("eingehend", "vpe.bericht", grundlage)]
    fall.review("neu_segmentieren")
    assert fall.tasks() == ["kurzassessment_durchfuehren"]
    fall.begin("vpe")
    assert "vorgesehene Abstand" in fall.shows("auftrag_erteilen")["vpe_uebersicht"]


def test_what_a_vpe_found_out_is_nobodys_correction(fall: Nebenakte) -> None:
    ordered(fall).do("auftrag_beantworten", auftrag_antwort="annahme", vpe_erster_termin="20.3.2026")
    evaluate(fall.do("bericht_erstatten", bericht_art="bericht", bericht_text="Mit Qualifizierung möglich."))
    assert "Ergebnis übernommen" in [row.was for row in fall.page().zeilen]
    with fall.database.read(system()) as session:
        found = session.scalars(select(Fall).where(Fall.fall_nr == fall.fall_nr)).one()
        assert timeline(session, found, ["korrekturen"], limit=50, with_journal=True) == []
        assert any(is_carried(one) for one in timeline(session, found, [], limit=50, with_journal=True) if isinstance(one, Verlauf))


def test_one_person_has_one_vpe_at_a_time_another_may_have_theirs(nebenakte: Nebenakte) -> None:
    nebenakte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja")
    fall = nebenakte.begin("vpe")
    with pytest.raises(NotBeside, match="schon eine vPe offen"):
        fall.begin("vpe")
    ordered(fall).begin("vpe")
    assert "**Anna Muster:** Für diese Person ist schon ein Auftrag offen." in fall.shows("auftrag_erteilen")["vpe_uebersicht"]
    with pytest.raises(FormInvalid):
        fall.do("auftrag_erteilen", vpe_einwilligung_am=fall.today, **AUFTRAG)
    fall.do("auftrag_erteilen", vpe_einwilligung_am=fall.today, **{**AUFTRAG, "vpe_person": "P2"})
    assert (fall.beside, fall.tasks().count("auftrag_beantworten")) == (["vpe", "vpe"], 2)
    with pytest.raises(NotBeside):
        fall.begin("vpe")


def test_a_review_that_wants_a_vpe_leads_to_the_open_one(fall: Nebenakte) -> None:
    ordered(fall)
    before = fall.notices()
    fall.travel("2026-05-25").review("vpe")
    assert (fall.beside, fall.notices()[len(before):]) == (["vpe"], ["fallfuehrung"])


def test_without_consent_there_is_no_order(fall: Nebenakte) -> None:
    fall.do("auftrag_erteilen", vpe_person="P1", vpe_einwilligung="nein")
    assert (fall.beside, fall.tasks(), fall.exchanged) == ([], [], [])
    assert fall.value("vpe_verlauf") == [{"person_id": "P1", "am": "2026-03-09", "ergebnis": "verweigert"}]


def test_without_an_answer_somebody_asks(fall: Nebenakte) -> None:
    ordered(fall).travel("2026-03-23")
    assert (fall.tasks(), fall.due("antwort_nachfragen")) == (["antwort_nachfragen"], "2026-03-28")
    fall.do("antwort_nachfragen", nachfrage_am=fall.today, nachfrage_ergebnis="warten")
    assert fall.due("auftrag_beantworten") == "2026-04-06"
    fall.travel("2026-04-06").do("antwort_nachfragen", nachfrage_am=fall.today, nachfrage_ergebnis="zurueckziehen")
    fall.do("alternative_festlegen", vpe_alternative="keine", vpe_alternative_begruendung="Massnahme genügt")
    assert (fall.beside, fall.value("vpe_verlauf")[0]["ergebnis"]) == ([], "ohne_vpe")


def test_what_the_vpe_stelle_says_nobody_else_may_report_in_its_place(fall: Nebenakte) -> None:
    before = fall.reportable()
    assert (ordered(fall).reportable(), any("/vPe/" in label for label in before)) == (before, False)


def test_the_vpe_stelle_asks_first(fall: Nebenakte) -> None:
    ordered(fall).do("auftrag_beantworten", auftrag_antwort="rueckfrage", rueckfrage_text="Liegt ein Arztzeugnis vor?")
    assert (fall.tasks(), fall.due("rueckfrage_beantworten")) == (["rueckfrage_beantworten"], "2026-03-14")
    assert [(row.meldung, row.angaben) for row in fall.exchanges()][1:] == [("vpe.rueckfrage", ["rueckfrage_text"])]
    fall.do("rueckfrage_beantworten", rueckfrage_antwort="Ja, bis Ende Juni.")
    assert "Ja, bis Ende Juni." in fall.shows("auftrag_beantworten")["rueckfragen_text"]
    fall.do("auftrag_beantworten", auftrag_antwort="annahme")
    assert fall.tasks() == ["bericht_erstatten"]
    assert [(row.meldung, row.angaben) for row in fall.exchanges()][-1] == ("vpe.annahme", []), "no first date was given"


def test_a_refused_order_may_be_given_again_and_answered_by_message(fall: Nebenakte) -> None:
    ordered(fall).do("auftrag_beantworten", auftrag_antwort="ablehnung", ablehnung_grund="Kein Platz")
    assert [(row.meldung, row.angaben) for row in fall.exchanges()][1:] == [("vpe.ablehnung", ["ablehnung_grund"])]
    fall.do("alternative_festlegen", vpe_alternative="erneut", vpe_alternative_begruendung="Es eilt nicht")
    ordered(fall).message("vpe.ablehnung", NR.format(fall.fall_nr))
    fall.do("alternative_festlegen", vpe_alternative="erneut", vpe_alternative_begruendung="Es eilt nicht")
    ordered(fall).message("vpe.annahme", NR.format(fall.fall_nr))
    fall.message("vpe.bericht", NR.format(fall.fall_nr), bericht_text="Bericht per Meldung")
    assert fall.shows("bericht_auswerten")["bericht_text"] == "Bericht per Meldung"


@pytest.mark.parametrize("by_message", [pytest.param(True, id="by message"), pytest.param(False, id="in the task")])
def test_an_aborted_vpe_needs_an_alternative(fall: Nebenakte, by_message: bool) -> None:
    ordered(fall).do("auftrag_beantworten", auftrag_antwort="annahme")
    if by_message:
        fall.message("vpe.abbruch", NR.format(fall.fall_nr), grund="Krankheit")
    else:
        fall.do("bericht_erstatten", bericht_art="abbruch", abbruch_grund="Krankheit")
        assert [(row.meldung, row.angaben) for row in fall.exchanges()][2:] == [("vpe.abbruch", ["abbruch_grund"])]
    assert fall.shows("alternative_festlegen")["abbruch_grund"] == "Krankheit"


def test_a_late_report_is_noticed_twice(fall: Nebenakte) -> None:
    ordered(fall).do("auftrag_beantworten", auftrag_antwort="annahme")
    before = fall.notices()
    fall.travel("2026-05-18")
    assert fall.notices() == [*before, "fallfuehrung"]
    fall.travel("2026-06-01")
    assert fall.notices() == [*before, "fallfuehrung", "teamleitung"]
