"""What is started beside a case, the vPe-Stelle's own tasks, and the introduction of the regions on the screen."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import commands
from engine.model.access import Access, system
from engine.scheduling.due import run_due
from engine.store.konten import access_of, create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Instanz, Konto
from tests.freigabe import release_all
from tests.web.conftest import PASSWORD, Browser


@pytest.fixture
def released(database: Database) -> None:
    """The real diagrams."""
    release_all(database)


@pytest.fixture
def people(app: Flask, database: Database) -> None:
    """Accounts of the vPe-Stelle and the Koordinationsstelle."""
    with database.begin(system()) as session:
        for login, rolle in (("vera", "vpe_stelle"), ("koni", "koordination"), ("lea", "leitung"), ("finn", "fallfuehrung")):
            create_konto(session, login, login.title(), PASSWORD)
            grant(session, login, rolle, "*" if rolle == "koordination" else "SDOL")


@pytest.fixture
def fall(people: None, database: Database) -> str:
    """A case at its first task."""
    person = {"name": "Muster", "vorname": "Anna", "geburtsdatum": "12.4.1990", "geschlecht": "2", "rolle_ue": "antragstellend"}
    raw = {"personen": [person], "gemeinde_bfs": "2546", "adresse": "Weg 1", "anmeldegrund": "arbeitslosigkeit", "information_pflichten_am": "2.3.2026"}
    with database.begin(Access("finn", {"SDOL": frozenset({"intake"})})) as session:
        return commands.open_case(session, "SDOL", raw).fall_nr


def instances(database: Database, process: str) -> int:
    with database.read(system()) as session:
        return len(session.scalars(select(Instanz).where(Instanz.process == process)).all())


def test_a_vpe_begins_from_the_page_of_the_case_once(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    finn = browser("finn")
    assert f"/faelle/{fall}/neben/vpe" in finn.get(f"/faelle/{fall}").text
    finn.get(f"/faelle/{fall}/neben/vpe")
    sent = {"_aktion": "beginnen", "_anfrage": finn.hidden("_anfrage")}
    for _ in range(2):
        assert finn.post(f"/faelle/{fall}/neben/vpe", sent).status_code == 303
    assert instances(database, "vpe") == 1


def test_a_second_vpe_for_the_same_person_is_refused_and_says_where_the_first_is(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    order(database, fall)
    finn = browser("finn")
    for response in (finn.get(f"/faelle/{fall}/neben/vpe"), finn.post(f"/faelle/{fall}/neben/vpe", {"_aktion": "beginnen", "_anfrage": "a" * 32})):
        assert (response.status_code, "schon eine vPe offen" in response.text, "Was ansteht" in response.text) == (409, True, True), response.text
    assert instances(database, "vpe") == 1


def test_a_counselling_is_no_case_and_offers_nothing_that_belongs_to_one(people: None, browser: Callable[..., Browser], database: Database) -> None:
    counselling = counselled(database)
    page = browser("finn").get(f"/faelle/{counselling}").text
    assert (page.count("/neben/"), "/umzug" in page, "Was ansteht" in page) == (0, False, True)
    assert browser("finn").get(f"/faelle/{counselling}/neben/partneranfrage").status_code == 404


def test_who_agrees_first_sees_what_the_person_asked_for(people: None, browser: Callable[..., Browser], database: Database) -> None:
    counselled(database)
    page = browser("finn").get(f"/aufgaben/{task_of(database, 'vereinbarung_treffen')}").text
    assert ("Mietrückstand" in page, "079 000 00 00" in page) == (True, True)


def test_a_question_that_an_answer_brings_up_comes_with_what_is_known(people: None, browser: Callable[..., Browser], database: Database) -> None:
    counselled(database)
    finn = Access("finn", {"SDOL": frozenset({"fallfuehrung"})})
    for element, values in (
        ("vereinbarung_treffen", {"beratung_einwilligung": True, "beratung_einwilligung_am": "2.3.2026", "ziele_beratung": "Wohnung behalten"}),
        ("beratung_fuehren", {"beratung_am": "2.3.2026", "beratung_art": "telefon", "naechster_schritt": "uebertritt"}),
    ):
        with database.begin(finn) as session:
            commands.complete_task(session, task_of(database, element), values)
        run_due(database)
    with database.begin(system()) as session:
        grant(session, "finn", "intake", "SDOL")
    key, ina = task_of(database, "uebertritt_vorbereiten"), browser("finn")
    assert 'value="Berger"' not in ina.get(f"/aufgaben/{key}").text, "not asked yet"
    sent = {"_aktion": "zeigen", "_gezeigt": ina.hidden("_gezeigt"), "uebertritt_einwilligung": "ja"}
    page = ina.post(f"/aufgaben/{key}", sent).text
    assert ('value="Berger"' in page, 'value="Nora"' in page) == (True, True)
    emptied = ina.post(f"/aufgaben/{key}", sent | {"_gezeigt": ina.hidden("_gezeigt"), "name": "", "vorname": "Norah"}).text
    assert ('value="Berger"' in emptied, 'value="Norah"' in emptied) == (False, True), "what somebody changed stays theirs"


ENQUIRY = {
    "kanal": "telefon", "kontakt_name": "Berger", "kontakt_vorname": "Nora", "kontakt": "079 000 00 00", "wohngemeinde_bfs": "2546", "anliegen": "Mietrückstand",
    "gefahr_merkmale": ["wohnung"], "vermoegen_knapp": "ja", "anfrage_am": "2.3.2026",
}  # fmt: skip


def counselled(database: Database) -> str:
    """Somebody in danger of needing support asked for help."""
    with database.begin(Access("ina", {"SDOL": frozenset({"intake"})})) as session:
        begun = commands.open_case(session, "SDOL", ENQUIRY, process="proaktiv").fall_nr
    run_due(database)
    return begun


def task_of(database: Database, element: str) -> int:
    with database.read(system()) as session:
        return session.scalars(select(Aufgabe.key).where(Aufgabe.element == element, Aufgabe.zustand == "CREATED")).one()


def test_a_form_that_begins_something_tells_the_browser_which_answers_bring_up_more(fall: str, browser: Callable[..., Browser]) -> None:
    page = browser("finn").get(f"/faelle/{fall}/neben/partneranfrage").text
    assert re.search(r'data-bedingt="\w+', page)


def test_what_may_be_begun_stands_in_one_list(fall: str, browser: Callable[..., Browser]) -> None:
    page = browser("finn").get(f"/faelle/{fall}").text
    (begun,) = re.findall(r"Weiteres beginnen</h3>\s*<ul class=\"ff-liste\">(.*?)</ul>", page, re.DOTALL)
    assert re.findall(r'href="/faelle/[\d-]+/([\w/]+)"', begun)[:2] == ["umzug", "neben/partneranfrage"]


def test_nothing_else_begins_beside_a_case(fall: str, browser: Callable[..., Browser]) -> None:
    finn = browser("finn")
    assert [finn.get(f"/faelle/{fall}/neben/{process}").status_code for process in ("fall", "uebernahme", "gibt_es_nicht")] == [404, 404, 404]


ORDER = {"vpe_person": "P1", "vpe_einwilligung": "ja", "vpe_einwilligung_am": "2.3.2026", "vpe_fragestellung": "Was ist möglich?", "vpe_themenfelder": ["gesundheit"], "vpe_dringlichkeit": "hoch"}


def order(database: Database, fall: str) -> int:
    """An order to the vPe-Stelle; gives the key of its task."""
    finn = Access("finn", {"SDOL": frozenset({"fallfuehrung"})})
    with database.begin(finn) as session:
        commands.begin_beside(session, fall, "vpe", {})
    run_due(database)
    with database.begin(finn) as session:
        commands.complete_task(session, session.scalars(select(Aufgabe.key).where(Aufgabe.element == "auftrag_erteilen")).one(), ORDER)
    run_due(database)
    with database.read(system()) as session:
        return session.scalars(select(Aufgabe.key).where(Aufgabe.element == "auftrag_beantworten", Aufgabe.zustand == "CREATED")).one()


def complete(person: Browser, key: int, values: dict[str, str]) -> TestResponse:
    """Send the form on screen; without a script it comes back once with the questions that an answer has raised."""
    for _ in range(2):
        hidden = {name: person.hidden(name) for name in ("_revision", "_fenster", "_stand", "_gezeigt")}
        response = person.post(f"/aufgaben/{key}", {"_aktion": "abschliessen", **hidden, **values})
        if response.status_code != 200:
            break
    return response


def test_the_vpe_stelle_works_in_a_small_view_of_its_own(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    key, vera = order(database, fall), browser("vera")
    assert vera.get("/").location == "/auftraege"
    assert ("Anna Muster" in vera.get("/auftraege").text, "dringend" in vera.page, "annehmen, ablehnen oder rückfragen" in vera.page) == (True, True, True)
    page = vera.get(f"/aufgaben/{key}").text
    assert ("Was ist möglich?" in page, "Zuteilen" in page, f"/faelle/{fall}" in page) == (True, False, False)
    response = complete(vera, key, {"auftrag_antwort": "rueckfrage", "rueckfrage_text": "Liegt ein Arztzeugnis vor?"})
    assert (response.status_code, response.location) == (303, "/auftraege"), response.text
    assert "Zurzeit ist kein Auftrag offen" in vera.get("/auftraege").text


def test_the_vpe_stelle_sees_nothing_but_its_orders(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    key, vera = order(database, fall), browser("vera")
    with database.read(system()) as session:
        others = session.scalars(select(Aufgabe.key).where(Aufgabe.key != key)).all()
    assert others, "open tasks and one that is done"
    assert {vera.get(f"/aufgaben/{other}").status_code for other in others} == {404}
    refused = ("/aufgaben", "/faelle", f"/faelle/{fall}", f"/faelle/{fall}/verlauf", f"/faelle/{fall}/neben/vpe", "/bestand", "/einfuehrung")
    assert {vera.get(path).status_code for path in refused} == {403}


def test_an_order_of_another_region_is_not_there(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    key = order(database, fall)
    with database.begin(system()) as session:
        create_konto(session, "otto", "Otto", PASSWORD)
        grant(session, "otto", "vpe_stelle", "SRO")
    otto = browser("otto")
    assert ("kein Auftrag offen" in otto.get("/auftraege").text, otto.get(f"/aufgaben/{key}").status_code) == (True, 404)


def test_a_counselling_is_opened_from_the_list_of_cases(people: None, browser: Callable[..., Browser], database: Database) -> None:
    with database.begin(system()) as session:
        create_konto(session, "ina", "Ina", PASSWORD)
        grant(session, "ina", "intake", "SDOL")
    ina = browser("ina")
    assert "/faelle/neu?prozess=proaktiv" in ina.get("/faelle").text
    assert ina.get("/faelle/neu?prozess=uebernahme").status_code == 404, "only what its diagram offers"
    assert "Anfrage zur proaktiven Beratung" in ina.get("/faelle/neu?prozess=proaktiv").text
    sent = {
        "_aktion": "eroeffnen", "_region": "SDOL", "_prozess": "proaktiv", "_anfrage": ina.hidden("_anfrage"), "_gezeigt": ina.hidden("_gezeigt"),
        "kanal": "telefon", "kontakt_name": "Berger", "kontakt_vorname": "Nora", "kontakt": "079 000 00 00", "wohngemeinde_bfs": "2546", "anliegen": "Miete",
        "gefahr_merkmale": ["wohnung"], "vermoegen_knapp": "ja", "anfrage_am.tag": "2", "anfrage_am.monat": "3", "anfrage_am.jahr": "2026", "anfrage_am": "2.3.2026",
    }  # fmt: skip
    response = ina.post("/faelle/neu", sent)
    assert response.status_code == 303, response.text
    assert instances(database, "proaktiv") == 1


def test_the_introduction_shows_all_regions_and_the_rounding(people: None, browser: Callable[..., Browser]) -> None:
    page = browser("koni").get("/einfuehrung")
    assert (page.status_code, page.text.count("nicht begonnen")) == (200, 13)
    assert "6'981'200" in page.text.replace("&#39;", "'")
    assert "eine Rundung" in page.text
    assert browser("finn").get("/einfuehrung").status_code == 403


def introduce(browser: Callable[..., Browser], database: Database) -> Browser:
    """The Koordinationsstelle begins in SDOL, its Leitung declares."""
    koni, lea = browser("koni"), browser("lea")
    assert "/einfuehrung/SDOL/beginnen" in koni.get("/einfuehrung").text
    koni.get("/einfuehrung/SDOL/beginnen")
    begun = koni.post("/einfuehrung/SDOL/beginnen", {"_aktion": "beginnen", "_anfrage": koni.hidden("_anfrage"), "start_am": "1.6.2026"})
    assert begun.status_code == 303, begun.text
    run_due(database)
    with database.begin(access_in(database, "lea")) as session:
        key = session.scalars(select(Aufgabe.key).where(Aufgabe.element == "selbst_deklarieren")).one()
        commands.complete_task(session, key, {"voraussetzungen_erfuellt": True, "mittel_zweck": True, "gremien_zugestimmt": True, "deklariert_am": "2.3.2026"})
    run_due(database)
    assert "Deklaration prüfen" in lea.get("/einfuehrung/SDOL").text
    return koni


def access_in(database: Database, login: str) -> Access:
    with database.read(system()) as session:
        return access_of(session.get_one(Konto, login))


def test_the_koordinationsstelle_checks_and_the_leitung_cannot(people: None, browser: Callable[..., Browser], database: Database) -> None:
    koni, lea = introduce(browser, database), browser("lea")
    with database.read(system()) as session:
        key = session.scalars(select(Aufgabe.key).where(Aufgabe.element == "deklaration_pruefen")).one()
    assert f"/aufgaben/{key}" in koni.get("/einfuehrung").text
    assert (lea.get(f"/aufgaben/{key}").status_code, browser("petra").get(f"/aufgaben/{key}").status_code) == (403, 403)
    koni.get(f"/aufgaben/{key}")
    response = complete(koni, key, {"pruefung_ergebnis": "erfuellt", "pauschale": "500000", "freigabe_vermerk": "AGS 12"})
    assert (response.status_code, response.location) == (303, "/einfuehrung/SDOL"), response.text
    run_due(database)
    assert ("umgesetzt" in koni.get("/einfuehrung/SDOL").text, "Koni" in koni.page, "500'000" in koni.page.replace("&#39;", "'")) == (True, True, True)


def test_an_introduction_begins_once_and_a_region_sees_only_its_own(people: None, browser: Callable[..., Browser], database: Database) -> None:
    koni = introduce(browser, database)
    koni.get("/einfuehrung/SDOL/beginnen")
    assert koni.post("/einfuehrung/SDOL/beginnen", {"_aktion": "beginnen", "_anfrage": "f" * 32, "start_am": "1.6.2026"}).status_code in (400, 409)
    assert instances(database, "einfuehrung") == 1
    lea = browser("lea")
    assert [lea.get(f"/einfuehrung/{region}").status_code for region in ("SDOL", "SRO", "XY")] == [200, 404, 404]
    assert [koni.get(f"/einfuehrung/{region}").status_code for region in ("SDOL", "SRO", "XY")] == [200, 200, 404]


def test_the_page_of_a_case_tells_each_exchange_with_its_basis(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    order(database, fall)
    page = browser("finn").get(f"/faelle/{fall}").text
    assert ("Austausch mit Partnerstellen (1)" in page, "vpe.auftrag" in page, "Einwilligung vom 02.03.2026" in page) == (True, True, True)


def test_the_leitung_sets_up_the_comparison_with_the_register_and_takes_the_list(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    lea = browser("lea")
    lea.get("/einwohnerkontrolle")
    assert lea.post("/einwohnerkontrolle", {"region": "SDOL"}).status_code == 303
    assert ("läuft seit 02.03.2026" in lea.get("/einwohnerkontrolle").text, instances(database, "ewk_abgleich")) == (True, 1)
    listed = lea.get("/einwohnerkontrolle/SDOL.csv")
    assert (listed.mimetype, "Muster;Anna" in listed.text) == ("text/csv", True)
    assert (lea.get("/einwohnerkontrolle/SRO.csv").status_code, lea.post("/einwohnerkontrolle", {"region": "SRO"}).status_code) == (404, 404)


@pytest.mark.parametrize(("line", "status", "said"), [
    pytest.param("{fall};Muster;Anna;;;;Wegzug;1.3.2026;nach Bern", 303, "1 Mutation eingelesen", id="what changed comes into the task as a draft"),
    pytest.param("{fall};Muster;Anna;;;;Geburt;1.3.2026;", 422, "Zeile 2: «ereignis»: «geburt» ist unbekannt", id="an unknown word is named with its line"),
])  # fmt: skip
def test_the_list_comes_back_with_what_has_changed(fall: str, browser: Callable[..., Browser], database: Database, line: str, status: int, said: str) -> None:
    with database.begin(system()) as session:
        create_konto(session, "adam", "Adam", PASSWORD)
        grant(session, "adam", "administration", "SDOL")
    adam = browser("adam")
    adam.get("/einwohnerkontrolle")
    adam.post("/einwohnerkontrolle", {"region": "SDOL"})
    run_due(database)
    heading = adam.get("/einwohnerkontrolle/SDOL.csv").text.splitlines()[0]
    adam.get("/einwohnerkontrolle")
    sent = adam.post("/einwohnerkontrolle/SDOL", {"datei": (io.BytesIO(f"{heading}\n{line.format(fall=fall)}\n".encode()), "liste.csv")})
    page = adam.get(sent.location).text if status == 303 else sent.text
    assert (sent.status_code, said in page, status != 303 or "nach Bern" in page) == (status, True, True)


def test_where_mutations_come_singly_no_comparison_is_offered(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    with database.begin(system()) as session:
        commands.set_parameter(session, "austausch.ewk", "Ja", von=date(2026, 3, 2), note="Rechtsgrundlage")
    page = browser("lea").get("/einwohnerkontrolle").text
    assert ("Mutationen kommen einzeln" in page, "Monatsabgleich einrichten" in page) == (True, False)


def test_the_delivery_to_the_statistical_office_is_a_file_without_names(fall: str, browser: Callable[..., Browser]) -> None:
    lea = browser("lea")
    assert "/bfs/SDOL/2026-02.csv" in lea.get("/bfs").text
    assert [lea.get(f"/bfs/{path}.csv").status_code for path in ("SRO/2026-03", "SDOL/2026-13")] == [404, 404]
    file = lea.get("/bfs/SDOL/2026-03.csv")
    assert (file.mimetype, f"{fall};2546" in file.text, "Muster" in file.text) == ("text/csv", True, False)
