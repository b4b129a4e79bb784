"""The compatibility kit of the OMG itself, where a copy of it is at hand: ``DMN_TCK=/path/to/tck pytest tests/dmn/test_tck.py``.

The kit (github.com/dmn-tck/tck, Apache License 2.0) is not part of this repository.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.definitions.dmn import Decision, decide, read_decisions
from engine.definitions.feel import Feel
from engine.model.errors import Trouble
from tests.dmn.build import NOW

FOLDER = os.environ.get("DMN_TCK", "")
LEVEL = os.environ.get("DMN_TCK_LEVEL", "2")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
FILES = sorted(Path(FOLDER).glob(f"TestCases/compliance-level-{LEVEL}/*/*-test-*.xml")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="DMN_TCK does not name a copy of the compatibility kit")


def cases() -> list[Any]:
    found = [(path, case) for path in FILES for case in etree.parse(path).getroot().iterfind("{*}testCase")]
    return [pytest.param(path, case, id=f"{path.stem}-{case.get('id')}") for path, case in found]


def value(node: etree._Element) -> Any:
    """A ``<value>``, ``<list>`` or components as JSON; decimals compare as numbers."""
    components = node.findall("{*}component")
    if components:
        return {component.get("name"): value(component) for component in components}
    items = node.find("{*}list")
    if items is not None:
        return [value(item) for item in items.findall("{*}item")]
    held = node.find("{*}value")
    return None if held is None or held.get(XSI + "nil") == "true" else scalar(held.text or "", held.get(XSI + "type", ""))


def scalar(text: str, type: str) -> Any:
    kind = type.rpartition(":")[2]
    if kind == "boolean" or (not kind and text in ("true", "false")):
        return text == "true"
    if kind in ("decimal", "double", "integer") or not kind:
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


def wanted(node: etree._Element) -> Any:
    expected = node.find("{*}expected")
    return value(node.find("{*}computed") if expected is None else expected)


def decided(feel: Feel, decisions: dict[str, Decision], name: str, variables: dict[str, Any]) -> Any:
    """The value of a decision; where the kit lets an evaluation fail and go on with null, ours stops and says why."""
    ids = {decision.name: id for id, decision in decisions.items()}
    return normal(decide(decisions, ids[name], variables, feel=feel, now=NOW).result)


@pytest.mark.parametrize(("path", "case"), cases())
def test_the_kit_comes_out_right(feel: Feel, path: Path, case: etree._Element) -> None:
    model = path.with_name(case.getparent().findtext("{*}modelName").strip())
    decisions = read_decisions(model.read_bytes(), model.name)
    variables = {node.get("name"): value(node) for node in case.findall("{*}inputNode")}
    for node in case.findall("{*}resultNode"):
        if node.get("errorResult") == "true":
            with contextlib.suppress(Trouble):
                assert decided(feel, decisions, node.get("name"), variables) is None
        else:
            assert wanted(node) == decided(feel, decisions, node.get("name"), variables)
