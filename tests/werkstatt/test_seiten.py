"""The studio's pages over HTTP: saving, meeting others, zips, findings, deploying, a trial run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.definitions import archiv
from engine.model.access import PROBELAUF, system
from engine.store.session import Database
from engine.store.tables import Aufgabe, DefinitionVersion, Fall
from tests.web.conftest import Browser
from tests.web.drawings import ALL

Open = Callable[..., Browser]
FORM = "pruefung.form"


@pytest.fixture
def petra(browser: Open) -> Browser:
    return browser("petra")


@pytest.fixture
def draft(petra: Browser) -> str:
    """The address of a draft of hers."""
    petra.get("/werkstatt")
    response = petra.post("/werkstatt/entwuerfe", {"name": "Neue Frist", "grundlage": "1"})
    assert response.status_code == 303, response.text
    return str(response.location)


def send(browser: Browser, address: str, body: bytes) -> Any:
    return browser.client.post(address, data=body, content_type="application/octet-stream", headers={"X-CSRFToken": browser.hidden("csrf_token")})


def test_a_draft_shows_its_files_and_an_editor_has_the_only_relaxed_policy(petra: Browser, draft: str) -> None:
    page = petra.get(draft)
    for name in ALL:
        assert name in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    policy = petra.get(f"{draft}/dateien/fall.bpmn").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in petra.get("/werkstatt").headers["Content-Security-Policy"]


def test_a_file_is_served_as_a_download_with_its_revision(petra: Browser, draft: str) -> None:
    response = petra.client.get(f"{draft}/dateien/{FORM}/inhalt")
    assert (response.data, response.headers["X-Revision"], response.mimetype) == (ALL[FORM], "1", "application/octet-stream")
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_two_windows_save_and_neither_loses_anything(petra: Browser, draft: str) -> None:
    address = f"{draft}/dateien/{FORM}"
    petra.get(draft)
    first = send(petra, f"{address}/inhalt?revision=1", b"{1}")
    assert (first.status_code, first.json["revision"]) == (200, 2)
    late = send(petra, f"{address}/inhalt?revision=1", b"{2}")
    assert late.status_code == 409
    assert "Petra Pfister" in late.json["meldung"]
    both = petra.get(late.json["beide"]).text
    assert "+ {2}" in both
    assert "− {1}" in both
    petra.post(f"{draft}/zurueckholen/{late.json['zweite']}", {})
    assert petra.client.get(f"{address}/inhalt").data == b"{2}"


def test_a_file_deleted_under_an_editor_is_no_page_but_a_message(petra: Browser, draft: str) -> None:
    petra.get(f"{draft}/dateien/{FORM}/verlauf")
    petra.post(f"{draft}/dateien/{FORM}/loeschen", {})
    gone = send(petra, f"{draft}/dateien/{FORM}/inhalt?revision=1", b"{2}")
    assert gone.status_code == 410
    assert "Laden Sie sie herunter" in gone.json["meldung"]


def test_people_on_the_same_draft_hear_of_each_other(petra: Browser, draft: str) -> None:
    petra.get(draft)
    told = [petra.post(f"{draft}/da", {"fenster": window, "datei": FORM}).json for window in ("a1", "b2")]
    assert told[0] == {"andere": [], "revision": 1}
    assert told[1]["andere"] == [{"name": "Sie selbst", "datei": FORM, "hier": True}]
    petra.post(f"{draft}/da", {"fenster": "a1", "datei": FORM, "weg": "1"})
    assert petra.post(f"{draft}/da", {"fenster": "b2", "datei": FORM}).json["andere"] == []


def test_findings_are_those_of_the_text_in_the_editor(petra: Browser, draft: str) -> None:
    petra.get(draft)
    before = send(petra, f"{draft}/befunde?datei=fall.bpmn", ALL["fall.bpmn"]).json["befunde"]
    assert {(one["regel"], one["schwere"]) for one in before} == {("layout", "warning")}
    broken = ALL["fall.bpmn"].replace(b'formId="pruefung"', b'formId="weg"').replace(b"betrag > 100", b"betrag >")
    found = send(petra, f"{draft}/befunde?datei=fall.bpmn", broken).json["befunde"]
    assert {(one["regel"], one["schwere"]) for one in found} >= {("form-known", "warning"), ("feel-syntax", "error")}
    for one in found:
        assert petra.get(one["regel_url"]).status_code == 200
        assert one["datei_url"].endswith("/dateien/fall.bpmn")
    assert petra.client.get(f"{draft}/dateien/fall.bpmn/inhalt").data == ALL["fall.bpmn"]


def test_variables_come_with_type_and_origin(petra: Browser, draft: str) -> None:
    found = {one["name"]: one for one in petra.client.get(f"{draft}/variablen").json["variablen"]}
    assert found["betrag"]["type"] == "Number"
    assert found["entscheid"]["type"] == 'String: "ja", "nein"'
    assert found["personen"]["isList"] is True
    assert {entry["name"] for entry in found["personen"]["entries"]} == {"name", "vorname", "rolle_ue"}
    assert "ka_frist" in {entry["name"] for entry in found["parameter"]["entries"]}


def test_a_zip_goes_round_and_a_hostile_one_changes_nothing(petra: Browser, draft: str) -> None:
    content = petra.client.get(f"{draft}/zip").data
    assert archiv.unpack(content)[0] == ALL
    petra.get(draft)
    again = petra.post(f"{draft}/import", {"umfang": "ersetzen", "dateien": (io.BytesIO(content), "anwendung.zip")})
    assert again.status_code == 303
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../fall.bpmn", "x")
    petra.get(draft)
    refused = petra.post(f"{draft}/import", {"dateien": (io.BytesIO(made.getvalue()), "boese.zip")})
    assert refused.status_code == 422
    assert "führt aus der Zip-Datei hinaus" in refused.text
    assert archiv.unpack(petra.client.get(f"{draft}/zip").data)[0] == ALL


def test_new_files_of_each_kind_pass_the_linter_as_far_as_an_empty_file_can(petra: Browser, draft: str) -> None:
    for kind in ("form", "dmn", "bpmn"):
        petra.get(draft)
        assert petra.post(f"{draft}/dateien", {"art": kind, "name": f"Neue {kind}"}).location.endswith(f"Neue%20{kind}.{kind}")
    found = send(petra, f"{draft}/befunde?datei=x", b"").json["befunde"]
    assert {(one["datei"], one["regel"]) for one in found if one["schwere"] == "error"} == {("Neue bpmn.bpmn", "end-event"), ("Neue bpmn.bpmn", "dead-end")}


def test_a_refusal_lists_every_finding_and_stores_nothing(petra: Browser, draft: str, database: Database) -> None:
    petra.get(draft)
    send(petra, f"{draft}/dateien/{FORM}/inhalt?revision=1", b"{}")
    send(petra, f"{draft}/dateien/fall.bpmn/inhalt?revision=1", ALL["fall.bpmn"].replace(b"betrag > 100", b"betrag >"))
    refused = petra.post(f"{draft}/ablegen", {})
    assert refused.status_code == 422
    for text in ("nichts wurde gespeichert", FORM, "«components» fehlt", "FEEL-Ausdruck"):
        assert text in refused.text
    with database.read(system()) as session:
        assert {row.version for row in session.scalars(select(DefinitionVersion))} == {1}


def test_a_form_is_tried_with_the_checks_of_a_task(petra: Browser, draft: str) -> None:
    address = f"{draft}/probieren/formular/{FORM}"
    assert "Betrag" in petra.get(address).text
    missing = petra.post(address, {"_aktion": "pruefen"})
    assert missing.status_code == 422
    assert "Gültig ab" in missing.text
    whole = petra.post(address, {"_aktion": "pruefen", "entscheid": "ja", "ab": "31.8.2026", "betrag": "12"})
    assert "2026-08-31" in whole.text
    known = petra.post(address, {"_aktion": "vorbelegen", "_kontext": '{"betrag": 77}'})
    assert 'value="77"' in known.text
    assert "kein gültiges JSON" in petra.post(address, {"_aktion": "vorbelegen", "_kontext": "{"}).text


def test_a_table_tells_which_rule_fired(petra: Browser, draft: str) -> None:
    petra.get(draft)
    petra.post(f"{draft}/dateien", {"art": "dmn", "name": "alter"})
    table = petra.client.get(f"{draft}/dateien/alter.dmn/inhalt").data
    rules = b'<rule id="jung"><inputEntry id="e1"><text>"kind"</text></inputEntry><outputEntry id="a1"><text>"spielen"</text></outputEntry></rule></decisionTable>'
    petra.get(draft)
    send(petra, f"{draft}/dateien/alter.dmn/inhalt?revision=1", table.replace(b"</decisionTable>", rules))
    address = f"{draft}/probieren/tabelle/alter.dmn"
    petra.get(address)
    answer = petra.post(address, {"_aktion": "auswerten", "zeilen": "3", "w.0.eingabe": "kind", "w.1.eingabe": "gross", "w.2.eingabe": "[oje"}).text
    assert "spielen" in answer
    assert re.search(r'ws-treffer"><th[^>]*>jung', answer)
    assert answer.count("keine") >= 1


def test_a_trial_run_is_filled_in_moved_on_and_forgotten(petra: Browser, draft: str, database: Database) -> None:
    petra.get(f"{draft}/probieren")
    begun = petra.post(f"/werkstatt/probelaeufe/aus-entwurf/{draft.rpartition('/')[2]}", {"prozess": "fall"})
    petra.get(begun.location)
    refused = petra.post(begun.location, {"_aktion": "starten", "_gezeigt": "personen.0.name personen.0.vorname personen.0.rolle_ue"})
    assert refused.status_code == 422
    persons = {"personen.0.name": "Probe", "personen.0.vorname": "Paul", "personen.0.rolle_ue": "antragstellend"}
    run = petra.post(begun.location, {"_aktion": "starten", **persons}).location
    with database.read(system()) as session:
        task = session.scalars(select(Aufgabe)).one()
        assert task.region == PROBELAUF
    assert "Anspruch prüfen" in petra.get(run).text
    petra.get(f"{run}/aufgaben/{task.key}")
    done = petra.post(f"{run}/aufgaben/{task.key}", {"_aktion": "abschliessen", "entscheid": "ja", "ab": "31.8.2026", "betrag": "500"})
    assert done.status_code == 303
    page = petra.get(run).text
    waiting = re.search(r'action="(/werkstatt/probelaeufe/\d+/meldung/\d+)"', page)
    assert waiting, page
    petra.post(waiting[1], {"werte": '{"vollstaendig": true}'})
    assert "zu Ende" in petra.get(run).text
    petra.post(f"{run}/ende", {})
    with database.read(system()) as session:
        assert session.scalars(select(Fall)).all() == []


@pytest.mark.parametrize("login", ["irma", "tabea"])
def test_who_works_with_cases_finds_no_studio(browser: Open, draft: str, login: str) -> None:
    for path in ("/werkstatt", draft, f"{draft}/zip", "/werkstatt/probelaeufe", "/werkstatt/regeln"):
        assert browser(login).get(path).status_code == 403
