"""Searching: filters, order, pages; and what a request must look like."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from engine import commands
from engine.model.access import system
from engine.store.session import Database
from tests.api.conftest import ANMELDUNG, Program
from tests.commands.drawings import ALL, ANTRAG
from webui.api.operation import OPERATIONS

Make = Callable[..., Program]
# For what does not reach the database, or looks the same on each.
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def keys(app: Flask, database: Database) -> list[str]:
    """Five cases, of which the last is over."""
    with database.begin(system()) as session:
        refs = [commands.open_case(session, "SDOL", ANMELDUNG, process="antrag") for _ in range(5)]
        commands.cancel_case(session, refs[-1].fall_id, "Test")
    return [str(ref.instanz_key) for ref in refs]


def found(program: Program, body: dict[str, Any], what: str = "process-instances", field: str = "processInstanceKey") -> list[Any]:
    return [one[field] for one in program.ask("POST", f"/{what}/search", body)["items"]]


FILTERS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "nothing finds all in the order they began": ({}, [0, 1, 2, 3, 4]),
    "a plain value": ({"state": "ACTIVE"}, [0, 1, 2, 3]),
    "everything but": ({"state": {"$neq": "ACTIVE"}}, [4]),
    "one of several": ({"state": {"$in": ["TERMINATED", "COMPLETED"]}}, [4]),
    "none of several": ({"state": {"$notIn": ["TERMINATED"]}}, [0, 1, 2, 3]),
    "something is there": ({"endDate": {"$exists": True}}, [4]),
    "several conditions hold together": ({"endDate": {"$exists": False}, "hasIncident": False}, [0, 1, 2, 3]),
    "a pattern": ({"processDefinitionName": {"$like": "ANT?ag*"}}, [0, 1, 2, 3, 4]),
    "a percent sign is no wildcard": ({"processDefinitionName": {"$like": "100%"}}, []),
    "a time span": ({"startDate": {"$gte": "2026-03-02T07:00:00Z", "$lt": "2026-03-02T08:00:01+01:00"}}, [0, 1, 2, 3, 4]),
    "after a moment": ({"startDate": {"$gt": "2026-03-02T07:00:00Z"}}, []),
    "a number": ({"processDefinitionVersion": {"$lte": 1}}, [0, 1, 2, 3, 4]),
    "a parent nobody has": ({"parentProcessInstanceKey": "12"}, []),
    "a key larger than any": ({"processInstanceKey": "99999999999999999999999"}, []),
    "the only tenant": ({"tenantId": "<default>"}, [0, 1, 2, 3, 4]),
}


def test_a_filter_finds_what_it_says(program: Make, keys: list[str]) -> None:
    """One test for all, because opening cases takes longer than searching them."""
    fritz = program("fritz")
    results = {name: [keys.index(key) for key in found(fritz, {"filter": filters})] for name, (filters, _) in FILTERS.items()}
    assert results == {name: expected for name, (_, expected) in FILTERS.items()}


WERTE = {"betrag": 7, "grund": "Versuch", "personen": [], "weiter": True, "zusatz": {"a": [1, None]}}
BY_VALUE: dict[str, tuple[Any, list[str]]] = {
    "a text with its quotation marks": ('"Versuch"', ["grund"]),
    "the same without them is no JSON": ("Versuch", []),
    "a number": ("7", ["betrag"]),
    "an empty list": ({"$eq": "[]"}, ["personen"]),
    "an object without blanks": ('{"a":[1,null]}', ["zusatz"]),
    "one of several": ({"$in": ["true", "7"]}, ["betrag", "weiter"]),
    "a pattern": ({"$like": "*ersuc*"}, ["grund"]),
}


def test_variables_are_searched_and_ordered_by_their_json_text(petra: Program) -> None:
    key = petra.start(variables=WERTE)
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    names = {"name": {"$in": list(WERTE)}}
    for what, scope in (("variables", {"processInstanceKey": key}), (f"user-tasks/{task['userTaskKey']}/variables", {})):
        results = {why: found(petra, {"filter": names | scope | {"value": value}}, what, "name") for why, (value, _) in BY_VALUE.items()}
        assert results == {why: expected for why, (_, expected) in BY_VALUE.items()}, what
        sort = [{"field": "value", "order": "DESC"}]
        assert found(petra, {"filter": names | scope, "sort": sort}, what, "name") == ["zusatz", "weiter", "personen", "betrag", "grund"]


def test_pages_follow_each_other_in_the_wanted_order(program: Make, keys: list[str]) -> None:
    fritz, sort = program("fritz"), [{"field": "state", "order": "DESC"}, {"field": "processInstanceKey", "order": "DESC"}]
    seen, cursor = [], None
    while True:
        answer = fritz.ask("POST", "/process-instances/search", {"sort": sort, "page": {"limit": 2, **({"after": cursor} if cursor else {})}})
        seen += [one["processInstanceKey"] for one in answer["items"]]
        assert answer["page"]["totalItems"] == 5
        if not answer["items"]:
            break
        last, cursor = answer["page"]["startCursor"], answer["page"]["endCursor"]
    assert seen == [keys[4], *reversed(keys[:4])]
    assert found(fritz, {"sort": sort, "page": {"limit": 2, "before": last}}) == seen[2:4]
    assert found(fritz, {"sort": sort, "page": {"from": 3}}) == seen[3:]


def test_elements_are_searched_by_the_same_rules(program: Make, keys: list[str]) -> None:
    fritz = program("fritz")
    body = {"filter": {"processInstanceKey": keys[0], "type": {"$like": "*_EVENT"}, "state": "COMPLETED"}, "sort": [{"field": "elementId", "order": "DESC"}]}
    assert found(fritz, body, "element-instances", "elementId") == ["start"]
    assert found(fritz, {"filter": {"processInstanceKey": keys[4], "state": "TERMINATED"}}, "element-instances", "type") == ["PROCESS", "USER_TASK"]
    several = {"filter": {"processInstanceKey": keys[0]}, "sort": [{"field": "elementId"}]}
    assert found(fritz, several | {"page": {"from": 1.0, "limit": 1.0}}, "element-instances", "elementId") == found(fritz, several, "element-instances", "elementId")[1:2]
    assert fritz.send("POST", "/element-instances/search", {}).status_code == 400


@ONE_DATABASE
@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param({"filter": {"fallNr": "1"}}, "«filter»: «fallNr»", id="an unknown filter"),
        pytest.param({"filter": {"state": "LAEUFT"}}, "«filter.state» muss eines von diesen sein: ACTIVE", id="an unknown state"),
        pytest.param({"filter": {"state": {"$regex": ".*"}}}, "«$regex»", id="an unknown operator"),
        pytest.param({"filter": {"state": {}}}, "«filter.state»", id="an empty filter"),
        pytest.param({"filter": {"hasIncident": "ja"}}, "«filter.hasIncident» muss true oder false", id="a wrong type"),
        pytest.param({"filter": {"processInstanceKey": 12}}, "«filter.processInstanceKey» muss Text", id="a key that is a number"),
        pytest.param({"filter": {"startDate": "gestern"}}, "Zeitpunkt mit Zone", id="no instant"),
        pytest.param({"filter": {"startDate": "2026-13-45T00:00:00Z"}}, "«filter.startDate»", id="no day of any calendar"),
        pytest.param({"filter": None}, "«filter» muss ein Objekt sein", id="no filter"),
        pytest.param({"sort": [{"field": "region"}]}, "«sort[0].field»", id="an unknown order"),
        pytest.param({"page": {"limit": 0}}, "«page.limit» muss mindestens 1", id="no rows"),
        pytest.param({"page": {"after": "abc"}}, "Zeiger", id="a cursor from elsewhere"),
        pytest.param({"page": {"from": 1, "after": "cDE="}}, "«page»", id="two beginnings"),
        pytest.param([], "Die Anfrage muss ein Objekt sein", id="a list"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(program: Make, app: Flask, body: Any, says: str) -> None:
    response = program("fritz").send("POST", "/process-instances/search", body)
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert says in response.json["detail"]


DEEP = "[" * 400 + "]" * 400
HOSTILE = [
    pytest.param(b"{", id="half an object"),
    pytest.param(b'{"variables": ' + DEEP.encode() + b"}", id="deep"),
    pytest.param(("[" * 100_000).encode(), id="very deep"),
    pytest.param(b'{"variables": {"a": NaN}}', id="not a number"),
    pytest.param(b'{"variables": {"a": "\\u0000"}}', id="a zero byte"),
    pytest.param(b'{"variables": {"a": "\\ud800"}}', id="half a character"),
    pytest.param(b'{"variables": {"a": ' + b"9" * 5000 + b"}}", id="a number longer than any"),
    pytest.param(b'{"variables": {"a": 1' + b"0" * 400 + b"}}", id="a number too large"),
    pytest.param(b'{"variables": {"a": 1e400}}', id="a number without end"),
    pytest.param(b"PK\x03\x04" + b"\0" * 100, id="a zip"),
    pytest.param(b"\xff\xfe", id="no text"),
    pytest.param(b'"' + b"x" * 3_000_000 + b'"', id="too much"),
]


@pytest.mark.parametrize("raw", HOSTILE)
@ONE_DATABASE
def test_no_body_makes_the_server_fail(petra: Program, raw: bytes) -> None:
    for path in ("/process-instances", "/user-tasks/1/completion", "/messages/publication", "/jobs/activation"):
        response = petra.send("POST", path, data=raw, content_type="application/json")
        assert response.status_code in (400, 413), (path, response.text)


@ONE_DATABASE
def test_values_of_every_wrong_type_are_refused(petra: Program) -> None:
    for one in OURS:
        for name in one.takes["properties"] if one.takes else ():
            for value in (None, True, -1, "x", [], {"a": {"b": [1]}}, "💥" * 1000):
                response = petra.send(one.method, filled(one.path, "1"), {name: value})
                assert response.status_code < 500, (one.path, name, value, response.text)


@ONE_DATABASE
@pytest.mark.parametrize("key", ["0", "-1", "abc", "9" * 18, "9" * 30, "1%2F2", "１"])
def test_no_key_makes_the_server_fail(petra: Program, key: str) -> None:
    for one in OURS:
        if "{" in one.path:
            response = petra.send(one.method, filled(one.path, key), {} if one.method != "GET" else None)
            assert response.status_code in (400, 404), (one.path, response.text)


def filled(path: str, key: str) -> str:
    return "/".join(key if part.startswith("{") else part for part in path.removeprefix("/v2").split("/"))


OURS = [one for one in OPERATIONS if one.path.startswith("/v2")]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("files", "status"),
    [
        pytest.param([], 415, id="none"),
        pytest.param([("boese.exe", b"MZ")], 400, id="a program"),
        pytest.param([("a.zip", b"PK\x03\x04")], 400, id="a zip"),
        pytest.param([("a.bpmn", b"PK\x03\x04")], 400, id="a zip that calls itself a diagram"),
        pytest.param([("a.form", b"[" * 100_000)], 400, id="a deep form"),
        pytest.param([("a.dmn", b"<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>")], 400, id="entities"),
        pytest.param([("a.bpmn", ANTRAG), ("a.bpmn", ANTRAG)], 400, id="one twice"),
        pytest.param([("../../etc/a.bpmn", b"")], 400, id="an empty file from elsewhere"),
        pytest.param([(f"{i}.form", b"{}") for i in range(501)], 413, id="too many"),
    ],
)
def test_files_that_cannot_be_put_down_leave_nothing(petra: Program, files: list[tuple[str, bytes]], status: int) -> None:
    data = {"resources": [(io.BytesIO(content), name) for name, content in files], "tenantId": "<default>"}
    before = petra.ask("POST", "/process-definitions/search", {})["page"]["totalItems"]
    response = petra.client.post("/v2/deployments", data=data, headers=petra.headers)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert petra.ask("POST", "/process-definitions/search", {})["page"]["totalItems"] == before


def test_two_hundred_files_come_down_at_once(petra: Program) -> None:
    response = petra.deploy({f"p{i}.bpmn": ANTRAG.replace(b'"antrag"', f'"p{i}"'.encode()) for i in range(200)})
    assert response.status_code == 200
    assert len(response.json["deployments"]) == 200


@ONE_DATABASE
def test_the_description_is_valid_and_ours(petra: Program) -> None:
    description = petra.ask("GET", "/openapi.json")
    validate(description)
    assert len(description["paths"]) >= 35
    assert "amunda" not in json.dumps(description["paths"])


@ONE_DATABASE
def test_every_form_and_diagram_comes_back_as_it_was_sent(petra: Program) -> None:
    for definition in petra.find("process-definitions", isLatestVersion=True):
        xml = petra.send("GET", f"/process-definitions/{definition['processDefinitionKey']}/xml")
        assert xml.data == ALL[definition["resourceName"]]
        form = petra.ask("GET", f"/process-definitions/{definition['processDefinitionKey']}/form")
        assert (form is not None) == definition["hasStartForm"]
        if form:
            assert json.loads(form["schema"]) == json.loads(ALL[f"{Path(form['formId'])}.form"])
