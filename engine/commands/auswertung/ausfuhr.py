"""The history of regions as a file, for somebody who holds a permission of each: made as ``fallfluss export`` does, recorded, and soon gone."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import delete, func, select, update

from engine.commands import aufsicht
from engine.commands.auswertung.spuren import READER
from engine.model.access import Access
from engine.model.errors import FallflussError, FormInvalid, NotFound
from engine.replay.export import begun_within, export
from engine.store.audit import log
from engine.store.errors import DatabaseBusy
from engine.store.konten import access_of
from engine.store.session import Database, FallSession
from engine.store.tables import Aufsichtszugriff, Ausfuhr, Ausfuhrteil, Instanz, Konto

WAITS, READY, FAILED, GONE = "wartet", "bereit", "misslungen", "vernichtet"
# As long as an uploaded file: the person fetches it once, and then it need not lie here any more (docs/dsfa.md).
KEPT = timedelta(hours=24)
# So many instances are written while the person waits; more by the scheduler's process.
AT_ONCE = 60
# Of the file, before it is packed.
PIECE = 1 << 20
# Seconds between two notes of how far it is.
EVERY = 1.0
OVER = "Eine der Bewilligungen gilt nicht mehr. Es wurde nichts ausgeführt."
BROKEN = "Die Ausfuhr ist misslungen; davon ist nichts geblieben. Versuchen Sie es nochmals, und melden Sie es dem Betrieb, wenn es wieder geschieht."


@dataclass(frozen=True)
class Format:
    name: str
    ending: str
    mimetype: str


FORMATE: Mapping[str, Format] = {
    "xes": Format("XES (IEEE 1849), gepackt", ".xes.gz", "application/gzip"),
    "csv": Format("CSV", ".csv", "text/csv"),
    "ocel": Format("OCEL 2.0 (JSON)", ".json", "application/json"),
}


def order(session: FallSession, format_: str, regionen: Sequence[str], von: date | None, bis: date | None) -> Ausfuhr:
    """Ask for a file. Nothing is written yet: ``make`` does that.

    Raises:
        NotFound: a region for which the person holds no permission, or that does not exist.
        FormInvalid: no such format, no region, or a period that ends before it begins.
    """
    held = {one.region: one.id for one in reversed(aufsicht.held(session, aufsicht.AUSFUHR))}
    if not set(regionen) <= held.keys():
        raise NotFound("Die Bewilligung")
    errors = {}
    if format_ not in FORMATE:
        errors["format"] = "Wählen Sie ein Format."
    if not regionen:
        errors["region"] = "Wählen Sie mindestens eine Sozialregion."
    if von is not None and bis is not None and bis < von:
        errors["bis"] = "Der Zeitraum endet, bevor er beginnt."
    if errors:
        raise FormInvalid(errors)
    made = Ausfuhr(
        at=session.now, by=session.access.konto, format=format_, von=von, bis=bis, zustand=WAITS, einsichten={one: held[one] for one in sorted(set(regionen))}
    )
    session.add(made)
    session.flush()
    return made


def own(session: FallSession, id: int) -> Ausfuhr:
    """A file this person asked for.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Ausfuhr, id)
    if found is None or found.by != session.access.konto:
        raise NotFound("Die Ausfuhr")
    return found


def narrow(session: FallSession, ausfuhr: Ausfuhr) -> Access:
    """What the permissions open together, to whom they were given.

    Raises:
        NotFound: one of them does not hold any more.
    """
    rollen: dict[str, frozenset[str]] = {}
    for id_ in ausfuhr.einsichten.values():
        rollen |= aufsicht.granted(session, id_, umfang=aufsicht.AUSFUHR)[1].rollen
    return Access(session.access.konto, rollen)


def count(database: Database, id: int, access: Access) -> int:
    """How many instances are to be written; noted, so that the page can say how far it is."""
    with database.read(access) as session:
        narrowed = narrow(session, own(session, id))
    with database.read(narrowed) as session:
        number = sum(instanzen for _, instanzen, _ in _sizes(session, session.get_one(Ausfuhr, id)))
    with database.begin(access) as session:
        own(session, id).ablaeufe = number
    return number


def make_waiting(database: Database) -> int:
    """Make every file that waits, the oldest first; gives how many."""
    with database.read(READER) as session:
        ids = list(session.scalars(select(Ausfuhr.id).where(Ausfuhr.zustand == WAITS).order_by(Ausfuhr.id)))
    for id_ in ids:
        make(database, id_)
    return len(ids)


def make(database: Database, id: int) -> None:
    """Write one file and keep it until its time is over. Who asked for it must still be let in; what goes wrong leaves nothing but its reason."""
    with database.read(READER) as session:
        ausfuhr = session.get(Ausfuhr, id)
        konto = None if ausfuhr is None else session.get(Konto, ausfuhr.by)
        if ausfuhr is None or konto is None:
            return
        access = access_of(konto)
    try:
        with database.read(access) as session:
            narrowed = narrow(session, own(session, id))
        _make(database, id, access, narrowed)
    except NotFound:
        _fail(database, id, OVER)
    except FallflussError as error:
        _fail(database, id, str(error))
    except Exception:
        _fail(database, id, BROKEN)
        raise


def _make(database: Database, id: int, access: Access, narrowed: Access) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verlauf"
        with database.read(narrowed) as session:  # all of it from one moment
            ausfuhr = session.get_one(Ausfuhr, id)
            path = path.with_suffix(FORMATE[ausfuhr.format].ending)
            begins, ends = begun_within(ausfuhr.von, ausfuhr.bis)
            sizes = _sizes(session, ausfuhr)
            export(session, path, ausfuhr.format, begun_from=begins, begun_to=ends, progress=_Stand(database, id))
        with database.begin(access) as session:
            _keep(session, id, path, sizes)


def _keep(session: FallSession, id: int, path: Path, sizes: Sequence[tuple[str, int, int]]) -> None:
    """Store the file and record it, both or neither.

    Raises:
        NotFound: a permission ended meanwhile.
    """
    done = session.scalar(select(Ausfuhr).where(Ausfuhr.id == id, Ausfuhr.zustand == WAITS).with_for_update())
    if done is None:
        return  # destroyed meanwhile, or another process was faster
    grants = [aufsicht.granted(session, one, umfang=aufsicht.AUSFUHR)[0] for one in done.einsichten.values()]
    done.zustand, done.bytes = READY, path.stat().st_size
    done.ablaeufe = done.fertig = sum(instanzen for _, instanzen, _ in sizes)
    done.verfaellt_am = min([session.now + KEPT, *(one.bis for one in grants if one.bis is not None)])
    with path.open("rb") as file:
        for nr, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            kept = Ausfuhrteil(ausfuhr_id=id, nr=nr, content=zlib.compress(piece))
            session.add(kept)
            session.flush()
            session.expunge(kept)  # only one at a time in memory
    counted = {region: (faelle, instanzen) for region, instanzen, faelle in sizes}
    for region in done.einsichten:
        faelle, instanzen = counted.get(region, (0, 0))
        log(session, "ausfuhr", f"Ausfuhr {id} als {done.format}, {_period(done)}: {faelle} Fälle, {instanzen} Abläufe", region=region)


def _period(ausfuhr: Ausfuhr) -> str:
    if ausfuhr.von is None and ausfuhr.bis is None:
        return "ganzer Zeitraum"
    return " ".join([*([f"ab {ausfuhr.von}"] if ausfuhr.von else []), *([f"bis {ausfuhr.bis}"] if ausfuhr.bis else [])])


def _sizes(session: FallSession, ausfuhr: Ausfuhr) -> list[tuple[str, int, int]]:
    """Of each region that has any: how many instances began in the period, of how many cases."""
    begins, ends = begun_within(ausfuhr.von, ausfuhr.bis)
    query = select(Instanz.region, func.count(), func.count(func.distinct(Instanz.fall_id))).group_by(Instanz.region).order_by(Instanz.region)
    if begins is not None:
        query = query.where(Instanz.started_at >= begins)
    if ends is not None:
        query = query.where(Instanz.started_at < ends)
    return [(region, instanzen, faelle) for region, instanzen, faelle in session.execute(query)]


class _Stand:
    """Notes at most once in ``EVERY`` seconds how many instances were written."""

    def __init__(self, database: Database, id: int):
        self.database, self.id = database, id
        self.count, self.noted = 0, monotonic()

    def __call__(self) -> None:
        self.count += 1
        if monotonic() - self.noted < EVERY:
            return
        with suppress(DatabaseBusy), self.database.begin(READER) as session:  # writing goes on, the next word comes in a moment
            session.execute(update(Ausfuhr).where(Ausfuhr.id == self.id, Ausfuhr.zustand == WAITS).values(fertig=self.count))
        self.noted = monotonic()


def _fail(database: Database, id: int, reason: str) -> None:
    with database.begin(READER) as session:
        session.execute(update(Ausfuhr).where(Ausfuhr.id == id, Ausfuhr.zustand == WAITS).values(zustand=FAILED, meldung=reason))


def fetch(session: FallSession, id: int) -> Ausfuhr:
    """Record that the person takes the file away; then it may be read piece by piece.

    Raises:
        NotFound: none of this person's, not there any more, or a permission is over.
    """
    found = own(session, id)
    if found.zustand != READY or found.verfaellt_am is None or found.verfaellt_am <= session.now:
        raise NotFound("Die Datei")
    narrow(session, found)
    for region in found.einsichten:
        log(session, "ausfuhr geholt", f"Ausfuhr {id} als {found.format}", region=region)
    return found


def pieces(database: Database, id: int) -> Iterator[bytes]:
    """The file, piece by piece, each from a short transaction of its own: whoever fetches slowly keeps nobody waiting."""
    nr = 0
    while True:
        with database.read(READER) as session:
            piece = session.scalar(select(Ausfuhrteil.content).where(Ausfuhrteil.ausfuhr_id == id, Ausfuhrteil.nr == nr))
        if piece is None:
            return
        yield zlib.decompress(piece)
        nr += 1


def destroy(session: FallSession, id: int) -> None:
    """Destroy a file before its time is over, or call it off while it waits.

    Raises:
        NotFound: none of this person's.
    """
    _destroy(session, own(session, id))


def expire(session: FallSession) -> int:
    """Destroy every file whose time is over, or one of whose permissions was ended before; gives how many."""
    gone = [one for one in session.scalars(select(Ausfuhr).where(Ausfuhr.zustand == READY).order_by(Ausfuhr.id).with_for_update()) if is_over(session, one)]
    for one in gone:
        _destroy(session, one)
    return len(gone)


def is_over(session: FallSession, one: Ausfuhr) -> bool:
    """Whether nobody may take the file away any more, though the scheduler may not have destroyed it yet."""
    grants = [session.get(Aufsichtszugriff, id_) for id_ in one.einsichten.values()]
    return (one.verfaellt_am or session.now) <= session.now or any(grant is None or grant.bis is None or grant.bis <= session.now for grant in grants)


def _destroy(session: FallSession, one: Ausfuhr) -> None:
    if one.zustand not in (WAITS, READY):
        return
    one.zustand = GONE
    session.execute(delete(Ausfuhrteil).where(Ausfuhrteil.ausfuhr_id == one.id))
    for region in one.einsichten:
        log(session, "ausfuhr vernichtet", f"Ausfuhr {one.id}", region=region)
