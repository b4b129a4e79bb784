"""Which release holds where and since when, how many cases run on which, and what is proposed. No case is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.model.access import PROBELAUF
from engine.model.errors import NotFound
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Freigabe, Freigabeteil, Geltung, Instanz, Region, Release, ReleaseItem

# Region, release → running cases.
Counts = Mapping[tuple[str, int], int]


@dataclass(frozen=True)
class Zeile:
    """A region (None: all that have no decision of their own), what holds there, and what will hold later."""

    region: Region | None
    gilt: Geltung | None
    spaeter: tuple[Geltung, ...]
    faelle: Mapping[int, int]


@dataclass(frozen=True)
class Teil:
    """A version of a proposal beside what holds now; ``vorher`` is None where nothing of that id does, ``neu`` where it falls away."""

    vorher: DefinitionVersion | None
    neu: DefinitionVersion | None

    @property
    def art(self) -> str:
        return (self.neu or self.vorher).kind  # type: ignore[union-attr]

    @property
    def datei(self) -> str:
        return (self.neu or self.vorher).resource_name  # type: ignore[union-attr]

    @property
    def name(self) -> str:
        return (self.neu or self.vorher).name  # type: ignore[union-attr]


@dataclass(frozen=True)
class Abschnitt:
    """Regions that begin with the same release, and what other versions would change in them."""

    regionen: tuple[str, ...]
    vorher: int | None
    teile: list[Teil]


def running(session: FallSession) -> Counts:
    """Running cases by region and release, trial runs and what runs beside a case left out; of the regions of the session."""
    rows = session.execute(
        select(Instanz.region, Instanz.release_id, func.count())
        .where(Instanz.zustand == "active", ~Instanz.neben, Instanz.region != PROBELAUF)
        .group_by(Instanz.region, Instanz.release_id)
    )
    return {(region, release_id): count for region, release_id, count in rows}


def matrix(session: FallSession, counts: Counts) -> tuple[Zeile, ...]:
    """Every region with what holds and will hold in it, by name."""
    rows = session.scalars(select(Geltung).order_by(Geltung.von, Geltung.key)).all()
    regionen = session.scalars(select(Region).order_by(Region.name)).all()
    return tuple(_zeile(session, region, rows, counts) for region in regionen)


def releases(session: FallSession) -> list[Release]:
    """Everything that was ever released, newest first."""
    return list(session.scalars(select(Release).where(Release.probe.is_(None)).order_by(Release.id.desc())))


def proposals(session: FallSession) -> list[Freigabe]:
    """Open ones first, then the newest."""
    return list(session.scalars(select(Freigabe).order_by(Freigabe.zustand != "offen", Freigabe.id.desc())))


def proposal(session: FallSession, nummer: int) -> Freigabe:
    """One proposal.

    Raises:
        NotFound
    """
    found = session.get(Freigabe, nummer) if 0 < nummer < 2**63 else None
    if found is None:
        raise NotFound(f"Die Freigabe {nummer}")
    return found


def parts(session: FallSession, before: int | None, after: Sequence[DefinitionVersion]) -> list[Teil]:
    """What changes from a release to these versions: only what is new, changed or falls away. A newer number of the same content is no change."""
    old = {(row.kind, row.id): row for row in held_in(session, before)}
    new = {(row.kind, row.id): row for row in after}
    both = [Teil(old.get(one), new.get(one)) for one in sorted({*old, *new})]
    return [one for one in both if one.vorher is None or one.neu is None or one.vorher.sha256 != one.neu.sha256]


def changes(session: FallSession, held: Mapping[str, int], regionen: Sequence[str], after: Sequence[DefinitionVersion]) -> list[Abschnitt]:
    """What these versions change, compared with what holds in each of the regions; where the same release holds, once. ``held`` names the
    release of each region, ``regionen`` none for all of them. What holds in the fewest comes first."""
    together: dict[int | None, list[str]] = {}
    for region in regionen or session.scalars(select(Region.kuerzel).order_by(Region.name)):
        together.setdefault(held.get(region), []).append(region)
    few = sorted(together.items(), key=lambda one: len(one[1]))
    return [Abschnitt(tuple(where), release, parts(session, release, after)) for release, where in few]


def taken_back(session: FallSession, grundlage: int | None, now: int | None, after: Sequence[DefinitionVersion]) -> list[Teil]:
    """What a draft begun from ``grundlage`` did not touch, but a release since then changed: the proposal would undo it."""
    if grundlage is None or now == grundlage:
        return []
    base = {(row.kind, row.id): row.sha256 for row in held_in(session, grundlage)}
    changed = [(one, base.get((one.art, (one.neu or one.vorher).id))) for one in parts(session, now, after)]  # type: ignore[union-attr]
    return [one for one, origin in changed if (one.neu.sha256 if one.neu else None) == origin]


def reached(session: FallSession, release_id: int | None) -> set[str]:
    """Regions in which a release holds or once held."""
    rows = set(session.scalars(select(Geltung.region).where(Geltung.release_id == release_id, Geltung.von <= session.now)))
    return set(session.scalars(select(Region.kuerzel))) if KANTON in rows else rows


def before(session: FallSession, given: Freigabe) -> dict[str, int]:
    """The release that held in each region where a proposal took effect, until it did."""
    rows = session.scalars(select(Geltung).order_by(Geltung.von, Geltung.key)).all()
    own = {row.region: row for row in rows if row.freigabe_id == given.id}
    found: dict[str, int] = {}
    for region in session.scalars(select(Region.kuerzel)):
        begun = own.get(region) or own.get(KANTON)
        earlier = [row for row in rows if begun and row.region in (KANTON, region) and row.von <= begun.von and row.key < begun.key]
        if earlier:
            found[region] = earlier[-1].release_id
    return found


def held_by(session: FallSession, freigabe_id: int) -> list[DefinitionVersion]:
    """The versions a proposal is about."""
    part = select(Freigabeteil.definition_key).where(Freigabeteil.freigabe_id == freigabe_id)
    return list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.key.in_(part)).order_by(DefinitionVersion.key)))


def held_in(session: FallSession, release_id: int | None) -> list[DefinitionVersion]:
    """The versions a release holds for itself, without those kept for version tags; none for None."""
    part = select(ReleaseItem.definition_key).where(ReleaseItem.release_id == release_id, ReleaseItem.version_tag.is_(None))
    return list(session.scalars(select(DefinitionVersion).where(DefinitionVersion.key.in_(part)).order_by(DefinitionVersion.key)))


def _zeile(session: FallSession, region: Region, rows: Sequence[Geltung], counts: Counts) -> Zeile:
    own = [row for row in rows if row.region in (KANTON, region.kuerzel)]
    now = [row for row in own if row.von <= session.now]
    later = tuple(row for row in own if row.von > session.now)
    faelle = {release_id: count for (where, release_id), count in sorted(counts.items()) if where == region.kuerzel}
    return Zeile(region, now[-1] if now else None, later, faelle)
