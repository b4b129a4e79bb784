"""What somebody sets on a page reaches the case of a colleague."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from engine.model.access import system
from engine.store.konten import create_konto, grant
from tests.bundles import AnyName
from tests.scenarios.akte import ANNA, BEWERTUNG, STABILISIEREN, Akte
from tests.web.conftest import PASSWORD, Browser
from webui.app import create_app
from webui.config import Config


@pytest.fixture
def leitung(akte: Akte, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The Leitung of the case's region at her browser."""
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    with akte.database.begin(system()) as session:
        create_konto(session, "lea", "Lea Leu", PASSWORD)
        grant(session, "lea", "leitung", akte.region)
    app = create_app(akte.database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))
    browser = Browser(app.test_client())
    assert browser.login("lea").status_code == 303
    return browser


@pytest.mark.parametrize(("interval", "due"), [(None, "2027-05-20"), ("6 Monate", "2026-11-20")], ids=["as the canton says", "shortened on the page"])
def test_the_interval_set_on_the_page_is_the_one_by_which_the_next_standortbestimmung_is_due(
    akte: Akte, leitung: Browser, interval: str | None, due: str
) -> None:
    akte.supported(**STABILISIEREN).travel("2026-05-20")
    if interval:
        leitung.get("/parameter/sb_intervall.stabilisieren")
        fields = {"wert": interval, "gueltig_von": "20.5.2026", "grund": "Beschluss der Region", "_aktion": "festlegen"}
        assert leitung.post("/parameter/sb_intervall.stabilisieren", fields).status_code == 303
    akte.review()
    assert (akte.segments(), akte.value("naechste_sb")) == ({"Anna": "STABILISIEREN"}, due)


def test_the_page_of_a_case_says_what_waits_for_people(akte: Akte, leitung: Browser) -> None:
    akte.supported().send("fall.sistierung", grund="klinik")
    page = leitung.get(f"/faelle/{akte.fall_nr}").text
    assert "Warten: Fortsetzung" in page
    assert "Geburtstag" not in page, "nobody here will come of age"


def test_the_page_names_the_day_of_the_next_standortbestimmung_and_not_only_when_its_preparation_begins(akte: Akte, leitung: Browser) -> None:
    akte.supported(**STABILISIEREN).travel("2026-05-20").review()
    assert [(uhr.name, uhr.termin.isoformat() if uhr.termin else None) for uhr in akte.page().uhren] == [("Vorbereitung beginnt", akte.value("naechste_sb"))]
    page = leitung.get(f"/faelle/{akte.fall_nr}").text
    assert "20.05.2027" in page
    assert "06.05.2027" in page, "the day itself and not the evening before"


@pytest.mark.parametrize(("frist", "due"), [(None, "2026-03-07"), ("3 Tage", "2026-03-05")], ids=["as the canton says", "set by the region"])
def test_the_deadline_of_a_task_set_on_the_page_is_the_one_by_which_the_next_is_due(akte: Akte, leitung: Browser, frist: str | None, due: str) -> None:
    akte.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja")
    if frist:
        assert "Fristen der Aufgaben: Kurzassessment und Segmentierung" in leitung.get("/parameter").text
        leitung.get("/parameter/segment_frist")
        fields = {"wert": frist, "gueltig_von": "2.3.2026", "grund": "Beschluss der Region", "_aktion": "festlegen"}
        assert leitung.post("/parameter/segment_frist", fields).status_code == 303
    akte.do("kurzassessment_durchfuehren", erschienen="ja", ka_datum=akte.today, ka_modus="persoenlich", **BEWERTUNG)
    assert akte.due("segment_bestaetigen") == due
