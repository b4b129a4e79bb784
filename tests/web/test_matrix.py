"""The authorization matrix: every route × every role × own and foreign region, from the route map and over HTTP.

``ROUTES`` says who may, independently of the rules at the views: a route that is neither named nor covered by its blueprint's entry fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from engine import commands
from engine.commands import aufsicht
from engine.model.access import ROLLEN, Access, system
from engine.model.clock import SystemClock
from engine.store.konten import CANTONAL_ROLLEN, create_konto, grant
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe
from tests.bundles import AnyName
from tests.web import drawings
from tests.web.conftest import PASSWORD
from webui.app import create_app
from webui.config import Config
from webui.rules import PROGRAMS, PUBLIC, rule_of

HERE, ELSEWHERE = "SRO", "SDOL"
ANYBODY = frozenset(ROLLEN)
FALL = {"intake", "fallfuehrung", "fallfuehrung_intensiv", "administration", "teamleitung", "leitung"}
AUFGABE = FALL | {"sozialkommission"}
# Who fills in forms: also the vPe-Stelle its orders, and the Koordinationsstelle what regions report.
FORMULAR = AUFGABE | {"vpe_stelle", "koordination"}
OPENS = {"intake", "fallfuehrung", "administration", "teamleitung", "leitung"}
PARAMETER = {"leitung", "teamleitung", "koordination", "prozess", "umsetzung"}

# Endpoint (or pattern) → who may; the first that fits counts. None: everybody, also without a login.
ROUTES: dict[str, set[str] | frozenset[str] | None] = {
    "konto.abmelden": ANYBODY,
    "konto.*": None,
    "oidc.*": None,
    "dateien.*": None,
    "mein_konto.*": ANYBODY,
    "demo.*": ANYBODY,
    "akte.journal_*": FALL - {"administration"},
    "akte.*": FALL,
    "papier.briefkopf*": {"leitung"},
    "papier.auskunft_*": FALL - {"administration"},
    "papier.*": OPENS,
    "sitzung.*": ANYBODY,
    "neben.*": OPENS,
    "abgleich.*": {"leitung", "administration"},
    "ewk.*": {"leitung", "administration"},
    "bfs.*": {"leitung", "administration"},
    "einfuehrung.uebersicht": {"koordination", "leitung", "umsetzung"},
    "einfuehrung.*": {"koordination", "leitung"},
    "auftraege.*": {"vpe_stelle"},
    "betriebslage.*": {"betrieb"},
    "betrieb.*": None,
    "api.*": None,  # asks for a token itself: see the tests of the API
    "zugaenge.dienst*": {"betrieb"},
    "zugaenge.*": ANYBODY,
    "mitteilungen.kalender": None,  # the token in its address is the key
    "mitteilungen.*": AUFGABE,
    "arbeit.*": AUFGABE,
    "zuweisung.*": AUFGABE,
    "stellvertretung.*": AUFGABE,
    "listen.faelle_*": FALL,
    "listen.*": AUFGABE,
    "leitung.*": {"teamleitung", "leitung"},
    "aufgaben.aufgabe": FORMULAR,
    "aufgaben.senden": FORMULAR,
    "aufgaben.entwurf": FORMULAR,
    "aufgaben.*": AUFGABE,
    "faelle.neu*": OPENS,
    "faelle.eroeffnen": OPENS,
    "faelle.wiederholen": {"teamleitung", "leitung", "betrieb"},
    "faelle.*": FALL,
    "uebergabe.*": OPENS,
    "bestand.*": {"leitung", "administration"},
    "entwuerfe.start": {"prozess", "umsetzung"},
    "entwuerfe.*": {"prozess"},
    "werkdateien.*": {"prozess"},
    "pruefen.regel*": {"prozess", "umsetzung"},
    "pruefen.*": {"prozess"},
    "probieren.*": {"prozess"},
    "probelaeufe.*": {"prozess"},
    "parameter.festlegen": {"leitung", "umsetzung"},
    "parameter.*": PARAMETER,
    "konten.*": {"betrieb"},
    "aufsicht.beantragen": {"aufsicht", "koordination", "evaluation"},
    "aufsicht.fall": {"aufsicht", "koordination"},
    "aufsicht.entscheiden": {"leitung"},
    "aufsicht.*": {"aufsicht", "koordination", "evaluation", "leitung"},
    "auswertung.annehmen": {"koordination", "leitung"},
    "auswertung.aufheben": {"koordination", "leitung"},
    "auswertung.diagramm": {"evaluation", "koordination", "leitung", "prozess", "aufsicht"},
    "auswertung.*": {"evaluation", "koordination", "leitung"},
    "kennzahlen.*": {"evaluation", "koordination", "leitung"},
    "viele.*": {"evaluation", "koordination", "leitung"},
    "film.*": {"evaluation", "koordination", "aufsicht"},
    "ausfuhren.*": {"evaluation", "koordination"},
    "protokolle.*": {"evaluation", "koordination"},
    "wenn.*": {"evaluation", "koordination", "leitung", "prozess"},
    "vernichtung.pruefen": {"leitung"},
    "vernichtung.bestaetigen": {"leitung"},
    "vernichtung.*": {"leitung", "administration"},
    "vergleich.*": {"prozess", "umsetzung"},
    "freigaben.neu": {"prozess"},
    "freigaben.vorschlagen": {"prozess"},
    "freigaben.zurueckziehen": {"prozess"},
    "freigaben.erteilen": {"umsetzung"},
    "freigaben.ablehnen": {"umsetzung"},
    "freigaben.*": {"prozess", "umsetzung"},
    "umstellungen.planen": {"prozess"},
    "umstellungen.zuordnen": {"prozess"},
    "umstellungen.schritt": {"prozess", "umsetzung"},
    "umstellungen.zuordnung": {"prozess", "umsetzung"},
    "umstellungen.diagramm": {"prozess", "umsetzung"},
    "umstellungen.*": {"prozess", "umsetzung", "leitung"},
    "lage.stoerungen": {"leitung", "teamleitung"},
    "lage.wiederholen": {"leitung", "teamleitung"},
    "lage.*": {"prozess", "umsetzung", "betrieb", "leitung", "teamleitung"},
    "eingriffe.*": {"leitung", "teamleitung"},
    "dubletten.*": {"intake", "administration", "leitung"},
}
# Routes whose parts name no case: what they name is the same for everybody.
NO_CASE = ("einfuehrung.*", "konten.*", "parameter.*", "dateien.*", "auswertung.*", "protokolle.*", "wenn.*", "entwuerfe.*", "werkdateien.*", "pruefen.*", "probieren.*", "probelaeufe.*", "lage.diagramm", "freigaben.*")


def _expected(endpoint: str) -> set[str] | frozenset[str] | None:
    for pattern, rollen in ROUTES.items():
        if fnmatch(endpoint, pattern):
            return rollen
    raise AssertionError(f"Say in ROUTES who may call {endpoint}.")


@pytest.fixture(scope="module")
def clients(app: Flask) -> dict[str, FlaskClient]:
    """Somebody of each role, signed in, in Olten."""
    found = {}
    for rolle in ROLLEN:
        found[rolle] = app.test_client()
        found[rolle].post("/anmelden", data={"login": rolle, "passwort": PASSWORD})
    return found


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all: nothing that is asked here may change anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        patch.setattr("webui.app.read_manifest", AnyName)
        file = tmp_path_factory.mktemp("matrix") / "fallfluss.db"
        file.write_bytes(sqlite_template.read_bytes())
        database = Database(f"sqlite:///{file}", clock=SystemClock())
        _fill(database)
        made = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))
        made.config["WTF_CSRF_ENABLED"] = False
        yield made
        database.close()


def _fill(database: Database) -> None:
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")
        for rolle in ROLLEN:
            create_konto(session, rolle, rolle.capitalize(), PASSWORD)
            grant(session, rolle, rolle, "*" if rolle in CANTONAL_ROLLEN else HERE)
    for region in (HERE, ELSEWHERE):
        with database.begin(Access("irma", {region: frozenset({"intake"})})) as session:
            commands.open_case(session, region, {"personen": [{"name": "Muster", "vorname": region, "rolle_ue": "antragstellend"}]})
    with database.begin(system()) as session:
        create_konto(session, "niemand", "Nina Niemand", PASSWORD)  # whose account and request it is that others try their hands at
    with database.begin(Access("niemand", {"*": frozenset({"koordination"})})) as session:
        aufsicht.ask(session, ELSEWHERE, "2026-1", "Eine Begründung, die lang genug ist.", 5)


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) not in (PUBLIC, PROGRAMS)]


def _values(app: Flask, region: str) -> dict[str, object]:
    """What stands in the addresses of the case of a region."""
    database: Database = app.extensions["fallfluss"]
    with database.read(system()) as session:
        task = session.scalars(select(Aufgabe).where(Aufgabe.region == region)).one()
    return {"fall_nr": task.fall_nr, "fall_id": task.fall_id, "key": task.key, "process": "fall", "id": 1, "login": "niemand", "aktion": "abmelden", "name": "x"}


def _addresses(app: Flask, region: str) -> Iterator[tuple[Rule, str, str]]:
    """Every route that asks for a login, with its methods and an address."""
    values = _values(app, region)
    for rule in _rules(app):
        own = values | ({"key": "ka_frist"} if fnmatch(rule.endpoint, "parameter.*") else {})
        with app.test_request_context():
            address = url_for(rule.endpoint, **{name: own.get(name, 1) for name in rule.arguments})
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method, address


Answers = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def ask(app: Flask, clients: dict[str, FlaskClient]) -> Callable[[str, str], Answers]:
    """``ask("intake", "SRO")``: what each route answers to that role about a case of that region, asked once."""

    @cache
    def answers(rolle: str, region: str) -> Answers:
        found = {}
        for rule, method, address in _addresses(app, region):
            names_case = bool(rule.arguments) and not any(fnmatch(rule.endpoint, pattern) for pattern in NO_CASE)
            # What would end sessions that the others need is left to tests of its own.
            if (names_case or region == HERE) and rule.endpoint not in ("konto.abmelden", "mein_konto.ueberall_abmelden"):
                found[rule.endpoint, method] = clients[rolle].open(address, method=method).status_code
        return found

    return answers


def test_every_route_says_who_may_and_the_matrix_agrees(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        expected, actual = _expected(rule.endpoint), rule_of(app, rule.endpoint)
        assert actual is not None, f"{rule.endpoint} has no rule"
        if expected is None:
            assert actual == (PROGRAMS if rule.endpoint.startswith("api.") else PUBLIC), rule.endpoint
        else:
            assert actual != PUBLIC, rule.endpoint
            assert (set(actual) or ANYBODY) == set(expected), rule.endpoint


@pytest.mark.parametrize("rolle", ROLLEN)
def test_a_role_reaches_its_routes_and_no_other(ask: Callable[[str, str], Answers], rolle: str) -> None:
    wrong = []
    for (endpoint, method), status in ask(rolle, HERE).items():
        expected = _expected(endpoint)
        is_allowed = expected is None or rolle in expected
        if (not is_allowed and status != 403) or status >= 500:
            wrong.append((method, endpoint, status))
    assert wrong == []


@pytest.mark.parametrize("rolle", ROLLEN)
def test_what_belongs_to_a_foreign_region_is_not_found_by_anybody(ask: Callable[[str, str], Answers], rolle: str) -> None:
    wrong = []
    for (endpoint, method), status in ask(rolle, ELSEWHERE).items():
        expected = _expected(endpoint)
        is_refused = expected is not None and rolle not in expected
        # 403 says nothing about a case if one's own gets the same.
        if status != (403 if is_refused else 404) and not status == ask(rolle, HERE)[endpoint, method] == 403:
            wrong.append((method, endpoint, status))
    assert wrong == []


def test_the_pages_of_ones_own_region_are_there(ask: Callable[[str, str], Answers]) -> None:
    """Otherwise the test above could pass because its addresses are wrong."""
    found = ask("intake", HERE)
    for endpoint in ("aufgaben.aufgabe", "faelle.fall", "faelle.diagramm", "aufgaben.liste", "faelle.liste"):
        assert found[endpoint, "GET"] == 200, endpoint


def test_without_a_login_nothing_but_the_login_answers(app: Flask) -> None:
    nobody = app.test_client()
    for rule, method, address in _addresses(app, HERE):
        response = nobody.open(address, method=method)
        assert response.status_code == 401 or (response.location or "").startswith("/anmelden"), (method, rule.endpoint)
