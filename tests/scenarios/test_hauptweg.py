"""From Anmeldung to Abschluss, and back again when help is needed before the six months are over."""

from __future__ import annotations

import pytest

from tests.scenarios.akte import ANNA, BEAT, CARLA, ORIENTIEREN, STABILISIEREN, VERAENDERN, Akte


def a_family_lives_through_the_process(akte: Akte) -> None:
    akte.open(ANNA, BEAT, CARLA).do("zustaendigkeit_pruefen", zustaendig="ja")
    assert akte.phase == "Intake"
    akte.assess("Anna").assess_child("Carla").finish_intake()
    assert akte.tasks() == ["kurzassessment_durchfuehren"], "the Intake waits for every person's segment"
    akte.assess("Beat", **STABILISIEREN)
    assert akte.segments() == {"Anna": "ABLOESEN", "Beat": "STABILISIEREN", "Carla": "STABILISIEREN"}
    assert akte.rules() == {"Anna": "A2", "Beat": "S1", "Carla": "K1"}
    assert (akte.phase, akte.due("ziele_vereinbaren")) == ("Zielvereinbarung", "2026-04-01")
    akte.agree()
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-06-02")
    akte.travel("2026-05-18")
    assert akte.tasks() == []
    akte.travel("2026-05-19")
    assert akte.due("standort_bewerten") == "2026-06-02", "prepared two weeks before the appointment"
    akte.travel("2026-06-02").review()
    assert akte.value("naechste_sb") == "2026-09-02", "the shortest interval counts: three months, not twelve"
    akte.travel("2026-08-31").review("abloesung").detach("31.8.2026", "31.7.2026")
    assert (akte.value("abschluss_am"), akte.value("bfs_abschluss_am")) == ("2027-02-28", "2027-01-31")
    assert akte.phase == "Nachbegleitung"
    for day in ("2026-09-30", "2026-11-30", "2027-01-31"):
        akte.travel(day).do("kontakt_aufnehmen", kontakt_am=akte.today, kontakt_art="telefon", risiko_rueckfall="tief", arbeit_stabil=True)
    assert [kontakt["monat"] for kontakt in akte.value("kontakte")] == [1, 3, 5]
    akte.travel("2027-02-27")
    assert akte.tasks() == []
    akte.travel("2027-02-28")
    assert akte.due("fall_abschliessen") == "2027-03-14"
    akte.close()
    assert (akte.closed, akte.ended, akte.phase) == ("2027-02-28", "fall_abgeschlossen", "Abgeschlossen")
    assert akte.dossiers() == [(2546, "2027-02-28")]
    assert (akte.tasks(), akte.waits_for()) == ([], set()), "nothing is left waiting"


def test_a_family_goes_from_anmeldung_to_abschluss(akte: Akte) -> None:
    a_family_lives_through_the_process(akte)


def test_the_same_on_each_kind_of_database(akte_everywhere: Akte) -> None:
    a_family_lives_through_the_process(akte_everywhere)


@pytest.mark.parametrize(
    ("am", "abschluss"),
    [
        pytest.param("31.8.2026", "2027-02-28", id="six months after 31 August is the end of February"),
        pytest.param("1.3.2026", "2026-09-01", id="a summer-time change does not move the day"),
        pytest.param("30.9.2026", "2027-03-30", id="nor does the one in March"),
    ],
)
def test_a_case_ends_exactly_six_calendar_months_after_the_abloesung(akte: Akte, am: str, abschluss: str) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").detach(am, am, nachbegleitung="nein")
    assert akte.value("abschluss_am") == abschluss
    assert akte.tasks() == [], "no contacts without Nachbegleitung"
    akte.travel(abschluss)
    assert akte.tasks() == ["fall_abschliessen"]


def test_an_abschluss_left_lying_is_noticed_and_an_open_contact_ends_with_the_nachbegleitung(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").detach("20.5.2026", "30.4.2026")
    akte.travel("2026-11-19")
    assert akte.tasks() == ["kontakt_aufnehmen"], "the first contact was never made"
    akte.travel("2026-11-20")
    assert akte.tasks() == ["fall_abschliessen"]
    akte.travel("2026-12-05")
    assert akte.notices()[-1] == "teamleitung"
    akte.close()
    assert akte.closed == "2026-12-05"


def test_renewed_need_reopens_the_same_case_with_a_delta_kurzassessment(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026")
    number = akte.fall_nr
    akte.travel("2026-09-01").send("wiederbedarf")
    assert (akte.fall_nr, akte.value("abschluss_am"), akte.closed) == (number, None, None)
    assert (akte.due("kurzassessment_durchfuehren"), akte.phase) == ("2026-09-15", "Kurzassessment"), "a delta within fourteen days"
    assert akte.shows("kurzassessment_durchfuehren")["wohnform"] == "miete", "what was known stands in the form"
    akte.assess("Anna", **VERAENDERN)
    assert (akte.segments(), akte.phase) == ({"Anna": "VERAENDERN"}, "Zielvereinbarung")
    akte.agree()
    assert akte.value("naechste_sb") == "2027-03-01"
    akte.travel("2027-02-20").review("abloesung").detach("28.2.2027", "28.2.2027", nachbegleitung="nein").travel("2027-08-28").close()
    assert (akte.closed, akte.ended) == ("2027-08-28", "fall_abgeschlossen")


def test_a_new_segment_after_the_standortbestimmung_starts_from_what_was_known(akte: Akte) -> None:
    akte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess("Beat", **ORIENTIEREN).finish_intake().agree()
    akte.travel("2026-06-02")
    rows = akte.shows("standort_bewerten")["ergebnisse"]
    assert [(row["person_name"], row["segment"], row["wohnen"]) for row in rows] == [
        ("Anna Muster", "ABLOESEN", 1),
        ("Beat Muster", "ORIENTIEREN", 1),
    ]
    rows[0] |= {"segment_weiter_richtig": "ja"}
    rows[1] |= {"segment_weiter_richtig": "nein"}
    akte.do("standort_bewerten", sb_datum=akte.today, ziele=[{"status": "teilweise"}], ergebnisse=rows)
    assert akte.shows("vorgehen_festlegen")["neusegmentierung_noetig"] is True
    akte.do("vorgehen_festlegen", sb_entscheid="neu_segmentieren")
    assert akte.tasks() == ["kurzassessment_durchfuehren"], "only the doubtful segment is assessed again"
    assert akte.shows("kurzassessment_durchfuehren", "Beat")["erwerbsfaehigkeit"] == "unklar"
    akte.assess("Beat", **STABILISIEREN)
    assert akte.segments() == {"Anna": "ABLOESEN", "Beat": "STABILISIEREN"}
    akte.agree()
    assert akte.value("naechste_sb") == "2026-09-02"


def test_a_wesentliches_ereignis_brings_the_standortbestimmung_forward(akte: Akte) -> None:
    akte.supported(**STABILISIEREN).travel("2026-04-10").send("ereignis.wesentlich", grund="rentenentscheid")
    assert akte.due("standort_bewerten") == "2026-04-24"
    akte.review("neu_segmentieren")
    assert akte.value("neu_zu_beurteilen") == ["P1"]
    akte.assess("Anna").agree()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "ABLOESEN"}, "2026-07-10")


def test_staying_although_the_check_advises_otherwise_needs_a_reason_and_may_name_the_day(akte: Akte) -> None:
    akte.supported().travel("2026-06-02").review(
        richtig="unsicher", sb_begruendung="Die neue Stelle beginnt im Juli.", naechste_sb_wunsch="15.7.2026"
    )
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-07-15")
    akte.travel("2026-07-01")
    assert akte.tasks() == ["standort_bewerten"]


def test_an_overdue_standortbestimmung_is_noticed_twice(akte: Akte) -> None:
    akte.supported().travel("2026-06-16")
    assert akte.notices() == ["teamleitung"], "two weeks late"
    akte.travel("2026-07-02")
    assert akte.notices() == ["teamleitung", "leitung"], "a month late"
    akte.review()
    assert akte.value("naechste_sb") == "2026-10-02"


def test_other_ratings_than_last_time_advise_a_new_segment(akte: Akte) -> None:
    akte.supported(**VERAENDERN).travel("2026-06-02")
    rows = akte.shows("standort_bewerten")["ergebnisse"]
    assert (rows[0]["arbeit"], rows[0]["motivation"]) == (3, 1), "the last ratings stand in the form"
    rows[0] |= {"segment_weiter_richtig": "ja", "arbeit": "1", "bildung": "1", "sprache": "1"}
    akte.do("standort_bewerten", sb_datum=akte.today, ziele=[{"status": "erreicht"}], ergebnisse=rows)
    assert akte.shows("vorgehen_festlegen")["neusegmentierung_grund"].startswith("Nach den neuen Bewertungen")
    akte.do("vorgehen_festlegen", sb_entscheid="neu_segmentieren").assess("Anna").agree()
    assert (akte.segments(), akte.rules()) == ({"Anna": "ABLOESEN"}, {"Anna": "A2"})


def test_a_goal_missed_twice_advises_a_new_segment(akte: Akte) -> None:
    akte.supported().travel("2026-06-02").review(ziele="nicht_erreicht").travel("2026-09-02")
    rows = [{**row, "segment_weiter_richtig": "ja"} for row in akte.shows("standort_bewerten")["ergebnisse"]]
    akte.do("standort_bewerten", sb_datum=akte.today, ziele=[{"status": "nicht_erreicht"}], ergebnisse=rows)
    assert "zweimal" in akte.shows("vorgehen_festlegen")["neusegmentierung_grund"]
    akte.do("vorgehen_festlegen", sb_entscheid="weiter", sb_begruendung="Die Ziele sind neu gefasst.")
    assert akte.value("naechste_sb") == "2026-12-02"
