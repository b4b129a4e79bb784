"""The rules of two standards for event logs, as far as a file can break them; each breach is a sentence.

Written from IEEE 1849 (XES), chapters 4 to 6, and the OCEL 2.0 specification (16 October 2023), chapter "JSON": neither schema file is among
the packages this project may take, and that of IEEE may not be passed on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from lxml import etree

XES = "{http://www.xes-standard.org/}"
NCNAME = re.compile(r"[^\W\d][\w.-]*")
NAME = re.compile(r"[^\W\d:]?[\w.:-]+")
DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
ORDER = ("extension", "global", "classifier", "attribute", "trace", "event")
# Of the standard extensions that exports use: type of each key and where it may stand.
EXTENSIONS = {
    "concept": {"concept:name": ("string", {"log", "trace", "event"}), "concept:instance": ("string", {"event"})},
    "lifecycle": {"lifecycle:model": ("string", {"log"}), "lifecycle:transition": ("string", {"event"})},
    "org": {key: ("string", {"event"}) for key in ("org:resource", "org:role", "org:group")},
    "time": {"time:timestamp": ("date", {"event"})},
    "identity": {"identity:id": ("id", {"log", "trace", "event"})},
}
TRANSITIONS = frozenset(["assign", "ate_abort", "autoskip", "complete", "manualskip", "pi_abort", "reassign", "resume", "schedule", "start", "suspend", "unknown", "withdraw"])


def _long(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+", text)) and -(2**63) <= int(text) < 2**63


def _uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _date(text: str) -> bool:
    return bool(DATE_TIME.fullmatch(text)) and bool(datetime.fromisoformat(text))


VALUES: dict[str, Callable[[str], bool]] = {
    "string": lambda text: True,
    "date": _date,
    "int": _long,
    "float": lambda text: bool(re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", text)),
    "boolean": lambda text: text in ("true", "false", "0", "1"),
    "id": _uuid,
}


def xes_breaches(path: Path) -> list[str]:
    """What of the file is not XES."""
    return list(_log(etree.parse(str(path)).getroot()))


def _tag(node: etree._Element) -> str:
    tag = str(node.tag)
    return tag.removeprefix(XES) if tag.startswith(XES) else f"foreign {tag}"


def _log(root: etree._Element) -> Iterator[str]:
    if _tag(root) != "log":
        yield f"the root is {root.tag}"
    yield from _given(root, required={"xes.version"}, optional={"xes.features"})
    if not re.fullmatch(r"\d+(\.\d+)?", root.get("xes.version", "")):
        yield f"xes.version is no decimal: {root.get('xes.version')}"
    features = set(root.get("xes.features", "").split())
    if features - {"nested-attributes"}:
        yield f"unknown features {features}"
    kinds = ["attribute" if _tag(node) in (*VALUES, "list") else _tag(node) for node in root]
    if unknown := set(kinds) - set(ORDER):
        yield f"elements {unknown} in log"
    elif kinds != sorted(kinds, key=ORDER.index):
        yield "the elements of log are out of order"
    prefixes = Counter(node.get("prefix", "") for node in root if _tag(node) == "extension")
    if any(number > 1 for number in prefixes.values()):
        yield "a prefix is declared twice"
    scopes: dict[str, dict[str, str]] = {}
    for node in root:
        if _tag(node) == "global":
            scopes.setdefault(node.get("scope", ""), {}).update({str(one.get("key")): _tag(one) for one in node})
    for node in root:
        yield from _part(node, set(prefixes), scopes, is_nesting="nested-attributes" in features)


def _part(node: etree._Element, prefixes: set[str], scopes: dict[str, dict[str, str]], *, is_nesting: bool) -> Iterator[str]:
    tag = _tag(node)
    if tag == "extension":
        yield from _given(node, required={"name", "prefix", "uri"})
        yield from (f"{name} of an extension is no name" for name in ("name", "prefix") if not NCNAME.fullmatch(node.get(name, "")))
        if not re.fullmatch(r"https?://\S+\.xesext", node.get("uri", "")):
            yield f"an extension is nowhere: {node.get('uri')}"
    elif tag == "global":
        yield from _given(node, required={"scope"})
        if node.get("scope") not in ("trace", "event"):
            yield f"globals of {node.get('scope')}"
        yield from _attributes(list(node), str(node.get("scope")), prefixes, is_nesting=is_nesting)
    elif tag == "classifier":
        yield from _given(node, required={"name", "keys"}, optional={"scope"})
        missing = set(node.get("keys", "").split()) - scopes.get(node.get("scope", "event"), {}).keys()
        if missing:
            yield f"a classifier rests on {missing}, which need not be there"
    elif tag == "trace":
        events = [one for one in node if _tag(one) == "event"]
        own = [one for one in node if _tag(one) != "event"]
        if [*own, *events] != list(node):
            yield "an attribute after an event"
        yield from _component(own, "trace", prefixes, scopes, is_nesting=is_nesting)
        for event in events:
            yield from _component(list(event), "event", prefixes, scopes, is_nesting=is_nesting)
    elif tag in (*VALUES, "list"):
        yield from _attributes([node], "log", prefixes, is_nesting=is_nesting)


def _component(own: list[etree._Element], where: str, prefixes: set[str], scopes: dict[str, dict[str, str]], *, is_nesting: bool) -> Iterator[str]:
    held = {str(one.get("key")): _tag(one) for one in own}
    yield from (f"a {where} without {key}" for key, kind in scopes.get(where, {}).items() if held.get(key) != kind)
    yield from _attributes(own, where, prefixes, is_nesting=is_nesting)


def _attributes(nodes: list[etree._Element], where: str, prefixes: set[str], *, is_nesting: bool) -> Iterator[str]:
    keys = Counter(node.get("key", "") for node in nodes)
    yield from (f"{key} twice in a {where}" for key, number in keys.items() if number > 1)
    for node in nodes:
        tag, key, value = _tag(node), node.get("key", ""), node.get("value", "")
        if tag not in VALUES:
            yield f"{tag} as an attribute of a {where}"
            continue
        yield from _given(node, required={"key", "value"})
        if not NAME.fullmatch(key):
            yield f"«{key}» is no key"
        if not VALUES[tag](value):
            yield f"{key}: «{value}» is no {tag}"
        if len(node) and not is_nesting:
            yield f"{key} nests, which the log does not announce"
        yield from _extended(key, tag, value, where, prefixes)
        yield from _attributes(list(node), "meta", prefixes, is_nesting=is_nesting)


def _extended(key: str, tag: str, value: str, where: str, prefixes: set[str]) -> Iterator[str]:
    prefix = key.partition(":")[0]
    if ":" not in key or prefix not in EXTENSIONS:
        return
    if prefix not in prefixes:
        yield f"{key} is of an extension that is not declared"
    kind, places = EXTENSIONS[prefix].get(key, ("", {""}))
    if kind != tag or where not in places:
        yield f"{key} of a {where} as {tag}"
    if key == "lifecycle:transition" and value.lower() not in TRANSITIONS:
        yield f"{value} is no transition"


def _given(node: etree._Element, *, required: set[str], optional: set[str] = frozenset()) -> Iterator[str]:  # type: ignore[assignment]
    names = {str(name) for name in node.attrib}
    yield from (f"{_tag(node)} without {name}" for name in sorted(required - names))
    yield from (f"{_tag(node)} has {name}" for name in sorted(names - required - optional))
    if (node.text or "").strip() or any((one.tail or "").strip() for one in node):
        yield f"text in {_tag(node)}"


def _array(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "array", "items": {"type": "object", "properties": properties, "required": required, "additionalProperties": False}}


_TEXT = {"type": "string", "minLength": 1}
_MOMENT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_VALUE = {"type": ["string", "number", "boolean"]}
_TYPES = _array({"name": _TEXT, "attributes": _array({"name": _TEXT, "type": {"enum": ["string", "time", "integer", "float", "boolean"]}})})
_RELATED = _array({"objectId": _TEXT, "qualifier": {"type": "string"}})
OCEL = {
    "type": "object",
    "properties": {
        "eventTypes": _TYPES,
        "objectTypes": _TYPES,
        "events": _array({"id": _TEXT, "type": _TEXT, "time": _MOMENT, "attributes": _array({"name": _TEXT, "value": _VALUE}), "relationships": _RELATED}, optional=("attributes", "relationships")),
        "objects": _array({"id": _TEXT, "type": _TEXT, "attributes": _array({"name": _TEXT, "time": _MOMENT, "value": _VALUE}), "relationships": _RELATED}, optional=("attributes", "relationships")),
    },
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "additionalProperties": False,
}
KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "time": lambda value: isinstance(value, str) and bool(re.fullmatch(_MOMENT["pattern"], value)),  # type: ignore[call-overload]
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}


def ocel_breaches(log: Any) -> list[str]:
    """What of the parsed JSON is not OCEL 2.0."""
    shape = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(OCEL, format_checker=FormatChecker()).iter_errors(log)]
    return shape or list(_references(log))


def _references(log: dict[str, Any]) -> Iterator[str]:
    objects, ids = {one["id"] for one in log["objects"]}, Counter(one["id"] for one in (*log["objects"], *log["events"]))
    yield from (f"{id_} stands for several" for id_, number in ids.items() if number > 1)
    for things, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        names = Counter(one["name"] for one in log[types])
        yield from (f"type {name} twice" for name, number in names.items() if number > 1)
        declared = {one["name"]: {attribute["name"]: attribute["type"] for attribute in one["attributes"]} for one in log[types]}
        yield from (f"an attribute of type {one['name']} twice" for one in log[types] if len(declared[one["name"]]) != len(one["attributes"]))
        for thing in log[things]:
            yield from _typed(thing, declared.get(thing["type"]), is_event=things == "events")
            yield from (f"{thing['id']} relates to nothing: {one['objectId']}" for one in thing.get("relationships", ()) if one["objectId"] not in objects)


def _typed(thing: dict[str, Any], declared: dict[str, str] | None, *, is_event: bool) -> Iterator[str]:
    if declared is None:
        yield f"type {thing['type']} is not declared"
        return
    given = thing.get("attributes", [])
    yield from (f"{thing['id']} has {one['name']}, which its type has not" for one in given if one["name"] not in declared)
    yield from (f"{one['name']}: {one['value']!r} is no {declared[one['name']]}" for one in given if one["name"] in declared and not KINDS[declared[one["name"]]](one["value"]))
    # At one moment an attribute has one value.
    places = Counter((one["name"], None if is_event else one["time"]) for one in given)
    yield from (f"{thing['id']} has {name} twice" for (name, _), number in places.items() if number > 1)
