"""What two versions of one thing have in common and not: parts with features, matched by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

NEU, WEG, GEAENDERT, VERSCHOBEN = "neu", "weg", "geaendert", "verschoben"


@dataclass(frozen=True)
class Ref:
    """A feature that points to another part: the same as long as the id is, whatever that part is called."""

    id: str
    label: str = field(compare=False)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, eq=False)
class Order:
    """In which order things stand: the same as another when those that both have do. What comes or goes is told by itself."""

    ids: tuple[str, ...]
    names: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Order):
            return True
        both = set(self.ids) & set(other.ids)
        return [one for one in self.ids if one in both] == [one for one in other.ids if one in both]

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ", ".join(self.names)


Value = str | Ref | Order


@dataclass(frozen=True)
class Part:
    """An element, column, rule or field. ``features`` map what people call a property to its value; ``place`` is where it is drawn."""

    id: str
    name: str
    typ: str
    features: Mapping[str, Value]
    place: str = ""


@dataclass(frozen=True)
class Detail:
    """One property before and after; None where it was not there."""

    merkmal: str
    vorher: str | None
    nachher: str | None

    @property
    def worte(self) -> str:
        return f"{self.merkmal}: {_shown(self.vorher)} → {_shown(self.nachher)}"


@dataclass(frozen=True)
class Change:
    """What became of one part. ``art`` is neu, weg, geaendert or verschoben (drawn elsewhere and nothing else)."""

    art: str
    id: str
    name: str
    typ: str
    details: tuple[Detail, ...] = ()

    @property
    def worte(self) -> tuple[str, ...]:
        """One sentence for each thing that changed, as people say it."""
        what = self.typ if self.name == self.typ else f"{self.typ} «{self.name}»"
        if self.art == GEAENDERT:
            where = "in" if self.typ == "Regel" else "von"
            return tuple(f"{detail.merkmal} {where} «{self.name}»: {_shown(detail.vorher)} → {_shown(detail.nachher)}" for detail in self.details)
        return (f"{what} {({NEU: 'ist neu', WEG: 'fällt weg', VERSCHOBEN: 'ist anders angeordnet'})[self.art]}",)


@dataclass(frozen=True)
class Zelle:
    vorher: str | None
    nachher: str | None


@dataclass(frozen=True)
class Spalte:
    """A column of a decision table; ``art`` is empty where nothing changed."""

    ist_eingabe: bool
    name: str
    art: str


@dataclass(frozen=True)
class Zeile:
    """A rule with its number before and after; ``art`` is empty where nothing changed."""

    art: str
    vorher: int | None
    nachher: int | None
    zellen: tuple[Zelle, ...]


@dataclass(frozen=True)
class Tabelle:
    """A decision table, both versions laid over each other."""

    id: str
    name: str
    spalten: tuple[Spalte, ...]
    zeilen: tuple[Zeile, ...]


@dataclass(frozen=True)
class Comparison:
    """All differences of two versions of one process, one file of decisions, or one form. Empty: they do the same."""

    changes: tuple[Change, ...] = ()
    tabellen: tuple[Tabelle, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    def count(self, art: str) -> int:
        return sum(change.art == art for change in self.changes)


def compare_parts(before: Iterable[Part], after: Iterable[Part]) -> tuple[Change, ...]:
    """What was added, removed, changed and moved; in the order of ``after``, what is gone at the end."""
    old, new = {part.id: part for part in before}, {part.id: part for part in after}
    return tuple(_changes(old, new))


def _changes(old: Mapping[str, Part], new: Mapping[str, Part]) -> Iterator[Change]:
    for id_, part in new.items():
        if id_ not in old:
            yield Change(NEU, id_, part.name, part.typ)
        elif details := compare_features(old[id_].features, part.features):
            yield Change(GEAENDERT, id_, part.name, part.typ, details)
        elif old[id_].place != part.place:
            yield Change(VERSCHOBEN, id_, part.name, part.typ)
    yield from (Change(WEG, id_, part.name, part.typ) for id_, part in old.items() if id_ not in new)


def compare_features(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Detail, ...]:
    """The features that differ."""
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Detail(name, _text(before.get(name)), _text(after.get(name))) for name in names if before.get(name) != after.get(name)
    )


def _text(value: Value | None) -> str | None:
    return None if value is None else str(value)


def _shown(text: str | None) -> str:
    return "(nichts)" if text is None or text == "" else text
