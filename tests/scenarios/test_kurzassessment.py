"""The Kurzassessment and the segment of one person."""

from __future__ import annotations

import pytest

from engine.model.errors import FormInvalid
from tests.scenarios.akte import ANNA, BEAT, CARLA, ORIENTIEREN, STABILISIEREN, Akte

KURZ = "Nach dem Gespräch anders beurteilt, siehe Notiz."
EINLADUNG = {"einladung_art": "brief"}


def begun(akte: Akte, *personen: dict[str, str]) -> Akte:
    return akte.open(*personen).do("zustaendigkeit_pruefen", zustaendig="ja")


def miss(akte: Akte, element: str, name: str) -> Akte:
    return akte.do(element, name, erschienen="nein")


def test_who_does_not_come_is_invited_twice_and_then_the_teamleitung_clarifies(akte: Akte) -> None:
    miss(begun(akte, ANNA), "kurzassessment_durchfuehren", "Anna")
    akte.do("erneut_einladen", einladung_am=akte.today, **EINLADUNG)
    assert akte.due("kurzassessment_durchfuehren") == "2026-03-12"
    miss(akte.travel("2026-03-12"), "kurzassessment_durchfuehren", "Anna")
    akte.do("erneut_einladen", einladung_am=akte.today, **EINLADUNG)
    assert akte.due("kurzassessment_durchfuehren") == "2026-03-22"
    miss(akte.travel("2026-03-22"), "kurzassessment_durchfuehren", "Anna")
    assert akte.due("ka_verbindlichkeit_klaeren") == "2026-04-05"
    akte.do("ka_verbindlichkeit_klaeren", klaerung_am=akte.today, klaerung_ergebnis="War krank", verbindlichkeit_ergebnis="neuer_anlauf")
    akte.assess("Anna").finish_intake()
    assert (akte.segments(), akte.phase) == ({"Anna": "ABLOESEN"}, "Zielvereinbarung")


def test_a_kurzassessment_left_lying_is_noticed_three_times(akte: Akte) -> None:
    begun(akte, ANNA).travel("2026-03-25")
    assert akte.notices() == ["intake"]
    akte.travel("2026-04-01")
    assert sorted(akte.notices()) == ["intake", "teamleitung", "teamleitung"], "with the warning for the whole Intake"
    akte.travel("2026-04-15")
    assert akte.notices()[-1] == "leitung"
    akte.assess("Anna").finish_intake()
    assert akte.segments() == {"Anna": "ABLOESEN"}


def test_a_hint_at_danger_to_a_child_is_examined_within_a_day_and_the_child_is_judged_for_itself(akte: Akte) -> None:
    begun(akte, ANNA, CARLA).assess("Anna").assess_child("Carla", hinweis_kindeswohl=True)
    assert akte.due("gefaehrdung_pruefen") == "2026-03-03"
    akte.do("gefaehrdung_pruefen", gefaehrdungsmeldung="ja", gefaehrdung_begruendung="Rücksprache mit der Schule")
    akte.do("segment_kind_festlegen", "Carla", entscheid="STABILISIEREN", begruendung_uebersteuerung=KURZ)
    akte.finish_intake()
    assert akte.segments() == {"Anna": "ABLOESEN", "Carla": "STABILISIEREN"}


def test_a_child_that_needs_support_has_a_segment_of_its_own(akte: Akte) -> None:
    begun(akte, ANNA, CARLA).assess("Anna", **STABILISIEREN).assess_child("Carla", foerderbedarf="Logopädie")
    akte.do("segment_kind_festlegen", "Carla", entscheid="VERAENDERN", begruendung_uebersteuerung=KURZ).finish_intake()
    assert (akte.segments(), akte.rules()["Carla"]) == ({"Anna": "STABILISIEREN", "Carla": "VERAENDERN"}, "K1")


def test_children_follow_the_adult_who_needs_most(akte: Akte) -> None:
    begun(akte, ANNA, BEAT, CARLA).assess("Anna").assess("Beat", **ORIENTIEREN).assess_child("Carla").finish_intake()
    assert akte.segments()["Carla"] == "ORIENTIEREN"


def test_a_different_decision_needs_a_reason(akte: Akte) -> None:
    with pytest.raises(FormInvalid):
        begun(akte, ANNA).assess("Anna", entscheid="VERAENDERN", begruendung="zu kurz")


def test_a_leap_between_abloesen_and_stabilisieren_needs_a_visum(akte: Akte) -> None:
    begun(akte, ANNA).assess("Anna", entscheid="STABILISIEREN", begruendung=KURZ)
    assert akte.due("visum_erteilen") == "2026-03-07"
    akte.do("visum_erteilen", visum_entscheid="abgelehnt", visum_begruendung="Bitte nochmals prüfen")
    akte.do("segment_bestaetigen", entscheid="STABILISIEREN", begruendung_uebersteuerung=KURZ)
    akte.do("visum_erteilen", visum_entscheid="erteilt").finish_intake()
    assert (akte.segments(), akte.rules()) == ({"Anna": "STABILISIEREN"}, {"Anna": "A2"})


def test_orientieren_for_the_third_time_needs_a_visum(akte: Akte) -> None:
    akte.supported(**ORIENTIEREN).travel("2026-06-02").review()
    akte.travel("2026-09-02")
    assert akte.value("segmente")[0]["orientieren_in_folge"] == 2
    rows = [{**row, "segment_weiter_richtig": "ja"} for row in akte.shows("standort_bewerten")["ergebnisse"]]
    akte.do("standort_bewerten", sb_datum=akte.today, ziele=[{"status": "offen"}], ergebnisse=rows)
    assert akte.shows("vorgehen_festlegen")["neusegmentierung_noetig"] is True
    akte.do("vorgehen_festlegen", sb_entscheid="neu_segmentieren").assess("Anna", **ORIENTIEREN)
    akte.do("visum_erteilen", visum_entscheid="erteilt").agree()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "ORIENTIEREN"}, "2026-12-02")


def test_the_page_says_what_concerns_people_and_not_what_the_diagram_waits_for_by_itself(akte: Akte) -> None:
    akte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja")
    assert sorted((step.name, step.person) for step in akte.page().schritte) == [
        ("Kurzassessment durchführen", "Anna Muster"),
        ("Kurzassessment durchführen", "Beat Muster"),
        ("Unterlagen einfordern", ""),
    ]


def test_a_confirmed_segment_holds_from_that_day_on_while_the_intake_waits_for_others(akte: Akte) -> None:
    begun(akte, ANNA, BEAT, CARLA).assess("Anna").assess_child("Carla")
    assert (akte.phase, akte.segments()) == ("Intake", {"Anna": "ABLOESEN"}), "the child's follows from both parents'"
    assert [(m.person.vorname, m.segment.von.isoformat() if m.segment else None) for m in akte.page().mitglieder] == [("Anna", "2026-03-02"), ("Beat", None), ("Carla", None)]
    akte.travel("2026-03-12").assess("Beat", **STABILISIEREN).finish_intake()
    assert akte.segments() == {"Anna": "ABLOESEN", "Beat": "STABILISIEREN", "Carla": "STABILISIEREN"}
    assert [[str(row.von) for row in (m.segment, *m.frueher) if row] for m in akte.page().mitglieder] == [["2026-03-02"], ["2026-03-12"], ["2026-03-12"]]


def test_a_segment_that_needs_a_visum_holds_from_the_visum_on(akte: Akte) -> None:
    begun(akte, ANNA).assess("Anna", entscheid="STABILISIEREN", begruendung=KURZ)
    assert akte.segments() == {}
    akte.travel("2026-03-05").do("visum_erteilen", visum_entscheid="erteilt")
    assert (akte.segments(), akte.phase) == ({"Anna": "STABILISIEREN"}, "Intake")
