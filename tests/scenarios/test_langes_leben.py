"""One household through everything: counselled, registered, explored, led intensively, moved, detached, back again, closed, registered anew."""

from __future__ import annotations

from tests.scenarios.akte import ANNA, VERAENDERN
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.test_intensiv import ANTRAG
from tests.scenarios.test_proaktiv import UEBERTRITT, agreed, contact
from tests.scenarios.test_vpe import AUFTRAG, evaluate

BELASTET = {**VERAENDERN, "finanzen": "3", "gesundheit_psyche": "3"}
AHV = "756.9217.0769.85"
OLTEN = 2581


def supported(akte: Nebenakte) -> Nebenakte:
    """From the enquiry to goals in Grenchen."""
    contact(agreed(akte), "uebertritt").fill("uebertritt_vorbereiten", {**UEBERTRITT, "ahvn13": AHV, "information_pflichten_am": akte.today})
    assert akte.closed == "2026-03-02"
    akte.turn_to(akte.value("neue_fall_nr"))
    akte.do("zustaendigkeit_pruefen", zustaendig="ja").assess("Nora", **BELASTET).finish_intake().agree()
    assert akte.segments() == {"Nora": "VERAENDERN"}
    return akte


def explored(akte: Nebenakte) -> Nebenakte:
    """The vPe, from its order in May to its report in July."""
    akte.travel("2026-05-19").review("vpe")
    assert (akte.beside, akte.tasks(), akte.due("auftrag_erteilen")) == (["vpe"], ["auftrag_erteilen"], "2026-06-02")
    akte.do("auftrag_erteilen", vpe_einwilligung_am=akte.today, **AUFTRAG).do("auftrag_beantworten", auftrag_antwort="annahme")
    return evaluate(akte.travel("2026-07-06").do("bericht_erstatten", bericht_art="bericht", bericht_text="Mit Begleitung möglich."))


def led_intensively(akte: Nebenakte) -> Nebenakte:
    """The intensive Fallführung, from July to October."""
    akte.review("intensiv")
    assert (akte.beside, akte.tasks()) == (["intensiv"], ["antrag_stellen"])
    akte.do("antrag_stellen", **ANTRAG).do("antrag_entscheiden", intensiv_entscheid="bewilligt", intensiv_grund="")
    akte.travel("2026-10-06").review(sb_begruendung="Die intensive Fallführung wirkt")
    assert akte.value("naechste_sb") == "2027-01-06", "three months while it is intensive, not six"
    akte.send("intensiv.beenden")
    assert akte.beside == []
    return akte


def moved(akte: Nebenakte) -> Nebenakte:
    """To Olten on the first of November: the same number, a new Dossier, the package and nothing else."""
    akte.review(sb_begruendung="Der Umzug steht bevor")
    number = akte.fall_nr
    akte.allow_in("SDOL", "SRO").move(OLTEN, "2026-11-01").in_region("SRO").do("uebernahme_pruefen", annahme="annehmen").travel("2026-11-01")
    assert (akte.in_region("SRO").fall_nr, akte.dossiers(), akte.case_value("naechste_sb")) == (number, [(OLTEN, None)], "2026-12-31")
    assert (akte.segments(), akte.case_value("vpe_verlauf"), akte.case_value("anliegen")) == ({"Nora": "VERAENDERN"}, None, None)
    return akte


def test_a_long_life(nebenakte: Nebenakte) -> None:
    akte = moved(led_intensively(explored(supported(nebenakte))))
    akte.travel("2026-12-17").review("abloesung").detach("31.12.2026", "31.12.2026").travel("2027-02-15").send("wiederbedarf")
    akte.assess("Nora").agree().travel("2027-05-03").review("abloesung").detach("31.5.2027", "31.5.2027", nachbegleitung="nein")
    akte.travel("2027-11-30").close()
    assert (akte.closed, akte.ended) == ("2027-11-30", "fall_abgeschlossen")

    before, first = akte.fall_id, akte.fall_nr
    akte.travel("2028-01-10").open({**ANNA, "name": "Berger", "vorname": "Nora", "geburtsdatum": "1.5.1988", "ahvn13": AHV}, gemeinde_bfs=str(OLTEN))
    assert (akte.fall_nr != first, akte.vorfall, akte.tasks()) == (True, before, ["zustaendigkeit_pruefen"]), "a new case that knows the one before"
    akte.do("zustaendigkeit_pruefen", zustaendig="ja")
    assert "kurzassessment_durchfuehren" in akte.tasks(), "a whole Kurzassessment, nothing is taken over"
