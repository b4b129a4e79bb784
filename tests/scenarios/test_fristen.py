"""The deadlines of single tasks are the canton's to set: the next task is due by the new one, an open task keeps the old."""

from __future__ import annotations

from tests.scenarios.akte import ANNA, Akte
from tests.scenarios.test_kurzassessment import EINLADUNG, begun, miss


def test_every_next_task_is_due_by_what_the_canton_set_in_between(akte: Akte) -> None:
    akte.open(ANNA, notlage_heute=True).parameter(zustaendigkeit_frist="P9D", soforthilfe_frist="P9D", unterlagen_einfordern_frist="1 Monat")
    assert (akte.due("zustaendigkeit_pruefen"), akte.due("soforthilfe_leisten")) == ("2026-03-04", "2026-03-03"), "what is open keeps its day"
    akte.do("zustaendigkeit_pruefen", zustaendig="ja")
    assert akte.due("unterlagen_einfordern") == "2026-04-02"
    akte.parameter(subsidiaritaet_frist="2 Wochen", anspruch_frist="P20D", zuteilung_frist="P3D", segment_frist="P2D")
    akte.do("unterlagen_einfordern", unterlagen_vollstaendig="ja")
    assert akte.due("subsidiaritaet_pruefen") == "2026-03-16"
    akte.do("subsidiaritaet_pruefen")
    assert akte.due("anspruch_erfassen") == "2026-03-22"


def test_somebody_who_does_not_come_is_invited_as_often_and_waited_for_as_long_as_the_canton_says(akte: Akte) -> None:
    miss(begun(akte, ANNA).parameter(ka_einladungen="1", ka_einladung_frist="P6D", verbindlichkeit_frist="P3D"), "kurzassessment_durchfuehren", "Anna")
    akte.do("erneut_einladen", einladung_am=akte.today, **EINLADUNG)
    assert akte.due("kurzassessment_durchfuehren") == "2026-03-08"
    miss(akte.travel("2026-03-08"), "kurzassessment_durchfuehren", "Anna")
    assert akte.due("ka_verbindlichkeit_klaeren") == "2026-03-11"
    assert akte.shows("ka_verbindlichkeit_klaeren")["anlass"] == "Die Person ist trotz Einladung nicht erschienen (Einladungen: 1)."


def test_the_contacts_of_the_nachbegleitung_come_in_the_months_the_canton_says(akte: Akte) -> None:
    akte.supported().parameter(nachbegleitung_kontakt_1="4", nachbegleitung_kontakt_2="2", nachbegleitung_kontakt_frist="P3D")
    akte.travel("2026-05-20").review("abloesung").detach("31.5.2026", "31.5.2026")
    akte.travel("2026-07-30")
    assert "kontakt_aufnehmen" not in akte.tasks()
    akte.travel("2026-07-31")
    assert akte.due("kontakt_aufnehmen") == "2026-08-03"
    akte.do("kontakt_aufnehmen", kontakt_am=akte.today, kontakt_art="telefon", risiko_rueckfall="tief").travel("2026-09-30")
    assert akte.due("kontakt_aufnehmen") == "2026-10-03", "the earlier month first, whichever line it stands in"
