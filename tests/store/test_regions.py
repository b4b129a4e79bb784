"""Nobody sees or changes a row of another region, whatever shape a statement has: bound to the own regions, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    Row,
    bindparam,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    select,
    table,
    text,
    union,
    union_all,
    update,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Bundle, Session, aliased, immediateload, joinedload, lazyload, selectinload, subqueryload, with_loader_criteria

from engine.model.access import Access, system
from engine.model.errors import NoRegionContext, NotFound
from engine.store.session import Database, FallSession
from engine.store.tables import (
    Aufgabe,
    Aufgabenkommentar,
    Austausch,
    Base,
    Dokument,
    Einstellung,
    Fall,
    Instanz,
    Journaleintrag,
    Konto,
    Region,
    RegionOwned,
    Team,
    Verlauf,
    Vernichtung,
)

# Some of the statements are meant to be absurd.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

HERE, ELSEWHERE = "SDOL", "BBL"
OWNED = sorted((m.class_ for m in Base.registry.mappers if issubclass(m.class_, RegionOwned)), key=lambda cls: cls.__name__)
Ask = Callable[[FallSession, Any], Any]


def _cte(session: FallSession, cls: Any) -> Any:
    inner = select(cls).cte()
    return session.scalars(select(inner.c.region))


def _recursive(session: FallSession, cls: Any) -> Any:
    inner = select(cls.region.label("region"), literal(0).label("n")).cte(recursive=True)
    both = inner.union_all(select(cls.region, inner.c.n + 1).where(inner.c.n < 1))
    return session.scalars(select(both.c.region))


def _whole(session: FallSession, cls: Any) -> dict[str, Any]:
    """The values of the own row, said to be of the other region."""
    row = session.scalars(select(cls)).one()
    return {column.key: getattr(row, column.key) for column in inspect(cls).columns} | {"region": ELSEWHERE}


# Each gives back rows, classes' objects or Kürzel in which the regions that were seen can be recognised.
BOUND: dict[str, Ask] = {
    "entities": lambda s, cls: s.scalars(select(cls)),
    "one column": lambda s, cls: s.scalars(select(cls.region)),
    "a function of a column": lambda s, cls: s.scalars(select(func.lower(cls.region)).distinct()),
    "legacy query": lambda s, cls: s.query(cls).all(),
    "legacy query of a column": lambda s, cls: s.query(cls.region).all(),
    "bundle": lambda s, cls: [row[0].region for row in s.execute(select(Bundle("b", cls.region)))],
    "in pieces": lambda s, cls: s.scalars(select(cls).execution_options(yield_per=1)),
    "populate existing": lambda s, cls: s.scalars(select(cls).execution_options(populate_existing=True)),
    "from the class": lambda s, cls: s.scalars(select(literal_column("region")).select_from(cls)),
    "or true": lambda s, cls: s.scalars(select(cls).where((cls.region == ELSEWHERE) | (literal(1) == 1))),
    "alias": lambda s, cls: s.scalars(select(aliased(cls))),
    "column of an alias": lambda s, cls: s.scalars(select(aliased(cls).region)),
    "alias of a subquery": lambda s, cls: s.scalars(select(aliased(cls, select(cls).subquery()))),
    "alias of an entity over its table": lambda s, cls: s.scalars(select(aliased(cls, cls.__table__.alias()))),
    "subquery": lambda s, cls: s.scalars(select(select(cls.region).subquery())),
    "subquery in a subquery": lambda s, cls: s.scalars(select(select(select(cls).subquery().c.region).subquery())),
    "scalar subquery": lambda s, cls: s.scalars(select(select(func.max(cls.region)).scalar_subquery())),
    "smallest in a scalar subquery": lambda s, cls: s.scalars(select(select(func.min(cls.region)).scalar_subquery())),
    "in": lambda s, cls: s.scalars(select(Region).where(Region.kuerzel.in_(select(cls.region)))),
    "exists": lambda s, cls: s.scalars(select(Region).where(exists().where(cls.region == Region.kuerzel))),
    "exists of a select": lambda s, cls: s.scalars(select(Region).where(select(cls).where(cls.region == Region.kuerzel).exists())),
    "join": lambda s, cls: s.scalars(select(Region).join(cls, cls.region == Region.kuerzel)),
    "outer join": lambda s, cls: s.scalars(select(cls.region).select_from(Region).outerjoin(cls, cls.region == Region.kuerzel)),
    "join with an alias": lambda s, cls: s.scalars(select(Region).join(other := aliased(cls), other.region == Region.kuerzel)),
    "comma join": lambda s, cls: s.execute(select(cls.region, aliased(cls).region)),
    "cte": _cte,
    "recursive cte": _recursive,
    "union": lambda s, cls: s.scalars(union(select(cls.region), select(cls.region))),
    "union all": lambda s, cls: s.scalars(union_all(select(cls.region), select(Region.kuerzel).where(Region.kuerzel == HERE))),
    "union as a subquery": lambda s, cls: s.scalars(select(union_all(select(cls.region), select(cls.region)).subquery())),
    "union as entities": lambda s, cls: s.scalars(select(cls).from_statement(union_all(select(cls), select(cls)))),
    "from statement": lambda s, cls: s.scalars(select(cls).from_statement(select(cls))),
    "loader criteria of one's own": lambda s, cls: s.scalars(select(cls).options(with_loader_criteria(cls, lambda c: c.region == c.region))),
    "lateral or correlated": lambda s, cls: s.scalars(select(select(cls.region).where(cls.region == Region.kuerzel).scalar_subquery()).select_from(Region)),
}

# These would go past the region, so that they must not run at all.
REFUSED: dict[str, Ask] = {
    "table": lambda s, cls: s.execute(select(cls.__table__)),
    "column of a table": lambda s, cls: s.execute(select(cls.__table__.c.region)),
    "alias of a table": lambda s, cls: s.execute(select(cls.__table__.alias().c.region)),
    "subquery of a table": lambda s, cls: s.execute(select(select(cls.__table__).subquery())),
    "table in a subquery of an entity": lambda s, cls: s.execute(select(Region).where(Region.kuerzel.in_(select(cls.__table__.c.region)))),
    "table beside its entity's alias": lambda s, cls: s.execute(select(aliased(cls), cls.__table__.c.region)),
    "join with a table": lambda s, cls: s.execute(select(Region).join(cls.__table__, cls.__table__.c.region == Region.kuerzel)),
    "table by name": lambda s, cls: s.execute(select(text("region")).select_from(table(cls.__tablename__))),
    "union of tables": lambda s, cls: s.execute(union(select(cls.__table__.c.region), select(Region.kuerzel))),
    "entity from a select of the table": lambda s, cls: s.execute(select(cls).from_statement(select(cls.__table__))),
    "entity from text": lambda s, cls: s.execute(select(cls).from_statement(text(f"SELECT * FROM {cls.__tablename__}"))),
    "text": lambda s, cls: s.execute(text(f"SELECT region FROM {cls.__tablename__}")),
    "quoted text in capitals": lambda s, cls: s.execute(text(f'SELECT region FROM "{cls.__tablename__.upper()}"')),
    "text in a column": lambda s, cls: s.execute(select(literal_column(f"(SELECT max(region) FROM {cls.__tablename__})"))),
    "text as a table": lambda s, cls: s.execute(select(text("region")).select_from(text(cls.__tablename__))),
    "text in a condition": lambda s, cls: s.execute(select(Region).where(text(f"kuerzel IN (SELECT region FROM {cls.__tablename__})"))),
    "text behind a query": lambda s, cls: s.execute(select(Region).suffix_with(f"UNION SELECT region FROM {cls.__tablename__}")),
    "core update": lambda s, cls: s.execute(update(cls.__table__).values(region=HERE)),
    "core delete": lambda s, cls: s.execute(delete(cls.__table__)),
    "core insert": lambda s, cls: s.execute(insert(cls.__table__).values(region=ELSEWHERE)),
    "insert statement": lambda s, cls: s.execute(insert(cls).values(region=ELSEWHERE)),
    "insert of many": lambda s, cls: s.execute(insert(cls), [{"region": ELSEWHERE}]),
    "connection": lambda s, cls: s.connection().execute(select(cls.__table__)),
    "bulk insert": lambda s, cls: s.bulk_insert_mappings(inspect(cls), [_whole(s, cls)]),
    "bulk update": lambda s, cls: s.bulk_update_mappings(inspect(cls), [_whole(s, cls)]),
    "bulk save": lambda s, cls: s.bulk_save_objects([cls(region=ELSEWHERE)]),
    "update to another region": lambda s, cls: s.execute(update(cls).values(region=ELSEWHERE)),
    "update to another region by a parameter": lambda s, cls: s.execute(update(cls).values(region=bindparam("r")), {"r": ELSEWHERE}),
    "update by key": lambda s, cls: s.execute(update(cls), [_whole(s, cls)]),
}


def _regions(found: Any) -> set[str]:
    """Every region named in what was found."""
    if isinstance(found, str):
        return {found.upper()} & {HERE, ELSEWHERE}
    if isinstance(found, Region):
        return {found.kuerzel}
    if isinstance(found, RegionOwned):
        return {found.region}
    return set().union(*map(_regions, found)) if isinstance(found, (list, tuple, Row)) else set()


@pytest.fixture
def here(access: Callable[..., Access]) -> Access:
    return access(region=HERE)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("shape", BOUND)
def test_a_query_sees_the_own_region_only(database: Database, here: Access, shape: str):
    for cls in OWNED:
        with database.read(here) as session:
            assert _regions(list(BOUND[shape](session, cls))) == {HERE}, cls.__name__


@pytest.mark.usefixtures("rows")
def test_the_system_sees_every_region(database: Database):
    with database.read(system()) as session:
        assert [_regions(list(session.scalars(select(cls)))) for cls in OWNED] == [{HERE, ELSEWHERE} for _ in OWNED]


@pytest.mark.usefixtures("rows")
def test_a_cantonal_role_alone_sees_no_case(database: Database):
    with database.read(Access("koordination", {"*": frozenset({"koordination"})})) as session:
        assert [list(session.scalars(select(cls))) for cls in OWNED] == [[] for _ in OWNED]


@pytest.mark.usefixtures("rows")
def test_two_accesses_do_not_share_a_cached_condition(database: Database, access: Callable[..., Access]):
    for regionen in ([HERE], [ELSEWHERE], [HERE, ELSEWHERE], [], ["SRO"]):
        with database.read(access(region=regionen)) as session:
            assert set(session.scalars(select(Fall.region))) == set(regionen) - {"SRO"}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("shape", REFUSED)
def test_a_statement_past_the_region_is_refused(database: Database, here: Access, shape: str):
    for cls in OWNED:
        with pytest.raises(NoRegionContext), database.begin(here) as session:
            REFUSED[shape](session, cls)


@pytest.mark.usefixtures("rows")
def test_counts_are_of_the_own_region(database: Database, here: Access):
    for cls in OWNED:
        with database.read(here) as session:
            assert session.scalar(select(func.count()).select_from(cls)) == 1, cls.__name__
            assert session.query(cls).count() == 1, cls.__name__
            assert session.scalar(select(exists().where(cls.region == ELSEWHERE))) is False, cls.__name__


def test_a_foreign_key_is_not_found(database: Database, here: Access, rows: dict[tuple[type, str], Any]):
    for cls in OWNED:
        with database.read(here) as session:
            assert session.get(cls, rows[cls, ELSEWHERE]) is None, cls.__name__
            assert session.get(cls, rows[cls, ELSEWHERE], populate_existing=True) is None, cls.__name__
            assert session.get(cls, rows[cls, HERE]).region == HERE, cls.__name__


@pytest.mark.usefixtures("rows")
def test_an_update_leaves_other_regions_alone(database: Database, here: Access):
    for cls in OWNED:
        if cls in (Verlauf, Aufgabenkommentar, Austausch, Journaleintrag, Vernichtung):
            continue  # They are never changed at all.
        column = next(iter(inspect(cls).primary_key)).name
        for how in ("evaluate", "fetch", False):
            with database.begin(here) as session:
                statement = update(cls).values({column: getattr(cls, column)}).execution_options(synchronize_session=how)
                assert session.execute(statement).rowcount == 1, cls.__name__


@pytest.mark.usefixtures("rows")
def test_a_delete_leaves_other_regions_alone(database: Database, here: Access):
    for cls in OWNED:
        if cls in (Fall, Instanz, Aufgabe, Aufgabenkommentar, Austausch, Dokument, Journaleintrag, Team, Verlauf, Vernichtung):
            continue  # Others point at them, or they may never be deleted.
        with database.begin(here) as session:
            assert session.execute(delete(cls)).rowcount == 1, cls.__name__
        with database.read(system()) as session:
            assert list(session.scalars(select(cls.region))) == [ELSEWHERE], cls.__name__


@pytest.mark.usefixtures("rows")
def test_a_subquery_in_an_update_of_another_table_is_bound(database: Database, here: Access):
    for cls in OWNED:
        with database.begin(here) as session:
            first = select(func.min(cls.region)).scalar_subquery()
            session.execute(update(Region).where(Region.kuerzel == HERE).values(sitz=first))
            assert session.get_one(Region, HERE).sitz == HERE, cls.__name__


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("how", [joinedload, selectinload, subqueryload, immediateload, lazyload])
def test_relationships_load_the_own_region_only(database: Database, here: Access, rows: dict[tuple[type, str], Any], how: Any):
    with database.begin(system()) as session:
        # A pointer into another region, which the application never writes.
        session.get_one(Instanz, rows[Instanz, HERE]).fall_id = rows[Fall, ELSEWHERE][0]
    with database.read(here) as session:
        found = session.scalars(select(Instanz).options(how(Instanz.fall))).unique().all()
        assert [instanz.fall for instanz in found] in ([], [None])
        assert not list(session.scalars(select(Instanz).where(Instanz.fall.has(Fall.region == ELSEWHERE))))
        assert not list(session.execute(select(Instanz, Fall).join(Instanz.fall)))


@pytest.mark.usefixtures("rows")
def test_relationships_of_the_own_region_load(database: Database, here: Access):
    for how in (joinedload, selectinload, subqueryload, immediateload, lazyload):
        with database.read(here) as session:
            assert [instanz.fall.region for instanz in session.scalars(select(Instanz).options(how(Instanz.fall)))] == [HERE]


def test_a_new_row_of_another_region_is_refused(database: Database, here: Access, rows: dict[tuple[type, str], Any]):
    with pytest.raises(NotFound), database.begin(here) as session:
        session.add(Fall(fall_nr="2026-1", eroeffnet_am=date(2026, 3, 2), region=ELSEWHERE))
    with database.read(system()) as session:
        assert session.scalar(select(func.count()).select_from(Fall)) == 2


@pytest.mark.parametrize("who", ["person", "person of both regions", "system"])
def test_no_row_moves_to_another_region(database: Database, access: Callable[..., Access], rows: dict[tuple[type, str], Any], who: str):
    asking = {"person": access(region=HERE), "person of both regions": access(region=[HERE, ELSEWHERE]), "system": system()}[who]
    with pytest.raises(NotFound), database.begin(asking) as session:
        session.get_one(Fall, rows[Fall, HERE]).region = ELSEWHERE


def test_a_row_of_another_session_is_not_written(database: Database, here: Access, rows: dict[tuple[type, str], Any]):
    with database.read(system()) as session:
        fall = session.get_one(Fall, rows[Fall, ELSEWHERE])
    with pytest.raises(NotFound), database.begin(here) as session:
        session.add(fall)
        fall.phase = "intake"
    with database.read(system()) as session:
        fall = session.get_one(Fall, rows[Fall, ELSEWHERE])
    with pytest.raises(NotFound), database.begin(here) as session:
        session.delete(session.merge(fall, load=False))


def test_a_row_is_read_again_within_its_region(database: Database, here: Access, rows: dict[tuple[type, str], Any]):
    with database.begin(here) as session:
        instanz = session.get_one(Instanz, rows[Instanz, HERE])
        session.refresh(instanz)
        session.expire(instanz)
        assert instanz.fall.region == HERE


def test_a_foreign_row_of_another_session_is_not_read_again(database: Database, here: Access, rows: dict[tuple[type, str], Any]):
    with database.read(system()) as session:
        instanz = session.get_one(Instanz, rows[Instanz, ELSEWHERE])
    with database.read(here) as session:
        session.add(instanz)
        with pytest.raises(InvalidRequestError):
            session.refresh(instanz)


@pytest.mark.usefixtures("rows")
def test_a_session_opened_beside_the_database_sees_nothing(database: Database):
    with Session(database.engine) as session:
        for statement in (select(Fall), select(Fall.__table__), text("SELECT * FROM fall"), select(Instanz.nummer)):
            with pytest.raises(NoRegionContext):
                session.execute(statement)
        session.add(Fall(fall_nr="2026-1", eroeffnet_am=date(2026, 3, 2), region=HERE))
        with pytest.raises(NoRegionContext):
            session.flush()


def test_a_transaction_without_access_is_refused(database: Database):
    with pytest.raises(NoRegionContext), database.begin(None):  # type: ignore[arg-type]
        pass


@pytest.mark.usefixtures("rows")
def test_tables_without_case_data_are_free(database: Database, here: Access):
    with database.begin(here) as session:
        session.execute(text("SELECT 1"))
        session.execute(select(Konto.__table__))
        session.add(Einstellung(name="a", value="fall"))
