"""Cases from Anmeldung to their end, driven through the real diagrams."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.definitions.feel import Feel
from engine.model.errors import FormInvalid
from tests.diagrams.walk import Walk

MUTTER = {"name": "Muster", "vorname": "Anna", "geburtsdatum": "12.4.1990", "geschlecht": "2", "rolle_ue": "antragstellend"}
VATER = {"name": "Muster", "vorname": "Beat", "geburtsdatum": "3.9.1985", "geschlecht": "1", "rolle_ue": "partner"}
KIND = {"name": "Muster", "vorname": "Carla", "geburtsdatum": "1.6.2015", "geschlecht": "2", "rolle_ue": "kind"}
ANMELDUNG = {
    "gemeinde_bfs": "2546",
    "adresse": "Hauptstrasse 1, 2540 Grenchen",
    "anmeldegrund": "arbeitslosigkeit",
    "information_pflichten_am": "2.3.2026",
}
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
KURZASSESSMENT = {
    **dict.fromkeys(FELDER, "1"), "motivation": "1", "ka_datum": "2.3.2026", "ka_modus": "persoenlich", "wohnform": "miete", "erwerbsfaehigkeit": "voll",
    "horizont": "offen",
}  # fmt: skip
KIND_ABKLAEREN = {
    "ka_datum": "2.3.2026",
    "betreuung_tagsueber": "schule",
    "schule": "primar",
    "gesundheit_kind": "1",
    "sprache_kind": "1",
    "wohnen_kind": "2",
}
STABILISIEREN = {"erwerbsfaehigkeit": "keine"}
VERFUEGUNG = {"gehoer_gewaehrt_am": "2.3.2026", "verfuegung_nr": "V-1", "verfuegung_am": "2.3.2026"}
ZIELE: dict[str, Any] = {
    "gesamtziel": "Wieder arbeiten",
    "ziele": [
        {"lebensbereich": "arbeit", "ziel": "Zehn Bewerbungen", "indikator": "Anzahl", "termin": "1.6.2026", "beitrag_person": "schreibt", "beitrag_dienst": "liest"}
    ],
    "unterschrift": "ja",
    "unterschrift_am": "2.3.2026",
}  # fmt: skip
STANDORT = {"sb_datum": "2.3.2026", "ziele_stand": "teilweise", "segment_weiter_richtig": "ja"}
KONTAKT = {"kontakt_am": "2.3.2026", "kontakt_art": "telefon", "risiko_rueckfall": "tief"}
ABSCHLUSS = {"abgeschlossen_am": "2.3.2026", "stand_6m": "unabhaengig", "keine_pendenzen": "on"}


@pytest.fixture
def walk(feel: Feel) -> Walk:
    return Walk(feel, date(2026, 3, 2))


def opened(walk: Walk, *personen: dict[str, str]) -> Walk:
    walk.open(personen=list(personen), **ANMELDUNG)
    walk.complete("zustaendigkeit_pruefen", zustaendig="ja")
    return walk


def assess(walk: Walk, person: str, *, entscheid: str | None = None, begruendung: str | None = None, **bewertung: Any) -> None:
    """The adult's Kurzassessment; the proposal is confirmed unless ``entscheid`` says otherwise."""
    walk.complete("kurzassessment_durchfuehren", person=person, **{**KURZASSESSMENT, **bewertung})
    proposed = walk.sees("segment_bestaetigen", person)["vorschlag"]
    walk.complete("segment_bestaetigen", person=person, entscheid=entscheid or proposed, begruendung_uebersteuerung=begruendung)


def finish_intake(walk: Walk, anspruch: str = "ja", **more: Any) -> None:
    walk.complete("unterlagen_einfordern", unterlagen_vollstaendig="ja")
    walk.complete("subsidiaritaet_pruefen")
    walk.complete("anspruch_erfassen", anspruch=anspruch, anspruch_ab="1.3.2026", anspruch_quelle="Budget vom 2.3.2026", **more)
    walk.complete("fall_zuteilen", fallfuehrung="Keller")


def to_standortbestimmung(walk: Walk) -> None:
    opened(walk, MUTTER)
    assess(walk, "P1")
    finish_intake(walk)
    walk.complete("ziele_vereinbaren", **ZIELE)


def to_nachbegleitung(walk: Walk, *, abloesung_am: str = "2026-08-31", gewuenscht: str = "ja") -> None:
    to_standortbestimmung(walk)
    walk.travel(date(2026, 8, 31))
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="abloesung")
    walk.complete("abloesung_erfassen", abloesung_am=abloesung_am, letzte_zahlung="31.7.2026", hauptgrund="erwerb")
    walk.complete("abschlussgespraech_fuehren", gespraech_gefuehrt="ja", nachbegleitung=gewuenscht)


def test_a_family_goes_from_anmeldung_to_abschluss(walk: Walk) -> None:
    opened(walk, MUTTER, VATER, KIND)
    assess(walk, "P1")
    walk.complete("kind_abklaeren", person="P3", **KIND_ABKLAEREN)
    finish_intake(walk)
    assert walk.open_tasks() == ["kurzassessment_durchfuehren"], "the Intake waits for every person's segment"
    assess(walk, "P2", **STABILISIEREN)
    assert [(one["person_id"], one["segment"], one["regel"]) for one in walk.variables["segmente"]] == [
        ("P1", "ABLOESEN", "A2"), ("P2", "STABILISIEREN", "S1"), ("P3", "STABILISIEREN", "K1"),
    ]  # fmt: skip
    assert walk.variables["naechste_sb"] == "2026-06-02"
    assert walk.due_date("ziele_vereinbaren") == "2026-04-01"
    walk.complete("ziele_vereinbaren", **ZIELE)
    walk.travel(date(2026, 6, 1))
    assert walk.open_tasks() == []
    walk.travel(date(2026, 6, 2))
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="weiter")
    assert walk.variables["naechste_sb"] == "2026-09-02", "the shortest interval counts: three months, not twelve"
    walk.travel(date(2026, 9, 2))
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="abloesung")
    walk.complete("abloesung_erfassen", abloesung_am="31.8.2026", letzte_zahlung="31.8.2026", hauptgrund="erwerb")
    assert (walk.variables["abschluss_am"], walk.variables["naechste_sb"]) == ("2027-02-28", None)
    walk.complete("abschlussgespraech_fuehren", gespraech_gefuehrt="abgelehnt", nachbegleitung="nein")
    walk.travel(date(2027, 2, 27))
    assert walk.open_tasks() == []
    walk.travel(date(2027, 2, 28))
    walk.complete("fall_abschliessen", **ABSCHLUSS)
    assert walk.completed
    assert "fall_abgeschlossen" in walk.done


def test_contacts_come_one_three_and_five_months_after_the_abloesung(walk: Walk) -> None:
    to_nachbegleitung(walk)
    for day in (date(2026, 9, 30), date(2026, 11, 30), date(2027, 1, 31)):
        walk.travel(day)
        walk.complete("kontakt_aufnehmen", **KONTAKT)
    assert [(one["monat"], one["risiko_rueckfall"]) for one in walk.variables["kontakte"]] == [(1, "tief"), (3, "tief"), (5, "tief")]
    walk.travel(date(2027, 2, 28))
    assert walk.open_tasks() == ["fall_abschliessen"]


def test_an_open_contact_ends_with_the_nachbegleitung(walk: Walk) -> None:
    to_nachbegleitung(walk)
    walk.travel(date(2026, 9, 30))
    assert walk.open_tasks() == ["kontakt_aufnehmen"]
    walk.travel(date(2027, 2, 28))
    assert walk.open_tasks() == ["fall_abschliessen"]


def test_wiederbedarf_reopens_the_same_case(walk: Walk) -> None:
    to_nachbegleitung(walk)
    walk.travel(date(2026, 10, 5))
    walk.send("wiederbedarf")
    assert walk.variables["abschluss_am"] is None
    walk.travel(date(2026, 10, 5))
    assert walk.open_tasks() == ["standortbestimmung_durchfuehren"]


def test_neusegmentierung_assesses_everybody_again(walk: Walk) -> None:
    to_standortbestimmung(walk)
    walk.send("ereignis.wesentlich", ereignis="Stellenverlust")
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="neu_segmentieren")
    assess(walk, "P1", **STABILISIEREN)
    assert [one["segment"] for one in walk.variables["segmente"]] == ["STABILISIEREN"]
    assert walk.variables["naechste_sb"] == "2027-03-02", "twelve months: this is not the first Standortbestimmung"
    assert walk.open_tasks() == ["ziele_vereinbaren"]


def test_an_overdue_standortbestimmung_reminds_again_and_again(walk: Walk) -> None:
    to_standortbestimmung(walk)
    walk.travel(date(2026, 7, 15))
    assert [rolle for rolle, _ in walk.notices] == ["teamleitung", "teamleitung", "leitung", "teamleitung"]
    assert walk.open_tasks() == ["standortbestimmung_durchfuehren"]
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="weiter", naechste_sb_wunsch="1.8.2026")
    assert walk.variables["naechste_sb"] == "2026-08-01"


def test_what_was_decided_last_time_is_not_decided_already(walk: Walk) -> None:
    to_standortbestimmung(walk)
    for expected in ("2026-06-02", "2026-09-02", "2026-12-02"):
        assert walk.variables["naechste_sb"] == expected
        walk.travel(date.fromisoformat(expected))
        assert not any(walk.prefilled("standortbestimmung_durchfuehren").values())
        walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="weiter")
        assert walk.variables["sb_entscheid"] == "weiter"


def test_ziele_of_last_time_are_there_to_be_adapted_but_not_signed(walk: Walk) -> None:
    to_standortbestimmung(walk)
    walk.send("ereignis.wesentlich")
    walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="neu_segmentieren")
    assess(walk, "P1")
    shown = walk.prefilled("ziele_vereinbaren")
    assert (shown["gesamtziel"], shown.get("unterschrift")) == ("Wieder arbeiten", None)


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        pytest.param(
            [("zustaendigkeit_pruefen", {"zustaendig": "nein", "zustaendig_begruendung": "Wohnt in Olten"}),
             ("fall_weiterleiten", {"weitergeleitet_an": "SRO", "weitergeleitet_am": "2.3.2026"})],
            "fall_weitergeleitet", id="another region is responsible"),
        pytest.param(
            [("zustaendigkeit_pruefen", {"zustaendig": "ja"}), ("unterlagen_einfordern", {"unterlagen_vollstaendig": "ja"}), ("subsidiaritaet_pruefen", {}),
             ("anspruch_erfassen", {"anspruch": "nein", "anspruch_quelle": "Budget", "ablehnungsgrund": "Vermögen"}), ("abweisung_verfuegen", VERFUEGUNG)],
            "fall_abgewiesen", id="no claim"),
    ],
)  # fmt: skip
def test_an_intake_that_ends_early_stops_the_assessments(walk: Walk, steps: list[tuple[str, dict[str, str]]], end: str) -> None:
    walk.open(personen=[MUTTER, KIND], **ANMELDUNG)
    for element, values in steps:
        walk.complete(element, **values)
    assert walk.completed
    assert end in walk.done


def test_missing_documents_are_waited_for_thirty_days(walk: Walk) -> None:
    opened(walk, MUTTER)
    walk.complete("unterlagen_einfordern", unterlagen_vollstaendig="nein")
    walk.travel(date(2026, 4, 1))
    walk.complete("nichteintreten_pruefen", nicht_eintreten="ja", nichteintreten_begruendung="Keine Antwort")
    walk.complete("nichteintreten_verfuegen", **VERFUEGUNG)
    assert walk.completed
    assert "fall_abgeschrieben" in walk.done


def test_documents_that_arrive_end_the_wait(walk: Walk) -> None:
    opened(walk, MUTTER)
    walk.complete("unterlagen_einfordern", unterlagen_vollstaendig="nein")
    walk.send("unterlagen.vollstaendig")
    assert walk.open_tasks() == ["kurzassessment_durchfuehren", "subsidiaritaet_pruefen"]


def test_documents_nobody_asks_for_run_into_reminder_and_deadline(walk: Walk) -> None:
    opened(walk, MUTTER)
    walk.travel(date(2026, 3, 16))
    assert [rolle for rolle, _ in walk.notices] == ["administration"]
    walk.travel(date(2026, 4, 1))
    assert "nichteintreten_pruefen" in walk.open_tasks()
    assert "unterlagen_einfordern" not in walk.open_tasks()
    assert [rolle for rolle, _ in walk.notices] == ["administration", "intake", "teamleitung", "teamleitung"]
    walk.complete("nichteintreten_pruefen", nicht_eintreten="nein", nichteintreten_begruendung="Unterlagen genügen")
    assert "subsidiaritaet_pruefen" in walk.open_tasks()


def test_a_jump_between_abloesen_and_stabilisieren_needs_a_visum(walk: Walk) -> None:
    opened(walk, MUTTER)
    assess(walk, "P1", entscheid="STABILISIEREN", begruendung="Die Person erholt sich noch von einem Unfall.")
    walk.complete("visum_erteilen", visum_entscheid="abgelehnt", visum_begruendung="Bitte zuerst das Arztzeugnis abwarten.")
    walk.complete(
        "segment_bestaetigen", entscheid="STABILISIEREN", begruendung_uebersteuerung="Das Arztzeugnis bestätigt die Einschätzung."
    )
    walk.complete("visum_erteilen", visum_entscheid="erteilt")
    finish_intake(walk)
    (one,) = walk.variables["segmente"]
    assert (one["vorschlag"], one["segment"], one["begruendung"]) == (
        "ABLOESEN",
        "STABILISIEREN",
        "Das Arztzeugnis bestätigt die Einschätzung.",
    )


def test_an_override_needs_thirty_characters_of_reason(walk: Walk) -> None:
    opened(walk, MUTTER)
    with pytest.raises(FormInvalid) as refused:
        assess(walk, "P1", entscheid="ORIENTIEREN", begruendung="Weil.")
    assert list(refused.value.errors) == ["begruendung_uebersteuerung"]


def test_a_child_at_risk_is_shown_to_the_teamleitung(walk: Walk) -> None:
    opened(walk, KIND)
    walk.complete("kind_abklaeren", **KIND_ABKLAEREN, hinweis_kindeswohl="on")
    assert walk.due_date("gefaehrdung_pruefen") == "2026-03-03"
    walk.complete("gefaehrdung_pruefen", gefaehrdungsmeldung="nein", gefaehrdung_begruendung="Die Schule begleitet bereits.")
    finish_intake(walk)
    assert [one["segment"] for one in walk.variables["segmente"]] == ["ORIENTIEREN"], "no adult to follow"


@pytest.mark.parametrize(
    ("monate", "task"), [pytest.param("2", "verzicht_visieren", id="short"), pytest.param("3", "ziele_vereinbaren", id="too long")]
)
def test_a_short_ueberbrueckung_may_do_without_ziele(walk: Walk, monate: str, task: str) -> None:
    opened(walk, MUTTER)
    assess(walk, "P1")
    finish_intake(walk, "ueberbrueckung", ueberbrueckung_monate=monate)
    assert walk.open_tasks() == [task]


def test_a_waived_zielvereinbarung_leads_to_the_standortbestimmung(walk: Walk) -> None:
    opened(walk, MUTTER)
    assess(walk, "P1")
    finish_intake(walk, "ueberbrueckung", ueberbrueckung_monate="2")
    walk.complete("verzicht_visieren", verzicht="ja", verzicht_grund="Taggeld folgt im Mai")
    walk.travel(date(2026, 6, 2))
    assert walk.open_tasks() == ["standortbestimmung_durchfuehren"]


def test_a_refused_signature_leads_to_verbindlichkeit(walk: Walk) -> None:
    opened(walk, MUTTER)
    assess(walk, "P1")
    finish_intake(walk, "ueberbrueckung", ueberbrueckung_monate="1")
    walk.complete("verzicht_visieren", verzicht="nein", verzicht_grund="Ziele sind möglich")
    walk.travel(date(2026, 4, 1))
    walk.complete("ziele_vereinbaren", **{**ZIELE, "unterschrift": "verweigert"})
    walk.complete("verbindlichkeit_klaeren", klaerung_am="2.3.2026", klaerung_ergebnis="Geklärt")
    assert walk.open_tasks() == []


def test_notices_follow_a_case_that_nobody_works_on(walk: Walk) -> None:
    opened(walk, MUTTER, KIND)
    walk.travel(date(2026, 4, 20))
    assert sorted(rolle for rolle, _ in walk.notices) == [
        "administration",
        "intake",
        "intake",
        "leitung",
        "leitung",
        "leitung",
        "teamleitung",
        "teamleitung",
        "teamleitung",
    ]


def test_an_abschluss_nobody_records_is_shown_to_the_teamleitung(walk: Walk) -> None:
    to_nachbegleitung(walk, gewuenscht="abgelehnt")
    walk.travel(date(2027, 2, 28))
    assert walk.due_date("fall_abschliessen") == "2027-03-14"
    before = len(walk.notices)
    walk.travel(date(2027, 3, 15))
    assert [rolle for rolle, _ in walk.notices[before:]] == ["teamleitung"]
    walk.complete("fall_abschliessen", **ABSCHLUSS)
    assert walk.completed


def test_a_hundred_rounds_of_review_leave_the_case_as_small_as_it_was(walk: Walk) -> None:
    to_standortbestimmung(walk)
    sizes = []
    for _ in range(100):
        walk.travel(date.fromisoformat(walk.variables["naechste_sb"]))
        walk.complete("standortbestimmung_durchfuehren", **STANDORT, sb_entscheid="weiter")
        assert walk.step
        sizes.append(len(walk.step.state))
    assert sizes[-1] <= sizes[4] * 1.05
