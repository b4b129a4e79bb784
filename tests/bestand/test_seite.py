"""The pages on which running cases come in and a move is recorded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from engine.store.tables import Bestandsdatei, Fall
from tests.bestand.test_import import ANNA, CARL, table
from tests.uebergabe.conftest import BETTLACH, OLTEN, Canton
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
BAD = CARL.replace("2026-06-01", "<b>bald</b>")


def upload(who: Browser, content: bytes, region: str = "SDOL") -> TestResponse:
    who.get("/bestand")
    return who.post("/bestand", {"region": region, "datei": (io.BytesIO(content), "fälle.csv")})


def test_a_file_is_looked_at_and_then_imported(browser: Open, canton: Canton):
    lena = browser("lena")
    page = lena.get(upload(lena, table(ANNA, CARL)).location)
    assert "2 Fälle importieren" in page.text and "Anna Müller (Verändern)" in page.text
    assert 'data-kopf="Gemeinde">Grenchen<' in page.text
    assert canton.all(Fall) == []
    response = lena.post("/bestand/1", {})
    assert response.status_code == 303
    assert "2 neu eröffnet" in lena.get(response.location).text
    assert len(canton.all(Fall)) == 2
    (kept,) = canton.all(Bestandsdatei)
    assert kept.content == b""


def test_sending_the_confirmation_twice_opens_nothing_twice(browser: Open, canton: Canton):
    adi = browser("adi")
    adi.get(upload(adi, table(ANNA)).location)
    for _ in range(2):
        assert adi.post("/bestand/1", {}).status_code == 303
    assert len(canton.all(Fall)) == 1
    assert "Es gibt nichts zu importieren" in adi.get(upload(adi, table(ANNA)).location).text


def test_faulty_lines_are_shown_with_their_reason_and_must_be_confirmed(browser: Open, canton: Canton):
    lena = browser("lena")
    page = lena.get(upload(lena, table(ANNA, BAD)).location).text
    assert "&lt;b&gt;bald&lt;/b&gt;» ist kein Datum" in page and "<b>bald" not in page
    refused = lena.post("/bestand/1", {})
    assert refused.status_code == 422 and "<title>Fehler:" in refused.text
    assert canton.all(Fall) == []
    assert lena.post("/bestand/1", {"auslassen": "ja"}).status_code == 303
    assert [fall.bezeichnung for fall in canton.all(Fall)] == ["Müller, Anna"]


def test_a_file_without_one_good_case_offers_no_import(browser: Open):
    lena = browser("lena")
    page = lena.get(upload(lena, table(BAD)).location).text
    assert "Alle neuen Fälle haben fehlerhafte Angaben" in page
    assert "importieren</button>" not in page


@pytest.mark.parametrize(("content", "status"), [(b"a;b", 422), (b"", 422), (b"x" * (5 * 1024 * 1024 + 1), 422), (b"x" * (6 * 1024 * 1024), 413)])
def test_what_is_no_table_or_too_large_is_refused(browser: Open, canton: Canton, content: bytes, status: int):
    assert upload(browser("lena"), content).status_code == status
    assert canton.all(Bestandsdatei) == []


def test_four_megabytes_are_not_too_much(browser: Open):
    assert upload(browser("lena"), table(ANNA) + b"\n" * 4 * 1024 * 1024).status_code == 303


def test_others_see_neither_the_page_nor_the_file(browser: Open, canton: Canton):
    lena = browser("lena")
    upload(lena, table(ANNA))
    assert browser("fritz").get("/bestand").status_code == 403
    olaf = browser("olaf")
    assert olaf.get("/bestand/1").status_code == 404
    olaf.get("/bestand")
    assert olaf.post("/bestand/1", {}).status_code == 404
    assert upload(olaf, table(ANNA), "SDOL").status_code == 404
    assert canton.all(Fall) == []


def test_a_move_is_recorded_on_the_page_of_the_case(browser: Open, canton: Canton):
    fall_nr = canton.open_household()
    fritz = browser("fritz")
    assert f"/faelle/{fall_nr}/umzug" in fritz.get(f"/faelle/{fall_nr}").text
    page = fritz.get(f"/faelle/{fall_nr}/umzug")
    assert "Wohin zieht" in page.text
    data = {"_aktion": "erfassen", "_anfrage": fritz.hidden("_anfrage"), "wohin": "kanton", "per": "1.4.2026", "neue_gemeinde_bfs": str(OLTEN)}
    asked = fritz.post(f"/faelle/{fall_nr}/umzug", data | {"_gezeigt": fritz.hidden("_gezeigt")})
    assert asked.status_code == 200 and "Neue Gemeinde" in asked.text, "the answer asks for more"
    assert "Olten" in asked.text, "the commune is chosen from the table"
    assert fritz.post(f"/faelle/{fall_nr}/umzug", data | {"_gezeigt": fritz.hidden("_gezeigt")}).status_code == 303
    canton.work()
    assert "Übergabepaket zusammenstellen" in fritz.get(f"/faelle/{fall_nr}").text
    assert fritz.get(f"/faelle/{fall_nr}?diagramm=uebergabe").status_code == 200
    assert fritz.get(f"/faelle/{fall_nr}/diagramm/uebergabe.bpmn").status_code == 200
    again = fritz.post(f"/faelle/{fall_nr}/umzug", data | {"_anfrage": "0" * 32, "_gezeigt": fritz.hidden("_gezeigt") or "wohin neue_gemeinde_bfs per paket_inhalt hinweise"})
    assert again.status_code == 409 and "läuft schon eine Übergabe" in again.text
    assert browser("olaf").get(f"/faelle/{fall_nr}/umzug").status_code == 404


def test_a_move_within_the_region_shows_both_dossiers_of_the_case(browser: Open, canton: Canton):
    fall_nr = canton.open_household()
    fritz = browser("fritz")
    fritz.get(f"/faelle/{fall_nr}/umzug")
    data = {"_aktion": "erfassen", "_anfrage": fritz.hidden("_anfrage"), "wohin": "kanton", "per": "2.3.2026", "neue_gemeinde_bfs": str(BETTLACH)}
    fritz.post(f"/faelle/{fall_nr}/umzug", data | {"_gezeigt": fritz.hidden("_gezeigt")})
    assert fritz.post(f"/faelle/{fall_nr}/umzug", data | {"_gezeigt": fritz.hidden("_gezeigt")}).status_code == 303
    canton.work()
    page = fritz.get(f"/faelle/{fall_nr}").text
    assert re.findall(r'Gemeinde (\w+) <span class="ff-klein">([^<]+)</span>', page) == [("Bettlach", "02.03.2026 bis heute"), ("Grenchen", "02.03.2026 bis 02.03.2026")]
