"""What a release contains, compiled once in each process. Versions never change, so what was read once stays true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, or_, select

from engine.definitions import bpmn, dmn, feel, forms, version_tags
from engine.definitions.parameter import CONTEXT
from engine.model.access import region_of
from engine.model.calendar import ZURICH
from engine.model.errors import NotFound, Trouble
from engine.runtime import Definition, Runtime, compile_bpmn
from engine.store import parameter
from engine.store.parameter import KANTON
from engine.store.prepared import Call, Prepared
from engine.store.session import Database, FallSession
from engine.store.tables import DefinitionVersion, Geltung, ReleaseItem

T = TypeVar("T")
# Where a session keeps the releases it has made itself.
UNCOMMITTED = "uncommitted_releases"

_read: dict[tuple[str, str, int], Any] = {}
_contents: WeakKeyDictionary[Database, dict[int, Contents]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Item:
    """One released version of one file."""

    kind: str
    id: str
    version: int
    name: str
    resource_name: str
    sha256: str
    content: bytes = field(repr=False)
    version_tag: str | None = None
    together: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """By what a diagram may bind to this version: see ``version_tags``."""
        return (self.together,) if self.version_tag is None else (self.together, self.version_tag)

    def once(self, what: str, read: Callable[[], T]) -> T:
        """``read()``, remembered for this content and version."""
        key = (what, self.sha256, self.version)
        if key not in _read:
            _read[key] = read()
        value: T = _read[key]
        return value


@dataclass(frozen=True)
class Contents:
    """All that a release holds, by kind and id; ``tagged`` are the other versions that its diagrams bind to, by kind, id and label."""

    release_id: int
    items: Mapping[tuple[str, str], Item]
    tagged: Mapping[tuple[str, str, str], Item] = field(default_factory=dict)

    def item(self, kind: str, id: str) -> Item | None:
        return self.items.get((kind, id))

    def bound(self, kind: str, id: str, tag: str | None) -> Item | None:
        """What a diagram means that binds to this label; without one, the release's version."""
        own = self.item(kind, id)
        return own if not tag or (own and tag in own.labels) else self.tagged.get((kind, id, tag))

    def version(self, process: str) -> int:
        return self._item(process).version

    def process(self, id: str) -> bpmn.Process:
        """The read model of a process: its elements and flows by id, for names and places."""
        item = self._item(id)
        file = item.once("diagram", lambda: bpmn.read(item.content, item.resource_name))
        return next(process for process in file.processes if process.id == id)

    def element(self, process: str, id: str, version: int | None = None) -> bpmn.Element | None:
        """An element of the released version, or of the given one where the release holds several."""
        item = self._item(process, version)
        file = item.once("diagram", lambda: bpmn.read(item.content, item.resource_name))
        return next(one.elements.get(id) for one in file.processes if one.id == process)

    def form(self, id: str, tag: str | None = None) -> forms.Form:
        """The form of that id.

        Raises:
            NotFound: the release holds none; lint warned about it at deployment.
        """
        item = self.bound("form", id, tag)
        if item is None:
            raise NotFound(f"Das Formular «{id}»{_tagged(tag)}")
        return item.once("form", lambda: forms.read(item.content, item.resource_name))

    def decisions_for(self, id: str, tag: str) -> dict[str, dmn.Decision]:
        """All decisions, those of the file with the tagged version of ``id`` in that version.

        Raises:
            Trouble: the release holds no such version.
        """
        item = self.bound("decision", id, tag)
        if item is None:
            raise Trouble("CALLED_DECISION_ERROR", f"Die Entscheidung «{id}»{_tagged(tag)} ist in dieser Freigabe nicht enthalten.")
        return {**self.decisions(), **self._decisions(item)}

    def decisions(self) -> dict[str, dmn.Decision]:
        """Every decision of the release; those of one file may require each other."""
        found: dict[str, dmn.Decision] = {}
        for item in self.items.values():
            if item.kind == "decision":
                found.update(self._decisions(item))
        return found

    def find(self, process: str, version: int) -> Definition:
        """The compiled process in exactly that version."""
        item = self._item(process, version)
        if item.version != version:
            raise NotFound(f"Der Prozess «{process}» in Version {version}")
        return next(d for d in self._compiled(item) if d.process == process)

    def resolve(self, process: str, tag: str | None = None) -> Definition:
        """The called process as this release holds it, or in the version with the tag.

        Raises:
            Trouble: CALLED_ELEMENT_ERROR, the release holds no such process.
        """
        item = self.bound("process", process, tag)
        if item is None:
            message = f"Der aufgerufene Prozess «{process}»{_tagged(tag)} ist in dieser Freigabe nicht enthalten."
            raise Trouble("CALLED_ELEMENT_ERROR", message)
        return self.find(process, item.version)

    def _item(self, process: str, version: int | None = None) -> Item:
        """The released version, unless another one is asked for that the release holds too."""
        own = self.item("process", process)
        if own is None or version not in (None, own.version):
            for (kind, id, _), item in self.tagged.items():
                if (kind, id) == ("process", process) and version in (None, item.version):
                    return item
        if own is None:
            raise NotFound(f"Der Prozess «{process}»")
        return own

    @staticmethod
    def _decisions(item: Item) -> dict[str, dmn.Decision]:
        return item.once("decisions", lambda: dmn.read_decisions(item.content, item.resource_name))

    @staticmethod
    def _compiled(item: Item) -> list[Definition]:
        read = partial(compile_bpmn, item.content, item.version, item.resource_name, together=item.together)
        return item.once(f"compiled {item.together}", read)


def latest_release(session: FallSession, region: str | None = None) -> int:
    """The release that new cases in that region (or the place of its introduction) begin on at the transaction's instant; without one,
    where no region has its own.

    Raises:
        NotFound: nothing was released yet.
    """
    (found,) = session.read_rows(Call(_LATEST, [{"now": session.now, "kanton": KANTON, "region": region_of(region or KANTON)}]))
    if not found.rows:
        raise NotFound("Eine freigegebene Fassung des Prozesses")
    release_id: int = found.rows[0][0]
    return release_id


# Put together once: each start and call of a process asks it.
_LATEST = Prepared(
    select(Geltung.release_id)
    .where(Geltung.von <= bindparam("now"), or_(Geltung.region == bindparam("kanton"), Geltung.region == bindparam("region")))
    .order_by(Geltung.von.desc(), Geltung.key.desc())
    .limit(1)
)


def contents(session: FallSession, release_id: int) -> Contents:
    """What the release holds, from memory after the first time."""
    if release_id in session.info.get(UNCOMMITTED, ()):
        # Rolled back, its number may belong to another release tomorrow.
        return _load(session, release_id)
    known = _contents.setdefault(session.database, {})
    if release_id not in known:
        known[release_id] = _load(session, release_id)
    return known[release_id]


def runtime(session: FallSession, release_id: int, region: str) -> Runtime:
    """The runtime for cases of that release, with the transaction's time as FEEL's ``now()``.

    Every expression and decision sees the parameters of ``region`` on that day, without their becoming variables of the case.
    """
    held = contents(session, release_id)
    evaluator = Informed(feel.shared(), parameters(session, region))

    def decide(decision_id: str, variables: Mapping[str, Any], tag: str | None = None) -> Any:
        decisions = held.decisions_for(decision_id, tag) if tag else held.decisions()
        known = {**variables, **evaluator.known}
        return dmn.decide(decisions, decision_id, known, feel=evaluator.feel, now=session.now).result

    return Runtime(held.find, held.resolve, evaluator, decide, session.now)


def parameters(session: FallSession, region: str) -> dict[str, Any]:
    """The variable that expressions see besides those of the case; a case's own variable of that name is hidden by it.

    Only what was set up to the transaction's ``now`` counts, so that a replay that moves it back sees what the command saw.
    """
    day = session.now.astimezone(ZURICH).date()
    return {CONTEXT: parameter.values(session, region_of(region), day, known_at=session.now)}


@dataclass(frozen=True)
class Informed:
    """FEEL for cases of one region: what it knows goes before the variables."""

    feel: feel.Feel
    known: Mapping[str, Any]

    def evaluate_all(self, expressions: Sequence[str], context: Mapping[str, Any], *, now: datetime) -> list[Any]:
        return self.feel.evaluate_all(expressions, {**context, **self.known}, now=now)

    def explain(self, expression: str, context: Mapping[str, Any], *, now: datetime) -> list[str]:
        return self.feel.explain(expression, {**context, **self.known}, now=now)


def _load(session: FallSession, release_id: int) -> Contents:
    rows = session.execute(
        select(DefinitionVersion, ReleaseItem.version_tag)
        .join(ReleaseItem, ReleaseItem.definition_key == DefinitionVersion.key)
        .where(ReleaseItem.release_id == release_id)
    ).all()
    if not rows:
        raise NotFound(f"Die Freigabe {release_id}")
    items = {(row.kind, row.id): _as_item(row) for row, tag in rows if tag is None}
    others = [_as_item(row) for row, tag in rows if tag is not None]
    tagged = {(item.kind, item.id, label): item for item in others for label in item.labels}
    return Contents(release_id, items, tagged)


def _as_item(row: DefinitionVersion) -> Item:
    return Item(row.kind, row.id, row.version, row.name, row.resource_name, row.sha256, row.content, row.version_tag, version_tags.together(row.deployment_key))


def _tagged(tag: str | None) -> str:
    if not tag:
        return ""
    return " aus derselben Ablage wie der Aufrufer" if tag.startswith(version_tags.TOGETHER) else f" mit dem Versions-Tag «{tag}»"
