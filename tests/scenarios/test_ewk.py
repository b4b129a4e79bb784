"""The Einwohnerkontrolle: a monthly comparison that becomes tasks beside the cases, until mutations come one by one."""

from __future__ import annotations

import pytest

from engine.commands import ewk
from engine.model.access import Access
from engine.model.errors import NotAllowed
from engine.store.tables import Austausch
from tests.scenarios.nebenakte import Nebenakte


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    return nebenakte.supported()


def compare(fall: Nebenakte) -> str:
    """The comparison of the region; gives the number of its case."""
    with fall.database.begin(fall.access) as session:
        ref = ewk.begin_comparison(session, "SDOL")
    fall._settle()
    return ref.fall_nr


def test_each_month_the_register_is_compared_and_a_change_becomes_a_task(fall: Nebenakte) -> None:
    own, comparison = fall.fall_nr, compare(fall)
    fall.turn_to(comparison)
    assert (fall.tasks(), fall.due("register_vergleichen")) == (["register_vergleichen"], "2026-03-12")
    rows = [{"ewk_fall_nr": own, "ewk_ereignis": "tod", "ewk_am": "1.3.2026", "ewk_person": "anna muster"}, {"ewk_fall_nr": "2026-99999", "ewk_ereignis": "wegzug", "ewk_am": "1.3.2026"}]
    before = len(fall.notices())
    fall.do("register_vergleichen", abgeglichen_am=fall.today, rechtsgrundlage="SG § 17", mutationen=rows)
    assert (fall.notices()[before:], fall.tasks()) == (["administration"], []), "the number that nobody knows is a notice"
    fall.turn_to(own)
    shown = fall.shows("mutation_verarbeiten")
    assert ("Melden Sie auf der Fallseite «Austritt oder Tod»" in shown["folge_text"], shown["person_angaben"]) == (True, "Anna Muster")
    assert [(row.meldung, row.weg, row.grundlage) for row in fall._rows(Austausch)] == [("ewk.mutation", "aufgabe", "SG § 17 (Monatsabgleich)")]
    fall.do("mutation_verarbeiten", ewk_ergebnis="haushalt").turn_to(comparison)
    fall.travel("2026-04-02")
    assert (fall.tasks(), fall.due("register_vergleichen")) == (["register_vergleichen"], "2026-04-12")
    shown = fall.shows("register_vergleichen")
    assert (shown["mutationen"], shown["abgeglichen_am"], shown["rechtsgrundlage"]) == ([], None, "SG § 17"), "a new month begins with an empty list"
    fall.parameter(**{"austausch.ewk": "Ja"}).do("register_vergleichen", abgeglichen_am=fall.today, rechtsgrundlage="SG § 17")
    assert fall.ended == "abgleich_beendet", "from now on mutations come one by one"
    assert fall.turn_to(own).beside == [], "last month's mutation is not handed out again"


def test_somebody_whom_the_case_does_not_know_yet_is_named_in_the_remark(fall: Nebenakte) -> None:
    own, row = fall.fall_nr, {"ewk_ereignis": "zuzug", "ewk_am": "1.3.2026", "ewk_person": "Neu Geboren", "ewk_bemerkung": "Spital Grenchen"}
    fall.turn_to(compare(fall)).do("register_vergleichen", abgeglichen_am=fall.today, rechtsgrundlage="SG § 17", mutationen=[{"ewk_fall_nr": own, **row}])
    shown = fall.turn_to(own).shows("mutation_verarbeiten")
    assert (shown["ewk_bemerkung"], shown["person_angaben"]) == ("Neu Geboren. Spital Grenchen", None)


def test_a_mutation_is_recorded_on_the_page_of_the_case(fall: Nebenakte) -> None:
    fall.begin("ewk_mutation", person_betroffen="P1", ewk_ereignis="zivilstand", ewk_am="1.3.2026", rechtsgrundlage="SG § 17")
    assert (fall.due("mutation_verarbeiten"), fall.exchanged) == ("2026-03-12", [("eingehend", "ewk.mutation", "SG § 17")])
    fall.do("mutation_verarbeiten", ewk_ergebnis="stammdaten")
    assert (fall.beside, fall.last_end) == ([], "mutation_verarbeitet")


def test_a_region_has_one_comparison(fall: Nebenakte) -> None:
    compare(fall)
    with pytest.raises(ewk.AlreadyComparing):
        compare(fall)


def test_only_who_keeps_the_stock_of_cases_sets_it_up(fall: Nebenakte) -> None:
    with pytest.raises(NotAllowed), fall.database.begin(Access("finn", {"SDOL": frozenset({"fallfuehrung"})})) as session:
        ewk.begin_comparison(session, "SDOL")
