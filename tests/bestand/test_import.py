"""Running cases come in from the Fachapplikation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import queries
from engine.cases.tabelle import TableUnreadable
from engine.commands.bestand import NoEntry, NotConfirmed, Plan, import_cases, plan_import
from engine.commands.parameter import set_parameter
from engine.model.access import Access, system
from engine.model.errors import NotAllowed, NotFound
from engine.store.tables import Bestandsfall, Dossier, Fall, Hinweis, Instanz, Person, Segmentzuordnung
from tests.uebergabe.conftest import Canton

HEAD = "fachapplikation_nr;region;gemeinde_bfs;eroeffnet_am;naechste_sb;name;vorname;geburtsdatum;geschlecht;rolle_ue;ahvn13;segment"
ANNA = "K-1;SDOL;2546;1.5.2024;2026-04-15;Müller;Anna;3.4.1985;w;antragstellend;756.9217.0769.85;VERAENDERN"
BEAT = "K-1;SDOL;2546;2024-05-01;15.4.2026;Müller;Beat;21.9.1983;m;partner;;Orientieren"
CARL = "K-2;SDOL;2543;01.02.2025;2026-06-01;Meier;Carl;1990-12-31;1;antragstellend;;"


def table(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


@pytest.fixture
def bring(canton: Canton) -> Callable[..., Plan]:
    def bring(content: bytes, region: str = "SDOL", **options: Any) -> Plan:
        plan: Plan = canton.do(region, import_cases, content, region, **options)
        return plan

    return bring


def test_a_running_case_enters_at_its_next_standortbestimmung(canton: Canton, bring: Callable[..., Plan]):
    plan = bring(table(ANNA, BEAT.replace("2024-05-01", "1.5.2024").replace("15.4.2026", "2026-04-15")))
    assert (len(plan.new), plan.known, plan.conflicts, plan.problems) == (1, (), (), ())
    fall = canton.fall("SDOL")
    assert (fall.bezeichnung, str(fall.eroeffnet_am), fall.phase) == ("Müller, Anna", "2024-05-01", "Standortbestimmung")
    assert canton.dossiers("SDOL") == [(2546, "2024-05-01", None)]
    assert [(p.person_id, p.vorname, p.ahvn13, str(p.von)) for p in canton.all(Person)] == [
        ("P1", "Anna", "756.9217.0769.85", "2024-05-01"), ("P2", "Beat", None, "2024-05-01"),
    ]  # fmt: skip
    assert [(s.person_id, s.segment) for s in canton.all(Segmentzuordnung)] == [("P1", "VERAENDERN"), ("P2", "ORIENTIEREN")]
    assert canton.variables("SDOL")["ka_light_bis"] == "2027-03-02"
    assert canton.notices("SDOL") == ["Bestandsfall: Kurzassessment light bis 02.03.2027."]
    assert canton.elements("SDOL") == []
    canton.travel("2026-03-31")
    assert canton.elements("SDOL") == []
    canton.travel("2026-04-01")
    assert canton.elements("SDOL") == ["kurzassessment_durchfuehren"] * 2 + ["standort_bewerten"], "a fortnight before the appointment"
    with canton.database.read(canton.access("SDOL")) as session:
        assert queries.case(session, fall.fall_nr).positions[0].process == "fall"


def test_after_the_standortbestimmung_the_interval_of_the_segment_counts(canton: Canton, bring: Callable[..., Plan]):
    bring(table(ANNA))
    canton.travel("2026-04-15")
    canton.complete("SDOL", "standort_bewerten", sb_datum="2026-04-15")
    canton.complete("SDOL", "vorgehen_festlegen", sb_entscheid="weiter", naechste_sb_wunsch=None)
    assert canton.variables("SDOL")["naechste_sb"] == "2026-10-15"


def test_a_case_without_segments_gets_them_at_its_standortbestimmung(canton: Canton, bring: Callable[..., Plan]):
    bring(table(CARL))
    assert "sie erhalten es mit dem Kurzassessment" in canton.notices("SDOL")[0]
    canton.travel("2026-06-01")
    canton.complete("SDOL", "standort_bewerten", sb_datum="2026-06-01")
    canton.complete("SDOL", "vorgehen_festlegen", sb_entscheid="neu_segmentieren")
    assert canton.elements("SDOL") == ["kurzassessment_durchfuehren"]


def test_the_same_file_twice_opens_every_case_once(canton: Canton, bring: Callable[..., Plan]):
    bring(table(ANNA, CARL))
    again = bring(table(ANNA, CARL))
    assert (again.new, again.known) == ((), ("K-1", "K-2"))
    assert len(canton.all(Fall)) == len(canton.all(Bestandsfall)) == len(canton.all(Instanz)) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(ANNA.replace("1.5.2024", "2.5.2024"), "dort eröffnet am 01.05.2024", id="opened on another day"),
        pytest.param(ANNA.replace("Anna", "Berta"), "mit anderen Personen", id="other people"),
        pytest.param(ANNA.replace("K-1", "K-9"), "schon in Fall 2026-00001", id="the same person in another case"),
    ],
)
def test_what_contradicts_a_stored_case_is_shown_and_changes_nothing(canton: Canton, bring: Callable[..., Plan], line: str, message: str):
    bring(table(ANNA))
    plan = bring(table(line, CARL))
    (conflict,) = plan.conflicts
    assert conflict.line == 2 and message in conflict.message
    assert [fall.bezeichnung for fall in canton.all(Fall)] == ["Müller, Anna", "Meier, Carl"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(CARL.replace("SDOL", "SRO"), "«SRO» ist nicht die Region SDOL", id="foreign region"),
        pytest.param(CARL.replace("2543", "2581"), "gehört nicht zur Region SDOL", id="commune of another region"),
        pytest.param(CARL.replace("2543", "261"), "keine heutige Gemeinde", id="no commune of the canton"),
        pytest.param(CARL.replace("01.02.2025", "30.02.2025"), "ist kein Datum", id="no day"),
        pytest.param(CARL.replace("01.02.2025", "01.02.2027"), "liegt in der Zukunft", id="opened tomorrow"),
        pytest.param(CARL.replace("2026-06-01", ""), "«naechste_sb» fehlt", id="no appointment"),
        pytest.param(CARL.replace("1990-12-31", "1880-01-01"), "älter als 110", id="too old"),
        pytest.param(CARL.replace("antragstellend", "chef"), "«chef» ist unbekannt", id="unknown role"),
        pytest.param(CARL.replace(";;", ";756.9217.0769.84;"), "Prüfziffer", id="wrong AHV number"),
        pytest.param(CARL + "SUPER", "«SUPER» ist unbekannt", id="unknown segment"),
        pytest.param(CARL + ";mehr", "mehr Felder als Spalten", id="too many fields"),
        pytest.param(CARL.replace("K-2", ""), "«fachapplikation_nr» fehlt", id="no number"),
        pytest.param(CARL.replace("Meier", "x" * 101), "höchstens 100", id="name too long"),
    ],
)
def test_a_faulty_line_is_named_with_its_reason_and_nothing_is_stored(canton: Canton, bring: Callable[..., Plan], line: str, message: str):
    with pytest.raises(NotConfirmed) as refused:
        bring(table(ANNA, line))
    assert [(one.line, message in one.message) for one in refused.value.problems] == [(3, True)]
    assert canton.all(Fall) == []
    plan = bring(table(ANNA, line), leave_out_bad=True)
    assert [case.fachapplikation_nr for case in plan.new] == ["K-1"]


def test_lines_of_one_case_must_agree_and_name_everybody_once(canton: Canton, bring: Callable[..., Plan]):
    with pytest.raises(NotConfirmed) as refused:
        bring(table(ANNA, BEAT.replace("2546", "2543"), ANNA))
    assert [(p.line, p.message) for p in refused.value.problems if "gemeinde" in p.message] == [(3, "«gemeinde_bfs» widerspricht Zeile 2 desselben Falls.")]
    assert (4, "Dieselbe Person steht schon in Zeile 2.") in [(p.line, p.message) for p in refused.value.problems]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(table(ANNA).decode().encode("cp1252"), id="Windows-1252"),
        pytest.param(b"\xef\xbb\xbf" + table(ANNA), id="UTF-8 with its mark"),
        pytest.param(table(ANNA).replace(b";", b","), id="commas"),
        pytest.param(table(ANNA).replace(b"\n", b"\r\n") + b"\r\n\r\n", id="Windows lines and empty ones"),
        pytest.param(table(ANNA.replace("Müller", '"Müller"')), id="quoted"),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(canton: Canton, bring: Callable[..., Plan], content: bytes):
    assert bring(content).new[0].personen[0]["name"] == "Müller"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "fehlen die Spalten", id="empty"),
        pytest.param(b"a;b\n1;2", "fehlen die Spalten", id="another table"),
        pytest.param(b"\x81\x8d" + table(ANNA), "weder UTF-8", id="no text"),
        pytest.param(table(ANNA, head=HEAD + ";name"), "mehrmals", id="a column twice"),
        pytest.param(table(ANNA + '"x'), "keine Tabellenzeile|erlaubt sind", id="a quote that never ends"),
        pytest.param(b"x" * (5 * 1024 * 1024 + 1), "grösser als 5 MB", id="too large"),
    ],
)
def test_what_is_no_table_is_refused(canton: Canton, bring: Callable[..., Plan], content: bytes, message: str):
    with pytest.raises((TableUnreadable, NotConfirmed)) as refused:
        bring(content)
    assert isinstance(refused.value, NotConfirmed) or refused.match(message)


def test_only_leitung_and_administration_import_and_only_into_their_region(canton: Canton):
    with pytest.raises(NotFound):
        canton.do("SRO", plan_import, table(ANNA), "SDOL")
    worker = Access("meier", {"SDOL": frozenset({"fallfuehrung"})})
    with pytest.raises(NotAllowed), canton.database.begin(worker) as session:
        import_cases(session, table(ANNA), "SDOL")


def test_an_import_that_fails_in_the_middle_leaves_nothing(canton: Canton):
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        canton.do("SDOL", import_cases, table(ANNA, CARL), "SDOL", progress=stop)
    for what in (Fall, Dossier, Person, Instanz, Hinweis, Bestandsfall):
        with canton.database.read(canton.access("SDOL")) as session:
            assert session.scalars(select(what)).all() == []


def test_another_program_sends_rows_instead_of_a_file(canton: Canton, bring: Callable[..., Plan]):
    columns = HEAD.split(";")
    rows = [dict(zip(columns, line.split(";"), strict=True)) for line in (ANNA, CARL)]
    assert [case.fachapplikation_nr for case in canton.do("SDOL", import_cases, rows, "SDOL").new] == ["K-1", "K-2"]
    assert bring(table(ANNA, CARL)).known == ("K-1", "K-2")
    faulty = canton.do("SDOL", plan_import, [{**rows[0], "geburtsdatum": None}], "SDOL")
    assert [(one.line, one.message) for one in faulty.problems] == [(1, "«geburtsdatum» fehlt.")]


def test_a_region_may_decide_that_its_running_cases_stay_where_they_are(canton: Canton, bring: Callable[..., Plan]):
    with canton.database.begin(system()) as session:
        set_parameter(session, "bestandsfaelle", "nicht", region="SDOL", von=date(2026, 3, 2), note="Später")
    with pytest.raises(NoEntry, match="treten laufende Fälle nicht ein"):
        bring(table(ANNA))
