"""What is planted in some regions is found there, as large as it was planted, and nothing is found where nothing was planted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.commands.auswertung.spuren import refresh
from engine.definitions.forms.checks import Day
from engine.definitions.forms.checks import ahvn13 as checked
from engine.demo.simulation import DECISION, MONTH, Course, Effects, Simulation, ahvn13, simulate
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.queries.auswertung import kennzahlen
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.laeufe import lauf
from engine.queries.auswertung.schutz import spuren
from engine.statistics.competing import followed
from engine.statistics.survival import Curve, Spell, kaplan_meier, log_rank
from engine.store.seed import load_regions
from engine.store.session import Database
from tests.freigabe import release_all

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"
PLANTED, PLAIN = ("SDOL", "SRO"), ("SRTG", "SDWA")
MEDIAN, RETURNS = 12.0, 0.14
UNTIL = datetime(2026, 3, 2, 7, tzinfo=UTC)
EACH, LOOKED_AT = 400, 36.0


@pytest.fixture(scope="module")
def fates(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Course]]:  # type: ignore[no-untyped-def]
    """What fate holds for the cases of four regions; in two of them cases take half as long and relapse twice as often."""
    file = tmp_path_factory.mktemp("fates") / "fallfluss.db"
    file.write_bytes(sqlite_template.read_bytes())
    clock = FixedClock(UNTIL)
    database = Database(f"sqlite:///{file}", clock=clock)
    with database.begin(system()) as session:
        load_regions(session)
    effects = Effects(dauer=dict.fromkeys(PLANTED, 0.5), rueckfall=dict.fromkeys(PLANTED, 2.0))
    simulation = Simulation(database, clock, seed=20260302, regions=[*PLANTED, *PLAIN], effects=effects)
    found = {region: [simulation._course(region, {}) for _ in range(EACH)] for region in (*PLANTED, *PLAIN)}
    database.close()
    return found


def spells(courses: list[Course]) -> list[Spell]:
    months = [(course.ends - UNTIL) / MONTH for course in courses]
    return [(min(one, LOOKED_AT), one <= LOOKED_AT) for one in months]


def median_bounds(curve: Curve) -> tuple[float, float]:
    """Between which times the median lies, by the curve's own confidence."""
    low = next(point.time for point in curve.points if point.lower <= 0.5)
    return low, next((point.time for point in curve.points if point.upper <= 0.5), LOOKED_AT)


@pytest.mark.parametrize(("region", "median"), [*((one, MEDIAN / 2) for one in PLANTED), *((one, MEDIAN) for one in PLAIN)])
def test_the_median_duration_of_each_region_is_the_planted_one(fates: dict[str, list[Course]], region: str, median: float) -> None:
    low, high = median_bounds(kaplan_meier(spells(fates[region]), confidence=0.99))
    assert low <= median <= high


def test_regions_differ_where_an_effect_was_planted_and_only_there(fates: dict[str, list[Course]]) -> None:
    groups = {region: spells(courses) for region, courses in fates.items()}
    assert log_rank(groups).p < 1e-6
    assert log_rank({one: groups[one] for one in PLAIN}).p > 0.05
    assert log_rank({one: groups[one] for one in PLANTED}).p > 0.05


@pytest.mark.parametrize(("regions", "share"), [(PLANTED, 2 * RETURNS), (PLAIN, RETURNS)], ids=["planted", "plain"])
def test_relapse_within_a_year_is_the_planted_share(fates: dict[str, list[Course]], regions: tuple[str, ...], share: float) -> None:
    backs = [course.returns_after for region in regions for course in fates[region]]
    outcomes = [(24.0, None) if back is None else (back / MONTH, "back") for back in backs]
    found = followed(outcomes, "back", 12, observed=[24.0] * len(outcomes))
    assert found.lower <= share <= found.upper


def test_a_step_of_the_diagrams_asks_for_the_decision_that_fate_takes() -> None:
    asked = {path.stem for path in (DIAGRAMS / "formulare").glob("*.form") if f'"key": "{DECISION}"' in path.read_text("utf-8")}
    used = {form for form in asked if any(f'formId="{form}"' in path.read_text("utf-8") for path in DIAGRAMS.glob("*.bpmn"))}
    assert used, "the simulation would end cases at random, and planted durations would change nothing"


def test_simulated_applicants_have_valid_numbers_by_which_a_return_is_recognised() -> None:
    assert [checked(ahvn13(number), Day(UNTIL.date())) for number in range(0, 10**9, 10**8)] == [ahvn13(number) for number in range(0, 10**9, 10**8)]


@pytest.mark.soak
def test_the_figures_of_lived_cases_find_the_planted_effect_and_no_other(sqlite_database: Database, clock: FixedClock) -> None:
    clock.at = UNTIL - timedelta(days=1100)
    release_all(sqlite_database)
    simulate(sqlite_database, clock, UNTIL, cases=320, regions=[*PLANTED, *PLAIN], seed=7, effects=Effects(dauer=dict.fromkeys(PLANTED, 0.4)))
    refresh(sqlite_database)
    with sqlite_database.read(system()) as session:
        found = kennzahlen.figures(session, Auswahl())
        courses = [lauf(spur, session.now) for spur in spuren(session, Auswahl())]
    groups = {region: [(one.months, one.is_over) for one in courses if one.region == region] for region in (*PLANTED, *PLAIN)}
    planted, plain = ([spell for region in regions for spell in groups[region]] for regions in (PLANTED, PLAIN))
    assert found.log_rank is not None
    assert log_rank({"planted": planted, "plain": plain}).p < 0.01
    assert kaplan_meier(planted).restricted_mean(24) < kaplan_meier(plain).restricted_mean(24)
    assert log_rank({one: groups[one] for one in PLAIN}).p > 0.01
