"""One household through everything but a handover: counselled first, registered, explored, led intensively, detached, back again, closed."""

from __future__ import annotations

from tests.scenarios.akte import VERAENDERN
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.test_intensiv import ANTRAG
from tests.scenarios.test_proaktiv import UEBERTRITT, agreed, contact
from tests.scenarios.test_vpe import AUFTRAG, evaluate

BELASTET = {**VERAENDERN, "finanzen": "3", "gesundheit_psyche": "3"}


def test_a_long_life(nebenakte: Nebenakte) -> None:
    akte = contact(agreed(nebenakte), "uebertritt").fill("uebertritt_vorbereiten", {**UEBERTRITT, "information_pflichten_am": nebenakte.today})
    assert akte.closed == "2026-03-02"
    akte.turn_to(akte.value("neue_fall_nr"))
    akte.do("zustaendigkeit_pruefen", zustaendig="ja").assess("Nora", **BELASTET).finish_intake().agree()
    assert akte.segments() == {"Nora": "VERAENDERN"}

    akte.travel("2026-05-19").review("vpe")
    assert (akte.beside, akte.tasks(), akte.due("auftrag_erteilen")) == (["vpe"], ["auftrag_erteilen"], "2026-06-02")
    akte.do("auftrag_erteilen", vpe_einwilligung_am=akte.today, **AUFTRAG).do("auftrag_beantworten", auftrag_antwort="annahme")
    evaluate(akte.travel("2026-07-06").do("bericht_erstatten", bericht_art="bericht", bericht_text="Mit Begleitung möglich."))  # type: ignore[arg-type]

    akte.review("intensiv")
    assert (akte.beside, akte.tasks()) == (["intensiv"], ["antrag_stellen"])
    akte.do("antrag_stellen", **ANTRAG).do("antrag_entscheiden", intensiv_entscheid="bewilligt", intensiv_grund="")
    akte.travel("2026-10-06").review(sb_begruendung="Die intensive Fallführung wirkt")
    assert akte.value("naechste_sb") == "2027-01-06", "three months while it is intensive, not six"
    akte.send("intensiv.beenden")
    assert akte.beside == []

    akte.review("abloesung").detach("31.10.2026", "31.10.2026").travel("2027-01-15").send("wiederbedarf")
    akte.assess("Nora").travel("2027-04-01").review("abloesung").detach("30.4.2027", "30.4.2027", nachbegleitung="nein")
    akte.travel("2027-10-30").close()
    assert (akte.closed, akte.ended) == ("2027-10-30", "fall_abgeschlossen")
