"""What happens to a household while it is supported."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.model.errors import NobodyWaits
from tests.scenarios.akte import ANNA, BEAT, CARLA, STABILISIEREN, VERAENDERN, Akte, person

DORA = person("Dora", "15.5.2010", "kind")
EMIL = person("Emil", "1.9.2008", "kind")
BABY = {"name": "Muster", "vorname": "Finn", "geburtsdatum": "2026-05-04", "geschlecht": "1", "rolle_ue": "kind"}
TANTE = {"name": "Muster", "vorname": "Gerda", "geburtsdatum": "1980-01-01", "geschlecht": "2", "rolle_ue": "weitere"}
NACHLASS = {"zahlungen_gestoppt": "ja"}


def family(akte: Akte) -> Akte:
    """Two adults and three children, each adult with a segment of its own."""
    akte.open(ANNA, BEAT, CARLA, DORA, EMIL).do("zustaendigkeit_pruefen", zustaendig="ja")
    akte.assess("Anna").assess("Beat", **VERAENDERN).assess("Emil", **STABILISIEREN)
    akte.assess_child("Carla").assess_child("Dora", foerderbedarf="Nachhilfe")
    akte.do(
        "segment_kind_festlegen",
        "Dora",
        entscheid="ORIENTIEREN",
        begruendung_uebersteuerung="Sie braucht eine Anschlusslösung nach der Schule.",
    )
    return akte.finish_intake().agree()


def couple(akte: Akte) -> Akte:
    return (
        akte.open(ANNA, BEAT)
        .do("zustaendigkeit_pruefen", zustaendig="ja")
        .assess("Anna")
        .assess("Beat", **VERAENDERN)
        .finish_intake()
        .agree()
    )


def test_a_household_changes_and_everybody_keeps_a_segment_of_their_own(akte: Akte) -> None:
    family(akte)
    assert akte.segments() == {
        "Anna": "ABLOESEN",
        "Beat": "VERAENDERN",
        "Carla": "VERAENDERN",
        "Dora": "ORIENTIEREN",
        "Emil": "STABILISIEREN",
    }, "Carla follows the adult who needs most, not her brother of seventeen"
    assert akte.value("naechste_sb") == "2026-06-02"

    akte.travel("2026-04-15").send("person.austritt", person_id="P2", grund="auszug")
    assert akte.household() == ["Anna", "Carla", "Dora", "Emil"]

    akte.travel("2026-05-06").send("person.eintritt", person=BABY)
    assert akte.tasks() == ["kind_abklaeren"]
    akte.do(
        "kind_abklaeren",
        "Finn",
        erschienen="ja",
        ka_datum=akte.today,
        betreuung_tagsueber="eltern",
        schule="keine",
        gesundheit_kind="1",
        sprache_kind="1",
        wohnen_kind="1",
    )
    assert akte.segments() == {
        "Anna": "ABLOESEN",
        "Carla": "ABLOESEN",
        "Dora": "ORIENTIEREN",
        "Emil": "STABILISIEREN",
        "Finn": "ABLOESEN",
    }, "neither a brother nor a sister judged for herself decides for the smallest"

    akte.travel("2026-05-14")
    assert akte.tasks() == []
    akte.travel("2026-05-15")
    assert (akte.tasks(), akte.due("kurzassessment_durchfuehren", "Dora")) == (["kurzassessment_durchfuehren"], "2026-06-14")
    akte.assess("Dora", **VERAENDERN)
    assert akte.segments()["Dora"] == "VERAENDERN"

    akte.travel("2026-06-02").review()
    assert akte.value("naechste_sb") == "2026-09-02"

    akte.travel("2026-09-01")
    assert "volljaehrigkeit_klaeren" in akte.tasks()
    assert akte.due("volljaehrigkeit_klaeren") == "2026-10-01"
    akte.do("volljaehrigkeit_klaeren", eigener_haushalt="ja", eigener_fall="nein")
    assert akte.household() == ["Anna", "Carla", "Dora", "Finn"]
    akte.review("abloesung").detach("30.9.2026", "30.9.2026", nachbegleitung="nein").travel("2027-03-30").close()
    assert (akte.closed, akte.ended) == ("2027-03-30", "fall_abgeschlossen")


def test_who_comes_of_age_may_stay(akte: Akte) -> None:
    akte.open(ANNA, EMIL).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess(
        "Emil", **STABILISIEREN
    ).finish_intake().agree()
    akte.travel("2026-05-25").review().travel("2026-09-01").do("volljaehrigkeit_klaeren", eigener_haushalt="nein")
    assert (akte.household(), akte.segments()) == (["Anna", "Emil"], {"Anna": "ABLOESEN", "Emil": "STABILISIEREN"})


def test_who_comes_of_age_with_a_household_of_their_own_has_a_linked_case_of_their_own(akte: Akte) -> None:
    akte.open(ANNA, EMIL).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess("Emil", **STABILISIEREN).finish_intake().agree()
    akte.travel("2026-05-25").review().travel("2026-09-01")
    akte.do("volljaehrigkeit_klaeren", eigener_haushalt="ja", eigener_fall="ja", neue_adresse="Bielstrasse 5, 2543 Bettlach", neue_gemeinde_bfs="2543")
    assert (akte.household(), akte.segments()) == (["Anna"], {"Anna": "ABLOESEN"})
    assert ("Neue Gemeinde", "Bettlach") in [pair for row in akte.page().zeilen for pair in row.angaben]
    parents = akte.fall_nr
    (opened,) = akte.value("eigene_faelle")
    akte.turn_to(opened["fall_nr"])
    assert (akte.household(), akte.tasks(), akte.phase) == (["Emil"], ["zustaendigkeit_pruefen"], "Intake")
    assert (akte.shows("zustaendigkeit_pruefen")["adresse"], akte.links()) == (
        "Bielstrasse 5, 2543 Bettlach", [(parents, "Volljährig mit eigenem Haushalt: eigener Fall")]
    )  # fmt: skip
    akte.do("zustaendigkeit_pruefen", zustaendig="ja")
    assert akte.shows("kurzassessment_durchfuehren")["wohnen"] == 1, "what is known of him stands in the form"
    akte.assess("Emil").finish_intake()
    assert akte.segments() == {"Emil": "ABLOESEN"}


def test_nobody_asks_who_lives_alone_whether_to_move_out_at_18(akte: Akte) -> None:
    akte.open({**EMIL, "rolle_ue": "antragstellend"}).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Emil").finish_intake().agree()
    akte.travel("2026-05-25").review().travel("2026-09-01")
    assert (akte.household(), akte.tasks(), akte.phase) == (["Emil"], ["standort_bewerten"], "Standortbestimmung"), "only the appointment that is due"


def test_who_comes_back_after_the_abschluss_has_a_new_case_that_knows_the_former_one(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026").travel("2026-11-30").close()
    former = akte.fall_id, akte.fall_nr
    akte.travel("2027-02-01").open({**ANNA, "rolle_ue": "antragstellend"}, CARLA)
    assert (akte.vorfall, akte.shows("zustaendigkeit_pruefen")["vorfall"]) == (former[0], f"{former[1]}, abgeschlossen am 30.11.2026")
    assert "abgeschlossen am 30.11.2026" in akte.texts("zustaendigkeit_pruefen")
    akte.do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").assess_child("Carla").finish_intake()
    assert akte.segments() == {"Anna": "ABLOESEN", "Carla": "ABLOESEN"}


def test_a_namesake_born_on_another_day_is_somebody_else(akte: Akte) -> None:
    akte.open(ANNA).send("fall.verzicht")
    akte.open({**ANNA, "geburtsdatum": "13.4.1990"})
    assert akte.vorfall is None


def test_who_joins_during_the_intake_has_a_segment_too(akte: Akte) -> None:
    akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").send("person.eintritt", person=TANTE)
    akte.assess("Gerda", **VERAENDERN)
    assert akte.phase == "Intake"
    akte.assess("Anna").finish_intake()
    assert akte.segments() == {"Anna": "ABLOESEN", "Gerda": "VERAENDERN"}
    assert [p["person_id"] for p in akte.value("personen")] == ["P1", "P2"]


def test_a_number_is_never_given_twice(akte: Akte) -> None:
    couple(akte).send("person.austritt", person_id="P2", grund="auszug").send("person.eintritt", person=TANTE)
    assert [p["person_id"] for p in akte.value("personen")] == ["P1", "P3"]
    akte.assess("Gerda")
    assert akte.segments() == {"Anna": "ABLOESEN", "Gerda": "ABLOESEN"}


def test_after_a_death_the_others_go_on(akte: Akte) -> None:
    couple(akte).travel("2026-04-01").send("person.austritt", person_id="P1", grund="tod")
    assert (akte.household(), akte.phase) == (["Beat"], "Standortbestimmung")
    akte.travel("2026-06-02").review()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Beat": "VERAENDERN"}, "2026-12-02")


def test_when_the_last_person_dies_the_case_ends_with_the_estate(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").send("person.austritt", person_id="P1", grund="tod")
    assert (akte.tasks(), akte.due("nachlass_regeln")) == (["nachlass_regeln"], "2026-06-19")
    akte.do("nachlass_regeln", nachlass_gemeldet_am=akte.today, **NACHLASS)
    assert (akte.ended, akte.closed) == ("fall_verstorben", "2026-05-20")


def test_when_everybody_has_left_the_case_is_detached(akte: Akte) -> None:
    akte.supported().travel("2026-05-01").send("person.austritt", person_id="P1", grund="wegzug")
    assert (akte.phase, akte.tasks()) == ("Ablösung", ["abloesung_erfassen"])
    akte.detach("1.5.2026", "30.4.2026", hauptgrund="wegzug_kanton", nachbegleitung="nein")
    assert (akte.value("abschluss_am"), akte.value("bfs_abschluss_am")) == ("2026-11-01", "2026-10-30")


def test_who_left_last_is_still_who_the_case_is_about_when_it_is_taken_up_again(akte: Akte) -> None:
    couple(akte).travel("2026-04-01").send("person.austritt", person_id="P2", grund="trennung")
    akte.travel("2026-05-01").send("person.austritt", person_id="P1", grund="auszug")
    assert (akte.phase, akte.household()) == ("Ablösung", ["Anna"]), "the Nachbegleitung needs somebody to be for"
    akte.detach("1.5.2026", "30.4.2026", hauptgrund="andere", nachbegleitung="ja").travel("2026-06-20").send("wiederbedarf")
    assert (akte.tasks(), akte.phase) == (["kurzassessment_durchfuehren"], "Kurzassessment")
    akte.assess("Anna", **VERAENDERN)
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "VERAENDERN"}, "2026-12-20")
    akte.agree().travel("2026-12-20").review()
    assert (akte.household(), akte.value("naechste_sb")) == (["Anna"], "2027-06-20")


def test_a_case_left_without_anybody_waits_for_who_joins_it(akte: Akte) -> None:
    """Cases that lost their last person under an earlier drawing: taken up again, they have a Standortbestimmung to come, and a person may join."""
    akte.supported().travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026").travel("2026-06-20")
    akte.put(personen=[], segmente=[], ausgetretene=[{"person_id": "P1", "grund": "auszug", "am": "2026-05-20"}])
    akte.send("wiederbedarf")
    assert (akte.phase, akte.value("naechste_sb")) == ("Zielvereinbarung", "2026-09-20")
    akte.report("Geburt oder Zuzug", person={**BEAT, "rolle_ue": "weitere"})
    akte.assess("Beat")
    assert akte.segments() == {"Beat": "ABLOESEN"}


def test_a_death_during_the_nachbegleitung(akte: Akte) -> None:
    couple(akte).travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026")
    akte.travel("2026-06-10").send("person.austritt", person_id="P1", grund="tod")
    assert (akte.household(), akte.phase) == (["Beat"], "Nachbegleitung")
    akte.send("person.austritt", person_id="P2", grund="tod")
    assert akte.tasks() == ["nachlass_regeln"], "no contacts, no Abschluss"
    akte.do("nachlass_regeln", nachlass_gemeldet_am=akte.today, **NACHLASS)
    assert (akte.ended, akte.closed) == ("fall_verstorben", "2026-06-10")


def test_a_withdrawn_request_simply_ends(akte: Akte) -> None:
    akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").travel("2026-03-09").send("fall.verzicht")
    assert (akte.ended, akte.closed) == ("gesuch_zurueckgezogen", "2026-03-09")


def test_who_renounces_support_is_detached_for_that_reason(akte: Akte) -> None:
    akte.supported().travel("2026-04-30").send("fall.verzicht")
    assert (akte.phase, akte.shows("abloesung_erfassen")["hauptgrund"]) == ("Ablösung", "verzicht")
    akte.detach("30.4.2026", "30.4.2026", hauptgrund="verzicht", nachbegleitung="abgelehnt")
    assert akte.value("abschluss_am") == "2026-10-30"


def test_who_leaves_the_canton_is_detached_on_the_day_of_the_move(akte: Akte) -> None:
    akte.supported().travel("2026-04-01").send("fall.wegzug", per="2026-04-01")
    shown = akte.shows("abloesung_erfassen")
    assert (akte.phase, shown["hauptgrund"], akte.value("abloesung_am")) == ("Ablösung", "wegzug_kanton", "2026-04-01")
    akte.detach("1.4.2026", "31.3.2026", hauptgrund="wegzug_kanton", nachbegleitung="abgelehnt")
    assert akte.value("abschluss_am") == "2026-10-01"


def test_who_leaves_the_canton_before_any_support_has_nothing_to_detach_from(akte: Akte) -> None:
    akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").travel("2026-03-09").send("fall.wegzug", per="2026-03-09")
    assert (akte.ended, akte.closed) == ("gesuch_zurueckgezogen", "2026-03-09")


def test_a_case_that_another_region_took_over_ends_here(akte: Akte) -> None:
    akte.supported().travel("2026-04-01").send("fall.uebergeben", uebergeben_am="2026-04-01")
    assert (akte.ended, akte.tasks(), akte.waits_for()) == ("fall_uebergeben", [], set())


def lost(akte: Akte) -> Akte:
    """Two invitations and a registered letter without an answer."""
    akte.supported().travel("2026-03-10").send("kontakt.verloren")
    akte.do("einladung_1", einladung_am=akte.today, einladung_art="brief").travel("2026-03-20")
    akte.do("einladung_2", einladung_am=akte.today, einladung_art="mail").travel("2026-03-30")
    akte.do("brief_senden", einladung_am=akte.today, einladung_art="einschreiben").travel("2026-05-28")
    assert "kontakt_beurteilen" not in akte.tasks()
    akte.travel("2026-05-29")
    assert akte.due("kontakt_beurteilen") == "2026-06-03"
    return akte


def test_lost_contact_leads_to_the_abloesung_after_two_invitations_and_a_letter(akte: Akte) -> None:
    lost(akte).do("kontakt_beurteilen", kontakt_abgebrochen="ja")
    assert (akte.phase, akte.tasks()) == ("Ablösung", ["abloesung_erfassen"]), "the Standortbestimmung is off"
    assert akte.shows("abloesung_erfassen")["hauptgrund"] == "kontaktabbruch"
    akte.detach("31.5.2026", "31.5.2026", hauptgrund="kontaktabbruch", nachbegleitung="nein").travel("2026-11-30").close()
    assert akte.closed == "2026-11-30"


def test_contact_may_be_found_again(akte: Akte) -> None:
    lost(akte).do("kontakt_beurteilen", kontakt_abgebrochen="nein")
    assert akte.tasks() == ["standort_bewerten"]
    akte.send("kontakt.verloren").send("kontakt.hergestellt")
    akte.review()
    assert akte.value("naechste_sb") == "2026-08-29"


def test_a_suspended_case_goes_on_with_what_was_left_of_its_time(akte: Akte) -> None:
    akte.supported().travel("2026-04-02").send("fall.sistierung", grund="Klinik")
    assert (akte.tasks(), akte.value("sistierung_grund")) == ([], "Klinik")
    akte.travel("2026-07-01")
    assert akte.tasks() == [], "nothing falls due while the case is suspended"
    akte.send("fall.fortsetzung")
    assert akte.value("naechste_sb") == "2026-08-31", "two months were left"
    akte.travel("2026-08-17")
    assert akte.tasks() == ["standort_bewerten"]


def test_the_kurzassessment_of_a_running_case_rests_while_it_is_suspended(akte: Akte) -> None:
    akte.enter(ANNA, segmente={"Anna": "VERAENDERN"}, naechste_sb="2026-05-01", ka_light_bis="2027-03-02").travel("2026-04-20")
    assert akte.due("kurzassessment_durchfuehren") == "2027-03-02"
    akte.report("Sistierung", grund="klinik")
    assert (akte.tasks(), akte.due("kurzassessment_durchfuehren")) == (["kurzassessment_durchfuehren"], "2027-09-01"), "behind the longest suspension"
    akte.travel("2026-05-20").send("fall.fortsetzung")
    assert (akte.due("kurzassessment_durchfuehren"), akte.value("naechste_sb")) == ("2027-04-01", "2026-05-31"), "thirty days later, like the rest"


@pytest.mark.parametrize(
    ("resumed", "opened", "due"),
    [
        pytest.param("2027-02-09", "2027-03-02", "2027-04-01", id="taken up after thirty days"),
        pytest.param(None, "2027-07-31", "2027-08-30", id="until the longest suspension is over"),
    ],
)
def test_a_kurzassessment_that_is_still_to_come_comes_later_by_the_suspension(akte: Akte, resumed: str | None, opened: str, due: str) -> None:
    akte.enter(ANNA, segmente={"Anna": "STABILISIEREN"}, naechste_sb="2028-01-10", ka_light_bis="2027-03-02").travel("2027-01-10")
    akte.report("Sistierung", grund="haft")
    if resumed:
        akte.travel(resumed).send("fall.fortsetzung")
    akte.travel(str(date.fromisoformat(opened) - timedelta(days=1)))
    assert akte.tasks() == []
    akte.travel(opened)
    assert akte.due("kurzassessment_durchfuehren") == due


def test_a_suspension_ends_by_itself_after_six_months_and_the_goals_are_still_open(akte: Akte) -> None:
    akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").finish_intake().travel("2026-03-12").send(
        "fall.sistierung", grund="Haft"
    )
    assert akte.tasks() == []
    akte.travel("2026-09-12")
    assert (akte.tasks(), akte.due("ziele_vereinbaren")) == (["ziele_vereinbaren"], "2026-10-02"), "twenty days were left"
    akte.agree()
    assert akte.value("naechste_sb") == "2026-12-03"


def test_a_suspension_during_the_intake_gives_everything_what_was_left_of_its_time(akte: Akte) -> None:
    akte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Beat", **VERAENDERN)
    akte.do("unterlagen_einfordern", unterlagen_vollstaendig="nein")
    akte.travel("2026-03-12").report("Sistierung", grund="klinik")
    assert akte.value("sistierung_grund") == "klinik"
    akte.travel("2026-07-12")
    assert akte.tasks() == ["kurzassessment_durchfuehren", "unterlagen_nachtragen"], "it rests, and nothing is written off"
    assert akte.notices() == []
    akte.report("Sistierung", grund="klinik")
    assert akte.reportable().count("Fortsetzung") == 1, "a second report does not move anything"
    akte.report("Fortsetzung")
    assert (akte.due("kurzassessment_durchfuehren"), akte.due("unterlagen_nachtragen")) == ("2026-08-01", "2026-08-01"), "twenty days were left"
    akte.travel("2026-07-25")
    assert akte.notices() == ["fallfuehrung", "intake"] or len(akte.notices()) == 2
    akte.travel("2026-08-01")
    assert "nichteintreten_pruefen" in akte.tasks()


def test_a_suspension_while_people_are_assessed_anew_ends_by_itself(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("neu_segmentieren", richtig="unsicher")
    assert akte.due("kurzassessment_durchfuehren") == "2026-06-19"
    akte.report("Sistierung", grund="ausland").travel("2026-11-20")
    assert akte.due("kurzassessment_durchfuehren") == "2026-12-20"
    akte.assess("Anna", **VERAENDERN).agree().report("Sistierung", grund="haft").report("Fortsetzung")
    assert akte.segments() == {"Anna": "VERAENDERN"}


@pytest.mark.parametrize("until", ["2026-05-20", "2026-06-10", "2026-11-30"], ids=["Ablösung", "Nachbegleitung", "Abschluss"])
def test_a_case_may_be_cancelled_after_its_abloesung_has_begun(akte: Akte, until: str) -> None:
    akte.supported().travel("2026-05-20").review("abloesung")
    if until != "2026-05-20":
        akte.detach("31.5.2026", "31.5.2026", nachbegleitung="nein").travel(until)
    akte.report("Storno verlangt", grund="Falsche Person")
    assert akte.task("storno_spaeter_pruefen").candidate_groups == ["leitung"]
    akte.do("storno_spaeter_pruefen", storno_entscheid="nein", storno_begruendung="Es ist die richtige")
    assert akte.closed is None
    akte.report("Storno verlangt", grund="Doch").do("storno_spaeter_pruefen", storno_entscheid="ja", storno_begruendung="Stimmt")
    assert (akte.ended, akte.closed, akte.tasks()) == ("fall_spaeter_storniert", until, [])


def test_an_abloesung_begun_by_mistake_is_taken_back(akte: Akte) -> None:
    akte.supported().travel("2026-05-20").review("abloesung").report("Wiederbedarf")
    assert akte.tasks() == ["kurzassessment_durchfuehren"]
    akte.assess("Anna", **VERAENDERN).agree()
    assert (akte.phase, akte.segments()) == ("Standortbestimmung", {"Anna": "VERAENDERN"})


def test_a_case_opened_by_mistake_is_cancelled_by_the_leitung_and_stays_readable(akte: Akte) -> None:
    akte.open(ANNA).send("fall.storno", grund="Doppelt erfasst")
    assert akte.due("storno_pruefen") == "2026-03-07"
    assert akte.shows("storno_pruefen")["storno_grund"] == "Doppelt erfasst"
    akte.do("storno_pruefen", storno_entscheid="nein", storno_begruendung="Ist eine andere Person")
    akte.send("fall.storno", grund="Doch doppelt").do("storno_pruefen", storno_entscheid="ja", storno_begruendung="Stimmt")
    assert (akte.ended, akte.closed) == ("fall_storniert", "2026-03-02")
    assert akte.value("personen")[0]["vorname"] == "Anna"


def test_a_running_case_enters_at_its_next_standortbestimmung(akte: Akte) -> None:
    akte.enter(ANNA, CARLA, segmente={"Anna": "VERAENDERN", "Carla": "VERAENDERN"}, naechste_sb="2026-05-01")
    assert (akte.phase, akte.tasks()) == ("Standortbestimmung", [])
    assert akte.segments() == {"Anna": "VERAENDERN", "Carla": "VERAENDERN"}
    akte.travel("2026-04-17").review("neu_segmentieren", richtig="unsicher")
    assert sorted(akte.tasks()) == ["kind_abklaeren", "kurzassessment_durchfuehren"]
    akte.assess("Anna").assess_child("Carla").agree()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "ABLOESEN", "Carla": "ABLOESEN"}, "2026-07-17")


def test_nobody_hears_an_event_of_a_closed_case(akte: Akte) -> None:
    akte.open(ANNA).send("fall.verzicht")
    with pytest.raises(NobodyWaits):
        akte.send("person.austritt", person_id="P1", grund="tod")
