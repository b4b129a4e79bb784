"""Two versions of a form, field by field, whatever its components hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.vergleich.model import Change, Order, Part, Ref, Value, compare_parts
from engine.definitions.vergleich.worte import COMPONENTS, FIELDS

# What tools write for themselves, and what is looked at elsewhere.
NOT_OURS = frozenset({"exporter", "schemaVersion", "executionPlatform", "executionPlatformVersion", "components", "values", "layout", "id"})
WORDS = {True: "ja", False: "nein", None: ""}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """All changes of a form."""
    return compare_parts(parts(before), parts(after))


def parts(schema: Mapping[str, Any]) -> list[Part]:
    """The form itself, then its components at all depths."""
    id_ = str(schema.get("id", ""))
    inside = [*_numbered(_components(schema, None))]
    features = {**dict(_flat({**schema, "type": None})), "Reihenfolge der Felder": Order(tuple(one.id for one in inside), tuple(one.name for one in inside))}
    # A form may be put down again under another id, which is then what changed.
    return [Part("", str(schema.get("title") or id_), "Formular", {"Kennung": id_, **features}), *inside]


def _components(schema: Mapping[str, Any], inside: Ref | None) -> Iterator[Part]:
    for node in schema.get("components") or []:
        if isinstance(node, dict):
            part = _part(node, inside)
            yield part
            yield from _components(node, Ref(part.id, part.name))


def _part(node: Mapping[str, Any], inside: Ref | None) -> Part:
    key = str(node.get("key") or node.get("path") or "")
    name = str(node.get("label") or node.get("dateLabel") or node.get("text") or key or node.get("id") or "").strip()[:80]
    features: dict[str, Value] = {"Art": COMPONENTS.get(str(node.get("type")), str(node.get("type")))}
    if inside is not None:
        features["Steht in"] = inside
    features |= dict(_flat({**node, "type": None}))
    features |= dict(_options(node.get("values")))
    layout = node.get("layout")
    return Part(str(node.get("id") or key), name, str(features["Art"]), features, repr(sorted(layout.items())) if isinstance(layout, dict) else "")


def _numbered(parts: Iterator[Part]) -> Iterator[Part]:
    """Hand-written forms may give an id twice; the second is told apart by its number."""
    seen: dict[str, int] = {}
    for part in parts:
        seen[part.id] = number = seen.get(part.id, 0) + 1
        yield part if number == 1 else Part(f"{part.id}#{number}", part.name, part.typ, part.features, part.place)


def _flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every property by the name people know, nested ones with dots where they have none."""
    for name, value in node.items():
        path = f"{prefix}{name}"
        if (not prefix and name in NOT_OURS) or value is None:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{path}.")
        else:
            yield FIELDS.get(path, path), WORDS[value] if isinstance(value, bool) else str(value)


def _options(values: Any) -> Iterator[tuple[str, Value]]:
    if not isinstance(values, list):
        return
    said = [(str(one.get("value")), str(one.get("label", one.get("value")))) if isinstance(one, dict) else (str(one), str(one)) for one in values]
    yield from ((f"Auswahl «{value}»", label) for value, label in said)
    yield "Reihenfolge der Auswahl", Order(tuple(value for value, _ in said), tuple(label for _, label in said))
