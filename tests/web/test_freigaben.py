"""Comparing and releasing on screen."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask

from engine import commands
from engine.commands.werkstatt import begin_draft
from engine.model.access import Access, system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.web import drawings
from tests.web.conftest import PASSWORD, Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECOND = {name: content.replace(b"Begr\xc3\xbcndung", b"Erkl\xc3\xa4rung").replace(b"Begr\\u00fcndung", b"Erkl\\u00e4rung") for name, content in drawings.ALL.items()}


@pytest.fixture
def people(app: Flask, database: Database, browser: Callable[..., Browser]) -> tuple[Browser, Browser]:
    """Petra, who proposes, and Ursula, who approves; a second version of everything is deployed."""
    with database.begin(system()) as session:
        create_konto(session, "ursula", "Ursula Urech", PASSWORD)
        grant(session, "ursula", "umsetzung", "*")
        changed = {name: content for name, content in SECOND.items() if content != drawings.ALL[name]}
        assert changed
        commands.deploy(session, changed)
    return browser("petra"), browser("ursula")


def test_one_person_proposes_and_another_approves(people: tuple[Browser, Browser]) -> None:
    petra, ursula = people
    assert "Fassung 1 → 2" in petra.get("/werkstatt/freigaben/neu").text
    assert petra.post("/werkstatt/freigaben/neu", {"note": ""}).status_code == 422
    made = petra.post("/werkstatt/freigaben/neu", {"note": "Andere Wörter", "regionen": ["SDOL"], "gueltig_ab": "1.1.2099"})
    assert made.status_code == 303
    page = petra.get(made.location).text
    assert "Den eigenen Vorschlag gibt niemand selbst frei" in page and "Freigabe erteilen" not in page
    assert petra.post(f"{made.location}/erteilen", {}).status_code == 403
    assert "Freigabe erteilen" in ursula.get(made.location).text
    assert ursula.post(f"{made.location}/ablehnen", {"grund": ""}).status_code == 422
    assert ursula.post(f"{made.location}/erteilen", {}).status_code == 303
    assert "ab 01.01.2099" in ursula.get(made.location).text.replace("01.01.2099 ", "01.01.2099")
    assert ursula.post(f"{made.location}/erteilen", {}).status_code == 409
    liste = ursula.get("/werkstatt/freigaben").text
    assert "Andere Wörter" in liste and "Freigabe 2" in liste


def test_a_case_is_told_which_version_others_begin_with_from_the_day_it_holds(
    people: tuple[Browser, Browser], irma: Browser, fall_nr: str, database: Database
) -> None:
    petra, ursula = people
    with database.begin(system()) as session:
        commands.deploy(session, {"fall.bpmn": drawings.FALL.replace("Anspruch prüfen".encode(), "Anspruch klären".encode())})
    newest = irma.get(f"/faelle/{fall_nr}/diagramm").text
    assert "Version 1 von 2" in newest and "neue Fälle beginnen" not in newest
    petra.get("/werkstatt/freigaben/neu")
    made = petra.post("/werkstatt/freigaben/neu", {"note": "Klären statt prüfen"})
    ursula.get(made.location)
    assert ursula.post(f"{made.location}/erteilen", {}).status_code == 303
    assert "neue Fälle beginnen mit Version 2" in irma.get(f"/faelle/{fall_nr}/diagramm").text


def test_a_roll_back_is_compared_with_what_holds_in_its_regions(people: tuple[Browser, Browser]) -> None:
    petra, ursula = people

    def given(**fields: object) -> str:
        petra.get("/werkstatt/freigaben/neu")
        made = petra.post("/werkstatt/freigaben/neu", {"note": "Andere Wörter", **fields})
        ursula.get(made.location)
        assert ursula.post(f"{made.location}/erteilen", {}).status_code == 303
        return made.location

    given(regionen=["SDOL"])
    form = petra.get("/werkstatt/freigaben/neu?release=1").text
    assert "Fassung 2 → 1" in form and "jetzt Freigabe 2" in form and "jetzt Freigabe 1" in form
    assert form.count("Gegenüber dem, was dort jetzt gilt, ändert sich nichts.") == 1
    back = petra.post("/werkstatt/freigaben/neu", {"note": "Zurück", "release": "1", "regionen": ["SDOL"]})
    page = ursula.get(back.location).text
    assert "Fassung 2 → 1" in page and "ändert sich nichts" not in page
    both = petra.post("/werkstatt/freigaben/neu", {"note": "Zurück", "release": "1", "regionen": ["SRO", "SDOL"]})
    page = ursula.get(both.location).text
    assert "Fassung 2 → 1" in page and "ändert sich nichts" in page
    assert ursula.post(f"{both.location}/erteilen", {}).status_code == 303
    page = ursula.get(both.location).text
    assert "Fassung 2 → 1" in page and "vorher Freigabe 2" in page and "vorher Freigabe 1" in page


def test_two_versions_are_compared_and_a_file_with_the_newest(people: tuple[Browser, Browser]) -> None:
    petra, _ = people
    changed = next(name for name in SECOND if SECOND[name] != drawings.ALL[name])
    kind = {"bpmn": "process", "form": "form", "dmn": "decision"}[changed.rpartition(".")[2]]
    id_ = "fall" if kind == "process" else changed.rpartition(".")[0]
    page = petra.get(f"/werkstatt/vergleich?a={kind}:{id_}@1&b={kind}:{id_}@2")
    assert page.status_code == 200 and "Erklärung" in page.text
    petra.get("/werkstatt/vergleich")
    sent = {"datei": (io.BytesIO(drawings.ALL[changed]), changed)}
    page = petra.post("/werkstatt/vergleich", sent)
    assert page.status_code == 200 and "Hochgeladene Datei" in page.text
    petra.get("/werkstatt/vergleich")
    assert petra.post("/werkstatt/vergleich", {"datei": (io.BytesIO(b"<x"), "x.bpmn")}).status_code == 422


@pytest.mark.parametrize(("query", "status"), [
    pytest.param("a=freigabe:1&b=freigabe:1", 200, id="a release with itself"),
    pytest.param("a=freigabe:1&b=process:fall", 422, id="a release with a version"),
    pytest.param("a=freigabe:99&b=freigabe:1", 404, id="no such release"),
    pytest.param("a=process:fall&b=x", 404, id="nothing of the kind"),
    pytest.param("a=process:fall@999999999&b=process:fall", 404, id="no such version"),
])
def test_what_is_compared_has_to_exist_and_fit(people: tuple[Browser, Browser], query: str, status: int) -> None:
    assert people[0].get(f"/werkstatt/vergleich?{query}").status_code == status


def test_a_diagram_by_itself_runs_nothing(people: tuple[Browser, Browser]) -> None:
    response = people[0].get("/werkstatt/vergleich/diagramm?quelle=process:fall@1")
    assert response.mimetype == "application/xml" and "sandbox" in response.headers["Content-Security-Policy"]


def test_a_draft_is_compared_with_the_release_it_began_from(people: tuple[Browser, Browser], database: Database) -> None:
    files = {**drawings.ALL, "fall.bpmn": drawings.FALL.replace("Anspruch prüfen".encode(), "Anspruch klären".encode())}
    with database.begin(Access("petra", {"*": frozenset({"prozess"})})) as session:
        number = begin_draft(session, "Andere Wörter", files, release_id=1).id
    assert "Name von «Anspruch klären»: Anspruch prüfen → Anspruch klären" in people[0].get(f"/werkstatt/vergleich?a=freigabe:1&b=entwurf:{number}").text


def test_a_draft_that_would_undo_a_release_of_one_region_says_where(people: tuple[Browser, Browser], database: Database) -> None:
    petra, ursula = people
    with database.begin(Access("petra", {"*": frozenset({"prozess"})})) as session:
        number = begin_draft(session, "Wie bisher", drawings.ALL, release_id=1).id
    petra.get("/werkstatt/freigaben/neu")
    made = petra.post("/werkstatt/freigaben/neu", {"note": "Andere Wörter", "regionen": ["SDOL"]})
    ursula.get(made.location)
    assert ursula.post(f"{made.location}/erteilen", {}).status_code == 303
    petra.get(f"/werkstatt/entwuerfe/{number}")
    assert petra.post(f"/werkstatt/entwuerfe/{number}/ablegen", {}).status_code < 400
    page = petra.get(f"/werkstatt/freigaben/neu?entwurf={number}")
    assert page.status_code == 200 and "data-zurueckgenommen" in page.text and "gilt jetzt Freigabe 2" in page.text
    # Begun from the release of that one region it undoes nothing: the others never had it.
    with database.begin(Access("petra", {"*": frozenset({"prozess"})})) as session:
        later = begin_draft(session, "Wie in der Region", SECOND, release_id=2).id
    petra.get(f"/werkstatt/entwuerfe/{later}")
    assert petra.post(f"/werkstatt/entwuerfe/{later}/ablegen", {}).status_code < 400
    page = petra.get(f"/werkstatt/freigaben/neu?entwurf={later}")
    assert page.status_code == 200 and "data-zurueckgenommen" not in page.text
