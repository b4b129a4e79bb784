"""The tabs of a case: timeline, documents, journal, linked cases, papers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from engine.cases.papiere import render
from engine.commands import journal
from engine.model.access import Access, system
from engine.store.errors import Conflict
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Dokument, Papier, Person, Zugriff
from tests.unit.test_dateien import PDF
from tests.web.conftest import ANMELDUNG, PASSWORD, Browser

Open = Callable[..., Browser]
TABS = ("", "/verlauf", "/diagramm", "/dokumente", "/journal")


@pytest.fixture
def leo(app: Flask, browser: Open, database: Database) -> Browser:
    """The Leitung of the region."""
    with database.begin(system()) as session:
        for login, rolle in (("leo", "leitung"), ("adi", "administration")):
            create_konto(session, login, login.capitalize(), PASSWORD)
            grant(session, login, rolle, "SDOL")
    return browser("leo")


def upload(browser: Browser, fall_nr: str, name: str, content: bytes) -> int:
    browser.get(f"/faelle/{fall_nr}/dokumente")
    data = {"datei": (io.BytesIO(content), name), "art": "brief"}
    return browser.post(f"/faelle/{fall_nr}/dokumente", data).status_code


def note(browser: Browser, fall_nr: str, words: str) -> int:
    browser.get(f"/faelle/{fall_nr}/journal")
    return browser.post(f"/faelle/{fall_nr}/journal", {"art": "telefon", "text": words}).status_code


@pytest.mark.parametrize("tab", TABS)
def test_a_case_of_another_region_has_no_tabs(browser: Open, fall_nr: str, tab: str) -> None:
    assert browser("olga").get(f"/faelle/{fall_nr}{tab}").status_code == 404


def test_every_tab_takes_as_many_statements_however_long_the_case_is(irma: Browser, fall_nr: str, task: str, database: Database) -> None:
    def statements() -> dict[str, int]:
        counts: dict[str, int] = {}
        for tab in TABS:
            seen: list[str] = []

            def count(connection: object, cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
                seen.append(statement)

            event.listen(database.engine, "before_cursor_execute", count)
            assert irma.get(f"/faelle/{fall_nr}{tab}").status_code == 200
            event.remove(database.engine, "before_cursor_execute", count)
            counts[tab] = len([one for one in seen if one.startswith("SELECT")])
        return counts

    note(irma, fall_nr, "Eins")
    upload(irma, fall_nr, "a.pdf", PDF)
    irma.get(task)
    before = statements()
    for number in range(6):
        note(irma, fall_nr, f"Notiz {number}")
        upload(irma, fall_nr, f"b{number}.pdf", PDF)
        irma.get(task)
        irma.post(f"{task}/uebernehmen", {})
        irma.get(task)
        irma.post(f"{task}/freigeben", {})
    assert statements() == before
    assert max(before.values()) < 40


def test_a_journal_only_grows(irma: Browser, fall_nr: str, database: Database, access: Callable[..., Access]) -> None:
    assert note(irma, fall_nr, "<b>Falsch</b>") == 303
    assert "&lt;b&gt;Falsch" in irma.get(f"/faelle/{fall_nr}/journal").text
    with pytest.raises(Conflict), database.begin(system()) as session:
        session.execute(text("UPDATE journaleintrag SET text = 'anders'"))
    assert irma.post(f"/faelle/{fall_nr}/journal/1/storno", {"grund": ""}).status_code == 422
    assert irma.post(f"/faelle/{fall_nr}/journal/1/storno", {"grund": "Verwechselt"}).status_code == 303
    page = irma.get(f"/faelle/{fall_nr}/journal").text
    assert "Storniert am 02.03.2026 von Irma Imfeld: Verwechselt" in page
    assert "Falsch" in page
    with pytest.raises(Conflict), database.begin(access("irma", rollen=("intake",))) as session:
        journal.cancel(session, fall_nr, 1, "nochmals")


def test_administration_sees_no_journal_anywhere(leo: Browser, browser: Open, irma: Browser, fall_nr: str) -> None:
    note(irma, fall_nr, "Vertraulich")
    adi = browser("adi")
    assert adi.get(f"/faelle/{fall_nr}/journal").status_code == 403
    for tab in ("", "/verlauf", "/verlauf?art=journal"):
        assert "Vertraulich" not in adi.get(f"/faelle/{fall_nr}{tab}").text
    assert "Vertraulich" in irma.get(f"/faelle/{fall_nr}/verlauf?art=journal").text


def test_the_timeline_shows_what_was_asked_for(irma: Browser, task: str, fall_nr: str) -> None:
    note(irma, fall_nr, "Eine Notiz")
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    page = irma.get(f"/faelle/{fall_nr}/verlauf?art=schritte").text
    assert "Fall eröffnet" in page and "Eine Notiz" not in page
    page = irma.get(f"/faelle/{fall_nr}/verlauf?art=journal").text
    assert "Eine Notiz" in page and "Fall eröffnet" not in page
    assert "Davon gibt es in diesem Fall noch nichts." in irma.get(f"/faelle/{fall_nr}/verlauf?art=fristen").text


def test_without_a_scanner_an_upload_is_seen_but_not_had_until_the_leitung_releases_it(leo: Browser, irma: Browser, fall_nr: str, database: Database) -> None:
    assert upload(irma, fall_nr, "../<b>brief</b>.pdf", PDF) == 303
    page = irma.get(f"/faelle/{fall_nr}/dokumente").text
    assert "In Quarantäne" in page
    assert "<b>brief" not in page
    assert irma.get(f"/faelle/{fall_nr}/dokumente/1").status_code == 403
    assert irma.post(f"/faelle/{fall_nr}/dokumente/1/freigeben", {"grund": "ich will"}).status_code == 403
    leo.get(f"/faelle/{fall_nr}/dokumente")
    assert leo.post(f"/faelle/{fall_nr}/dokumente/1/freigeben", {"grund": " "}).status_code == 422
    assert leo.post(f"/faelle/{fall_nr}/dokumente/1/freigeben", {"grund": "Absender bekannt"}).status_code == 303
    response = irma.get(f"/faelle/{fall_nr}/dokumente/1")
    assert response.data == PDF
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with database.read(system()) as session:
        assert session.scalars(select(Zugriff.was).where(Zugriff.konto == "irma", Zugriff.art == "gelesen", Zugriff.was == "Dokument 1")).all()


@pytest.mark.parametrize(("name", "content"), [
    pytest.param("seite.html", b"<script>alert(1)</script>", id="a page"),
    pytest.param("leer.pdf", b"", id="nothing"),
    pytest.param("gross.pdf", PDF + b" " * 11 * 1024 * 1024, id="too large"),
])  # fmt: skip
def test_a_refused_upload_stores_nothing_and_says_why(irma: Browser, fall_nr: str, database: Database, name: str, content: bytes) -> None:
    assert upload(irma, fall_nr, name, content) == 422
    assert "Es wurde nichts gespeichert" in irma.page
    with database.read(system()) as session:
        assert session.scalars(select(Dokument)).all() == []


def test_a_document_is_had_only_at_its_own_case(leo: Browser, irma: Browser, fall_nr: str) -> None:
    upload(irma, fall_nr, "a.pdf", PDF)
    irma.get("/faelle/neu")
    irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL", "_anfrage": "f" * 32})
    assert irma.get("/faelle/2026-00002/dokumente/1").status_code == 404


def test_two_cases_are_linked_and_both_say_so(irma: Browser, fall_nr: str) -> None:
    irma.get("/faelle/neu")
    irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL", "_anfrage": "f" * 32})
    irma.get(f"/faelle/{fall_nr}")
    irma.post(f"/faelle/{fall_nr}/verknuepfungen", {"anderer": "2026-00002", "grund": "Geschwister"})
    assert "Geschwister" in irma.get(f"/faelle/{fall_nr}").text
    assert "Geschwister" in irma.get("/faelle/2026-00002").text
    irma.post(f"/faelle/{fall_nr}/verknuepfungen", {"anderer": "2099-1", "grund": ""})
    page = irma.get(f"/faelle/{fall_nr}?anderer=2099-1&grund=").text
    assert "Geben Sie die Nummer eines anderen Falls" in page
    irma.post(f"/faelle/{fall_nr}/verknuepfungen/1/aufheben", {})
    assert "Geschwister" not in irma.get("/faelle/2026-00002").text


def test_a_letter_becomes_a_pdf_that_can_be_read_aloud_and_is_logged(irma: Browser, fall_nr: str, database: Database) -> None:
    address = f"/faelle/{fall_nr}/papiere/einladung"
    irma.get(address)
    assert irma.post(address, {"person_id": "P1"}).status_code == 422
    answers = {"person_id": "P1", "termin": "3. April, 14 Uhr", "ort": "Zimmer 2", "bemerkung": '#panic("x") *nicht fett* $x$'}
    response = irma.post(address, answers)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.data.startswith(b"%PDF-") and b"/MarkInfo" in response.data and b"pdfuaid:part" in response.data
    assert irma.post(address, answers | {"ablegen": "ja"}).status_code == 303
    assert "Einladung 2026-03-02.pdf" in irma.get(f"/faelle/{fall_nr}/dokumente").text
    with database.read(system()) as session:
        assert [row.by for row in session.scalars(select(Papier))] == ["irma", "irma"]


def test_a_paper_the_case_has_nothing_for_is_not_offered_and_the_page_says_since_when_it_would_be(irma: Browser, fall_nr: str) -> None:
    offered = irma.get(f"/faelle/{fall_nr}/dokumente").text
    assert f"/faelle/{fall_nr}/papiere/einladung" in offered
    for art, why in (("zielvereinbarung", "gibt es, sobald Ziele vereinbart sind"), ("kurzassessment", "gibt es, sobald die Segmentierung abgeschlossen ist")):
        assert f"/faelle/{fall_nr}/papiere/{art}" not in offered
        assert why in offered
        page = irma.get(f"/faelle/{fall_nr}/papiere/{art}").text
        assert f"Dieses Papier {why}." in page
        assert "PDF erstellen" not in page
    assert "Übergabepaket" not in offered


def test_the_timeline_reads_as_the_form_and_says_to_whom_a_task_went(irma: Browser, browser: Open, task: str, fall_nr: str) -> None:
    key = task.rpartition("/")[2]
    irma.get(f"/arbeit/aufgaben/{key}")
    irma.post(f"/arbeit/aufgaben/{key}", {"_aktion": "zuteilen", "person": "ivo"})
    ivo = browser("ivo")
    ivo.get(task)
    assert ivo.post(task, {"entscheid": "ja", "ab": "31.8.2026", "_aktion": "abschliessen"}).status_code == 303
    page = ivo.get(f"/faelle/{fall_nr}/verlauf").text
    assert "→ an Ivo Isler" in page
    assert ">Ja</dd>" in page and ">31.08.2026</dd>" in page


def test_an_auskunft_needs_two_people_and_what_is_black_is_not_in_it(browser: Open, irma: Browser, fall_nr: str, monkeypatch: pytest.MonkeyPatch) -> None:
    note(irma, fall_nr, "Die Nachbarin Hedwig Zwyssig meldet Lärm.")
    irma.get(f"/faelle/{fall_nr}/papiere/auskunft")
    address = str(irma.post(f"/faelle/{fall_nr}/auskunft", {"person_id": "P1"}).location)
    page = irma.get(address).text
    chosen = re.findall(r'name="auswahl" value="([^"]+)" checked', page)
    black = {"auswahl": chosen, "stellen-*": "Hedwig Zwyssig", "_revision": irma.hidden("_revision")}
    assert irma.post(address, black | {"grund-*": ""}).status_code == 422
    assert irma.post(address, black | {"grund-*": "Angaben über Dritte"}).status_code == 303
    irma.get(address)
    assert irma.post(address, {"_aktion": "herausgeben", "_revision": irma.hidden("_revision")}).status_code == 403
    tabea = browser("tabea")
    given: list[str] = []
    # Looks over the shoulder of what is set, and lets it be set.
    monkeypatch.setattr("engine.commands.papiere.render", lambda art, daten: (given.append(repr(daten)), render(art, daten))[1])
    tabea.get(address)
    assert tabea.post(address, {"_aktion": "herausgeben", "_revision": tabea.hidden("_revision")}).status_code == 303
    assert "Lärm" in given[0] and "Zwyssig" not in given[0] and "Hedwig" not in given[0]
    assert "Auskunft aus den Akten" in tabea.get(f"/faelle/{fall_nr}/dokumente").text


def test_whoever_is_called_like_a_daughter_is_not_blackened_for_her_sake(irma: Browser, fall_nr: str, database: Database) -> None:
    with database.begin(system()) as session:
        mother = session.scalars(select(Person)).one()
        values = {"fall_id": mother.fall_id, "region": mother.region, "name": mother.name, "rolle_ue": "kind", "von": mother.von}
        session.add(Person(person_id="P2", vorname=mother.vorname, geburtsdatum=date(2019, 5, 4), **values))
        session.add(Person(person_id="P3", vorname="Nora", **values))
    irma.get(f"/faelle/{fall_nr}/papiere/auskunft")
    page = irma.get(str(irma.post(f"/faelle/{fall_nr}/auskunft", {"person_id": "P1"}).location)).text
    passages = re.search(r'<textarea[^>]*name="stellen-\*"[^>]*>([^<]*)', page)
    assert passages is not None
    assert sorted(passages[1].strip().splitlines()) == ["04.05.2019", "Nora", "Nora Muster"]


def test_a_region_sets_its_own_letterhead_and_no_other(leo: Browser) -> None:
    leo.get("/briefkopf/SDOL")
    assert leo.post("/briefkopf/SDOL", {"name": " "}).status_code == 422
    assert leo.post("/briefkopf/SDOL", {"name": "Sozialdienst Beispiel", "ort": "2540 Grenchen"}).status_code == 303
    assert "Sozialdienst Beispiel" in leo.get("/briefkopf/SDOL").text
    assert leo.get("/briefkopf/SRO").status_code == 404
