"""What Fallfluss did itself fits the diagrams it did it by, and leaves the house without anybody's name."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from engine import commands
from engine.cli import main
from engine.cli.deploy import collect
from engine.commands.auswertung.messen import messen
from engine.commands.auswertung.spuren import refresh
from engine.commands.probelauf import start_probelauf
from engine.demo.simulation import Effects, NotEmpty, simulate
from engine.model.access import Access, system, with_trials
from engine.model.clock import FixedClock
from engine.queries.auswertung import modelle
from engine.queries.auswertung.auswahl import Auswahl, variante
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.schutz import spuren
from engine.replay.conformance import Replayer
from engine.replay.export import export
from engine.replay.files import read_log
from engine.replay.log import Case, sequence
from engine.replay.model import only_human
from engine.replay.ocel import _tie_dossiers
from engine.replay.own_history import OwnCase, own_cases, released_model
from engine.replay.pseudonyms import Pseudonyms, age_class
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, DefinitionVersion, Dossier, Fall, Instanz, Job, Person, Spur, Subscription, Timer

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"
UNTIL = datetime(2026, 3, 2, 7, tzinfo=UTC)


SHARDS = 8
# Sub-processes of their own file, which run within the cases that call them.
CALLED = {"kurzassessment", "standortbestimmung", "sistierung"}


def simulated(database: Database, clock: FixedClock, *, cases: int, days: int, seed: int) -> None:
    clock.at = UNTIL - timedelta(days=days)
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, collect((DIAGRAMS,)))
        commands.release(session, "Simulation")
    simulate(database, clock, UNTIL, cases=cases, regions=["SDOL", "SRO"], seed=seed)


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("lived") / "fallfluss.db"
    shutil.copyfile(sqlite_template, file)
    clock = FixedClock(UNTIL)
    database = Database(f"sqlite:///{file}", clock=clock)
    simulated(database, clock, cases=8, days=500, seed=5)
    yield database
    database.close()


def trace(case: Case) -> tuple[str, ...]:
    return sequence(case, match="id", lifecycle="complete")


def _differences(database: Database) -> list[object]:
    wrong: list[object] = []
    with database.read(system()) as session:
        groups: dict[tuple[int, str, bool], list[OwnCase]] = {}
        for own in own_cases(session):
            groups.setdefault((own.release_id, own.process, own.is_over), []).append(own)
        for (release, process, is_over), found in groups.items():
            # Of two thousand cases one needs more than the usual budget, with which it would be left undecided.
            replayer = Replayer(released_model(session, release, process), is_open=not is_over, events="shown", budget=300_000)
            report = replayer.replay(Counter(trace(own.case) for own in found))
            wrong += [(process, variant.activities, variant.deviations) for variant in report.variants if variant.cost != 0]
            wrong += [item for own in found if not is_over for item in _impossible(session, replayer, own)]
    return wrong


def _impossible(session, replayer: Replayer, own: OwnCase) -> list[object]:  # type: ignore[no-untyped-def]
    """What the engine waits for and the aligner says cannot come next."""
    assert replayer.aligner is not None
    waits = {element for table in (Aufgabe, Timer, Subscription, Job) for element in _waiting(session, table, own.instanz)}
    possible = replayer.aligner.possible_after(trace(own.case))
    visible = replayer.aligner.states.net.visible
    return [(own.instanz, wait) for wait in waits if possible is None or wait not in {visible[seen].element for seen in possible}]


def _waiting(session, table, instanz: int) -> list[str]:  # type: ignore[no-untyped-def]
    query = select(table.element).where(table.instanz_nummer == instanz)
    return list(session.scalars(query.where(table.zustand == "CREATED") if table is Aufgabe else query))


def test_every_simulated_case_fits_its_version_and_the_aligner_expects_what_the_engine_waits_for(lived: Database) -> None:
    with lived.read(system()) as session:
        assert len(list(session.scalars(select(Fall.id)))) >= 8
    assert _differences(lived) == []


def test_of_every_simulated_case_what_people_did_fits_without_the_automatic_steps(lived: Database) -> None:
    with lived.read(system()) as session:
        cases = [own for own in own_cases(session) if own.process == "fall"]
        model = released_model(session, cases[0].release_id, "fall")
    people = {one.element for one in model.net(match="id", counts=None).visible if one.type in ("userTask", "manualTask")}
    silent = only_human(model, people, match="id")
    assert len(silent.silent) > 50
    for is_over in (True, False):
        variants = Counter(tuple(element for element in trace(own.case) if element in people) for own in cases if own.is_over == is_over)
        assert max(len(variant) for variant in variants) >= 5
        report = Replayer(silent, is_open=not is_over).replay(variants)
        assert [(variant.activities, variant.cost) for variant in report.variants if variant.cost != 0] == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(11, 11 + SHARDS))
def test_two_thousand_simulated_cases_of_all_diagrams_fit_their_version(tmp_path: Path, sqlite_template: Path, clock: FixedClock, seed: int) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "fallfluss.db")
    database = Database(f"sqlite:///{tmp_path / 'fallfluss.db'}", clock=clock, is_durable=False)
    simulated(database, clock, cases=2000 // SHARDS, days=1500, seed=seed)
    with database.read(system()) as session:
        assert session.scalar(select(func.count(Fall.id))) >= 2000 // SHARDS
        assert session.scalar(select(func.count(Fall.id)).where(Fall.vorfall_id.is_not(None))), "somebody came back after the Abschluss"
        assert set(session.scalars(select(Instanz.process))) == {path.stem for path in DIAGRAMS.glob("*.bpmn")} - CALLED
    assert _differences(database) == []
    database.close()


def test_a_simulation_fills_only_an_empty_database(lived: Database, clock: FixedClock) -> None:
    with pytest.raises(NotEmpty):
        simulate(lived, clock, UNTIL, cases=1, effects=Effects())


def test_exports_carry_every_event_and_nobodys_name_number_or_real_day(lived: Database, tmp_path: Path) -> None:
    hidden = Pseudonyms(b"k" * 32)
    with lived.read(system()) as session:
        written = {kind: tmp_path / f"log.{kind}" for kind in ("xes", "csv", "ocel")}
        for kind, path in written.items():
            export(session, path, kind, pseudonyms=hidden)
        own = list(own_cases(session))
        secrets = [word for person in session.scalars(select(Person)) for word in (person.name, person.ahvn13) if word]
        secrets += [str(fall.fall_nr) for fall in session.scalars(select(Fall))]
    xes, csv, ocel = read_log(written["xes"]), read_log(written["csv"]), json.loads(written["ocel"].read_text())
    assert [[event.element for event in case.events] for case in xes.cases] == [list(trace(one.case)) for one in own]
    assert {case.id: [(e.activity, e.at, e.element) for e in case.events] for case in csv.cases} == {
        case.id: [(e.activity, e.at, e.element) for e in sorted(case.events, key=lambda e: e.at)] for case in xes.cases if case.events
    }
    assert len(ocel["events"]) == sum(len(one.case.events) for one in own)
    assert {one["type"] for one in ocel["objects"]} == {"Fall", "Dossier", "Person", "Region"}
    known = {one["id"] for one in ocel["objects"]}
    assert all(relation["objectId"] in known for event in ocel["events"] for relation in event["relationships"])
    everything = "".join(path.read_text() for path in written.values())
    assert [word for word in secrets if word in everything] == []
    days = zip((case.events[0].at for case in xes.cases if case.events), (one.case.events[0].at for one in own if one.case.events), strict=True)
    assert all(moved != real and (moved - real) % timedelta(weeks=1) == timedelta() for moved, real in days if moved and real)


def test_every_case_and_dossier_of_an_ocel_export_has_events_of_its_time(lived: Database, tmp_path: Path) -> None:
    hidden = Pseudonyms(b"k" * 32)
    with lived.read(system()) as session:
        export(session, tmp_path / "log.json", "ocel", pseudonyms=hidden)
        tasks_of = {(fall_id, person) for fall_id, person in session.execute(select(Aufgabe.fall_id, Aufgabe.person_id).where(Aufgabe.person_id.is_not(None)))}
        asked = {hidden.of("Person", f"{fall_id} {person}") for fall_id, person in tasks_of}
        number = session.scalar(select(func.count(Dossier.id)))
    log = json.loads((tmp_path / "log.json").read_text())
    related = Counter((relation["objectId"], relation["qualifier"]) for event in log["events"] for relation in event["relationships"])
    lonely = {(one["type"], one["id"]) for one in log["objects"] if not related[one["id"], one["type"]]}
    assert {(kind, id_) for kind, id_ in lonely if kind != "Person" or id_ in asked} == set()
    assert len([one for one in log["objects"] if one["type"] == "Dossier"]) == number
    # A request that was passed on at once never had a Dossier.
    have = {one["id"] for one in log["objects"] if one["type"] == "Fall" and "Dossier" in {relation["qualifier"] for relation in one["relationships"]}}
    for event in log["events"]:
        of = {relation["qualifier"]: relation["objectId"] for relation in event["relationships"]}
        assert ("Dossier" in of) == (of["Fall"] in have), event


@pytest.mark.parametrize(
    ("day", "tied"),
    [
        pytest.param(date(2026, 1, 1), "A", id="before the first: to the one it led to"),
        pytest.param(date(2026, 1, 20), "A", id="while it was open"),
        pytest.param(date(2026, 2, 1), "AB", id="on the day of a change of commune: both"),
        pytest.param(date(2026, 3, 5), "B", id="after one closed, near it"),
        pytest.param(date(2026, 5, 2), "D", id="in one that is still open"),
    ],
)
def test_an_event_belongs_to_the_dossier_of_its_day(day: date, tied: str) -> None:
    ranges = [(date(2026, 1, 10), date(2026, 2, 1)), (date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 4, 1), date(2026, 4, 2)), (date(2026, 5, 1), None)]
    dossiers = [Dossier(id=number, von=von, bis=bis) for number, (von, bis) in enumerate(ranges)]
    hidden, other = Pseudonyms(b"k" * 32), {"relationships": []}
    names = {hidden.of("Dossier", number): name for number, name in enumerate("ABCD")}
    event: dict[str, list[dict[str, str]]] = {"relationships": []}
    # Others happened in the rest of the time, so that nothing has to be tied to this one for want of better.
    elsewhere = [({"relationships": []}, von) for von, _ in ranges]
    _tie_dossiers([(event, day), *elsewhere], dossiers, hidden)
    assert "".join(sorted(names[relation["objectId"]] for relation in event["relationships"])) == tied
    _tie_dossiers([(other, day)], dossiers, hidden)
    assert len(other["relationships"]) == 4, "a Dossier during which nothing happened has the nearest event"


@pytest.mark.parametrize("kind", ["xes", "csv"])
def test_an_export_replays_at_no_cost_on_the_command_line_though_cases_are_under_way(lived: Database, tmp_path: Path, kind: str) -> None:
    with lived.read(system()) as session:
        export(session, tmp_path / f"log.{kind}", kind)
        own = [one for one in own_cases(session) if one.process == "fall"]
        others = session.scalar(select(func.count(Instanz.nummer)).where(Instanz.process != "fall"))
    assert {one.is_over for one in own} == {True, False}
    told = CliRunner().invoke(main, ["replay", str(tmp_path / f"log.{kind}"), "--model", str(DIAGRAMS / "fall.bpmn"), "--model", str(DIAGRAMS), "--json"])
    found = json.loads(told.stdout)
    assert (found["cases"], found["fitting_cases"], found["cost"], found["undecided"]) == (len(own), len(own), 0, 0)
    assert f"{others} Fälle anderer Prozesse ausgelassen" in told.stderr if others else "anderer" not in told.stderr


def test_two_exports_share_no_pseudonym(lived: Database, tmp_path: Path) -> None:
    ids = []
    with lived.read(system()) as session:
        for number in range(2):
            export(session, tmp_path / f"{number}.xes", "xes")
            ids.append({case.id for case in read_log(tmp_path / f"{number}.xes").cases})
    assert ids[0] and not ids[0] & ids[1]


def test_ages_become_classes() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    assert [age_class(day.replace(year=day.year - age), day) for age in (0, 15, 16, 24, 25, 63, 64, 99)] == [
        "0–15", "0–15", "16–24", "16–24", "25–34", "55–63", "64+", "64+",
    ]  # fmt: skip


def test_the_trace_that_evaluations_read_is_the_log_and_fits(lived: Database) -> None:
    assert refresh(lived) == 0
    with lived.read(system()) as session:
        expected = {own.instanz: trace(own.case) for own in own_cases(session)}
    measured = messen(lived, system(), Auswahl(), lambda: False)
    assert {one.spur.instanz_nummer: variante(one.spur) for one in measured.faelle}.items() <= expected.items()
    assert [one.gefunden.cost if one.gefunden else None for one in measured.faelle] == [0] * len(measured.faelle)
    assert len(measured.faelle) >= 8


def test_what_was_read_or_counted_once_serves_again_but_nobody_sees_another_region_by_it(lived: Database) -> None:
    refresh(lived)
    narrow = Access("evaluation", {"SRO": frozenset({"evaluation"})})
    made: list[str] = []

    def look(access: Access) -> list[Spur]:
        with lived.read(access) as session:
            gehalten(session, "test", Auswahl(), lambda: made.append(access.konto))
            return spuren(session, Auswahl())

    everything, again, mine = look(system()), look(system()), look(narrow)
    assert [id(row) for row in again] == [id(row) for row in everything]
    assert {row.region for row in everything} == {"SDOL", "SRO"} and {row.region for row in mine} == {"SRO"}
    assert made == [system().konto, "evaluation"]


def test_what_changes_afterwards_is_read_and_counted_anew(lived: Database) -> None:
    refresh(lived)
    with lived.begin(system()) as session:  # rolled back: nothing may stay
        first = {row.instanz_nummer: row for row in spuren(session, Auswahl())}
        counted = [gehalten(session, "neu", Auswahl(), lambda: object())]
        row = session.get_one(Spur, min(first))
        row.bis_verlauf = 1 + max(other.bis_verlauf for other in first.values())  # as folding does with what happened since
        session.flush()
        after = {row.instanz_nummer: row for row in spuren(session, Auswahl())}
        counted += [gehalten(session, "neu", Auswahl(), lambda: object()), gehalten(session, "neu", Auswahl(), lambda: object())]
        assert after[row.instanz_nummer] is not first[row.instanz_nummer]
        assert counted[0] is not counted[1] and counted[1] is counted[2]
        session.rollback()


def test_what_took_too_long_is_left_for_the_next_look(lived: Database) -> None:
    measured = messen(lived, system(), Auswahl(), lambda: True)
    again = messen(lived, system(), Auswahl(), lambda: False)
    assert measured.is_complete == (measured.fehlend == 0 and measured.ungelesen == 0)
    assert again.is_complete


def test_a_change_of_a_called_process_is_weighed_by_the_cases_that_call_it(lived: Database) -> None:
    content = (DIAGRAMS / "kurzassessment.bpmn").read_bytes().replace(b"segment_bestaetigen", b"segment_geaendert")
    refresh(lived)
    with lived.read(system()) as session:
        main = modelle.main_of(session, "kurzassessment")
        changed = modelle.of_drawing(session, content, "kurzassessment.bpmn", "kurzassessment", main=main)
    assert main == "fall"
    measured = messen(lived, system(), Auswahl(bis=UNTIL.date()), lambda: False, model=changed)
    strays = {element for one in measured.faelle if one.gefunden for element, *_ in one.gefunden.abweichungen}
    assert "segment_geaendert" in strays


def test_a_trial_run_is_nobodys_history(lived: Database, tmp_path: Path) -> None:
    file = shutil.copyfile(lived.url.database or "", tmp_path / "versuch.db")
    database = Database(f"sqlite:///{file}", clock=FixedClock(UNTIL))
    with database.read(system()) as session:
        before = [own.instanz for own in own_cases(session)]
        key = session.scalars(select(DefinitionVersion.key).where(DefinitionVersion.id == "proaktiv", DefinitionVersion.kind == "process")).one()
    with database.begin(with_trials(Access("pia", {"*": frozenset({"prozess"})}))) as session:
        tried = start_probelauf(session, key, {}).nummer
    with database.read(system()) as session:
        assert tried not in before and [own.instanz for own in own_cases(session)] == before
    database.close()
