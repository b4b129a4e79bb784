"""What runs beside a case ends with it: vPe, intensive Fallführung, questions to partners (process description, chapter 4)."""

from __future__ import annotations

import pytest

from engine.store.tables import Verlauf
from tests.scenarios.akte import ANNA, BEAT, VERAENDERN
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.test_ereignisse import NACHLASS
from tests.scenarios.test_partner import FRAGE
from tests.scenarios.test_vpe import AUFTRAG

BESIDE = ["intensiv", "partneranfrage", "vpe"]


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    """Anna and Beat are supported; an order for Anna, an application and a question to the RAV are under way."""
    nebenakte.open(ANNA, BEAT).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna", **VERAENDERN).assess("Beat").finish_intake().agree()
    nebenakte.begin("vpe").do("auftrag_erteilen", vpe_einwilligung_am=nebenakte.today, **AUFTRAG)
    nebenakte.begin("intensiv").begin("partneranfrage", **FRAGE)
    assert nebenakte.beside == BESIDE
    return nebenakte


def stopped(fall: Nebenakte) -> list[str]:
    """What the history says was stopped beside the case."""
    return sorted(row.name for row in fall._rows(Verlauf) if row.command == "cancel_case")


def reasons(fall: Nebenakte) -> set[str]:
    return {name.rsplit("Grund: ")[1] for name in stopped(fall)}


def test_the_abloesung_ends_it_and_the_history_says_so(fall: Nebenakte) -> None:
    fall.travel("2026-05-20").review("abloesung")
    assert (fall.beside, fall.tasks()) == ([], ["abloesung_erfassen"])
    assert [name.split(",")[0] for name in stopped(fall)] == ["Anfrage an eine Partnerstelle", "Intensive Fallführung", "Vertiefte Potenzialerfassung"]
    assert reasons(fall) == {"Ablösung"}
    assert "Neben dem Fall beendet: Vertiefte Potenzialerfassung, Grund: Ablösung" in [line.was for line in fall.page().zeilen]


def test_the_abschluss_ends_what_began_after_the_abloesung(fall: Nebenakte) -> None:
    fall.travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026", nachbegleitung="nein")
    fall.begin("partneranfrage", **FRAGE).travel("2026-11-30")
    assert fall.beside == ["partneranfrage"]
    fall.close()
    assert (fall.beside, fall.tasks(), fall.closed, "Abschluss" in reasons(fall)) == ([], [], "2026-11-30", True)


def test_a_move_out_of_the_canton_ends_it(fall: Nebenakte) -> None:
    fall.travel("2026-04-01").send("fall.wegzug", per="2026-04-01")
    assert (fall.beside, fall.tasks()) == ([], ["abloesung_erfassen"])


def test_who_leaves_takes_along_only_what_runs_for_them(fall: Nebenakte) -> None:
    fall.report("Austritt oder Tod", person_id="P1", grund="trennung", austritt_am=fall.today)
    assert (fall.beside, reasons(fall)) == (["intensiv"], {"Person ausgetreten"}), "for whom the application is was not yet said"
    fall.travel("2026-06-02").review()
    assert fall.segments() == {"Beat": "ABLOESEN"}


def test_when_everybody_has_died_it_ends_before_the_estate_is_settled(fall: Nebenakte) -> None:
    for person in ("P1", "P2"):
        fall.report("Austritt oder Tod", person_id=person, grund="tod", austritt_am=fall.today)
    assert (fall.beside, fall.tasks()) == ([], ["nachlass_regeln"])
    fall.do("nachlass_regeln", nachlass_gemeldet_am=fall.today, **NACHLASS)
    assert fall.ended == "fall_verstorben"


@pytest.mark.parametrize("when", ["in the Fallführung", "after the Abloesung"])
def test_a_cancelled_case_leaves_nothing_behind(fall: Nebenakte, when: str) -> None:
    task, end = ("storno_pruefen", "fall_storniert") if when == "in the Fallführung" else ("storno_spaeter_pruefen", "fall_spaeter_storniert")
    if when != "in the Fallführung":
        fall.travel("2026-05-20").review("abloesung").begin("partneranfrage", **FRAGE)
    fall.report("Storno verlangt", grund="Doppelt").do(task, storno_entscheid="ja", storno_begruendung="Stimmt")
    assert (fall.ended, fall.beside, fall.tasks()) == (end, [], [])


@pytest.mark.parametrize(
    ("way", "end"),
    [
        pytest.param({"zustaendig": "nein", "zustaendig_begruendung": "Wohnsitz Olten"}, "fall_weitergeleitet", id="not responsible"),
        pytest.param({"zustaendig": "ja"}, "gesuch_zurueckgezogen", id="withdrawn"),
    ],
)
def test_a_request_that_comes_to_nothing_asks_nobody_any_more(nebenakte: Nebenakte, way: dict[str, str], end: str) -> None:
    nebenakte.open(ANNA).begin("partneranfrage", **FRAGE).do("zustaendigkeit_pruefen", **way)
    if end == "fall_weitergeleitet":
        nebenakte.do("fall_weiterleiten", weitergeleitet_an="SRO", weitergeleitet_am=nebenakte.today)
    else:
        nebenakte.send("fall.verzicht")
    assert (nebenakte.ended, nebenakte.beside, nebenakte.tasks()) == (end, [], [])
