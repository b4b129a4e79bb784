"""The same import, sent by a program."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.commands import zugang
from engine.model.access import Access
from engine.store.tables import Fachapplikationsstand, Fall
from tests.bestand.test_abgleich import HEAD, WED
from tests.bestand.test_import import ANNA, CARL, table
from tests.uebergabe.conftest import Canton
from webui.api.operation import CHECK_ANSWERS

Send = Callable[..., TestResponse]


@pytest.fixture
def send(app: Flask, canton: Canton) -> Send:
    """``send("lena", content, "SDOL")``: what her program sends."""
    app.config[CHECK_ANSWERS] = True

    def send(login: str, content: bytes, region: str = "SDOL", then: str = "", what: str = "bestand") -> TestResponse:
        with canton.database.begin(Access(login)) as session:
            token = zugang.create_token(session, "Import", 1)
        text = b64encode(f"{login}:{token}".encode()).decode()
        path = f"/api/regionen/{region}/{what}{then}"
        return app.test_client().post(path, data=content, content_type="text/csv", headers={"Authorization": f"Basic {text}"})

    return send


def test_a_program_looks_at_a_file_imports_it_and_imports_it_again(send: Send, canton: Canton) -> None:
    content = table(ANNA, CARL)
    checked = send("lena", content, then="/pruefung")
    assert (checked.status_code, checked.json.get("opened")) == (200, 2), checked.text
    assert canton.all(Fall) == []
    first, again = send("lena", content).json, send("adi", content).json
    assert (first["opened"], again["opened"], again["known"], len(canton.all(Fall))) == (2, 0, 2, 2)


def test_faulty_lines_are_named_and_nothing_is_stored(send: Send, canton: Canton) -> None:
    response = send("lena", table(ANNA, CARL.replace("2026-06-01", "bald")))
    assert (response.status_code, [one["line"] for one in response.json["problems"]]) == (400, [3])
    assert send("lena", b"\xff\x00PK").status_code == 400
    assert canton.all(Fall) == []


def test_only_those_who_may_import_in_the_region_do(send: Send) -> None:
    assert send("fritz", table(ANNA)).status_code == 403
    assert send("olaf", table(ANNA)).status_code == 404


def test_a_program_brings_what_the_fachapplikation_says_of_cases_once(send: Send, canton: Canton) -> None:
    send("lena", table(ANNA))
    content = table(WED, "K-9;Neu;Nina;1.1.1990;1.3.2026;;;;;;", head=HEAD)
    checked = send("lena", content, then="/pruefung", what="abgleich")
    assert checked.status_code == 200, checked.text
    assert checked.json["changed"][0]["changes"][0] == "Anna Müller: Name Müller → Müller-Huber"
    assert [one["line"] for one in checked.json["conflicts"]] == [3]
    assert canton.all(Fachapplikationsstand) == [], "looking stores nothing"
    first, again = (send("lena", content, what="abgleich").json for _ in range(2))
    assert (len(first["changed"]), len(again["changed"]), again["same"]) == (1, 0, 1)
    assert send("fritz", content, what="abgleich").status_code == 403
    assert send("olaf", content, what="abgleich").status_code == 404
