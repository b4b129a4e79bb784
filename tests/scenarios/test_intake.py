"""How a registration is taken in, turned away or decided upon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from engine.model.access import system
from engine.model.errors import FormInvalid
from engine.store.tables import Gemeinde
from tests.scenarios.akte import ANNA, BEAT, CARLA, STABILISIEREN, Akte

GEHOER = {"gehoer_genutzt": "ja", "stellungnahme": "Ich habe die Unterlagen nicht."}


def registered(akte: Akte, **more: str | bool) -> Akte:
    return akte.open(ANNA, **more).do("zustaendigkeit_pruefen", zustaendig="ja")


def test_who_lives_elsewhere_is_passed_on(akte: Akte) -> None:
    akte.open(ANNA, gemeinde_bfs="2581", adresse="Gartenweg 3, 4600 Olten")
    assert akte.due("zustaendigkeit_pruefen") == "2026-03-04"
    shown = akte.shows("zustaendigkeit_pruefen")
    assert (shown["zustaendige_region"], shown["zustaendig"]) == ("SRO", "nein")
    akte.do("zustaendigkeit_pruefen", zustaendig="nein", zustaendig_begruendung="Wohnsitz Olten")
    assert akte.due("fall_weiterleiten") == "2026-03-07"
    akte.do("fall_weiterleiten", weitergeleitet_an="Sozialregion Olten", weitergeleitet_am=akte.today)
    assert (akte.ended, akte.closed) == ("fall_weitergeleitet", "2026-03-02")


def test_help_for_today_comes_at_once_and_beside_everything_else(akte: Akte) -> None:
    akte.open(ANNA, notlage_heute=True)
    assert akte.tasks() == ["soforthilfe_leisten", "zustaendigkeit_pruefen"]
    assert akte.due("soforthilfe_leisten") == "2026-03-03"
    akte.do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").finish_intake()
    assert (akte.tasks(), akte.phase) == (["soforthilfe_leisten"], "Intake")
    akte.do(
        "soforthilfe_leisten", soforthilfe_bedarf="Essen", soforthilfe="geleistet", soforthilfe_betrag="120.50", soforthilfe_am=akte.today
    )
    assert (akte.phase, akte.segments()) == ("Zielvereinbarung", {"Anna": "ABLOESEN"})


def test_missing_documents_are_asked_for_again_until_they_are_complete(akte: Akte) -> None:
    registered(akte).assess("Anna")
    akte.do("unterlagen_einfordern", unterlagen_vollstaendig="nein", unterlagen=[{"dokumenttyp": "mietvertrag", "verlangt_am": akte.today}])
    assert akte.due("unterlagen_nachtragen") == "2026-04-01"
    akte.travel("2026-03-16")
    assert akte.notices() == ["administration"], "reminded after two weeks"
    akte.do("unterlagen_nachtragen", unterlagen_vollstaendig="nein")
    assert akte.due("unterlagen_nachtragen") == "2026-04-01", "the time limit stays"
    akte.do("unterlagen_nachtragen", unterlagen_vollstaendig="ja")
    akte.decide_claim().do("fall_zuteilen", fallfuehrung="Keller")
    assert (akte.phase, akte.value("naechste_sb")) == ("Zielvereinbarung", "2026-06-02")


def test_a_message_that_the_documents_are_complete_goes_on(akte: Akte) -> None:
    registered(akte).do("unterlagen_einfordern", unterlagen_vollstaendig="nein").travel("2026-03-10").send("unterlagen.vollstaendig")
    assert "unterlagen_nachtragen" not in akte.tasks()
    akte.assess("Anna").decide_claim().do("fall_zuteilen", fallfuehrung="Keller")
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "ABLOESEN"}, "2026-06-10")


def test_without_documents_the_time_limit_is_extended_and_then_the_request_is_not_considered(akte: Akte) -> None:
    registered(akte).parameter(verfuegung_durch="sozialkommission").do("unterlagen_einfordern", unterlagen_vollstaendig="nein")
    akte.travel("2026-04-01")
    assert akte.due("nichteintreten_pruefen") == "2026-04-06"
    assert akte.notices()[-2:] == ["teamleitung", "teamleitung"], "the Kurzassessment and the Intake are late as well"
    akte.do("nichteintreten_pruefen", nicht_eintreten="erstrecken", frist_bis="20.4.2026", nichteintreten_begruendung="Krank")
    assert akte.due("unterlagen_nachtragen") == "2026-04-20"
    akte.travel("2026-04-20")
    assert "leitung" in akte.notices(), "45 days after the Anmeldung"
    akte.do("nichteintreten_pruefen", nicht_eintreten="ja", nichteintreten_begruendung="Keine Antwort")
    assert akte.due("gehoer_gewaehren") == "2026-04-30"
    akte.do("gehoer_gewaehren", gehoer_gewaehrt_am=akte.today, gehoer_genutzt="nein")
    assert akte.task("verfuegung_erfassen").candidate_groups == ["sozialkommission"]
    akte.do("verfuegung_erfassen", verfuegung_nr="V-1", verfuegung_am=akte.today)
    assert (akte.ended, akte.closed) == ("fall_abgeschrieben", "2026-04-20")


def test_with_what_is_there_the_claim_may_still_be_examined_and_rejected(akte: Akte) -> None:
    registered(akte).do("unterlagen_einfordern", unterlagen_vollstaendig="nein").travel("2026-04-01")
    akte.do("nichteintreten_pruefen", nicht_eintreten="nein", nichteintreten_begruendung="Das Budget ist trotzdem klar.")
    akte.do("subsidiaritaet_pruefen", sub_alv="angemeldet", leistungen_offen=["alv"], leistungen_erwartet_am="1.5.2026")
    akte.do("anspruch_erfassen", anspruch="nein", anspruch_quelle="Budget", ablehnungsgrund="Einkommen reicht")
    assert akte.due("gehoer_gewaehren") == "2026-04-11"
    akte.do("gehoer_gewaehren", gehoer_gewaehrt_am=akte.today, **GEHOER)
    assert akte.task("verfuegung_erfassen").candidate_groups == ["leitung"]
    assert akte.shows("verfuegung_erfassen")["stellungnahme"] == "Ich habe die Unterlagen nicht."
    akte.do("verfuegung_erfassen", verfuegung_nr="V-2", verfuegung_am=akte.today)
    assert (akte.ended, akte.closed) == ("fall_abgewiesen", "2026-04-01")


def ended_without_support(akte: Akte) -> None:
    akte.send("fall.verzicht")


def rejected(akte: Akte) -> None:
    akte.decide_claim("nein", ablehnungsgrund="Einkommen reicht").do("gehoer_gewaehren", gehoer_gewaehrt_am=akte.today, **GEHOER)
    akte.do("verfuegung_erfassen", verfuegung_nr="V-2", verfuegung_am=akte.today)


def detached_in_the_intake(akte: Akte) -> None:
    akte.decide_claim().send("fall.verzicht").detach(akte.today, akte.today, hauptgrund="verzicht", nachbegleitung="nein").travel("2026-09-02").close()


def handed_over_in_the_intake(akte: Akte) -> None:
    akte.send("fall.uebergeben", uebergeben_am="2026-03-02")


@pytest.mark.parametrize(
    ("end", "element", "segments"),
    [
        pytest.param(ended_without_support, "gesuch_zurueckgezogen", {}, id="withdrawn"),
        pytest.param(rejected, "fall_abgewiesen", {}, id="rejected"),
        pytest.param(detached_in_the_intake, "fall_abgeschlossen", {"Anna": "ABLOESEN"}, id="supported and detached before everybody has a segment"),
        pytest.param(handed_over_in_the_intake, "fall_uebergeben", {"Anna": "ABLOESEN"}, id="goes on in another region"),
    ],
)
def test_segments_of_a_request_that_came_to_nothing_do_not_count(akte: Akte, end: Callable[[Akte], None], element: str, segments: dict[str, str]) -> None:
    akte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja").do("unterlagen_einfordern", unterlagen_vollstaendig="ja").assess("Anna")
    assert akte.segments() == {"Anna": "ABLOESEN"}
    end(akte)
    assert (akte.ended, akte.segments()) == (element, segments)
    assert "«Segment bestätigen» abgeschlossen" in [row.was for row in akte.page().zeilen], "what was decided stays in the history"


def test_where_the_canton_says_so_the_kurzassessment_waits_for_the_claim(akte: Akte) -> None:
    akte.open(ANNA).parameter(ka_start="anspruch").do("zustaendigkeit_pruefen", zustaendig="ja")
    assert akte.tasks() == ["unterlagen_einfordern"]
    akte.travel("2026-03-12").finish_intake()
    assert (akte.tasks(), akte.due("kurzassessment_durchfuehren")) == (["kurzassessment_durchfuehren"], "2026-04-11")
    akte.assess("Anna", **STABILISIEREN)
    assert (akte.segments(), akte.phase) == ({"Anna": "STABILISIEREN"}, "Zielvereinbarung")


def test_for_a_short_bridging_the_goals_may_be_waived(akte: Akte) -> None:
    registered(akte).assess("Anna").finish_intake("ueberbrueckung", ueberbrueckung_monate=2)
    assert akte.due("verzicht_visieren") == "2026-03-07"
    akte.do("verzicht_visieren", verzicht="ja", verzicht_grund="Das Taggeld beginnt im April.")
    assert (akte.phase, akte.value("naechste_sb"), akte.value("verzicht")) == ("Standortbestimmung", "2026-06-02", "ja")


def test_a_waiver_that_is_not_granted_leads_to_goals(akte: Akte) -> None:
    registered(akte).assess("Anna").finish_intake("ueberbrueckung", ueberbrueckung_monate=2)
    akte.do("verzicht_visieren", verzicht="nein", verzicht_grund="Der Beginn ist unsicher.").agree()
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-06-02")


def test_refused_goals_become_one_task_to_clarify(akte: Akte) -> None:
    registered(akte).assess("Anna").finish_intake().travel("2026-04-02")
    assert akte.notices() == ["teamleitung"], "the goals are overdue"
    akte.agree(unterschrift="verweigert")
    assert akte.due("verbindlichkeit_klaeren") == "2026-04-16"
    akte.do(
        "verbindlichkeit_klaeren",
        klaerung_am=akte.today,
        klaerung_ergebnis="Die Frist war zu kurz.",
        verbindlichkeit_ergebnis="neuer_anlauf",
    )
    akte.agree(unterschrift="verweigert")
    akte.do("verbindlichkeit_klaeren", klaerung_am=akte.today, klaerung_ergebnis="Kein Konsens", verbindlichkeit_ergebnis="weiter")
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-06-02")


def test_each_massnahme_is_assigned(akte: Akte) -> None:
    registered(akte).assess("Anna").finish_intake()
    akte.agree(massnahmen=[{"typ": "sprachkurs", "person_name": "Anna"}, {"typ": "coaching", "anbieter": "Werkstatt"}])
    first, second = (task for task in akte.tasks())
    assert (first, second) == ("massnahmen_zuweisen", "massnahmen_zuweisen")
    akte.assign_all(anbieter="Sprachschule", von="1.4.2026")
    assert [m["typ"] for m in akte.value("massnahmen")] == ["sprachkurs", "coaching"]
    assert (akte.phase, akte.value("naechste_sb")) == ("Standortbestimmung", "2026-06-02")


def test_a_child_keeps_the_intake_open_until_it_is_assessed(akte: Akte) -> None:
    akte.open(ANNA, CARLA).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna").finish_intake()
    assert (akte.phase, akte.tasks()) == ("Intake", ["kind_abklaeren"])
    akte.assess_child("Carla")
    assert akte.segments() == {"Anna": "ABLOESEN", "Carla": "ABLOESEN"}


def test_who_moves_here_after_the_commune_was_merged_registers_for_the_new_one(akte: Akte) -> None:
    with akte.database.begin(system()) as session:
        grenchen = session.get_one(Gemeinde, 2546)
        grenchen.gueltig_bis, grenchen.aufgegangen_in_bfs = date(2026, 3, 31), 2543
    with pytest.raises(FormInvalid) as refused:
        akte.open(ANNA, zuzug_am="1.4.2026")
    assert refused.value.errors == {"gemeinde_bfs": "Diese Gemeinde gibt es am 01.04.2026 nicht mehr, sie besteht nur bis 31.03.2026. Wählen Sie stattdessen Bettlach."}
    akte.open(ANNA, zuzug_am="31.3.2026")
    assert akte.dossiers() == [(2546, None)]


def test_a_commune_that_begins_is_offered_and_counts_from_its_day(akte: Akte) -> None:
    with akte.database.begin(system()) as session:
        session.add(Gemeinde(bfs_nr=2599, name="Aarewil", region="SDOL", gueltig_von=date(2026, 4, 1)))
    with pytest.raises(FormInvalid) as refused:
        akte.open(ANNA, gemeinde_bfs="2599")
    assert refused.value.errors == {"gemeinde_bfs": "Diese Gemeinde gibt es am 02.03.2026 noch nicht, sie besteht erst ab 01.04.2026. Wählen Sie die bisherige Gemeinde."}
    akte.open(ANNA, gemeinde_bfs="2599", zuzug_am="1.4.2026")
    assert akte.dossiers() == [(2599, None)]
