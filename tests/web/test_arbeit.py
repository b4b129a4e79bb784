"""Meine Arbeit: what the list shows, how it is narrowed, and how work is passed on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import openpyxl
import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, select

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Hinweis, Verlauf, Zugriff
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
IRMA = Access("irma", {"SDOL": frozenset({"intake"})})


@pytest.fixture
def key(task: str) -> int:
    return int(task.rpartition("/")[2])


def open_cases(database: Database, count: int, name: str = "Muster") -> list[int]:
    """So many cases in SDOL; gives the keys of their tasks."""
    for number in range(count):
        with database.begin(IRMA) as session:
            commands.open_case(session, "SDOL", {"personen": [{"name": f"{name}{number}", "vorname": "Anna", "rolle_ue": "antragstellend"}]})
    with database.read(system()) as session:
        return list(session.scalars(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)))


def history(database: Database) -> list[tuple[str, str, str | None]]:
    with database.read(system()) as session:
        return [tuple(row) for row in session.execute(select(Verlauf.command, Verlauf.by, Verlauf.im_namen_von).order_by(Verlauf.id))]


@pytest.mark.usefixtures("task")
def test_a_filter_stands_as_a_tag_that_takes_it_away(irma: Browser) -> None:
    page = irma.get("/aufgaben?schritt=pruefen&suche=Muster").text
    assert "Anspruch prüfen" in page
    assert 'href="/aufgaben?suche=Muster"' in page
    assert 'href="/aufgaben?schritt=pruefen"' in page
    assert "gibt es hier keine offene Aufgabe" in irma.get("/aufgaben?suche=Niemand").text


@pytest.mark.usefixtures("task")
def test_the_day_and_whose_tasks_stand_as_tags_too(irma: Browser) -> None:
    tags = irma.get("/aufgaben?sicht=woche&wer=frei").text.partition("Gewählte Filter")[2].partition("</ul>")[0]
    assert 'href="/aufgaben?wer=frei"' in tags
    assert "Fällig: Diese Woche" in tags
    assert 'href="/aufgaben?sicht=woche"' in tags
    assert "Wessen: Nur freie" in tags


@pytest.mark.parametrize(
    ("days", "tab", "word"),
    [
        pytest.param(0, "woche", "in 5 Tagen", id="due on Saturday is this week"),
        pytest.param(5, "heute", "heute", id="on its day it is today's"),
        pytest.param(8, "ueberfaellig", "überfällig seit 3 Tagen", id="after it it is overdue"),
    ],
)
@pytest.mark.usefixtures("task")
def test_each_tab_holds_what_is_due_then(irma: Browser, clock: FixedClock, days: int, tab: str, word: str) -> None:
    clock.at += timedelta(days=days)
    assert word in irma.get(f"/aufgaben?sicht={tab}").text
    for other in {"woche", "heute", "ueberfaellig", "spaeter"} - {tab}:
        assert "Hier ist nichts zu tun" in irma.get(f"/aufgaben?sicht={other}").text


@pytest.mark.usefixtures("task")
def test_a_case_is_found_by_any_of_its_persons(irma: Browser) -> None:
    assert "Anspruch prüfen" in irma.get("/aufgaben?suche=Anna Muster").text


@pytest.mark.parametrize("typed", [pytest.param("%", id="percent"), pytest.param("_", id="underscore"), pytest.param("2026_0", id="between digits")])
@pytest.mark.parametrize("page", ["/aufgaben", "/faelle"])
def test_what_one_types_is_looked_for_as_it_stands(irma: Browser, database: Database, typed: str, page: str) -> None:
    open_cases(database, 1)
    assert "Muster0" not in irma.get(f"{page}?suche={quote(typed)}").text


@pytest.mark.parametrize("typed", ["özil", "ÖZIL", "Özil", "zil"])
def test_a_name_is_found_in_small_letters_and_capitals(irma: Browser, database: Database, typed: str) -> None:
    open_cases(database, 1, name="Özil")
    for page in ("/aufgaben", "/faelle"):
        assert "Özil0" in irma.get(f"{page}?suche={quote(typed)}").text


def test_several_tasks_are_assigned_at_once_and_each_says_how_it_went(irma: Browser, database: Database) -> None:
    keys = open_cases(database, 3)
    with database.begin(IRMA) as session:
        commands.complete_task(session, keys[0], {"entscheid": "ja", "ab": "31.8.2026"})
    irma.get("/aufgaben")
    page = irma.post("/arbeit/mehrere", {"aufgabe": [str(key) for key in keys], "_aktion": "zuteilen", "person": "ivo"}).text
    assert "2 von 3 Aufgaben zugeteilt an Ivo Isler" in page
    assert "nicht mehr offen" in page
    with database.read(system()) as session:
        assert [session.get_one(Aufgabe, key).assignee for key in keys] == ["irma", "ivo", "ivo"]


def test_nobody_is_given_a_task_their_role_does_not_allow(irma: Browser, database: Database, key: int) -> None:
    irma.get("/aufgaben")
    page = irma.post("/arbeit/mehrere", {"aufgabe": str(key), "_aktion": "zuteilen", "person": "tabea"}).text
    assert "0 von 1 Aufgabe" in page
    assert "keine Rolle, die dazu berechtigt" in page


def test_a_task_of_another_region_cannot_be_assigned_nor_seen(browser: Open, key: int) -> None:
    olga = browser("olga")
    olga.get("/aufgaben")
    page = olga.post("/arbeit/mehrere", {"aufgabe": str(key), "_aktion": "uebernehmen"}).text
    assert "wurde nicht gefunden" in page
    assert "Anspruch prüfen" not in page
    assert olga.get(f"/arbeit/aufgaben/{key}").status_code == 404


def test_whoever_comes_second_reads_who_has_the_task(browser: Open, irma: Browser, task: str, key: int) -> None:
    irma.get(task)
    ivo = browser("ivo")
    ivo.get(task)
    irma.post(f"{task}/uebernehmen", {})
    assert "bearbeitet bereits Irma Imfeld" in ivo.post(f"{task}/uebernehmen", {}).text
    ivo.get("/aufgaben")
    assert "bearbeitet bereits Irma Imfeld" in ivo.post("/arbeit/mehrere", {"aufgabe": str(key), "_aktion": "uebernehmen"}).text


def test_whoever_leads_passes_on_a_task_of_a_group_they_are_not_in(browser: Open, key: int, database: Database) -> None:
    tabea = browser("tabea")
    tabea.get(f"/arbeit/aufgaben/{key}")
    assert "Falllast" in tabea.page
    tabea.post(f"/arbeit/aufgaben/{key}", {"_aktion": "zuteilen", "person": "ivo"})
    assert ("assign", "tabea", None) in history(database)
    assert "Anspruch prüfen" in browser("ivo").get("/aufgaben?wer=meine").text
    assert "Anspruch prüfen" in tabea.get("/aufgaben?wer=alle&person=ivo").text


def test_the_deputy_sees_and_does_the_task_and_the_history_names_both(browser: Open, irma: Browser, task: str, fall_nr: str, database: Database) -> None:
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    ivo = browser("ivo")
    assert ivo.get(task).status_code == 409
    irma.get("/arbeit/abwesenheit")
    irma.post("/arbeit/abwesenheit", {"von": "1.3.2026", "bis": "20.3.2026", "vertretung": "ivo"})
    assert "Sie vertreten zurzeit Irma Imfeld" in ivo.get("/aufgaben?wer=meine").text
    assert "Anspruch prüfen" in ivo.page
    assert "in Stellvertretung von Irma Imfeld" in ivo.get(task).text
    assert ivo.post(task, {"entscheid": "ja", "ab": "31.8.2026", "_aktion": "abschliessen"}).status_code == 303
    assert ("complete_task", "ivo", "irma") in history(database)
    for address in (f"/faelle/{fall_nr}", f"/faelle/{fall_nr}/verlauf"):
        assert "Ivo Isler, in Stellvertretung von Irma Imfeld" in ivo.get(address).text


def test_after_the_absence_the_deputy_has_no_say(browser: Open, irma: Browser, task: str, clock: FixedClock) -> None:
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    irma.get("/arbeit/abwesenheit")
    irma.post("/arbeit/abwesenheit", {"von": "1.3.2026", "bis": "20.3.2026", "vertretung": "ivo"})
    clock.at += timedelta(days=19)
    assert browser("ivo").get(task).status_code == 409


def test_nobody_of_another_region_stands_in(irma: Browser) -> None:
    irma.get("/arbeit/abwesenheit")
    response = irma.post("/arbeit/abwesenheit", {"von": "1.3.2026", "bis": "20.3.2026", "vertretung": "olga"})
    assert response.status_code == 422
    assert "keiner Region eine Rolle" in response.text
    assert 'value="1.3.2026"' in response.text


def test_what_is_put_off_leaves_the_list_until_its_day(irma: Browser, key: int, clock: FixedClock) -> None:
    irma.get(f"/arbeit/aufgaben/{key}")
    irma.post(f"/arbeit/aufgaben/{key}", {"_aktion": "wiedervorlage", "wiedervorlage": "5.3.2026"})
    assert "Zurzeit ist für Sie nichts zu tun" in irma.get("/aufgaben").text
    assert "Anspruch prüfen" in irma.get("/aufgaben?sicht=zurueckgestellt").text
    clock.at += timedelta(days=3)
    assert "Anspruch prüfen" in irma.get("/aufgaben?sicht=woche").text


def test_what_is_overdue_stays_in_the_list_and_the_page_says_so(irma: Browser, key: int, clock: FixedClock) -> None:
    clock.at += timedelta(days=200)
    irma.get(f"/arbeit/aufgaben/{key}")
    irma.post(f"/arbeit/aufgaben/{key}", {"_aktion": "wiedervorlage", "wiedervorlage": "24.12.2026"})
    assert "bleibt darum in der Liste" in irma.get("/aufgaben").text
    assert "Anspruch prüfen" in irma.page


def test_a_day_that_is_none_changes_nothing_and_is_said(irma: Browser, key: int) -> None:
    irma.get(f"/arbeit/aufgaben/{key}")
    response = irma.post(f"/arbeit/aufgaben/{key}", {"_aktion": "wiedervorlage", "wiedervorlage": "31.2.2026"})
    assert response.status_code == 422
    assert "<title>Fehler:" in response.text


def test_a_comment_stands_on_the_page_of_the_task_and_is_no_markup(irma: Browser, key: int, task: str) -> None:
    irma.get(f"/arbeit/aufgaben/{key}")
    irma.post(f"/arbeit/aufgaben/{key}", {"_aktion": "kommentar", "kommentar": "<b>Bitte</b> zurückrufen"})
    assert "&lt;b&gt;Bitte&lt;/b&gt; zurückrufen" in irma.get(task).text


def test_a_notice_is_no_task_and_is_ticked_off(irma: Browser, fall_nr: str, database: Database) -> None:
    with database.begin(system()) as session:
        fall_id = session.scalars(select(Fall.id)).one()
        session.add(Hinweis(fall_id=fall_id, region="SDOL", at=session.now, an_rolle="intake", text="Frist läuft ab"))
    page = irma.get("/aufgaben").text
    assert "Frist läuft ab" in page
    found = re.search(r"/arbeit/hinweise/\d+", page)
    assert found
    irma.post(found[0], {})
    assert "Frist läuft ab" not in irma.get("/aufgaben").text


def test_of_many_notices_the_newest_are_shown_and_the_page_says_so(irma: Browser, fall_nr: str, database: Database) -> None:
    with database.begin(system()) as session:
        fall_id = session.scalars(select(Fall.id)).one()
        session.add_all(Hinweis(fall_id=fall_id, region="SDOL", at=session.now, an_rolle="intake", text=f"Frist {number} läuft ab") for number in range(21))
    page = irma.get("/aufgaben").text
    assert "Hinweise (die neuesten 20)" in page
    assert "Frist 20 läuft ab" in page
    assert "Frist 0 läuft ab" not in page


def test_a_shared_list_is_everybodys_of_the_region_and_holds_no_search(browser: Open, irma: Browser) -> None:
    irma.get("/aufgaben")
    irma.post("/arbeit/ansichten", {"name": "Dringend", "sicht": "ueberfaellig", "suche": "Geheim", "teilen": "region:SDOL"})
    page = browser("ivo").get("/aufgaben").text
    assert 'href="/aufgaben?sicht=ueberfaellig"' in page
    assert "Dringend" in page
    assert "Geheim" not in page
    assert "Dringend" not in browser("olga").get("/aufgaben").text


def test_the_case_belongs_to_its_fallfuehrung_and_waits_for_others(browser: Open, app: object, fall_nr: str, database: Database) -> None:
    with database.begin(system()) as session:
        create_konto(session, "fabio", "Fabio Furrer", PASSWORD)
        grant(session, "fabio", "fallfuehrung", "SDOL")
        commands.assign_case(session, session.scalars(select(Fall.id)).one(), "fabio")
    fabio = browser("fabio")
    page = fabio.get("/aufgaben?sicht=wartet").text
    assert fall_nr in page
    assert "Anspruch prüfen" in page
    assert "Intake" in page
    assert "/listen/wartet.xlsx" in page and "/listen/aufgaben.xlsx" not in page
    sheet = openpyxl.load_workbook(io.BytesIO(fabio.get("/listen/wartet.xlsx").data)).active
    shown = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=4)]
    assert shown[0] == ["Fallnummer", "Fall", "Wartet auf", "Bei wem"]
    assert [(row[0], row[2], row[3]) for row in shown[1:]] == [(fall_nr, "Anspruch prüfen", "Intake")]
    assert list(csv.reader(io.StringIO(fabio.get("/listen/wartet.csv").data.decode("utf-8-sig")), delimiter=";"))[1][0] == fall_nr


def test_when_somebody_leaves_everything_goes_to_somebody_else(browser: Open, fall_nr: str, task: str, irma: Browser, database: Database) -> None:
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    tabea = browser("tabea")
    assert "Anspruch prüfen" in tabea.get("/leitung/uebertragen?region=SDOL&von=irma").text
    page = tabea.post("/leitung/uebertragen", {"region": "SDOL", "von": "irma", "an": "ivo"}).text
    assert "Von Irma Imfeld an Ivo Isler übertragen" in page
    assert browser("ivo").get(task).status_code == 200


def test_the_leading_pages_are_for_who_leads_there(browser: Open, irma: Browser) -> None:
    assert irma.get("/leitung").status_code == 403
    tabea = browser("tabea")
    assert tabea.get("/leitung").status_code == 200
    assert tabea.get("/leitung?region=SRO").status_code == 404


def test_a_team_narrows_the_list_and_its_pensum_the_load(browser: Open, key: int, database: Database) -> None:
    tabea = browser("tabea")
    tabea.get("/leitung/teams")
    tabea.post("/leitung/teams", {"_aktion": "neu", "name": "Team Süd"})
    team = re.search(r'name="team" value="(\d+)"', tabea.get("/leitung/teams").text)
    assert team
    tabea.post("/leitung/teams", {"_aktion": "aufnehmen", "team": team[1], "person": "ivo", "pensum": "60"})
    assert "60 %" in tabea.get("/leitung/teams").text
    tabea.get(f"/arbeit/aufgaben/{key}")
    assert "Pensum 60 %" in tabea.page
    tabea.post(f"/arbeit/aufgaben/{key}", {"_aktion": "zuteilen", "person": "irma"})
    assert "Mit diesen Filtern" in tabea.get(f"/aufgaben?wer=alle&team={team[1]}").text


def test_a_file_holds_the_list_and_no_formula(irma: Browser, database: Database) -> None:
    open_cases(database, 1, name="=HYPERLINK")
    text = irma.get("/listen/aufgaben.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][0] == "Fallnummer"
    assert rows[1][1] == "'=HYPERLINK0, Anna"
    assert irma.client.get("/listen/faelle.csv").data.startswith(b"\xef\xbb\xbf")
    sheet = openpyxl.load_workbook(io.BytesIO(irma.get("/listen/aufgaben.xlsx").data)).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=HYPERLINK0, Anna", "s")
    with database.read(system()) as session:
        assert session.scalars(select(Zugriff.was).where(Zugriff.art == "ausgegeben").order_by(Zugriff.id)).all() == [
            "aufgaben.csv", "faelle.csv", "aufgaben.xlsx",
        ]  # fmt: skip


def test_the_calendar_holds_case_numbers_only_and_dies_with_its_address(irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    irma.get("/arbeit/mitteilungen")
    irma.post("/arbeit/mitteilungen/kalender", {})
    address = re.search(r"http://localhost(/kalender/[\w-]+\.ics)", irma.get("/arbeit/mitteilungen").text)
    assert address
    assert address[1] not in irma.get("/arbeit/mitteilungen").text
    text = irma.client.get(address[1]).data
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [(str(one["summary"]), one["dtstart"].dt.isoformat()) for one in events] == [(fall_nr, "2026-03-07")]
    assert b"Muster" not in text
    assert b"Anspruch" not in text
    irma.post("/arbeit/mitteilungen/kalender/widerrufen", {})
    assert irma.client.get(address[1]).status_code == 404


def copy_tasks(database: Database, count: int) -> None:
    """More open tasks like the one there is, as rows: lists cannot tell them from real ones."""
    with database.begin(system()) as session:
        task = session.scalars(select(Aufgabe).order_by(Aufgabe.key)).first()
        assert task is not None
        values = {column.key: getattr(task, column.key) for column in Aufgabe.__table__.columns}
        taken = session.scalars(select(Aufgabe.key)).all()
        session.add_all(Aufgabe(**values | {"key": max(taken) + number + 1}) for number in range(count))


@pytest.mark.usefixtures("task")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_lists_can_be_read_from_the_index_of_open_tasks(browser: Open, database: Database) -> None:
    """Beside a hundred thousand closed cases they took seconds: SQLite went through all cases of the region. It uses a partial index only where
    the statement itself says that tasks are open; told to, it refuses otherwise."""
    lists = list_statements(database, lambda: browser("tabea").get("/aufgaben?wer=alle"))
    assert len(lists) >= 2
    with database.engine.connect() as connection:
        for statement, values in lists:
            forced = statement.replace("FROM aufgabe JOIN", "FROM aufgabe INDEXED BY ix_aufgabe_offen JOIN")
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {forced}", values)


@pytest.mark.usefixtures("task")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/aufgaben", "/aufgaben?wer=meine", "/aufgaben?wer=frei&sortierung=schritt"])
def test_ones_own_list_reads_no_other_tasks_of_the_region(browser: Open, database: Database, path: str) -> None:
    """With five times the tasks they took a second: SQLite went through all that nobody has, once for each part of the question."""
    lists = list_statements(database, lambda: browser("irma").get(path))
    assert len(lists) >= 2
    with database.engine.connect() as connection:
        for statement, values in lists:
            plan = "\n".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            assert plan.startswith("SEARCH aufgabe USING INTEGER PRIMARY KEY")
            assert "ix_aufgabe_offen (region=? AND assignee=?" in plan
            assert "ix_aufgabe_open" not in plan and "ix_fall_region" not in plan and "SCAN" not in plan


def list_statements(database: Database, act: Callable[[], object]) -> list[tuple[str, tuple[object, ...]]]:
    """What the act asks of the open tasks with their cases, besides how many wait for others."""
    sent: list[tuple[str, tuple[object, ...]]] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, values, *_: sent.append((statement, values)))
    act()
    return [(statement, values) for statement, values in sent if "FROM aufgabe JOIN fall" in statement and "fallfuehrung = ? AND CASE" not in statement]


@pytest.mark.parametrize(
    ("login", "path"),
    [
        pytest.param("irma", "/aufgaben", id="the list"),
        pytest.param("irma", "/aufgaben?suche=Muster&segment=ABLOESEN", id="the list narrowed"),
        pytest.param("irma", "/aufgaben?sicht=wartet", id="what waits for others"),
        pytest.param("tabea", "/aufgaben?wer=alle", id="everybody's tasks"),
        pytest.param("tabea", "/leitung", id="the team"),
        pytest.param("tabea", "/leitung/uebertragen?von=irma", id="what somebody has"),
    ],
)
@pytest.mark.usefixtures("task")
def test_a_page_costs_the_same_statements_for_10_and_for_200_tasks(browser: Open, database: Database, login: str, path: str) -> None:
    sent: list[str] = []
    somebody = browser(login)
    copy_tasks(database, 9)
    somebody.get(path)
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: sent.append(statement) if "PRAGMA" not in statement else None)
    somebody.get(path)
    few = len(sent)
    copy_tasks(database, 190)
    sent.clear()
    assert somebody.get(path).status_code == 200
    assert len(sent) == few


def _sent(database: Database, act: Callable[[], object]) -> int:
    """How many statements an act takes."""
    sent: list[str] = []
    listen = lambda _c, _k, statement, *_: sent.append(statement) if "PRAGMA" not in statement else None  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listen)
    act()
    event.remove(database.engine, "before_cursor_execute", listen)
    return len(sent)


@pytest.mark.parametrize("path", ["/faelle", "/faelle?suche=Muster", "/aufgaben?suche=Muster", "/arbeit/mitteilungen", "{task}"])
def test_a_page_of_the_fallfuehrung_costs_the_same_statements_for_2_and_for_12_cases(browser: Open, database: Database, app: Flask, path: str) -> None:
    with database.begin(system()) as session:
        create_konto(session, "fabio", "Fabio Furrer", PASSWORD)
        grant(session, "fabio", "fallfuehrung", "SDOL")

    def given(count: int) -> list[int]:
        keys = open_cases(database, count)
        with database.begin(system()) as session:
            for fall in session.scalars(select(Fall)):
                fall.fallfuehrung = "fabio"
            for aufgabe in session.scalars(select(Aufgabe)):
                aufgabe.candidate_groups = ["fallfuehrung"]
        return keys

    fabio, key = browser("fabio"), given(2)[0]
    address = path.format(task=f"/aufgaben/{key}")
    assert fabio.get(address).status_code == 200
    few = _sent(database, lambda: fabio.get(address))
    given(10)
    assert _sent(database, lambda: fabio.get(address)) == few


def test_sending_a_task_costs_the_same_statements_however_much_is_open(browser: Open, database: Database, app: Flask) -> None:
    irma, keys = browser("irma"), open_cases(database, 3)

    def send(key: int) -> int:
        irma.get(f"/aufgaben/{key}")
        values = {"entscheid": "ja", "ab": "2.3.2026", "_aktion": "abschliessen"}
        return _sent(database, lambda: irma.post(f"/aufgaben/{key}", values))

    send(keys[0])
    few = send(keys[1])
    copy_tasks(database, 200)
    assert send(keys[2]) == few
    with database.read(system()) as session:
        assert session.get_one(Aufgabe, keys[2]).zustand == "COMPLETED"


def test_the_fallfuehrung_of_a_case_is_given_by_who_leads(browser: Open, irma: Browser, fall_nr: str, database: Database) -> None:
    with database.begin(system()) as session:
        create_konto(session, "fabio", "Fabio Furrer", PASSWORD)
        grant(session, "fabio", "fallfuehrung", "SDOL")
    assert irma.get(f"/leitung/faelle/{fall_nr}").status_code == 403
    tabea = browser("tabea")
    tabea.get(f"/leitung/faelle/{fall_nr}")
    tabea.post(f"/leitung/faelle/{fall_nr}", {"person": "fabio"})
    page = irma.get(f"/faelle/{fall_nr}").text
    assert "Fabio Furrer" in page
    assert "Fallführung geändert" in page


def test_the_tasks_are_sorted_by_every_column_both_ways(browser: Open, zwei: list[str]) -> None:
    irma = browser("irma")
    for spalte in ("fall", "name", "schritt", "person", "faellig", "zustaendig", "prioritaet"):
        up, down = (_numbers(irma.get(f"/aufgaben?sortierung={spalte}{way}").text) for way in ("", "&richtung=ab"))
        assert sorted(up) == sorted(down) == zwei, spalte
        if spalte in ("fall", "name"):
            assert (up, down) == (zwei, zwei[::-1])


def test_the_cases_are_sorted_by_every_column_and_say_so(browser: Open, zwei: list[str]) -> None:
    irma = browser("irma")
    for spalte in ("fall", "name", "region", "fallfuehrung", "eroeffnet", "phase"):
        page = irma.get(f"/faelle?sortierung={spalte}").text
        assert 'aria-sort="ascending"' in page
        assert f"sortierung={spalte}&amp;richtung=ab" in page
        up, down = _numbers(page), _numbers(irma.get(f"/faelle?sortierung={spalte}&richtung=ab").text)
        assert sorted(up) == sorted(down) == zwei, spalte
        if spalte in ("fall", "name"):
            assert (up, down) == (zwei, zwei[::-1])


def test_a_page_behind_the_last_leads_to_the_first_and_keeps_the_order(browser: Open, zwei: list[str]) -> None:
    answer = browser("irma").get("/faelle?sortierung=name&seite=9")
    assert (answer.status_code, answer.location) == (302, "/faelle?sortierung=name")


@pytest.fixture
def zwei(database: Database, app: Flask) -> list[str]:
    """Two cases with names in the order of their numbers."""
    found = []
    for name in ("Ahorn", "Birke"):
        with database.begin(Access("irma", {"SDOL": frozenset({"intake"})})) as session:
            found.append(commands.open_case(session, "SDOL", {"personen": [{"name": name, "vorname": "A", "rolle_ue": "antragstellend"}]}).fall_nr)
    return found


def _numbers(page: str) -> list[str]:
    """The cases of a list in their order."""
    return list(dict.fromkeys(re.findall(r'ff-nr"[^>]*>(\d{4}-\d{5})<', page)))
