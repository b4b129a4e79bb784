"""The figures of the evaluation on lives that the real engine lived, and against counting by hand."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from argon2 import PasswordHasher
from click.testing import CliRunner
from lxml import etree, html

from engine import commands
from engine.cases.papiere import FOLDER, render
from engine.cli.evaluate import evaluate
from engine.commands.auswertung.spuren import refresh
from engine.demo.simulation import Effects, simulate
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.queries.auswertung import bilder, kennzahlen
from engine.queries.auswertung.abschnitt import Abschnitt
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.bericht import _printed, bericht
from engine.queries.auswertung.kennzahlen import figures
from engine.queries.auswertung.kennzahlen_json import QUELLEN, als_daten
from engine.queries.auswertung.kreis import kreis
from engine.queries.auswertung.laeufe import DIMENSIONEN, HORIZONS
from engine.queries.auswertung.rahmen import Rahmen, rahmen
from engine.queries.auswertung.regeln import regeln
from engine.queries.auswertung.schutz import spuren
from engine.queries.auswertung.spreizung import SCHLUESSEL
from engine.queries.auswertung.tafeln import JE_MONAT, tafeln, warum_nicht
from engine.queries.auswertung.treue import treue
from engine.queries.auswertung.verbund import KANTON, visible
from engine.queries.auswertung.viele import Element
from engine.queries.auswertung.wirkung import wirkung
from engine.replay.pseudonyms import AGE_CLASSES
from engine.statistics.competing import Followed
from engine.statistics.control import xmr
from engine.statistics.permutation import Comparison
from engine.statistics.suppression import ALL, publish
from engine.statistics.survival import kaplan_meier, log_rank
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.bundles import AnyName
from tests.freigabe import release_all
from tests.web.conftest import PASSWORD, Browser
from webui.app import create_app
from webui.auswertung.kennzahlen import _bars, _page
from webui.auswertung.viele import _marken
from webui.config import Config
from webui.words import SEGMENTE

LEAST = 2
UNTIL = datetime(2026, 3, 2, 7, tzinfo=UTC)
# Pages whose tables put other words, other units or a choice where their files have ids, seconds and everything.
OWN_TABLES = ("/auswertung", "/auswertung/faelle")
NOBODY = treue([], {}, schwelle=LEAST)


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
        patch.setattr("webui.auswertung.gemeinsam.SEKUNDEN", 600.0)  # however busy the machine is
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
    assert {"ende_region", "vorschlag_geschlecht", "vorschlag_alter", "aufwand"} <= found.keys()
    for one in found.values():
        assert all(len(row) == len(one.kopf) for row in one.zeilen)
    numbers = [number for row in found["ende_region"].zeilen for number in row[1:5]]
    assert "*" in numbers and all(number == "*" or int(number) == 0 or int(number) >= LEAST for number in numbers)


def test_tables_of_proposals_count_proposals(lived: Database) -> None:
    with lived.read(system()) as session:
        found = [*tafeln(figures(session, Auswahl()), {}, {}), *wirkung(session, Auswahl())]
    heads = {one.schluessel: one.kopf for one in found if one.titel.startswith("Übersteuerte Vorschläge")}
    assert {"uebersteuert_region", "uebersteuert_regel", "vorschlag_geschlecht", "vorschlag_alter"} <= heads.keys()
    assert all(head[1:] == ("gefolgt", "übersteuert", "Vorschläge", "Anteil") for head in heads.values())


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
    assert visible(numbers, 5) == shown


def test_nobody_gets_a_hidden_tail_by_subtracting_curves(lived: Database) -> None:
    """Whoever subtracts those under observation in the regions from those in the canton, while all are told, finds nobody or enough."""
    with lived.read(system()) as session:
        found = figures(session, Auswahl())
    times = {name: [point.time for point in curve.points for _ in range(point.ended + point.censored)] for name, curve in found.durations.items()}
    for month in sorted({time for those in times.values() for time in those}):
        left = {name: sum(time >= month for time in those) for name, those in times.items() if month <= found.until[name]}
        assert all(number >= LEAST for number in left.values())
        assert KANTON not in left or left[KANTON] - sum(number for name, number in left.items() if name != KANTON) not in range(1, LEAST)


def test_curves_are_told_by_month_and_in_steps_of_several_cases(lived: Database, eva: Browser) -> None:
    """To the day and the case they would tell of single people, and of those that tables beside them withhold."""
    with lived.read(system()) as session:
        found, names = figures(session, Auswahl()), regionen(session)
    sizes = {names.get(name, name): curve.number for name, curve in found.durations.items()}
    rows = list(csv.reader(eva.get("/auswertung/kennzahlen/dauer.csv").text.splitlines(), delimiter=";"))[1:-1]
    assert {row[0] for row in rows} == set(sizes)
    for name, month, number, *shares in rows:
        assert float(month) == int(float(month)) and int(number) % LEAST == 0
        gone = [(1 - float(share)) * sizes[name] / LEAST for share in shares]
        assert all(share == "0.0" or abs(some - round(some)) < 0.001 for share, some in zip(shares, gone, strict=True))


def test_a_curve_of_whom_nobody_has_left_yet_is_at_its_top() -> None:
    curve = kaplan_meier([(4.5, True)] * 3 + [(19.0, False)] * 34)
    found = some(durations={"SRT": curve}, until={"SRT": 20.0})
    assert [(step.time, round(37 * (1 - step.share))) for step in found.points("SRT")] == [(5.0, 4), (19.0, 4)]


@pytest.mark.parametrize("region", ["SDOL", "SRO"])
def test_of_one_region_the_page_tells_what_the_canton_s_tells_of_it(lived: Database, region: str) -> None:
    with lived.read(system()) as session:
        own, whole, names = figures(session, Auswahl(region=region)), figures(session, Auswahl()), regionen(session)
        pages = [(tafeln(own, names, {}), tafeln(whole, names, {})), (wirkung(session, Auswahl(region=region)), wirkung(session, Auswahl()))]
    assert own.durations == {place: curve for place, curve in whole.durations.items() if place == region}
    assert own.relapse == {place: shares for place, shares in whole.relapse.items() if place == region}
    told = 0
    for mine, everything in pages:
        by_key = {one.schluessel: one for one in mine}
        for one in everything:
            row = next((row for row in one.zeilen if row[0] == names[region]), None)
            if row is not None and one.schluessel != SCHLUESSEL and one.schluessel in by_key:
                assert row in by_key[one.schluessel].zeilen
                told += 1
    assert told > 3


TABLES = {
    **{f"ende_{horizon}": f"ende {horizon}" for horizon in HORIZONS}, "ende_region": "ende region", "arbeit": "arbeit", "uebersteuert_region": "übersteuert region", "uebersteuert_regel": "übersteuert regel",
    **{f"{what}_{key}": f"{what} {key}" for what in ("gleich", "vorschlag") for key in DIMENSIONEN},
}  # fmt: skip


def test_of_the_tables_that_are_audited_together_programs_are_told_what_came_of_it_and_no_other_number(lived: Database, eva: Browser) -> None:
    with lived.read(system()) as session:
        audited = kreis(session, Auswahl()).verbund
    told = eva.get("/auswertung/kennzahlen/kennzahlen.json").json
    sections = {**told["tabellen"], **told["wirkung"]}
    assert len(sections.keys() & TABLES.keys()) > 8
    for key, one in sections.items():
        name = TABLES.get(key) or f"nach {key.partition('_')[2]}" if key in TABLES or key.startswith("bestand") else ""
        numbers = Counter(int(cell) for row in one["zeilen"] for cell in row[1:] if cell.isdecimal() and cell != "0") if name else Counter()
        known = Counter(number for table in (name, f"{name} zusammen") if table in audited.tafeln for number in audited.tafeln[table].numbers.values() if number)
        assert numbers <= known, key
    for place, shares in told["rueckfall"].items():
        for horizon, one in shares.items():
            assert audited.tafeln[f"rueckfall {horizon}"].numbers[ALL if place == KANTON else place, ALL] == one["n"]
    assert set(told["dauer_monate"]) == set(audited.kurven)


def test_of_one_region_the_falllast_is_the_row_of_the_canton_s_table(lived: Database) -> None:
    with lived.read(system()) as session:
        own, whole, names = wirkung(session, Auswahl(region="SDOL")), wirkung(session, Auswahl()), regionen(session)
        others = wirkung(session, Auswahl(segment="ABLOESEN"))
    mine, everything = (next(one for one in found if one.schluessel == "falllast") for found in (own, whole))
    assert mine.zeilen == tuple(row for row in everything.zeilen if row[0] == names["SDOL"])
    assert (mine.n, mine.zeitraum) == (mine.zeilen[0][1], everything.zeitraum)
    assert "falllast" not in [one.schluessel for one in others]


def test_the_page_says_what_filters_leave_away(eva: Browser) -> None:
    assert "Mit diesen Filtern nicht gezeigt" not in eva.get("/auswertung/kennzahlen").text
    page = eva.get("/auswertung/kennzahlen?region=SDOL").text
    assert "Mit diesen Filtern nicht gezeigt" in page
    assert "«Standortbestimmungen je Monat» gibt es nur für alle Fälle zusammen" in warum_nicht(["Standortbestimmungen je Monat"])


@pytest.mark.parametrize(
    ("monthly", "told"),
    [
        ({"2026-01": (6, 5), "2026-02": (9, 0)}, {"2026-01": (6, 5), "2026-02": (9, 0)}),
        ({"2026-01": (3, 2), "2026-02": (3, 3), "2026-03": (7, 0)}, {"2026-01 bis 2026-02": (6, 5), "2026-03": (7, 0)}),
        ({"2026-01": (20, 1)}, {}),
    ],
    ids=["enough or none", "together enough", "one late"],
)
def test_months_with_a_few_go_together(monthly: dict[str, tuple[int, int]], told: dict[str, tuple[int, int]]) -> None:
    counts = {month: Counter({True: done, False: late}) for month, (done, late) in monthly.items()}
    assert {name: (count[True], count[False]) for name, count in kennzahlen._spans(counts, 5).items()} == told


def test_what_rests_on_few_cases_is_nowhere(lived: Database) -> None:
    with lived.read(system()) as session:
        shown = als_daten(session, Auswahl(), NOBODY)
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
        expected = als_daten(session, Auswahl(), NOBODY)
    # The command's clock goes on: later more cases have been observed long enough.
    assert json.loads(printed.output)["wirkung"].keys() >= expected["wirkung"].keys() > set()
    assert {**json.loads(printed.output), "stand": ""}["faelle"] == expected["faelle"]
    assert "Spreizung zwischen den Regionen" in CliRunner().invoke(evaluate, [], catch_exceptions=False).output
    assert "Kanton" in CliRunner().invoke(evaluate, [], catch_exceptions=False).output


@pytest.mark.parametrize("filters", [{}, *({name: value} for name, value in (("region", "SDOL"), ("segment", "ABLOESEN"), ("alter", "25–34"), ("version", "1"), ("einstieg", "anmeldung")))], ids=str)
def test_with_any_filter_regions_spread_by_no_more_than_the_tables_of_the_same_answer_show(lived: Database, filters: dict[str, str]) -> None:
    with lived.read(system()) as session:
        names, auswahl = regionen(session), Auswahl(**filters)
        shown = {one.schluessel: one for one in tafeln(kennzahlen.figures(session, auswahl), names, SEGMENTE)}
    spread = {row[0]: row for row in shown[SCHLUESSEL].zeilen} if SCHLUESSEL in shown else {}
    assert spread or filters
    for measure, key, head, column in (("Kurzassessments innert Frist", "puenktlich", "Kurzassessments, ", 3), ("Dauer, Mittel bis 24 Monate", "dauer", "", 3), ("übersteuerte Vorschläge", "uebersteuert_region", "", -1)):
        told = {row[0]: row[column] for row in (shown[key].zeilen if key in shown else ())}
        values = [told[head + name] for name in names.values() if told.get(head + name, "*") not in ("*", "–")]
        # Nothing spreads between fewer than two regions: then there is no such table.
        assert (measure in spread) == bool(values) if spread else len(values) < 2
        if len(values) > 1:
            numbers = sorted(float(text.removesuffix(" %")) for text in values)
            assert spread[measure][1] == str(len(values))
            # Of shares, whose tables round them to whole numbers, one more digit: that of the distances beside them.
            rounded = 0.55 if values[0].endswith(" %") else 0
            assert [float(cell.removesuffix(" Mt.").removesuffix(" %")) for cell in spread[measure][3:5]] == pytest.approx([numbers[0], numbers[-1]], abs=rounded)
            assert not rounded or all(re.fullmatch(r"\d+\.\d (%|Pp\.)", cell) for cell in spread[measure][3:])


def test_the_command_line_says_of_every_figure_what_the_pages_say_of_it(lived: Database, eva: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", lived.url.render_as_string(hide_password=False))
    printed = json.loads(CliRunner().invoke(evaluate, ["--json"], catch_exceptions=False).output)
    told = [*printed["tabellen"].values(), *printed["wirkung"].values(), *printed["spreizung"], *printed["angaben"].values()]
    assert len(told) > 30 and all(one[key] not in ("", "–", None) for one in told for key in ("titel", "definition", "n", "zeitraum", "fassung"))
    about = {"stand", "schwelle", "faelle", "angaben", "tabellen", "wirkung"}
    assert {figure for figure in printed.keys() - about if printed[figure]} <= printed["angaben"].keys() <= QUELLEN.keys()
    assert {"treue", "spreizung_treue", "spreizung", "dauer", "puenktlich"} <= printed["tabellen"].keys()
    words = " ".join(_text(html.fromstring(eva.get(address).text)) for address in ("/auswertung", "/auswertung/kennzahlen", "/auswertung/kennzahlen/wirkung"))
    with lived.read(system()) as session:
        # The command's clock goes on: later more cases have been observed long enough.
        on_pages = {one.schluessel for one in wirkung(session, Auswahl())}
    for one in (*printed["tabellen"].values(), *(table for key, table in printed["wirkung"].items() if key in on_pages)):
        assert one["titel"] in words and one["definition"] in words and f"Fassung: {one['fassung']}." in words


@pytest.mark.parametrize(
    ("address", "least"),
    [("/auswertung/kennzahlen", 6), ("/auswertung/kennzahlen?region=SDOL", 0), ("/auswertung/kennzahlen/wirkung", 10), ("/auswertung", 3), ("/auswertung/faelle", 3)],
    ids=["figures", "of a region", "effects", "adherence", "many cases"],
)
def test_every_figure_of_a_page_says_what_it_rests_on_and_is_a_file_with_the_same_cells(eva: Browser, address: str, least: int) -> None:
    page = html.fromstring(eva.get(address).text)
    links = [str(link) for link in page.xpath("//a[starts-with(normalize-space(.), 'Daten als CSV')]/@href")]
    assert len(links) >= least
    tables = page.xpath("//table")
    assert len(tables) == len(links)
    for link, table in zip(links, tables, strict=True):
        shown = [[_text(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        rows = [*csv.reader(io.StringIO(eva.get(link).text.removeprefix("\ufeff")), delimiter=";")]
        if address not in OWN_TABLES:
            assert [[cell.lstrip("'") for cell in row] for row in rows[:-1]] == shown, link
        below = "".join(table.xpath("following::p[contains(., 'n = ')][1]//text()"))
        meaning = "".join(table.xpath("preceding::h2[1]/following-sibling::p[1]//text()"))
        assert len(rows[-1]) == 1 and meaning in rows[-1][0] and rows[-1][0].endswith(below), link
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
    printed = bericht(found, NOBODY, more, rahmen=frame, namen=names, segmente=SEGMENTE, filter_=[], region="")
    assert len(printed["abschnitte"]) >= len(more) + 3 and own
    told = [one["angaben"] for one in printed["abschnitte"]]
    assert [one for one in told if not one.startswith("n = ") or one.startswith("n = –") or "Zeitraum: " not in one or "Fassung: " not in one] == []
    assert f"beobachtet bis {UNTIL:%d.%m.%Y}" in told[0]


# The charts of the printed report


def test_the_report_draws_the_very_points_of_the_page(lived: Database) -> None:
    with lived.read(system()) as session:
        found, names = kennzahlen.figures(session, Auswahl()), regionen(session)
        option = _page(session, found)["bilder"]
    assert found.durations
    for one in option["dauer"]["kurven"]["werte"]:
        place = next(name for name in found.durations if names.get(name, name) == one["name"])
        assert [list(step) for step in bilder.sichtbar(found, place)] == [[float(x), float(y)] for x, y in one["punkte"]]
    assert (bilder.regelkarte(found) is None) == (option[JE_MONAT] is None)


def test_what_a_curve_must_not_tell_is_not_drawn_nor_said() -> None:
    curve = kaplan_meier([(month, month % 2 == 0) for month in range(1, 41)])
    made = bilder.dauer(some(durations={"SDOL": curve}, until={"SDOL": 20.0}), {"SDOL": "Olten & Umgebung"})
    assert made is not None
    (picture,) = made.reihe
    (path,) = etree.fromstring(picture.svg.encode()).iterfind("{*}path")
    # Ten of forty ended up to the twentieth month, told in steps of two; the axis ends with the year after it.
    assert str(path.get("d")).count("V") == 6
    assert [text.text for text in etree.fromstring(picture.svg.encode()).iterfind("{*}text")] == ["0%", "50%", "100%", "0", "12", "24", "Monate"]
    assert "nach 12 Monaten" in picture.alt and "nach 24" not in picture.alt and "bis Monat 20" in picture.alt


def test_the_canton_lies_behind_every_region_and_lines_differ_without_colour() -> None:
    curves = {"SDOL": kaplan_meier([(1.0, True)] * 9), KANTON: kaplan_meier([(2.0, True)] * 9)}
    made = bilder.dauer(some(durations=curves, until=dict.fromkeys(curves, 9.0)), {})
    assert made is not None and [one.titel for one in made.reihe] == ["SDOL", KANTON] and "grau gestrichelt" in made.legende
    paths = [list(etree.fromstring(one.svg.encode()).iterfind("{*}path")) for one in made.reihe]
    assert [[path.get("stroke-dasharray") is not None for path in those] for those in paths] == [[True, False], [False]]
    colours = {value for one in made.reihe for node in etree.fromstring(one.svg.encode()).iter() if (value := node.get("stroke"))}
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours), "greys only"


def test_curves_stand_in_the_order_of_the_tables() -> None:
    curves = {name: kaplan_meier([(1.0, True)] * 9) for name in ("BBL", "SDOL", "SRO", KANTON)}
    made = bilder.dauer(some(durations=curves, until=dict.fromkeys(curves, 9.0)), {"BBL": "Zuchwil", "SDOL": "Olten", "SRO": "Biberist"})
    assert made is not None and [one.titel for one in made.reihe] == ["Biberist", "Olten", "Zuchwil", KANTON]


def test_the_axis_of_the_control_chart_begins_near_what_varies() -> None:
    values = [0.88, 0.92] * 6
    made = bilder.regelkarte(some(reviews=xmr(values, least=0, most=1), months=tuple(f"2026-{month:02}" for month in range(1, 13))))
    assert made is not None
    drawn = etree.fromstring(made.reihe[0].svg.encode())
    shares = [text.text for text in drawn.iterfind("{*}text") if "%" in (text.text or "")]
    assert shares == ["70%", "80%", "90%", "100%"]
    heights = [float(circle.get("cy", "0")) for circle in drawn.iterfind("{*}circle")]
    assert max(heights) - min(heights) > 10 and max(heights) < 150 - 24


def test_the_report_says_of_no_picture_what_it_draws_and_of_one_region_no_total() -> None:
    (printed,) = _printed([Abschnitt("wechsel", "Segmentwechsel", "…", ("Von",), (), "Gezeichnet sind 12 von 53 Wechseln.")])
    assert printed.hinweis == ""
    made = tafeln(some(transitions=None, overrides={"region": publish({("SDOL", "gefolgt"): 9, ("SDOL", "übersteuert"): 7}, threshold=5)}), {"SDOL": "Olten"}, {})
    assert [one.zeilen for one in made if one.schluessel == "uebersteuert_region"] == [(("Olten", "9", "7", "16", "44 %"),)]


def test_the_control_chart_marks_what_lies_outside_its_limits_by_shape() -> None:
    values = [0.9, 0.91] * 12 + [0.2]
    months = tuple(f"{2024 + number // 12}-{number % 12 + 1:02}" for number in range(len(values)))
    made = bilder.regelkarte(some(reviews=xmr(values, least=0, most=1), months=months))
    assert made is not None
    drawn = etree.fromstring(made.reihe[0].svg.encode())
    assert [len(list(drawn.iterfind(f"{{*}}{kind}"))) for kind in ("circle", "rect")] == [24, 1]
    assert "ausserhalb liegen 2026-01 mit 20%" in made.reihe[0].alt
    assert bilder.regelkarte(some()) is None and bilder.dauer(some(), {}) is None


def test_the_report_with_charts_is_a_paper_that_can_be_read_aloud(lived: Database) -> None:
    with lived.read(system()) as session:
        found, names = kennzahlen.figures(session, Auswahl()), regionen(session)
        printed = bericht(found, NOBODY, [], rahmen=rahmen(session, Auswahl()), namen=names, segmente=SEGMENTE, filter_=[], region="")
    pictures = [picture for one in printed["abschnitte"] for picture in one["bilder"]]
    assert pictures and all(picture["alt"] and picture["titel"] for picture in pictures)
    pdf = render("evaluation", printed)
    # Lines, not pixels: a raster image would be an object of its own.
    assert pdf.startswith(b"%PDF") and b"/Subtype/Image" not in pdf.replace(b" ", b"")


def printed_pages(*rows: int, form: str) -> list[bytes]:
    """A report with sections of so many rows, page by page."""

    def section(number: int) -> dict[str, Any]:
        told = [[f"Fassung 1, Sozialregion Biberist Bucheggberg Lohn-Ammannsegg {row}", *("1'220",) * 3] for row in range(number)]
        return {"titel": f"Zeilen {number}", "definition": "", "kopf": ["Was und wo", "pünktlich", "von", "Anteil"], "zeilen": told, "hinweis": "", "angaben": "", "bilder": [], "spalten": 1, "legende": ""}

    printed = {"titel": "Probe", "stand": "2.3.2026", "faelle": "1'220", "schwelle": 5, "filter": [], "nicht_gezeigt": [], "warum_nicht": "", "abschnitte": [section(one) for one in rows]}
    made = typst.compile(FOLDER / "evaluation.typ", root=FOLDER, sys_inputs={"daten": json.dumps(printed)}, format=form, ppi=20)
    return made if isinstance(made, list) else [made]


def test_names_of_regions_have_the_room_that_their_numbers_leave() -> None:
    # Each row is one line: there is room for all of them on one page with the contents before.
    assert len(printed_pages(30, form="png")) == 1


@pytest.mark.parametrize(("rows", "lines"), [((20, 28), [20, 28]), ((14, 14, 14), [28, 14])], ids=["two regions' kinds", "a row for each region"])
def test_a_table_for_every_region_stands_on_one_page_and_two_such_tables_have_room_on_one(rows: tuple[int, ...], lines: list[int]) -> None:
    # Every row has a grey line below.
    assert [page.count(b'stroke="#bebebe"') for page in printed_pages(*rows, form="svg")] == lines


@pytest.mark.parametrize("rows", range(38, 62, 4))
def test_of_a_table_over_two_pages_three_rows_at_least_stand_on_each(rows: int) -> None:
    lines = [page.count(b'stroke="#bebebe"') for page in printed_pages(rows, form="svg")]
    assert sum(lines) == rows and min(lines) >= 3


@pytest.mark.parametrize("rows", range(21, 31, 3))
def test_a_short_table_does_not_stand_alone_on_the_last_page(rows: int) -> None:
    *_, last = printed_pages(rows, 1, 1, form="svg")
    assert last.count(b'stroke="#bebebe"') >= 2


def some(**given: Any) -> kennzahlen.Figures:
    nothing: dict[str, Any] = {field.name: {} for field in fields(kennzahlen.Figures)}
    return kennzahlen.Figures(**nothing | {"at": UNTIL, "threshold": LEAST, "number": 9, "reviews": None, "months": ()} | given)


# How the tables and charts of the pages stand


def test_of_relapses_only_rows_that_tell_something_stand_in_the_table_the_others_in_a_sentence() -> None:
    names = {"BBL": "Anfang", "SDOL": "Mitte", "SRO": "Zuletzt"}
    share = Followed(9, 3, 0.1, 0.6)
    curves = {place: kaplan_meier([(2.0, True)] * 9) for place in ("BBL", KANTON, "SDOL", "SRO")}
    found = some(durations=curves, until=dict.fromkeys(curves, 9.0), relapse={KANTON: dict.fromkeys(HORIZONS, share), "SRO": {6: share, 12: share}}, transitions=None, log_rank=None, pilot=None)
    [table] = [one for one in tafeln(found, names, {}) if one.schluessel == "rueckfall"]
    assert [row[0] for row in table.zeilen] == ["Zuletzt, 6 Monate", "Zuletzt, 12 Monate", *(f"{KANTON}, {month} Monate" for month in HORIZONS)]
    assert all(row[1:] == ("9", "33 %", "10 %", "60 %") for row in table.zeilen)
    assert table.hinweis.endswith(": Anfang, Mitte; innert 24 Monaten: Zuletzt.")
    everything = replace(found, relapse=dict.fromkeys(curves, dict.fromkeys(HORIZONS, share)))
    assert [one.hinweis for one in tafeln(everything, names, {}) if one.schluessel == "rueckfall"] == [""]


def test_the_canton_is_the_last_row_and_regions_stand_by_their_names() -> None:
    names = {"BBL": "Zuletzt", "SDOL": "Anfang", "SRO": "Mitte"}
    curves = {place: kaplan_meier([(2.0, True)] * 9) for place in ("BBL", KANTON, "SDOL", "SRO")}
    found = some(durations=curves, until=dict.fromkeys(curves, 9.0), punctual={"standortbestimmung": {KANTON: (9, 9), "BBL": (3, 3), "SDOL": (6, 6)}}, transitions=None, log_rank=None, pilot=None)
    tables = {one.schluessel: [row[0] for row in one.zeilen] for one in tafeln(found, names, {})}
    assert tables["dauer"] == tables["dauer_beobachtung"] == ["Anfang", "Mitte", "Zuletzt", KANTON]
    assert tables["puenktlich"] == ["Standortbestimmungen, Anfang", "Standortbestimmungen, Zuletzt", f"Standortbestimmungen, {KANTON}"]


@pytest.mark.parametrize(("difference", "told"), [(-0.14, "−0.1\u00a0Monate"), (0.14, "+0.1\u00a0Monate"), (-0.04, "0.0\u00a0Monate")])
def test_a_negative_number_has_a_minus_and_a_p_value_stays_in_one_line_but_files_have_what_keyboards_have(difference: float, told: str) -> None:
    curves = {place: kaplan_meier([(2.0, True)] * 9) for place in ("BBL", KANTON, "SDOL")}
    found = some(durations=curves, until=dict.fromkeys(curves, 9.0), transitions=None, log_rank=log_rank({"BBL": [(2.0, True)] * 9, "SDOL": [(3.0, True)] * 9}), pilot=Comparison(difference, 0.842, 252, is_exact=True))
    (one,) = (one for one in tafeln(found, {}, {}) if one.schluessel == "dauer")
    assert f"Unterschied der mittleren Dauer {told}, p\u00a0=\u00a00.842 (" in one.hinweis and "p\u00a0<\u00a00.001" in one.hinweis
    file = Rahmen("Beginn 2023", "1").zeile(one)
    assert f"{told}, p = 0.842".replace("−", "-").replace("\u00a0", " ") in file and not {"−", "\u00a0"} & set(file)


def test_tables_of_ages_run_from_young_to_old(lived: Database) -> None:
    with lived.read(system()) as session:
        found = {one.schluessel: one for one in wirkung(session, Auswahl())}
    classes = [name for _, name in AGE_CLASSES]
    rows = [row[0] for row in found["vorschlag_alter"].zeilen[:-1]]
    assert len(rows) > 1 and rows == [name for name in (*classes, "nicht erfasst") if name in rows]


def test_a_row_about_everybody_stands_apart_on_the_page(eva: Browser) -> None:
    page = html.fromstring(eva.get("/auswertung/kennzahlen").text)
    apart = {_text(row[0]) for row in page.xpath("//tr[contains(@class, 'ff-gesamt')]")}
    assert KANTON in apart and "Total" in apart
    assert not any("Sozialregion" in name for name in apart)


def test_a_rule_is_told_in_words_of_the_decision_table_with_its_code(lived: Database) -> None:
    with lived.read(system()) as session:
        words = regeln(session, {"S1", "O9", "gibt es nicht mehr"})
    assert words["S1"] == "Die Person ist zurzeit nicht erwerbsfähig."
    assert words.keys() == {"S1", "O9"}
    counts = {(rule, end): 6 for rule in ("S1", "gibt es nicht mehr") for end in ("gefolgt", "übersteuert")}
    made = tafeln(some(transitions=None, overrides={"regel": publish(counts, threshold=LEAST)}, regeln=words), {}, {})
    rows = next(one for one in made if one.schluessel == "uebersteuert_regel").zeilen
    assert [row[0] for row in rows] == [f"{words['S1']} (S1)", "gibt es nicht mehr", "Total"]


def test_bars_are_as_long_as_the_shares_and_of_a_hidden_share_there_is_none(lived: Database) -> None:
    with lived.read(system()) as session:
        sections = wirkung(session, Auswahl())
    drawn = [one for one in sections if one.anteile]
    assert drawn
    for one in drawn:
        assert len(one.anteile) == len(one.zeilen)
        for row, share in zip(one.zeilen, one.anteile, strict=True):
            assert (share is None) == (row[-1] in ("*", "–"))
            assert share is None or abs(100 * share - float(row[-1].removesuffix(" %"))) <= 0.5
    bars = next(found for one in drawn if (found := _bars(one)))
    assert all(set(bar) == {"name", "value", "gesamt"} for bar in bars["balken"]["werte"])


def test_of_many_cases_a_diagram_on_which_no_number_would_stand_is_not_drawn_and_named(eva: Browser) -> None:
    page = html.fromstring(eva.get("/auswertung/faelle").text)
    drawn = dict(zip(page.xpath("//figure/figcaption/text()"), page.xpath("//@data-marken"), strict=True))
    assert "Fall" in drawn and "{}" not in drawn.values()
    (told,) = page.xpath("//p[starts-with(normalize-space(.), 'Nicht gezeichnet')]")
    assert "Sistierung" in _text(told) and not [name for name in drawn if name in _text(told).partition(": ")[2]]


def test_on_the_diagram_the_durations_of_automatic_steps_without_any_hide_no_names(eva: Browser) -> None:
    page = html.fromstring(eva.get("/auswertung/faelle?mass=dauer").text)
    rows = {_text(row[0]): _text(row[3]) for row in page.xpath("//div[@aria-label='Dieselben Zahlen als Tabelle']//tr[td]")}
    marks = {element: mark for drawn in page.xpath("//@data-marken") for element, mark in json.loads(drawn).items()}
    assert rows["Zuständigkeit bestimmen"] == "unter 1 Minute" and "zustaendigkeit_bestimmen" not in marks
    assert marks and not [mark["text"] for mark in marks.values() if re.search("unter|Minute|Stunden", mark["text"])]
    assert "fehlen automatische Schritte" in _text(page) and "fehlen automatische" not in eva.get("/auswertung/faelle").text


def test_durations_beside_elements_are_short() -> None:
    found = [Element(name, "fall", 9, 9, 0, seconds, None, None, 0) for name, seconds in (("tut", 5.0), ("geht", 5.0), ("bald", 720.0), ("heute", 7200.0), ("lang", 864_000.0))]
    assert {element: mark["text"] for element, mark in _marken(found, "dauer", {"tut"}).items()} == {"tut": "< 1 Min.", "bald": "12 Min.", "heute": "2.0 Std.", "lang": "10.0 Tage"}


def test_no_page_of_figures_nor_their_curves_call_a_region_by_its_code(lived: Database, eva: Browser) -> None:
    for address in ("/auswertung", "/auswertung/kennzahlen", "/auswertung/kennzahlen/wirkung", "/auswertung/kennzahlen/dauer.csv"):
        page = eva.get(address).text
        shown = _text(html.fromstring(page).xpath("//main")[0]) + "".join(html.fromstring(page).xpath("//@data-schaubild")) if page.startswith("<") else page
        assert "Sozial" in shown
        assert not {"SDOL", "SRO"} & set(re.findall(r"[A-Z]{3,}", shown)), address
