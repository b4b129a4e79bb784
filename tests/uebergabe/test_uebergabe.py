"""The handover of a case, told as the two offices would."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine import commands, queries
from engine.commands import AlreadyMoving
from engine.model.access import Access, system
from engine.model.errors import NotAllowed, NotFound
from engine.queries.ereignisse import ereignisse
from engine.scheduling.due import run_due
from engine.store.tables import Fall, Incident, Instanz, Segmentzuordnung, Zugriff
from tests.diagrams.drawn import BPMN
from tests.uebergabe.conftest import ALLES, GRENCHEN, OLTEN, ROLLEN, Canton


def offered(canton: Canton, **raw: object) -> str:
    """A household of Grenchen moves to Olten on 1 April; the package is released on 2 March."""
    fall_nr = canton.open_household()
    canton.move(fall_nr, **raw)
    canton.release()
    return fall_nr


def test_a_family_moves_from_grenchen_to_olten(canton: Canton):
    fall_nr = canton.open_household()
    canton.move(fall_nr)
    assert canton.elements("SDOL") == ["paket_zusammenstellen"]
    canton.complete("SDOL", "paket_zusammenstellen", paket_inhalt=ALLES)
    assert canton.elements("SDOL") == ["paket_freigeben"] and canton.elements("SRO") == []
    canton.complete("SDOL", "paket_freigeben", freigabe="ja")
    assert canton.elements("SRO") == ["uebernahme_pruefen"]
    assert (canton.fall("SRO").fall_nr, canton.fall("SRO").phase) == ("U-2026-00001", "Übernahme")
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-03-31")
    assert canton.fall("SDOL").uebergeben_am is None, "until the day of the move the old region is in charge"
    canton.travel("2026-04-01")
    old, new = canton.fall("SDOL"), canton.fall("SRO")
    assert old.fall_nr == new.fall_nr == fall_nr
    assert (old.phase, old.uebergeben_nach, str(old.uebergeben_am), str(old.abgeschlossen_am)) == ("Übergeben", "SRO", "2026-04-01", "2026-03-31")
    assert (new.phase, new.herkunft, new.abgeschlossen_am) == ("Standortbestimmung", "SDOL", None)
    assert canton.dossiers("SDOL") == [(GRENCHEN, "2026-03-02", "2026-03-31")]
    assert canton.dossiers("SRO") == [(OLTEN, "2026-04-01", None)]
    assert canton.own("SDOL").zustand == "completed", "by its own drawing"
    assert canton.elements("SDOL") == [] == canton.elements("SRO")
    assert any("Auflagen der bisherigen Region gelten nicht weiter" in text and "aufzufrischen" in text for text in canton.notices("SRO"))
    assert canton.variables("SRO")["naechste_sb"] == "2026-05-31", "sixty days after the takeover"
    canton.travel("2026-05-16")
    assert canton.elements("SRO") == []
    canton.travel("2026-05-17")
    assert canton.elements("SRO") == ["standort_bewerten"], "a fortnight before"


@pytest.mark.parametrize(("header", "due"), [
    pytest.param(None, "2026-05-01", id="by the canton's parameter"),
    pytest.param("P20D", "2026-04-21", id="by the header of a diagram released earlier"),
])  # fmt: skip
def test_the_first_standortbestimmung_after_a_handover_is_set(canton: Canton, header: str | None, due: str):
    with canton.database.begin(system()) as session:
        commands.set_parameter(session, "uebergabe_auffrischung", "30 Tage", von=canton.today, note="Beschluss")
        if header:
            commands.deploy(session, {"uebergabe.bpmn": earlier_diagram(header)})
            commands.release(session, "Früher")
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    assert canton.variables("SRO")["naechste_sb"] == due


def earlier_diagram(auffrischung: str) -> bytes:
    """Uebergabe as it was drawn before its refresh became a parameter."""
    drawing = (BPMN / "uebergabe.bpmn").read_text(encoding="utf-8")
    reads = r'</zeebe:taskHeaders>\s*<zeebe:ioMapping>\s*<zeebe:input source="=parameter.uebergabe_auffrischung"[^>]*>[\s\S]*?</zeebe:ioMapping>'
    before = re.sub(reads, f'<zeebe:header key="auffrischung" value="{auffrischung}" /></zeebe:taskHeaders>', drawing)
    assert before != drawing
    return before.encode()


def test_segments_and_assessments_come_along_with_their_dates(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    shown = [[(row.person_id, row.segment, row.regel, str(row.von)) for row in canton.all(Segmentzuordnung, region)] for region in ("SDOL", "SRO")]
    assert shown[0] == shown[1] != []
    assert {row.entschieden_von for row in canton.all(Segmentzuordnung, "SRO")} == {"SDOL"}
    assert [one["person_id"] for one in canton.variables("SRO")["kurzassessments"]] == ["P1", "P2"]
    assert canton.variables("SRO")["ziele"] and "anmeldegrund" not in canton.variables("SRO")


def test_without_assessment_in_the_package_the_new_region_begins_with_the_intake(canton: Canton):
    offered(canton, paket_inhalt=["segmenthistorie"])
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    (told,) = [text for text in canton.notices("SRO") if "Auflagen der bisherigen Region" in text]
    assert ("aufzufrischen" in told, "ist nicht dabei" in told) == (False, True), "there is nothing to refresh"
    assert canton.fall("SRO").phase == "Intake"
    assert canton.elements("SRO") == ["zustaendigkeit_pruefen"]


def test_a_move_told_late_takes_effect_on_its_day(canton: Canton):
    canton.open_household()
    canton.travel("2026-04-10")
    canton.move("2026-00001")
    canton.release()
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.work()
    assert canton.dossiers("SDOL") == [(GRENCHEN, "2026-03-02", "2026-03-31")]
    assert canton.dossiers("SRO") == [(OLTEN, "2026-04-01", None)]


def test_teamleitung_sends_a_package_back_before_anybody_else_sees_it(canton: Canton):
    fall_nr = canton.open_household()
    canton.move(fall_nr)
    canton.complete("SDOL", "paket_zusammenstellen", paket_inhalt=ALLES)
    canton.complete("SDOL", "paket_freigeben", freigabe="nein")
    assert canton.elements("SDOL") == ["paket_zusammenstellen"]
    assert canton.all(Fall, "SRO") == []


def test_a_question_is_answered_with_a_new_released_package(canton: Canton):
    offered(canton, paket_inhalt=["segmenthistorie"])
    canton.complete("SRO", "uebernahme_pruefen", annahme="rueckfrage", frage="Gibt es ein Kurzassessment?")
    assert canton.elements("SDOL") == ["rueckfrage_beantworten"] and canton.elements("SRO") == []
    canton.complete("SDOL", "rueckfrage_beantworten", antwort="Ja, liegt nun bei.", paket_inhalt=["kurzassessment", "segmenthistorie"])
    assert canton.elements("SDOL") == ["paket_freigeben"] and canton.offer().version == 1
    canton.complete("SDOL", "paket_freigeben", freigabe="ja")
    assert canton.offer().version == 2
    assert canton.asked("SRO", "uebernahme_pruefen", "annahme", "frage") == {"annahme": None, "frage": None}, "a new package is looked at anew"
    assert canton.offer().paket["antworten"] == [{"frage": "Gibt es ein Kurzassessment?", "antwort": "Ja, liegt nun bei."}]
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    assert canton.fall("SRO").phase == "Standortbestimmung"


def test_a_refusal_is_settled_by_both_heads_and_the_case_stays(canton: Canton):
    fall_nr = offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen", ablehnungsgrund="Nur vorübergehend hier.")
    assert canton.elements("SDOL") == canton.elements("SRO") == ["zustaendigkeit_klaeren"]
    assert {str(task.faellig_am.date()) for region in ("SDOL", "SRO") for task in canton.tasks(region)} == {"2026-03-22"}
    canton.complete("SRO", "zustaendigkeit_klaeren", klaerung="bisherige", ablehnungsgrund="So vereinbart.")
    assert any("hält an der Ablehnung" in text for text in canton.notices("SDOL"))
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="bleibt")
    assert canton.elements("SDOL") == canton.elements("SRO") == []
    assert canton.own("SDOL").zustand == "active" and canton.fall("SDOL").fall_nr == fall_nr
    assert canton.offer().paket == {} and canton.offer().zustand == "zurueckgezogen"
    assert canton.fall("SRO").bezeichnung == "" and canton.fall("SRO").abgeschlossen_am is not None
    assert [one.zustand for one in canton.all(Instanz) if one.neben] == ["completed", "completed"]


def test_after_a_refusal_the_new_region_may_still_take_over(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.complete("SRO", "zustaendigkeit_klaeren", klaerung="uebernehmen")
    assert canton.elements("SDOL") == []
    canton.travel("2026-04-01")
    assert canton.fall("SRO").phase == "Standortbestimmung"


def test_after_a_refusal_the_package_is_offered_again(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="erneut")
    canton.release()
    assert canton.elements("SRO") == ["uebernahme_pruefen"] and canton.offer().version == 2


def test_who_accepts_while_the_package_is_made_again_has_accepted_the_former_one(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="erneut")
    canton.complete("SRO", "zustaendigkeit_klaeren", klaerung="uebernehmen")
    assert canton.elements("SDOL") == ["paket_zusammenstellen"] and canton.elements("SRO") == []
    canton.release()
    assert canton.elements("SDOL") == canton.elements("SRO") == [] and canton.offer().version == 1
    canton.travel("2026-04-01")
    assert canton.fall("SRO").phase == "Standortbestimmung" and canton.fall("SDOL").uebergeben_nach == "SRO"
    assert canton.all(Incident) == []


def test_who_holds_to_a_refusal_while_the_package_is_made_again_gets_the_new_one(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="erneut")
    canton.complete("SRO", "zustaendigkeit_klaeren", klaerung="bisherige", ablehnungsgrund="So vereinbart.")
    canton.release()
    assert canton.elements("SRO") == ["uebernahme_pruefen"] and canton.offer().version == 2
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    assert canton.fall("SRO").phase == "Standortbestimmung" and canton.all(Incident) == []


def test_ten_days_without_answer_go_to_the_heads_and_after_twenty_more_both_are_reminded(canton: Canton):
    offered(canton, per="2026-03-15")
    canton.travel("2026-03-11")
    assert canton.elements("SDOL") == []
    canton.travel("2026-03-12")
    assert canton.elements("SDOL") == ["zustaendigkeit_klaeren"] and canton.elements("SRO") == ["uebernahme_pruefen"]
    assert any("nicht innert der Frist beantwortet" in text for text in canton.notices("SRO"))
    canton.travel("2026-03-31")
    assert not any("20 Tagen" in text for text in canton.notices("SDOL"))
    canton.travel("2026-04-01")
    assert any("Die Zahlung läuft bis zur Klärung" in text for text in canton.notices("SDOL"))
    assert canton.own("SDOL").zustand == "active", "the case goes on until it is settled"
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    assert canton.fall("SDOL").uebergeben_nach == "SRO" and canton.dossiers("SRO") == [(OLTEN, "2026-03-15", None)]


def test_a_late_refusal_or_question_reaches_the_heads_who_already_deal_with_it(canton: Canton):
    offered(canton)
    canton.travel("2026-03-12")
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    assert canton.elements("SDOL") == ["zustaendigkeit_klaeren"]
    canton.travel("2026-04-02")
    assert any("bezahlt die bisherige Region" in text for text in canton.notices("SRO"))


def test_a_late_question_is_answered_before_the_heads_have_settled_anything(canton: Canton):
    offered(canton)
    canton.travel("2026-03-12")
    canton.complete("SRO", "uebernahme_pruefen", annahme="rueckfrage", frage="Gibt es Auflagen?")
    assert canton.elements("SDOL") == ["rueckfrage_beantworten"]


def test_a_new_package_takes_the_place_of_one_that_nobody_answered(canton: Canton):
    offered(canton)
    canton.travel("2026-03-12")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="erneut")
    canton.release()
    assert canton.elements("SRO") == ["uebernahme_pruefen"] and canton.offer().version == 2


@pytest.mark.parametrize("refused", [False, True], ids=["before it answered", "while its head considers"])
def test_a_withdrawn_offer_leaves_nothing_to_do_in_the_new_region(canton: Canton, refused: bool):
    offered(canton)
    if refused:
        canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.travel("2026-03-12")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="bleibt")
    assert canton.elements("SRO") == [] and canton.offer().zustand == "zurueckgezogen"


def test_who_accepts_while_the_other_region_withdraws_comes_too_late(canton: Canton):
    """Both answer before the machine has told either: ``work`` refuses incidents."""
    offered(canton)
    canton.travel("2026-03-12")
    canton.fill_in("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.fill_in("SDOL", "zustaendigkeit_klaeren", klaerung="bleibt")
    canton.work()
    assert canton.offer().zustand == "zurueckgezogen" and canton.own("SDOL").zustand == "active"
    assert [one.zustand for one in canton.all(Instanz) if one.neben and one.zustand == "active"] == []


def test_the_case_moves_back_and_keeps_its_number(canton: Canton):
    fall_nr = offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    canton.move(fall_nr, region="SRO", neue_gemeinde_bfs=GRENCHEN, per="2026-05-01")
    canton.release(region="SRO")
    canton.complete("SDOL", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-05-01")
    assert [(fall.region, fall.fall_nr, fall.uebergeben_nach) for fall in canton.all(Fall)] == [
        ("SDOL", fall_nr, "SRO"), ("SRO", fall_nr, "SDOL"), ("SDOL", fall_nr, None),
    ]  # fmt: skip
    assert [one["person_id"] for one in canton.variables("SDOL")["kurzassessments"]] == ["P1", "P2"]


def test_each_region_reads_its_own_file_and_whoever_works_in_both_sees_the_running_one(canton: Canton):
    fall_nr = offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    both = Access("springer", {"SDOL": frozenset(ROLLEN), "SRO": frozenset(ROLLEN)})
    for access, region in ((canton.access("SDOL"), "SDOL"), (canton.access("SRO"), "SRO"), (both, "SRO")):
        with canton.database.read(access) as session:
            view = queries.case(session, fall_nr)
        assert (view.fall.region, view.instanz.process) == (region, "fall")
    with canton.database.read(canton.access("SDOL")) as session:
        assert [position.process for position in queries.case(session, fall_nr).positions] == ["fall", "kurzassessment", "uebergabe"]
    with pytest.raises(NotFound):
        canton.do("SDOL", commands.begin_move, fall_nr, {})


def test_every_step_across_the_border_is_in_the_access_log(canton: Canton):
    offered(canton)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    crossed = [row.was for row in canton.all(Zugriff) if row.konto == "uebergabe" and row.art == "uebergabe"]
    assert crossed == ["U-2026-00001 → SRO", "U-2026-00001 angenommen", "U-2026-00001 vollzogen"]


def test_nobody_accepts_in_place_of_the_new_region(canton: Canton):
    fall_nr = offered(canton)
    with canton.database.read(canton.access("SDOL")) as session:
        offered_names = [one.name for one in ereignisse(session, fall_nr)]
    assert "ereignis.wesentlich" in offered_names
    # Of the case's own events only those are offered that have a form; of the handover's none.
    assert not [name for name in offered_names if name.startswith("uebergabe.")]
    canton.do("SDOL", commands.correlate, "uebergabe.annahme", "U-2026-00001")
    canton.clock.at += timedelta(days=60)
    run_due(canton.database)
    assert canton.fall("SDOL").uebergeben_am is None and canton.own("SDOL").zustand == "active"
    assert [fall.fall_nr for fall in canton.all(Fall, "SRO")] == ["U-2026-00001"]


def test_nobody_starts_a_second_handover_or_one_of_a_foreign_case(canton: Canton):
    fall_nr = canton.open_household()
    values = {"wohin": "ausland", "per": "2026-04-01"}
    with pytest.raises(NotFound):
        canton.do("SRO", commands.begin_move, fall_nr, values)
    guest = Access("gast", {"SDOL": frozenset({"sozialkommission"})})
    with pytest.raises(NotAllowed), canton.database.begin(guest) as session:
        commands.begin_move(session, fall_nr, values)
    first = canton.do("SDOL", commands.begin_move, fall_nr, values, request_id="a")
    assert canton.do("SDOL", commands.begin_move, fall_nr, values, request_id="a").fall_id == first.fall_id
    with pytest.raises(AlreadyMoving):
        canton.do("SDOL", commands.begin_move, fall_nr, values, request_id="b")
    assert sum(one.neben for one in canton.all(Instanz)) == 1
