"""The introduction of a region from its Selbstdeklaration to the end of 2027."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.access import Access
from engine.queries.einfuehrung import EINGESETZT_IM_BESCHLUSS, GESAMT_IM_BESCHLUSS, einfuehrung, notices
from tests.scenarios.nebenakte import Nebenakte

DEKLARATION: dict[str, Any] = {"voraussetzungen_erfuellt": True, "mittel_zweck": True, "gremien_zugestimmt": True}


@pytest.fixture
def region(nebenakte: Nebenakte) -> Nebenakte:
    return nebenakte.open_alone("einfuehrung", start_am="1.6.2026")


def declared(region: Nebenakte) -> Nebenakte:
    region.do("selbst_deklarieren", deklariert_am=region.today, **DEKLARATION)
    return region


def stand(region: Nebenakte) -> tuple[str, int | None, int | None, int | None]:
    with region.database.begin(Access("agsi", {"*": frozenset({"koordination"})})) as session:
        (row,) = [one.stand for one in einfuehrung(session).regionen if one.stand]
        return row.stand, row.pauschale, row.verwendet, row.zurueckbezahlt


def test_a_region_reports_twice_a_year_and_returns_what_is_left(region: Nebenakte) -> None:
    assert (region.due("selbst_deklarieren"), stand(region)) == ("2026-06-01", ("vorbereitet", None, None, None))
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="nachbessern", pruefung_bemerkung="Gremien?")
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="erfuellt", pauschale="500000", freigabe_vermerk="AGS 12")
    assert stand(region) == ("freigegeben", 500000, None, None)
    for day, used in (("2026-09-02", "100000"), ("2027-03-02", "250000"), ("2027-09-02", "400000")):
        region.travel(day).do("bericht_verfassen", mittel_verwendet=used, mittel_bericht="Löhne", leistungen_bericht="80 Kurzassessments", bericht_am=region.today)
        region.do("bericht_pruefen", bericht_geprueft_am=region.today)
    region.travel("2027-10-31")
    assert region.due("schluss_abrechnen") == "2027-12-01"
    region.do("schluss_abrechnen", mittel_verwendet="450000")
    assert region.due("mittel_zurueckzahlen") == "2027-12-31"
    region.do("mittel_zurueckzahlen", mittel_zurueck="50000", zurueck_am=region.today).do("schluss_pruefen", schluss_geprueft_am=region.today)
    assert (region.ended, stand(region)) == ("einfuehrung_abgeschlossen", ("abgeschlossen", 500000, 450000, 50000))


@pytest.mark.parametrize("checked", [pytest.param(False, id="not written"), pytest.param(True, id="not checked")])
def test_a_report_that_stays_open_does_not_keep_the_closing_waiting(region: Nebenakte, checked: bool) -> None:
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="erfuellt", pauschale="500000", freigabe_vermerk="AGS 12")
    region.travel("2026-09-02")
    if checked:
        region.do("bericht_verfassen", mittel_verwendet="100000", mittel_bericht="Löhne", leistungen_bericht="80", bericht_am=region.today)
    region.travel("2027-10-30")
    assert region.tasks() == ["bericht_pruefen" if checked else "bericht_verfassen"]
    region.travel("2027-10-31")
    assert (region.tasks(), region.due("schluss_abrechnen")) == (["schluss_abrechnen"], "2027-12-01")


def test_what_is_not_returned_by_the_end_of_2027_is_noticed(region: Nebenakte) -> None:
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="erfuellt", pauschale="500000", freigabe_vermerk="AGS 12")
    region.parameter(einfuehrung_bericht="P3Y").travel("2026-09-02").do("bericht_verfassen", mittel_verwendet="1", mittel_bericht="x", leistungen_bericht="x", bericht_am=region.today)
    region.do("bericht_pruefen", bericht_geprueft_am=region.today).travel("2027-10-31").do("schluss_abrechnen", mittel_verwendet="400000")
    region.travel("2027-12-31")
    assert region.notices() == ["leitung"]
    with region.database.read(region.access) as session:
        assert [one.text for one in notices(session, "SDOL")] == ["Nicht verwendete Mittel sind nach Ablauf der Frist nicht zurückbezahlt."]


def test_without_a_rest_nothing_is_returned(region: Nebenakte) -> None:
    region.parameter(einfuehrung_bericht="P3Y")
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="erfuellt", pauschale="500000", freigabe_vermerk="AGS 12")
    region.travel("2027-10-31").do("schluss_abrechnen", mittel_verwendet="500000")
    assert region.tasks() == ["schluss_pruefen"]


def test_a_region_may_not_take_part(region: Nebenakte) -> None:
    declared(region).do("deklaration_pruefen", pruefung_ergebnis="nicht", pruefung_bemerkung="Gremien lehnen ab")
    assert (region.ended, stand(region)[0]) == ("nicht_umgesetzt", "nicht_umgesetzt")


def test_the_funds_are_those_of_the_decision(region: Nebenakte) -> None:
    with region.database.begin(Access("agsi", {"*": frozenset({"koordination"})})) as session:
        found = einfuehrung(session)
    assert (len(found.regionen), found.umgesetzt) == (13, 0)
    assert (found.summe("bereitgestellt"), found.summe("bereitgestellt", "Fallführung"), found.summe("bereitgestellt", "Potenzialabklärung")) == (6_981_200, 6_431_200, 550_000)
    assert (found.summe("eingesetzt", "Fallführung"), found.summe("eingesetzt", "Potenzialabklärung")) == (4_584_694, 935_944)
    assert found.summe("eingesetzt") - EINGESETZT_IM_BESCHLUSS == 1, "the decision rounds"
    assert found.summe("eingesetzt") + found.summe("bereitgestellt") == GESAMT_IM_BESCHLUSS
