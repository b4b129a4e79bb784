"""Introductions are kept beside the regions: the Koordinationsstelle sees all of them and never a case, at the data layer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import queries
from engine.commands import einfuehrung
from engine.commands.cases import new_fall, start_instance
from engine.model.access import ROLLEN, Access, room_of, system
from engine.model.clock import SystemClock
from engine.model.errors import NotAllowed, NotFound
from engine.store.konten import CANTONAL_ROLLEN, access_of, create_konto, grant
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.steps import Act
from engine.store.tables import Aufgabe, Fall, Instanz, Konto, Verlauf
from tests.scenarios.conftest import released as released  # noqa: PLC0414 - the fixture

PLACES = ("SDOL", "SRO", room_of("SDOL"), room_of("SRO"))
# Role of somebody in SDOL → what of PLACES they see.
OWN, NOTHING = {"SDOL"}, set[str]()
SEES = {
    **dict.fromkeys(ROLLEN, OWN),
    **dict.fromkeys(CANTONAL_ROLLEN, NOTHING),
    "leitung": {"SDOL", room_of("SDOL")},
    "koordination": {room_of("SDOL"), room_of("SRO")},
}


@pytest.fixture(scope="module")
def database(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A case and an introduction in each of two regions, and an account of each role."""
    file = tmp_path_factory.mktemp("raum") / "fallfluss.db"
    shutil.copyfile(released, file)
    opened = Database(f"sqlite:///{file}", clock=SystemClock())
    with opened.begin(system()) as session:
        load_regions(session)
        for place in PLACES:
            process = "fall" if place in ("SDOL", "SRO") else "einfuehrung"
            values = {"personen": []} if process == "fall" else {"start_am": "2026-06-01"}
            start_instance(session, new_fall(session, place, place), process, values, act=Act("open_case", name="Test"))
        for rolle in ROLLEN:
            create_konto(session, f"raum-{rolle}".replace("_", "-"), rolle, "ein-langes-passwort")
            grant(session, f"raum-{rolle}".replace("_", "-"), rolle, "*" if rolle in CANTONAL_ROLLEN else "SDOL")
    yield opened
    opened.close()


def access(database: Database, rolle: str) -> Access:
    with database.read(system()) as session:
        return access_of(session.get_one(Konto, f"raum-{rolle}".replace("_", "-")))


@pytest.mark.parametrize("rolle", ROLLEN)
def test_each_role_sees_its_region_its_introductions_and_nothing_else(database: Database, rolle: str) -> None:
    with database.read(access(database, rolle)) as session:
        for table in (Fall, Instanz, Verlauf, Aufgabe):
            assert set(session.scalars(select(table.region))) <= SEES[rolle], table.__name__
        assert set(session.scalars(select(Fall.region))) == SEES[rolle]


def test_the_list_of_cases_and_its_count_leave_introductions_out(database: Database) -> None:
    with database.read(access(database, "leitung")) as session:
        assert [row.region for row in queries.cases(session)] == ["SDOL"]
        assert queries.case_count(session, search="EINF") == 0
        assert queries.case_count(session) == 1


@pytest.mark.parametrize("region", ["SDOL", "SRO"])
def test_the_koordinationsstelle_writes_no_case_of_a_region(database: Database, region: str) -> None:
    with pytest.raises(NotFound), database.begin(access(database, "koordination")) as session:
        new_fall(session, region, "Muster")


@pytest.mark.parametrize(("rolle", "region", "error"), [
    pytest.param("leitung", "SRO", NotFound, id="the Leitung of another region"),
    pytest.param("teamleitung", "SDOL", NotFound, id="somebody else of the region"),
    pytest.param("umsetzung", "SDOL", NotFound, id="the Umsetzungsbegleitgruppe, which only looks"),
    pytest.param("koordination", "XY", (NotFound, NotAllowed), id="a region that there is not"),
])  # fmt: skip
def test_others_do_not_begin_an_introduction(database: Database, rolle: str, region: str, error: type[Exception]) -> None:
    with pytest.raises(error), database.begin(access(database, rolle)) as session:
        einfuehrung.begin(session, region, {"start_am": "1.6.2026"})
