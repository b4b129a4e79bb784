"""The compatibility kit of the OMG itself, where a copy of it is at hand: ``DMN_TCK=/path/to/tck pytest tests/dmn/test_tck.py``.

The kit (github.com/dmn-tck/tck, Apache License 2.0) is not part of this repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.definitions.dmn import Decision, decide, read_decisions
from engine.definitions.dmn.model import ANYTHING, Type
from engine.definitions.feel import Feel
from engine.model.errors import Trouble
from tests.dmn.build import NOW

FOLDER = os.environ.get("DMN_TCK", "")
LEVEL = os.environ.get("DMN_TCK_LEVEL", "2")
NUMBERS = ("number", "decimal", "double", "float", "integer", "int", "long")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
FILES = sorted(Path(FOLDER).glob(f"TestCases/compliance-level-{LEVEL}/*/*-test-*.xml")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="DMN_TCK does not name a copy of the compatibility kit")


def cases() -> list[Any]:
    found = [(path, case) for path in FILES for case in etree.parse(path).getroot().iterfind("{*}testCase")]
    return [pytest.param(path, case, id=f"{path.stem}-{case.get('id')}") for path, case in found]


def value(node: etree._Element, type: Type = ANYTHING) -> Any:
    """A ``<value>``, ``<list>`` or components as JSON; decimals compare as numbers. What names no type is of ``type``, the model's."""
    components = node.findall("{*}component")
    if components:
        fields = dict(type.fields)
        return {name: value(part, fields.get(name, ANYTHING)) for part in components for name in (part.get("name"),)}
    items = node.find("{*}list")
    if items is not None:
        return [value(item, type) for item in items.findall("{*}item")]
    held = node.find("{*}value")
    if held is None or held.get(XSI + "nil") == "true":
        return None
    return scalar(held.text or "", held.get(XSI + "type", "").rpartition(":")[2] or type.base)


def scalar(text: str, kind: str) -> Any:
    if kind == "boolean" or (not kind and text in ("true", "false")):
        return text == "true"
    if kind in NUMBERS or not kind:
        try:
            return float(text)
        except ValueError:
            return text or None
    return text


def normal(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: normal(entry) for key, entry in found.items()}
    if isinstance(found, list):
        return [normal(entry) for entry in found]
    return pytest.approx(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


def inputs(case: etree._Element, decisions: dict[str, Decision]) -> dict[str, Any]:
    types = {parameter.name: parameter.type for decision in decisions.values() for parameter in decision.data}
    return {name: value(node, types.get(name, ANYTHING)) for node in case.findall("{*}inputNode") for name in (node.get("name"),)}


def wanted(node: etree._Element, type: Type) -> Any:
    expected = node.find("{*}expected")
    return value(node.find("{*}computed") if expected is None else expected, type)


@pytest.mark.parametrize(("path", "case"), cases())
def test_the_kit_comes_out_right(feel: Feel, path: Path, case: etree._Element) -> None:
    """Where the kit lets an evaluation fail (``errorResult``), ours may also stop and say why."""
    model = path.with_name(case.getparent().findtext("{*}modelName").strip())
    decisions = read_decisions(model.read_bytes(), model.name)
    named = {decision.name: decision for decision in decisions.values()}
    variables = inputs(case, decisions)
    for node in case.findall("{*}resultNode"):
        decision = named[node.get("name")]
        try:
            found = decide(decisions, decision.id, variables, feel=feel, now=NOW).result
        except Trouble:
            if node.get("errorResult") != "true":
                raise
        else:
            assert wanted(node, decision.type) == normal(found)
