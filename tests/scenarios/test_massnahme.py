"""Providers of measures: a letter with what the person's consent or the law allows, and what they report back."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.errors import FormInvalid
from tests.scenarios.akte import ANNA, VERAENDERN
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.test_begleitung import KURS

EINWILLIGUNG = {"grundlage_art": "einwilligung", "einwilligung_am": "2.3.2026", "massnahme_auftrag": "Niveau B1"}
GESETZ = {"grundlage_art": "gesetz", "gesetz": "SG § 17"}
IMMER = ["Name", "Art", "Dauer", "Finanzierung"]


def agreed(fall: Nebenakte, massnahme: dict[str, Any]) -> Nebenakte:
    fall.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna", **VERAENDERN).finish_intake()
    fall.agree(massnahmen=[massnahme])
    return fall


@pytest.mark.parametrize(("basis", "read", "told"), [
    pytest.param(EINWILLIGUNG, "Einwilligung vom 2026-03-02", [*IMMER, "Auftrag"], id="with consent the order as well"),
    pytest.param(GESETZ, "SG § 17", IMMER, id="by law who, what and how long"),
])  # fmt: skip
def test_the_provider_gets_a_letter_and_both_ways_are_logged(nebenakte: Nebenakte, basis: dict[str, Any], read: str, told: list[str]) -> None:
    agreed(nebenakte, KURS).assign_all(**basis)
    letter, nr = nebenakte.shows("zuweisung_versenden"), f"{nebenakte.fall_nr}-M1"
    assert (nebenakte.due("zuweisung_versenden"), letter["massnahme_nr"], letter["rechtsgrundlage"]) == ("2026-03-05", nr, read)
    nebenakte.do("zuweisung_versenden", brief_am=nebenakte.today, brief_weg="brief").travel("2026-05-04")
    answer = f"Rückmeldung ({nr})"
    with pytest.raises(FormInvalid):
        nebenakte.report(answer, rueckmeldung="Kommt regelmässig")
    nebenakte.report(answer, rueckmeldung="Kommt regelmässig", rueckmeldung_am=nebenakte.today, rueckmeldung_weg="mail")
    assert nebenakte.exchanged == [("ausgehend", "massnahme.zuweisung", read), ("eingehend", "massnahme.rueckmeldung", read)]
    assert [row.angaben for row in nebenakte.exchanges()] == [told, ["rueckmeldung"]]
    assert nebenakte.shows("massnahme_auswerten")["rueckmeldung"] == "Kommt regelmässig"


def test_who_registers_alone_needs_no_letter(nebenakte: Nebenakte) -> None:
    agreed(nebenakte, KURS).assign_all(grundlage_art="keine")
    assert (nebenakte.tasks(), nebenakte.exchanged) == ([], [])


@pytest.mark.parametrize(("massnahme", "due"), [
    pytest.param({"rueckmeldung_faellig": "1.5.2026"}, "2026-05-15", id="on the day its report is due"),
    pytest.param({}, None, id="with no such day only when the provider reports"),
])  # fmt: skip
def test_a_measure_without_an_end_is_followed_too(nebenakte: Nebenakte, massnahme: dict[str, Any], due: str | None) -> None:
    agreed(nebenakte, {**KURS, "bis": None}).assign_all(**massnahme).travel("2026-05-01")
    assert ("massnahme_auswerten" in nebenakte.tasks()) is (due is not None)
    assert due is None or nebenakte.due("massnahme_auswerten") == due
    assert due is not None or f"Rückmeldung ({nebenakte.fall_nr}-M1)" in nebenakte.reportable()
