"""The history of a region leaves as a file: to whom its Leitung let in, under pseudonyms, recorded, and not for long."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from engine import commands
from engine.commands import aufsicht
from engine.commands.auswertung import ausfuhr as exporting
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.replay.files import read_log
from engine.scheduling.auswertung import Vorleser
from engine.scheduling.due import SCHEDULER
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Aufsichtszugriff, Ausfuhr, Ausfuhrteil, Fall, KontoRolle, Zugriff
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
CASES = {"SDOL": 4, "SRO": 3}
REASON = "Vergleich der Wartezeiten für den Zwischenbericht an den Kanton."
AT = "/auswertung/ausfuhr"
LEITUNG = {"SDOL": "leo", "SRO": "lara"}


@pytest.fixture
def lived(database: Database) -> Database:
    """Two regions with some cases, and people who evaluate, coordinate, supervise and lead."""
    with database.begin(system()) as session:
        for login, rolle, region in (
            ("eva", "evaluation", "*"), ("karin", "koordination", "*"), ("rita", "aufsicht", "*"), ("leo", "leitung", "SDOL"), ("lara", "leitung", "SRO"),
        ):  # fmt: skip
            create_konto(session, login, login.capitalize(), PASSWORD)
            grant(session, login, rolle, region)
    for region, count in CASES.items():
        with database.begin(Access("irma", {region: frozenset({"intake"})})) as session:
            for _ in range(count):
                commands.open_case(session, region, {"personen": [{"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}]})
            for task in session.scalars(select(Aufgabe)).all():
                commands.complete_task(session, task.key, {"entscheid": "ja", "ab": "2026-08-31", "betrag": "1"})
    return database


def permitted(database: Database, region: str, *, login: str = "eva", rolle: str = "evaluation", tage: int = 5) -> int:
    """A permission of the region's Leitung."""
    with database.begin(Access(login, {"*": frozenset({rolle})})) as session:
        asked = aufsicht.ask(session, region, "", REASON, tage, umfang=aufsicht.AUSFUHR).id
    with database.begin(Access(LEITUNG[region], {region: frozenset({"leitung"})})) as session:
        aufsicht.decide(session, asked, grant=True)
    return asked


def exported(person: Browser, format_: str, *regionen: str, **days: str) -> str:
    """Asks for a file and gives the address of its page."""
    person.get(AT)
    response = person.post(AT, {"format": format_, "region": list(regionen), **days})
    assert response.status_code == 303, response.text
    return str(response.location)


def lines(database: Database, art: str) -> list[tuple[str, str, str | None]]:
    with database.read(system()) as session:
        return [(row.konto, row.was, row.region) for row in session.scalars(select(Zugriff).where(Zugriff.art == art).order_by(Zugriff.id))]


def nothing_lies_there(database: Database) -> bool:
    with database.read(system()) as session:
        return session.scalars(select(Ausfuhrteil)).all() == []


def test_without_a_permission_the_page_says_so_and_how_to_ask_for_one(browser: Open, lived: Database) -> None:
    eva = browser("eva")
    page = eva.get(AT).text
    assert "gilt für Sie keine Bewilligung" in page and "Ausführen</button>" not in page
    assert 'href="/einsicht?umfang=ausfuhr#beantragen"' in page
    assert 'value="ausfuhr" checked' in eva.get("/einsicht?umfang=ausfuhr").text
    assert eva.post(AT, {"format": "csv", "region": "SDOL"}).status_code == 404
    assert nothing_lies_there(lived)


def test_a_permission_is_asked_for_and_granted_on_screen(browser: Open, lived: Database) -> None:
    eva, leo = browser("eva"), browser("leo")
    eva.get("/einsicht")
    assert eva.post("/einsicht", {"umfang": "ausfuhr", "region": "SDOL", "begruendung": REASON, "tage": "3"}).status_code == 303
    page = leo.get("/einsicht").text
    assert "Ausfuhr des Verlaufs" in page and REASON in page
    assert leo.post("/einsicht/1/entscheid", {"_aktion": "bewilligen"}).status_code == 303
    page = eva.get(AT).text
    assert 'value="SDOL" checked' in page and 'value="SRO"' not in page


def test_a_form_whose_permission_ended_meanwhile_says_so_on_the_page_it_came_from(browser: Open, lived: Database, clock: FixedClock) -> None:
    permitted(lived, "SDOL", tage=1), permitted(lived, "SRO", tage=5)
    clock.at += timedelta(days=2)
    eva = browser("eva")
    eva.get(AT)
    answer = eva.post(AT, {"format": "csv", "region": ["SDOL", "SRO"], "von": "1.1.2026"})
    assert answer.status_code == 404 and nothing_lies_there(lived)
    assert "Es wurde nichts ausgeführt" in answer.text and "gilt keine Bewilligung, oder keine mehr." in answer.text
    # What still holds stays chosen, and what was typed stays typed.
    assert 'value="SRO" checked' in answer.text and 'value="SDOL"' not in answer.text and 'value="csv" checked' in answer.text and 'value="1.1.2026"' in answer.text
    assert ("eva", f"404 {AT}", None) in lines(lived, "abgelehnt")
    clock.at += timedelta(days=4)
    eva = browser("eva")
    eva.get(AT)
    answer = eva.post(AT, {"format": "csv", "region": "SRO"})
    assert "gilt keine Bewilligung, oder keine mehr." in answer.text and "#beantragen" in answer.text and 'href="#region"' not in answer.text


def test_the_permission_for_a_file_opens_no_single_case_and_the_other_way_round(browser: Open, lived: Database) -> None:
    asked = permitted(lived, "SDOL")
    with lived.read(system()) as session:
        nr = session.scalars(select(Fall.fall_nr).where(Fall.region == "SRO").limit(1)).one()
    with lived.begin(Access("eva", {"*": frozenset({"evaluation"})})) as session:
        single = aufsicht.ask(session, "SRO", nr, REASON, 5).id
    with lived.begin(Access("lara", {"SRO": frozenset({"leitung"})})) as session:
        aufsicht.decide(session, single, grant=True)
    eva = browser("eva")
    assert eva.get(f"/auswertung/film/{asked}").status_code == 404
    assert eva.post(AT, {"format": "csv", "region": "SRO"}).status_code == 404


@pytest.mark.parametrize("format_", ["xes", "csv", "ocel"])
def test_a_small_file_is_there_at_once_names_nobody_and_is_recorded(browser: Open, lived: Database, tmp_path: Path, format_: str) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    at = exported(eva, format_, "SDOL")
    assert "herunterladen" in eva.get(at).text
    answer = eva.get(f"{at}/datei")
    assert answer.status_code == 200 and int(answer.headers["Content-Length"]) == len(answer.data)
    content = gzip.decompress(answer.data) if format_ == "xes" else answer.data
    with lived.read(system()) as session:
        numbers = [nr.encode() for nr in session.scalars(select(Fall.fall_nr))]
    assert [word for word in (b"Muster", b"Anna", b"irma", b"SRO", *numbers) if word in content] == []
    if format_ == "ocel":
        assert sum(one["type"] == "Fall" for one in json.loads(content)["objects"]) == CASES["SDOL"]
    else:
        file = tmp_path / f"x.{format_}"
        file.write_bytes(content)
        assert len(read_log(file).cases) == CASES["SDOL"]
    assert lines(lived, "ausfuhr") == [("eva", f"Ausfuhr 1 als {format_}, ganzer Zeitraum: 4 Fälle, 4 Abläufe", "SDOL")]
    assert lines(lived, "ausfuhr geholt") == [("eva", f"Ausfuhr 1 als {format_}", "SDOL")]


def test_regions_of_several_permissions_come_together_each_recorded(browser: Open, lived: Database) -> None:
    permitted(lived, "SDOL"), permitted(lived, "SRO")
    eva = browser("eva")
    rows = list(csv.DictReader(io.StringIO(eva.get(f"{exported(eva, 'csv', 'SDOL', 'SRO')}/datei").text)))
    assert {row["case:fallfluss:region"] for row in rows} == {"SDOL", "SRO"}
    assert [(region, was.rpartition(": ")[2]) for _, was, region in lines(lived, "ausfuhr")] == [("SDOL", "4 Fälle, 4 Abläufe"), ("SRO", "3 Fälle, 3 Abläufe")]


def test_only_what_began_in_the_period_leaves(browser: Open, lived: Database, clock: FixedClock) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    day = clock.at.date()
    inside = eva.get(f"{exported(eva, 'csv', 'SDOL', von=f'{day:%d.%m.%Y}', bis=f'{day:%d.%m.%Y}')}/datei").text
    before = eva.get(f"{exported(eva, 'csv', 'SDOL', bis=f'{day - timedelta(days=1):%d.%m.%Y}')}/datei").text
    assert (len({row["case:concept:name"] for row in csv.DictReader(io.StringIO(inside))}), len(before.splitlines())) == (4, 1)
    assert [was.rpartition(": ")[2] for _, was, _ in lines(lived, "ausfuhr")] == ["4 Fälle, 4 Abläufe", "0 Fälle, 0 Abläufe"]


@pytest.mark.parametrize(("given", "message"), [
    pytest.param({"format": "csv"}, "mindestens eine Sozialregion", id="no region"),
    pytest.param({"format": "pdf", "region": "SDOL"}, "Wählen Sie ein Format", id="no such format"),
    pytest.param({"format": "csv", "region": "SDOL", "von": "gestern"}, "Geben Sie den Tag als Datum ein", id="no day"),
    pytest.param({"format": "csv", "region": "SDOL", "von": "2.1.2026", "bis": "1.1.2026"}, "endet, bevor er beginnt", id="a period backwards"),
])  # fmt: skip
def test_what_is_missing_is_said_beside_the_form(browser: Open, lived: Database, given: dict[str, str], message: str) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    eva.get(AT)
    answer = eva.post(AT, given)
    assert answer.status_code == 422 and message in answer.text
    with lived.read(system()) as session:
        assert session.scalars(select(Ausfuhr)).all() == []


@pytest.mark.parametrize("region", ["SRO", "XXX", "*"])
def test_a_foreign_region_is_not_found_even_beside_ones_own(browser: Open, lived: Database, region: str) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    eva.get(AT)
    assert eva.post(AT, {"format": "csv", "region": ["SDOL", region]}).status_code == 404
    assert lines(lived, "ausfuhr") == [] and nothing_lies_there(lived)


def test_when_the_permission_is_over_nothing_is_offered_and_the_file_is_gone(browser: Open, lived: Database, clock: FixedClock) -> None:
    permitted(lived, "SDOL", tage=1)
    clock.at += timedelta(hours=20)
    eva = browser("eva")
    at = exported(eva, "csv", "SDOL")
    with lived.read(system()) as session:
        assert session.scalars(select(Ausfuhr.verfaellt_am)).one() == session.scalars(select(Aufsichtszugriff.bis)).one()
    clock.at += timedelta(hours=4)
    eva = browser("eva")
    assert eva.get(f"{at}/datei").status_code == 404
    assert "keine Bewilligung" in eva.get(AT).text
    assert eva.post(AT, {"format": "csv", "region": "SDOL"}).status_code == 404
    _plan(lived, "verfall")
    assert nothing_lies_there(lived) and "vernichtet" in eva.get(at).text
    assert lines(lived, "ausfuhr vernichtet") == [(SCHEDULER.konto, "Ausfuhr 1", "SDOL")]


def test_a_permission_ended_early_takes_the_file_with_it(browser: Open, lived: Database) -> None:
    asked = permitted(lived, "SDOL")
    eva = browser("eva")
    at = exported(eva, "csv", "SDOL")
    assert f'href="{at}/datei"' in eva.get(at).text
    with lived.begin(Access("leo", {"SDOL": frozenset({"leitung"})})) as session:
        aufsicht.end(session, asked)
    page = eva.get(at).text
    assert "lässt sich nicht mehr herunterladen" in page and "/datei" not in page
    assert "nicht mehr herunterzuladen" in eva.get(AT).text and "liegt bis" not in eva.get(AT).text
    stale = eva.get(f"{at}/datei")
    assert stale.status_code == 404 and "nie länger als die Bewilligung" in stale.text and f'href="{AT}">Verlauf ausführen' in stale.text
    _plan(lived, "verfall")
    assert nothing_lies_there(lived)


def test_a_file_lies_for_a_day_at_most(browser: Open, lived: Database, clock: FixedClock) -> None:
    permitted(lived, "SDOL", tage=30)
    at = exported(browser("eva"), "csv", "SDOL")
    clock.at += exporting.KEPT - timedelta(minutes=1)
    _plan(lived, "verfall")
    assert browser("eva").get(f"{at}/datei").status_code == 200
    clock.at += timedelta(minutes=1)
    assert browser("eva").get(f"{at}/datei").status_code == 404
    _plan(lived, "verfall")
    assert nothing_lies_there(lived)


def test_who_asked_destroys_the_file_and_nobody_else_touches_it(browser: Open, lived: Database) -> None:
    permitted(lived, "SDOL"), permitted(lived, "SDOL", login="karin", rolle="koordination")
    eva, karin = browser("eva"), browser("karin")
    at = exported(eva, "csv", "SDOL")
    karin.get(AT)
    assert [karin.get(at).status_code, karin.get(f"{at}/datei").status_code, karin.post(f"{at}/vernichten", {}).status_code] == [404, 404, 404]
    assert eva.post(f"{at}/vernichten", {}).status_code == 303
    assert eva.get(f"{at}/datei").status_code == 404 and nothing_lies_there(lived)


@pytest.mark.parametrize("login", ["leo", "rita"])
def test_who_leads_or_supervises_takes_nothing_away(browser: Open, lived: Database, login: str) -> None:
    assert browser(login).get(AT).status_code == 403


def test_the_aufsicht_cannot_even_ask(browser: Open, lived: Database) -> None:
    rita = browser("rita")
    assert 'value="ausfuhr"' not in rita.get("/einsicht").text
    assert rita.post("/einsicht", {"umfang": "ausfuhr", "region": "SDOL", "begruendung": REASON, "tage": "3"}).status_code == 403


# Large files


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    monkeypatch.setattr(exporting, "EVERY", 0.0)
    monkeypatch.setattr(exporting, "PIECE", 500)


@pytest.mark.usefixtures("large")
def test_a_large_file_is_written_by_the_scheduler_while_the_page_tells_how_far(browser: Open, lived: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    at = exported(eva, "csv", "SDOL")
    waiting = eva.get(at)
    assert waiting.headers["Refresh"] == "2" and "0 von 4 Abläufen" in waiting.text
    seen: list[int] = []
    note = exporting._Stand.__call__

    def looked(stand: exporting._Stand) -> None:
        note(stand)
        with lived.read(system()) as session:
            seen.append(session.scalars(select(Ausfuhr.fertig)).one())

    monkeypatch.setattr(exporting._Stand, "__call__", looked)
    _plan(lived, "ausfuhren")
    assert seen == [1, 2, 3, 4]
    with lived.read(system()) as session:
        assert len(session.scalars(select(Ausfuhrteil)).all()) > 1
    answer = eva.get(f"{at}/datei")
    assert len({row["case:concept:name"] for row in csv.DictReader(io.StringIO(answer.text))}) == 4
    assert [konto for konto, *_ in lines(lived, "ausfuhr")] == ["eva"]


@pytest.mark.usefixtures("large")
def test_a_permission_that_ends_before_it_is_written_leaves_nothing(browser: Open, lived: Database, clock: FixedClock) -> None:
    permitted(lived, "SDOL", tage=1)
    at = exported(browser("eva"), "csv", "SDOL")
    clock.at += timedelta(days=1)
    _plan(lived, "ausfuhren")
    assert "Bewilligungen gilt nicht mehr" in browser("eva").get(at).text
    assert nothing_lies_there(lived) and lines(lived, "ausfuhr") == []


@pytest.mark.usefixtures("large")
def test_who_lost_the_role_meanwhile_gets_nothing(browser: Open, lived: Database) -> None:
    permitted(lived, "SDOL")
    exported(browser("eva"), "csv", "SDOL")
    with lived.begin(system()) as session:
        session.delete(session.scalars(select(KontoRolle).where(KontoRolle.login == "eva")).one())
    _plan(lived, "ausfuhren")
    with lived.read(system()) as session:
        assert session.scalars(select(Ausfuhr.zustand)).one() == "misslungen"
    assert nothing_lies_there(lived)


@pytest.mark.usefixtures("large")
def test_of_a_file_that_cannot_be_written_nothing_stays_but_a_sentence(browser: Open, lived: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    at = exported(eva, "csv", "SDOL")
    (folder := tmp_path / "zwischen").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "PIECE", "no number")  # the file is written, but cannot be stored
        _plan(lived, "ausfuhren")
    assert "Die Ausfuhr ist misslungen" in eva.get(at).text
    assert nothing_lies_there(lived) and list(folder.iterdir()) == [] and lines(lived, "ausfuhr") == []
    _plan(lived, "ausfuhren")  # it is not tried for ever
    assert eva.get(f"{at}/datei").status_code == 404


@pytest.mark.usefixtures("large")
def test_a_file_called_off_while_it_waits_is_not_written(browser: Open, lived: Database) -> None:
    permitted(lived, "SDOL")
    eva = browser("eva")
    at = exported(eva, "csv", "SDOL")
    assert eva.post(f"{at}/vernichten", {}).status_code == 303
    _plan(lived, "ausfuhren")
    assert nothing_lies_there(lived) and "vernichtet" in eva.get(at).text


def _plan(database: Database, job: str) -> None:
    """What the scheduler does by itself."""
    scheduler = BackgroundScheduler(timezone=UTC)
    Vorleser(database, scheduler).plan()
    scheduler.get_job(job).func()
