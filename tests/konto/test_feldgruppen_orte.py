"""Field group × role × place: a value of a group that a role does not see is in no answer this installation gives to somebody of that role.

Each group has one value that says of which group it is. The table is ``feldgruppen.csv``; the places are all that show values of a case.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine import commands, queries
from engine.cases.feldgruppen import groups_of, matrix
from engine.commands import dokumente, journal, papiere, zugang
from engine.commands.benachrichtigung import set_mail
from engine.model.access import Access, system
from engine.model.errors import NotFound
from engine.queries.papiere import contents_of
from engine.scheduling.post import Absender
from engine.scheduling.tagesmail import send_due
from engine.store import library
from engine.store.konten import create_konto, grant
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, Dokument
from tests.bundles import AnyName
from tests.commands.drawings import drawing, flow, form, job, node, text_field, user
from tests.konto.conftest import SYSTEM
from webui.app import create_app
from webui.config import Config
from webui.rules import AUFGABENROLLEN, FALLROLLEN

PASSWORD = "ein-langes-passwort"
# One field of each group.
FIELD = {
    "stammdaten": "telefon", "ahv": "zemis_nr", "finanzen": "schulden", "geschaefte": "verfuegung_bemerkung", "dokumente": "dokumenttyp",
    "einschaetzung": "wohnform", "gesundheit": "einschraenkung_funktional", "segment": "vpe_hinweis", "ziele": "gesamtziel",
    "auftrag": "vpe_fragestellung", "notizen": "kontakt_notiz", "kindeswohl": "gefaehrdung_begruendung", "uebergabe": "hinweise",
    "partner": "antwort_text", "unbestimmt": "voellig_neu",
}  # fmt: skip
ANSWERS = {field: f"Geheim-{group}" for group, field in FIELD.items()}
ROLES = ", ".join(AUFGABENROLLEN)
FORM = form("alles", *(text_field(field) for field in FIELD.values()))
FALL = drawing(
    "fall",
    node("startEvent", "start"),
    user("erste", form="alles", groups=ROLES, name="Erste Aufgabe"),
    node("parallelGateway", "gabel"),
    user("zweite", form="alles", groups=ROLES, due="=today() + duration(&quot;P1D&quot;)", name="Zweite Aufgabe"),
    job("auftrag", "ausserhalb"),
    node("endEvent", "ende"),
    node("endEvent", "ende_auftrag"),
    *(flow(*pair) for pair in (("start", "erste"), ("erste", "gabel"), ("gabel", "zweite"), ("gabel", "auftrag"), ("zweite", "ende"), ("auftrag", "ende_auftrag"))),
)
IRMA = Access("intake", {"SDOL": frozenset({"intake"})})


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is left out of an answer is left out above the database: one kind is enough."""
    return sqlite_database


@pytest.fixture
def app(database: Database, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Somebody of each role in Olten, by the name of the role."""
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    with database.begin(SYSTEM) as session:
        load_regions(session)
        commands.deploy(session, {"fall.bpmn": FALL, "alles.form": FORM})
        commands.release(session, "Probe")
        for rolle in (*AUFGABENROLLEN, "vpe_stelle"):
            create_konto(session, rolle, rolle, PASSWORD)
            grant(session, rolle, rolle, "SDOL")
    app = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def tasks(app: Flask, database: Database) -> tuple[str, int, int]:
    """A case in which every group has a value: its number, the task that is done and the one that is open."""
    with database.begin(IRMA) as session:
        ref = commands.open_case(session, "SDOL", {})
        first = session.scalars(select(Aufgabe.key)).one()
    with database.begin(IRMA) as session:
        commands.complete_task(session, first, ANSWERS)
        journal.write(session, ref.fall_nr, "notiz", "Geheim-notizen im Journal")
        for art, group in (("gesundheit", "gesundheit"), ("einschaetzung", "notizen"), ("brief", "dokumente")):
            dokumente.upload(session, ref.fall_nr, f"Geheim-{group}.txt", b"Text", art=art)
        return ref.fall_nr, first, session.scalars(select(Aufgabe.key).where(Aufgabe.element == "zweite")).one()


def _pages(client: FlaskClient, fall_nr: str, first: int, second: int) -> Iterator[tuple[str, str]]:
    """What a browser is shown, by place."""
    for name, path in (
        ("Aufgabe mit früheren Werten", f"/aufgaben/{second}"),
        ("beide Fassungen", f"/aufgaben/{first}"),
        ("Liste", "/aufgaben"),
        ("Liste als CSV", "/listen/aufgaben.csv"),
        ("Fälle als CSV", "/listen/faelle.csv"),
        ("Fallseite", f"/faelle/{fall_nr}"),
        *((f"Reiter {tab}", f"/faelle/{fall_nr}/{tab}") for tab in ("verlauf", "diagramm", "dokumente", "journal")),
        *((f"Papier {art}", f"/faelle/{fall_nr}/papiere/{art}") for art in ("zielvereinbarung", "kurzassessment", "auskunft", "uebergabe")),
    ):
        yield name, client.get(path).text
    yield "eigene Eingaben gegen fremde", client.post(f"/aufgaben/{first}", data={"_aktion": "abschliessen", "telefon": "neu"}).text
    for name in ("aufgaben", "faelle"):
        found = client.get(f"/listen/{name}.xlsx")
        if found.status_code == 200:
            with zipfile.ZipFile(io.BytesIO(found.data)) as book:
                yield f"{name} als Excel", book.read("xl/worksheets/sheet1.xml").decode()
    began = client.post(f"/faelle/{fall_nr}/auskunft", data={"person_id": "P1"})
    yield "Auskunft", client.get(began.location).text if began.status_code == 303 else began.text


def _answers(app: Flask, database: Database, rolle: str, second: int) -> Iterator[tuple[str, str]]:
    """What a service account of that role is told by the interface."""
    with database.begin(system()) as session:
        client_id, secret = zugang.create_dienst(session, f"Dienst {rolle}", {"SDOL": [rolle]}, ("lesen", "jobs"), days=30)
    client = app.test_client()
    issued = client.post("/oauth/token", data={"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}).json
    headers = {"Authorization": f"Bearer {issued['access_token']}"}
    for path, body in (
        ("/variables/search", {"filter": {"processInstanceKey": str(second // 10**9 * 10**9)}}),
        (f"/user-tasks/{second}/variables/search", {}),
        ("/user-tasks/search", {}),
        ("/jobs/activation", {"type": "ausserhalb", "timeout": 1, "maxJobsToActivate": 9, "requestTimeout": -1}),
        ("/jobs/activation", {"type": "ausserhalb", "timeout": 1, "maxJobsToActivate": 9, "requestTimeout": -1, "fetchVariable": list(FIELD.values())}),
    ):
        database.clock.at += timedelta(seconds=1)  # type: ignore[attr-defined]
        yield f"/v2{path}", client.post(f"/v2{path}", json=body, headers=headers).text


def _made(database: Database, access: Access, fall_nr: str) -> Iterator[tuple[str, str]]:
    """What would stand in papers, and what reaches people outside."""
    with database.read(access) as session:
        view = queries.overview(session, fall_nr)
        for art in ("zielvereinbarung", "kurzassessment"):
            if papiere.may_make(session, "SDOL", art):
                try:
                    yield f"Inhalt {art}", json.dumps(contents_of(session, view, art, {}), ensure_ascii=False)
                except NotFound:
                    continue


def _mail(database: Database, rolle: str, second: int) -> Iterator[tuple[str, str]]:
    sent: list[Any] = []
    with database.begin(SYSTEM) as session:
        session.get_one(Aufgabe, second).assignee = rolle
    with database.begin(Access(rolle, {"SDOL": frozenset({rolle})})) as session:
        set_mail(session, f"{rolle}@example.ch", wanted=True)
    send_due(database, Absender(type("Box", (), {"send": lambda self, mail: sent.append(mail)})(), "x@example.ch", ""))
    for mail in sent:
        yield "Tagesmail", mail.as_string()
    assert sent, f"nobody of {rolle} was sent anything, so that nothing was looked at"


def _read(app: Flask, database: Database, rolle: str, tasks: tuple[str, int, int]) -> Iterator[tuple[str, str]]:
    fall_nr, first, second = tasks
    client = app.test_client()
    assert client.post("/anmelden", data={"login": rolle, "passwort": PASSWORD}).status_code == 303
    yield from _pages(client, fall_nr, first, second)
    yield from _answers(app, database, rolle, second)
    if rolle in FALLROLLEN:
        yield from _made(database, Access(rolle, {"SDOL": frozenset({rolle})}), fall_nr)
    yield from _mail(database, rolle, second)


# Of those that see everything one is enough; that they do is proved in test_feldgruppen.
@pytest.mark.parametrize("rolle", ["intake", "administration", "sozialkommission", "vpe_stelle"])
def test_no_place_shows_a_value_of_a_group_that_the_role_does_not_see(
    app: Flask, database: Database, tasks: tuple[str, int, int], rolle: str
) -> None:
    hidden = {f"Geheim-{group}" for group in FIELD.keys() - groups_of(frozenset({rolle}))}
    shown: set[str] = set()
    leaks = []
    for place, text in _read(app, database, rolle, tasks):
        leaks += [f"{place}: {secret}" for secret in hidden if secret in text]
        shown |= {group for group in FIELD if f"Geheim-{group}" in text}
    assert leaks == []
    # The places really show values: otherwise nothing would have been proved.
    assert shown == FIELD.keys() & groups_of(frozenset({rolle}))


def test_the_table_has_a_value_of_every_group() -> None:
    assert matrix().keys() - FIELD.keys() == {"ablauf", "einfuehrung"}, "ablauf is where a case stands; einfuehrung belongs to no case"


def _worker(app: Flask, database: Database, rolle: str) -> tuple[FlaskClient, dict[str, str]]:
    with database.begin(system()) as session:
        client_id, secret = zugang.create_dienst(session, f"Dienst {rolle}", {"SDOL": [rolle]}, ("lesen", "jobs"), days=30)
    client = app.test_client()
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return client, {"Authorization": f"Bearer {client.post('/oauth/token', data=form).json['access_token']}"}


@pytest.mark.parametrize("rolle", ["administration", "intake"])
def test_a_worker_gets_of_what_it_asks_for_what_its_role_sees(app: Flask, database: Database, tasks: tuple[str, int, int], rolle: str) -> None:
    client, headers = _worker(app, database, rolle)
    body = {"type": "ausserhalb", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1, "fetchVariable": ["telefon", "kontakt_notiz"]}
    (taken,) = client.post("/v2/jobs/activation", json=body, headers=headers).json["jobs"]
    assert taken["variables"] == {"telefon": "Geheim-stammdaten"} | ({"kontakt_notiz": "Geheim-notizen"} if rolle == "intake" else {})


def test_a_worker_does_not_overwrite_what_it_was_not_shown(app: Flask, database: Database, tasks: tuple[str, int, int]) -> None:
    with database.begin(SYSTEM) as session:
        instanz = queries.overview(session, tasks[0]).instanz
        commands.set_variables(session, instanz.key, {"person": {"telefon": "alt", "kontakt_notiz": "bleibt"}})
    client, headers = _worker(app, database, "administration")
    body = {"type": "ausserhalb", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1}
    (taken,) = client.post("/v2/jobs/activation", json=body, headers=headers).json["jobs"]
    assert taken["variables"]["person"] == {"telefon": "alt"}
    done = client.post(f"/v2/jobs/{taken['jobKey']}/completion", json={"variables": {"person": {"telefon": "neu"}}}, headers=headers)
    assert done.status_code == 204
    with database.read(SYSTEM) as session:
        view = queries.overview(session, tasks[0])
        known = library.runtime(session, view.release_id, "SDOL").variables(view.instanz.state)
    assert known["person"] == {"telefon": "neu", "kontakt_notiz": "bleibt"}


def test_who_brought_a_document_still_sees_it(app: Flask, database: Database, tasks: tuple[str, int, int]) -> None:
    adi = Access("administration", {"SDOL": frozenset({"administration"})})
    with database.begin(adi) as session:
        own = dokumente.upload(session, tasks[0], "Zeugnis.txt", b"Text", art="gesundheit").id
    with database.begin(SYSTEM) as session:
        others = session.scalars(select(Dokument.id).where(Dokument.art == "gesundheit", Dokument.id != own)).one()
        for id in (own, others):
            session.get_one(Dokument, id).zustand = "sauber"
    client = app.test_client()
    client.post("/anmelden", data={"login": "administration", "passwort": PASSWORD})
    statuses = [client.get(f"/faelle/{tasks[0]}/dokumente/{id}").status_code for id in (own, others)]
    assert statuses == [200, 404]
