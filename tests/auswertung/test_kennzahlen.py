"""The figures of the evaluation on lives that the real engine lived, and against counting by hand."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from lxml import html

from engine import commands
from engine.cli.evaluate import evaluate
from engine.commands.auswertung.spuren import refresh
from engine.demo.simulation import Effects, simulate
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.queries.auswertung import kennzahlen
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.bericht import bericht
from engine.queries.auswertung.kennzahlen_json import as_json
from engine.queries.auswertung.rahmen import rahmen
from engine.queries.auswertung.schutz import spuren
from engine.queries.auswertung.tafeln import tafeln
from engine.queries.auswertung.treue import treue
from engine.queries.auswertung.wirkung import wirkung
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.bundles import AnyName
from tests.freigabe import release_all
from tests.web.conftest import PASSWORD, Browser
from webui.app import create_app
from webui.config import Config
from webui.words import SEGMENTE

LEAST = 2
UNTIL = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("lived") / "fallfluss.db"
    shutil.copyfile(sqlite_template, file)
    clock = FixedClock(UNTIL - timedelta(days=500))
    database = Database(f"sqlite:///{file}", clock=clock)
    release_all(database)
    simulate(database, clock, UNTIL, cases=8, regions=["SDOL", "SRO"], seed=3, effects=Effects(dauer={"SDOL": 0.15, "SRO": 0.15}))
    refresh(database)
    with database.begin(Access("ursula", {"*": frozenset({"umsetzung"})})) as session:
        # With eight cases the usual five would hide nearly everything.
        commands.set_parameter(session, "anonymisierung_zellgroesse", "2", von=UNTIL.date(), note="für den Test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def eva(lived: Database) -> Iterator[Browser]:
    """Somebody who evaluates, before the pages about these lives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        patch.setattr("webui.app.read_manifest", AnyName)
        with lived.begin(system()) as session:
            create_konto(session, "eva", "Eva", PASSWORD)
            grant(session, "eva", "evaluation", "*")
        opened = Browser(create_app(lived, Config(secret_key="test", is_plain_http=True, has_rate_limit=False)).test_client())
        opened.login("eva")
        yield opened


def test_durations_are_those_of_the_traces(lived: Database) -> None:
    with lived.read(system()) as session:
        found, rows = kennzahlen.figures(session, Auswahl()), spuren(session, Auswahl())
    ended = [row for row in rows if any(step[0] == "abloesung_erfassen" and step[6] == "c" for step in row.schritte)]
    assert found.number == len(rows) >= 8
    curve = found.durations["Kanton"]
    assert curve.number == len(rows) and sum(point.ended for point in curve.points) == len(ended)


def test_traces_know_by_what_cases_are_compared_and_nothing_else_of_people(lived: Database) -> None:
    with lived.read(system()) as session:
        rows = spuren(session, Auswahl())
    assert all({"geschlecht", "personengruppe", "gemeinde"} <= row.angaben.keys() <= {"geschlecht", "personengruppe", "gemeinde", "hauptgrund", "stand_6m"} for row in rows)
    ended = {row.instanz_nummer for row in rows if any(step[0] == "abloesung_erfassen" and step[6] == "c" for step in row.schritte)}
    assert {row.instanz_nummer for row in rows if "hauptgrund" in row.angaben} == ended


def test_sections_add_up_and_hide_what_is_small(lived: Database) -> None:
    with lived.read(system()) as session:
        found = {one.schluessel: one for one in wirkung(session, Auswahl())}
    assert {"ende_12", "ende_region", "gleich_geschlecht", "gleich_gemeinde", "vorschlag_alter", "aufwand"} <= found.keys()
    for one in found.values():
        assert all(len(row) == len(one.kopf) for row in one.zeilen)
    numbers = [row[1] for row in found["ende_12"].zeilen]
    assert all(number == "*" or int(number) == 0 or int(number) >= LEAST for number in numbers)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ({"Kanton": 30, "SDOL": 20, "SRO": 10}, ["Kanton", "SDOL", "SRO"]),
        ({"Kanton": 33, "SDOL": 20, "SRO": 10, "SRU": 3}, ["Kanton", "SDOL"]),
        ({"Kanton": 40, "SDOL": 20, "SRO": 14, "SRU": 3, "SON": 3}, ["Kanton", "SDOL", "SRO"]),
        ({"Kanton": 4, "SDOL": 4}, []),
    ],
    ids=["all", "one would be the rest", "two together are enough", "none"],
)
def test_the_canton_s_figure_gives_no_region_away(numbers: dict[str, int], shown: list[str]) -> None:
    assert kennzahlen._visible(numbers, 5) == shown


def test_what_rests_on_few_cases_is_nowhere(lived: Database) -> None:
    with lived.read(system()) as session:
        shown = as_json(kennzahlen.figures(session, Auswahl()))
    assert all(one["n"] >= LEAST for one in shown["dauer_monate"].values())
    assert all(one["n"] >= LEAST for shares in shown["rueckfall"].values() for one in shares.values())
    assert all(one["von"] >= LEAST for places in shown["puenktlich"].values() for one in places.values())
    for cells in (shown["segmentwechsel"], *shown["uebersteuerung"].values()):
        assert all(cell["anzahl"] is None or cell["anzahl"] == 0 or cell["anzahl"] >= LEAST for cell in cells)


def test_a_region_sees_its_own_cases_only(lived: Database) -> None:
    with lived.read(Access("lea", {"SRO": frozenset({"leitung"})})) as session:
        found = kennzahlen.figures(session, Auswahl())
    with lived.read(system()) as session:
        everything = kennzahlen.figures(session, Auswahl())
    assert 0 < found.number < everything.number
    assert set(found.durations) <= {"Kanton", "SRO"}


def test_the_command_line_prints_the_same(lived: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", lived.url.render_as_string(hide_password=False))
    printed = CliRunner().invoke(evaluate, ["--json"], catch_exceptions=False)
    with lived.read(system()) as session:
        expected = as_json(kennzahlen.figures(session, Auswahl()), wirkung(session, Auswahl()))
    # The command's clock goes on: later more cases have been observed long enough.
    assert json.loads(printed.output)["wirkung"].keys() >= expected["wirkung"].keys() > set()
    assert {**json.loads(printed.output), "stand": ""}["faelle"] == expected["faelle"]
    assert "Kanton" in CliRunner().invoke(evaluate, [], catch_exceptions=False).output


@pytest.mark.parametrize(
    ("address", "least"),
    [("/auswertung/kennzahlen", 5), ("/auswertung/kennzahlen?region=SDOL", 0), ("/auswertung/kennzahlen/wirkung", 10), ("/auswertung", 1)],
    ids=["figures", "of a region", "effects", "adherence"],
)
def test_every_figure_of_a_page_says_what_it_rests_on_and_is_a_file_with_the_same_cells(eva: Browser, address: str, least: int) -> None:
    page = html.fromstring(eva.get(address).text)
    links = [str(link) for link in page.xpath("//a[starts-with(normalize-space(.), 'Daten als CSV')]/@href")]
    assert len(links) >= least
    tables = page.xpath("//table") if address != "/auswertung" else []
    assert len(tables) in (len(links), 0)
    for link, table in zip(links, tables, strict=False):
        shown = [[_text(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        rows = [*csv.reader(io.StringIO(eva.get(link).text.removeprefix("\ufeff")), delimiter=";")]
        assert [[cell.lstrip("'") for cell in row] for row in rows] == shown, link
        below = "".join(table.xpath("following::p[contains(., 'n = ')][1]//text()"))
        assert all(word in below for word in ("n = ", "Zeitraum: ", "Fassung: ")), link
        assert "n = –" not in below, link


def _text(cell: html.HtmlElement) -> str:
    return " ".join(str(cell.text_content()).split())


def test_a_file_withholds_what_the_page_withholds(lived: Database, eva: Browser) -> None:
    with lived.read(system()) as session:
        hidden = [one.schluessel for one in wirkung(session, Auswahl()) if any("*" in row for row in one.zeilen)]
    assert hidden
    for key in hidden:
        assert "*" in eva.get(f"/auswertung/kennzahlen/daten/{key}.csv").text


def test_the_report_says_for_each_figure_what_it_rests_on(lived: Database) -> None:
    with lived.read(system()) as session:
        frame, names, found = rahmen(session, Auswahl()), regionen(session), kennzahlen.figures(session, Auswahl())
        more, own = wirkung(session, Auswahl()), tafeln(found, names, SEGMENTE)
    printed = bericht(found, treue([], {}, schwelle=LEAST), more, rahmen=frame, namen=names, segmente=SEGMENTE, filter_=[], region="")
    assert len(printed["abschnitte"]) >= len(more) + 3 and own
    told = [one["angaben"] for one in printed["abschnitte"]]
    assert [one for one in told if not one.startswith("n = ") or one.startswith("n = –") or "Zeitraum: " not in one or "Fassung: " not in one] == []
    assert f"beobachtet bis {UNTIL:%d.%m.%Y}" in told[0]
