"""What runs beside the phases: claims with other insurers, measures, whoever comes and goes while something is open."""

from __future__ import annotations

import pytest

from engine.model.errors import FormInvalid
from tests.scenarios.akte import ANNA, BEAT, CARLA, ORIENTIEREN, STABILISIEREN, VERAENDERN, ZIEL, Akte, person
from tests.scenarios.test_ereignisse import BABY, NACHLASS, couple

KURS = {"typ": "sprachkurs", "person_name": "Anna Muster", "anbieter": "Sprachwerk", "von": "1.4.2026", "bis": "31.8.2026"}


def opened(akte: Akte) -> Akte:
    return akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja")


def test_an_open_claim_comes_back_on_the_day_its_decision_is_expected(akte: Akte) -> None:
    opened(akte).do("unterlagen_einfordern", unterlagen_vollstaendig="ja")
    akte.do("subsidiaritaet_pruefen", sub_iv="angemeldet", sub_iv_erwartet="1.9.2026", sub_alv="laeuft", sub_el="angemeldet")
    akte.do("anspruch_erfassen", anspruch="ja", anspruch_ab=akte.today, anspruch_quelle="Budget").do("fall_zuteilen", fallfuehrung="Keller")
    akte.assess("Anna", **STABILISIEREN).agree()
    assert akte.tasks() == [], "claims are followed when the Intake is over, and nothing is due yet"

    akte.travel("2026-03-31")
    assert akte.tasks() == []
    akte.travel("2026-04-01")  # no day is known for the Ergänzungsleistungen: after thirty days
    assert (akte.tasks(), akte.due("entscheid_nachfragen")) == (["entscheid_nachfragen"], "2026-04-11")
    assert akte.shows("entscheid_nachfragen")["leistung"] == "Ergänzungsleistungen"
    akte.do("entscheid_nachfragen", entscheid="offen", erwartet_am="1.5.2026")
    akte.travel("2026-05-01").do("entscheid_nachfragen", entscheid="abgelehnt", entscheid_am="30.4.2026")

    akte.travel("2026-05-25").review().travel("2026-09-01")
    assert akte.shows("entscheid_nachfragen")["leistung"] == "Invalidenversicherung"
    akte.do("entscheid_nachfragen", entscheid="zugesprochen", entscheid_am="1.9.2026")
    assert akte.value("leistungsentscheide") == [
        {"leistung": "Invalidenversicherung", "entscheid": "zugesprochen", "am": "2026-09-01", "bemerkung": None},
        {"leistung": "Ergänzungsleistungen", "entscheid": "abgelehnt", "am": "2026-04-30", "bemerkung": None},
    ]


def with_course(akte: Akte) -> Akte:
    opened(akte).assess("Anna", **VERAENDERN).finish_intake().agree(massnahmen=[KURS])
    return akte.assign_all(anbieter="Sprachwerk")


def test_a_measure_is_looked_at_fourteen_days_before_its_end(akte: Akte) -> None:
    with_course(akte).travel("2026-05-25").review().travel("2026-08-16")
    assert akte.tasks() == []
    akte.travel("2026-08-17")
    assert (akte.tasks(), akte.due("massnahme_auswerten")) == (["massnahme_auswerten"], "2026-08-31")
    akte.do("massnahme_auswerten", massnahme_verlauf="verlaengert", massnahme_bis_neu="31.10.2026", massnahme_empfehlung="Noch ein Niveau")
    akte.travel("2026-10-17").do("massnahme_auswerten", massnahme_verlauf="endet", massnahme_empfehlung="B1 erreicht")
    assert akte.value("massnahmen_verlauf") == [{"nr": f"{akte.fall_nr}-M1", "typ": "sprachkurs", "verlauf": "endet", "empfehlung": "B1 erreicht"}]


def test_what_the_provider_reports_brings_the_measure_forward(akte: Akte) -> None:
    with_course(akte).travel("2026-05-04").report(f"Rückmeldung ({akte.fall_nr}-M1)", rueckmeldung="Kommt seit zwei Wochen nicht", rueckmeldung_am=akte.today, rueckmeldung_weg="telefon")
    assert akte.due("massnahme_auswerten") == "2026-05-18"
    akte.do("massnahme_auswerten", massnahme_verlauf="abgebrochen", massnahme_empfehlung="Gespräch nötig")
    akte.travel("2026-08-17")
    assert "massnahme_auswerten" not in akte.tasks()


def test_a_measure_agreed_once_is_followed_once(akte: Akte) -> None:
    """The goals are agreed anew, with the same course and another one: only the new one begins to be followed."""
    with_course(akte).travel("2026-05-25").review("neu_segmentieren", richtig="unsicher").assess("Anna", **VERAENDERN)
    zweite = {**KURS, "typ": "coaching", "bis": "30.9.2026"}
    akte.agree(ziele=[ZIEL], massnahmen=[KURS, zweite]).assign_all(anbieter="Sprachwerk")
    assert akte.value("massnahmen_begleitet") == ["sprachkurs|Anna Muster|2026-08-31", "coaching|Anna Muster|2026-09-30"]
    assert [(one["typ"], one["nr"][-2:]) for one in akte.value("massnahmen")] == [("sprachkurs", "M1"), ("coaching", "M2")], "by which a provider's report finds it"
    akte.travel("2026-08-17")
    assert akte.due("massnahme_auswerten") == "2026-08-31"


@pytest.mark.parametrize(
    ("entscheid", "aufgabe", "rolle", "angaben", "ergebnis"),
    [
        pytest.param(
            "auflage", "auflage_klaeren", "teamleitung",
            {"klaerung_am": "18.5.2026", "klaerung_ergebnis": "Vereinbart", "verbindlichkeit_ergebnis": "weiter"},
            "klaerung_am", id="an Auflage is considered",
        ),
    ],
)  # fmt: skip
def test_the_standortbestimmung_may_lead_elsewhere_and_the_next_one_is_set(
    akte: Akte, entscheid: str, aufgabe: str, rolle: str, angaben: dict[str, str], ergebnis: str
) -> None:
    akte.supported(**ORIENTIEREN).travel("2026-05-19").review(entscheid)
    assert (akte.tasks(), akte.due(aufgabe), akte.task(aufgabe).candidate_groups) == ([aufgabe], "2026-06-02", [rolle])
    akte.do(aufgabe, **angaben)
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-08-19")
    found = akte.value(ergebnis)
    assert found["person_id"] == "P1" if isinstance(found, dict) else found == "2026-05-18"


def test_a_newcomer_brings_the_next_standortbestimmung_forward(akte: Akte) -> None:
    akte.supported(**STABILISIEREN).travel("2026-05-25").review()
    assert akte.value("naechste_sb") == "2027-05-25"
    akte.travel("2026-06-10").report("Geburt oder Zuzug", person={**BABY, "geburtsdatum": "4.5.2026", "rolle_ue": "kind"}).assess_child("Finn", schule="keine")
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "STABILISIEREN", "Finn": "STABILISIEREN"}, "2026-09-10")
    akte.travel("2026-08-26")
    assert akte.tasks() == []
    akte.travel("2026-08-27")
    assert akte.due("standort_bewerten") == "2026-09-10"


def test_who_joins_while_the_standortbestimmung_is_open_is_not_forgotten(akte: Akte) -> None:
    akte.supported(**STABILISIEREN).travel("2026-05-25").report(
        "Geburt oder Zuzug", person={**person("Gerda", "1.1.1980", "weitere")}
    ).assess("Gerda", **ORIENTIEREN)
    akte.review()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "STABILISIEREN", "Gerda": "ORIENTIEREN"}, "2026-08-25")


def test_the_assessment_of_who_leaves_ends(akte: Akte) -> None:
    akte.open(ANNA, BEAT, CARLA).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess_child("Carla")
    assert akte.tasks() == ["kurzassessment_durchfuehren", "unterlagen_einfordern"]
    akte.report("Austritt oder Tod", person_id="P2", grund="trennung", austritt_am=akte.today)
    assert akte.tasks() == ["unterlagen_einfordern"]
    akte.finish_intake()
    assert (akte.phase, akte.segments()) == ("Zielvereinbarung", {"Anna": "ABLOESEN", "Carla": "ABLOESEN"})


def test_the_visum_for_who_leaves_ends_too(akte: Akte) -> None:
    couple(akte).travel("2026-05-20").review("neu_segmentieren", richtig="unsicher").assess("Beat", **VERAENDERN)
    akte.assess("Anna", entscheid="STABILISIEREN", begruendung="Die Krise von gestern geht allem anderen vor.")
    assert akte.tasks() == ["visum_erteilen"]
    akte.report("Austritt oder Tod", person_id="P1", grund="auszug", austritt_am=akte.today)
    assert (akte.tasks(), akte.segments()) == (["ziele_vereinbaren"], {"Beat": "VERAENDERN"})


def test_a_death_during_the_abloesung(akte: Akte) -> None:
    couple(akte).travel("2026-05-20").review("abloesung").report("Austritt oder Tod", person_id="P1", grund="tod", austritt_am=akte.today)
    assert (akte.household(), akte.tasks()) == (["Beat"], ["abloesung_erfassen"])
    akte.report("Austritt oder Tod", person_id="P2", grund="tod", austritt_am=akte.today)
    assert akte.tasks() == ["nachlass_regeln"]
    akte.do("nachlass_regeln", nachlass_gemeldet_am=akte.today, **NACHLASS)
    assert (akte.ended, akte.closed) == ("fall_verstorben", "2026-05-20")


def test_who_moves_out_after_the_abloesung_does_not_end_the_case(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026")
    akte.report("Austritt oder Tod", person_id="P1", grund="wegzug", austritt_am=akte.today).travel("2026-11-30")
    assert (akte.household(), akte.tasks(), akte.due("fall_abschliessen")) == (["Anna"], ["fall_abschliessen"], "2026-12-14")
    akte.close()
    assert (akte.closed, akte.value("aufbewahrung_bis")) == ("2026-11-30", "2036-11-30")


def test_a_running_case_is_assessed_when_its_turn_comes(akte: Akte) -> None:
    """Without any segment in the file, and the Standortbestimmung says «weiter»: everybody still gets a segment in time."""
    akte.enter(ANNA, CARLA, segmente={}, naechste_sb="2026-05-01", ka_light_bis="2027-03-02")
    assert akte.tasks() == []
    akte.travel("2026-04-17")
    assert akte.tasks() == ["kind_abklaeren", "kurzassessment_durchfuehren", "standort_bewerten"]
    assert akte.due("kurzassessment_durchfuehren") == "2027-03-02"
    akte.review()
    assert akte.value("naechste_sb") == "2026-07-17"
    akte.travel("2026-05-04").assess("Anna", **VERAENDERN).assess_child("Carla")
    assert akte.segments() == {"Anna": "VERAENDERN", "Carla": "VERAENDERN"}
    akte.travel("2026-07-03")
    assert akte.due("standort_bewerten") == "2026-07-17"


def test_a_running_case_with_a_late_standortbestimmung_is_assessed_before_the_year_is_over(akte: Akte) -> None:
    akte.enter(ANNA, segmente={"Anna": "STABILISIEREN"}, naechste_sb="2028-01-10", ka_light_bis="2027-03-02").travel("2027-01-31")
    assert akte.due("kurzassessment_durchfuehren") == "2027-03-02"
    akte.assess("Anna", **STABILISIEREN)
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "STABILISIEREN"}, "2028-01-10")


def test_a_second_registration_of_somebody_is_noticed(akte: Akte) -> None:
    nummer = {"ahvn13": "756.9217.0769.85"}
    akte.open({**ANNA, **nummer})
    first = akte.fall_nr
    akte.open({**ANNA, **nummer}, BEAT)
    shown = akte.shows("zustaendigkeit_pruefen")
    assert shown["dubletten"] == [f"Anna Muster ist schon in Fall {first}."]
    akte.report("Storno verlangt", grund="Doppelt erfasst").do("storno_pruefen", storno_entscheid="ja", storno_begruendung="Stimmt")
    assert akte.ended == "fall_storniert"


def test_what_may_be_reported_is_named_in_the_diagram_and_checked_by_its_form(akte: Akte) -> None:
    akte.supported()
    assert akte.reportable() == [
        "Austritt oder Tod", "Geburt oder Zuzug", "Kontakt verloren", "Sistierung", "Storno verlangt", "Verzicht oder Rückzug", "Wesentliches Ereignis",
    ]  # fmt: skip
    with pytest.raises(FormInvalid) as refused:
        akte.report("Austritt oder Tod", person_id="P7", grund="auszug")
    assert sorted(refused.value.errors) == ["austritt_am", "person_id"]
    akte.report("Wesentliches Ereignis", grund="stellenantritt")
    assert akte.due("standort_bewerten") == "2026-03-16"
    assert akte.reportable().count("Wesentliches Ereignis") == 0


def test_segmenting_anew_replaces_an_assessment_that_is_still_open(akte: Akte) -> None:
    akte.enter(ANNA, segmente={"Anna": "VERAENDERN"}, naechste_sb="2026-05-01", ka_light_bis="2027-03-02").travel("2026-04-17")
    assert akte.tasks() == ["kurzassessment_durchfuehren", "standort_bewerten"]
    akte.review("neu_segmentieren", richtig="unsicher")
    assert (akte.tasks(), akte.due("kurzassessment_durchfuehren")) == (["kurzassessment_durchfuehren"], "2026-05-17"), "one task, not two"
    akte.assess("Anna", **ORIENTIEREN).agree()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "ORIENTIEREN"}, "2026-07-17")
