"""What leaves the house is what the standards call a log, and software of others reads every bit of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import r4pm
from lxml import etree

from engine import commands
from engine.cli.deploy import collect
from engine.demo.simulation import simulate
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.replay.export import export
from engine.store.seed import load_regions
from engine.store.session import Database
from tests.replay.standards import XES, ocel_breaches, xes_breaches

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"
UNTIL = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Exports of lives that the real engine lived: ``log.xes`` and ``log.json`` (OCEL)."""
    folder = tmp_path_factory.mktemp("standards")
    shutil.copyfile(sqlite_template, folder / "fallfluss.db")
    clock = FixedClock(UNTIL - timedelta(days=500))
    database = Database(f"sqlite:///{folder / 'fallfluss.db'}", clock=clock)
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, collect((DIAGRAMS,)))
        commands.release(session, "Simulation")
    simulate(database, clock, UNTIL, cases=6, regions=["SDOL", "SRO"], seed=5)
    with database.read(system()) as session:
        export(session, folder / "log.xes", "xes")
        export(session, folder / "log.json", "ocel")
    yield folder
    database.close()


def test_our_xes_keeps_the_rules_of_ieee_1849(files: Path) -> None:
    assert xes_breaches(files / "log.xes") == []
    assert len(etree.parse(str(files / "log.xes")).getroot().findall(f"{XES}trace/{XES}event")) > 50


def test_our_ocel_keeps_the_rules_of_ocel_2(files: Path) -> None:
    log = json.loads((files / "log.json").read_text("utf-8"))
    assert ocel_breaches(log) == []
    assert len(log["events"]) > 50 and {one["type"] for one in log["objects"]} == {"Fall", "Dossier", "Person", "Region"}
    assert {attribute["type"] for one in (*log["objectTypes"], *log["eventTypes"]) for attribute in one["attributes"]} == {"string", "integer", "time"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("1849.2023", "1849-2023", "no decimal"),
        ('xes.version="1849.2023" ', "", "without xes.version"),
        ("http://www.xes-standard.org/\">", "http://example.org/\">", "the root is"),
        ('<classifier name="Activity" scope="event" keys="concept:name"/>', '<classifier name="Activity" keys="org:resource"/>', "need not be there"),
        ('<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>', "", "not declared"),
        ('<extension name="Time" prefix="time"', '<extension name="Time" prefix="org"', "declared twice"),
        ('<extension name="Time"', '<extension name="The time"', "is no name"),
        ('<int key="fallfluss:version" value="1"/>', '<int key="fallfluss:version" value="eins"/>', "is no int"),
        ('<int key="fallfluss:version" value="1"/>', '<int key="fallfluss version" value="1"/>', "is no key"),
        ('<int key="fallfluss:version" value="1"/>', '<int key="fallfluss:process" value="1"/>', "twice in a trace"),
        ('<int key="fallfluss:version" value="1"/>', '<number key="fallfluss:version" value="1"/>', "as an attribute"),
        ('<int key="fallfluss:version" value="1"/>', '<int key="fallfluss:version" value="1">eins</int>', "text in int"),
        ('<date key="time:timestamp" value="', '<date key="time:timestamp" value="am ', "is no date"),
        ('<string key="lifecycle:transition" value="complete"/>\n      <date', '<string key="lifecycle:transition" value="fertig"/>\n      <date', "is no transition"),
        ('<string key="lifecycle:transition" value="complete"/>\n      <date', "<date", "event without lifecycle:transition"),
        ('<id key="identity:id"', '<string key="identity:id"', "as string"),
        ("<global", "<trace/><global", "out of order"),
        ("</event>\n  </trace>", '</event>\n<string key="a" value="b"/></trace>', "an attribute after an event"),
    ],
)  # fmt: skip
def test_a_breach_of_xes_is_noticed(files: Path, tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (files / "log.xes").read_text("utf-8")
    assert old in text
    (tmp_path / "log.xes").write_text(text.replace(old, new, 1), "utf-8")
    assert any(says in breach for breach in xes_breaches(tmp_path / "log.xes")), xes_breaches(tmp_path / "log.xes")


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(log: Any) -> None:
        for key in path[:-1]:
            log = log[key]
        log[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda log: log.pop("objectTypes"), "'objectTypes' is a required property"),
        (_set("version", to="2.0"), "Additional properties"),
        (_set("events", 0, "time", to="gestern"), "gestern"),
        (_set("events", 0, "time", to="2026-03-02T07:00:00"), "does not match"),
        (_set("events", 0, "type", to="Kaffee"), "type Kaffee is not declared"),
        (_set("events", 0, "relationships", 0, "objectId", to="niemand"), "relates to nothing"),
        (_set("events", 0, "attributes", 2, "value", to="1"), "is no integer"),
        (_set("events", 0, "attributes", 0, "name", to="laune"), "which its type has not"),
        (lambda log: log["events"].append(log["events"][0]), "stands for several"),
        (lambda log: log["objectTypes"].append(log["objectTypes"][0]), "type Fall twice"),
        (_set("objectTypes", 0, "attributes", 0, "type", to="text"), "'text' is not one of"),
    ],
)  # fmt: skip
def test_a_breach_of_ocel_is_noticed(files: Path, break_it: Callable[[Any], None], says: str) -> None:
    log = json.loads((files / "log.json").read_text("utf-8"))
    break_it(log)
    assert any(says in breach for breach in ocel_breaches(log)), ocel_breaches(log)


def read_back(path: Path, kind: str, out: Path) -> Any:
    """What r4pm read, as it writes it itself."""
    item = f"{kind} {out}"
    r4pm.import_item(kind, str(path), item)
    try:
        r4pm.export_item(item, str(out))
    finally:
        r4pm.remove_item(item)
    return json.loads(out.read_text("utf-8"))


KINDS = {"String": "string", "Date": "date", "Int": "int", "Boolean": "boolean", "ID": "id", "Float": "float"}


def test_r4pm_reads_every_case_event_and_attribute_of_our_xes(files: Path, tmp_path: Path) -> None:
    back = read_back(files / "log.xes", "EventLog", tmp_path / "back.json")
    root = etree.parse(str(files / "log.xes")).getroot()
    ours = [(_own(trace), [_own(event) for event in trace.findall(f"{XES}event")]) for trace in root.findall(f"{XES}trace")]
    theirs = [(_theirs(trace["attributes"]), [_theirs(event["attributes"]) for event in trace["events"]]) for trace in back["traces"]]
    assert theirs == ours


def _own(node: etree._Element) -> dict[str, tuple[str, Any]]:
    found = [one for one in node if not str(one.tag).endswith("}event")]
    return {str(one.get("key")): _value(str(one.tag).removeprefix(XES), one.get("value")) for one in found}


def _theirs(given: list[dict[str, Any]]) -> dict[str, tuple[str, Any]]:
    return {one["key"]: _value(KINDS[one["value"]["type"]], one["value"]["content"]) for one in given}


def _value(kind: str, value: Any) -> tuple[str, Any]:
    return kind, datetime.fromisoformat(value) if kind == "date" else str(value).lower() if kind in ("boolean", "id") else str(value)


def test_r4pm_reads_every_event_object_relation_and_attribute_of_our_ocel(files: Path, tmp_path: Path) -> None:
    ours = json.loads((files / "log.json").read_text("utf-8"))
    back = read_back(files / "log.json", "OCEL", tmp_path / "back.json")
    assert ocel_breaches(back) == []
    for part, key in (("eventTypes", "name"), ("objectTypes", "name"), ("events", "id"), ("objects", "id")):
        assert {one[key]: _plain(one) for one in back[part]} == {one[key]: _plain(one) for one in ours[part]}, part


def _plain(one: Any, key: str = "") -> Any:
    """The same whatever order things stand in and however a moment is written."""
    if isinstance(one, dict):
        return {name: _plain(value, name) for name, value in one.items()}
    if isinstance(one, list):
        return sorted((_plain(value) for value in one), key=repr)
    return datetime.fromisoformat(one) if key in ("time", "value") and isinstance(one, str) and one[10:11] == "T" else one
