"""Logs and models from files, by what their names and first bytes say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from engine.definitions.xml import MAX_BYTES
from engine.model.calendar import ZURICH
from engine.replay.columns import Columns
from engine.replay.log import Log, LogUnreadable, Progress, Receiver
from engine.replay.model import Model, load
from engine.replay.tables import read_csv, read_excel, stream_csv, stream_excel
from engine.replay.xes import read_xes, stream_xes


def read_log(path: Path, columns: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> Log:
    """A log in XES, CSV (both also gzipped) or Excel; times of tables without an offset are wall times of ``zone``.

    Raises:
        LogUnreadable: none of these, or damaged.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".xes", ".xml")):
        return read_xes(path, progress=progress)
    if name.endswith((".csv", ".tsv", ".txt")):
        return read_csv(path, columns, zone=zone, progress=progress)
    if name.endswith(".xlsx"):
        return read_excel(path, columns, zone=zone, progress=progress)
    raise _unexpected(path)


def stream_log(path: Path, receiver: Receiver, columns: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> None:
    """The same logs, event by event.

    Raises:
        LogUnreadable: as above, perhaps after some events.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".xes", ".xml")):
        return stream_xes(path, receiver, progress=progress)
    if name.endswith((".csv", ".tsv", ".txt")):
        return stream_csv(path, receiver, columns, zone=zone, progress=progress)
    if name.endswith(".xlsx"):
        return stream_excel(path, receiver, columns, zone=zone, progress=progress)
    raise _unexpected(path)


def _unexpected(path: Path) -> LogUnreadable:
    return LogUnreadable(f"{path.name}: erwartet ist eine Datei .xes, .csv (auch mit .gz) oder .xlsx.")


def read_model(paths: Sequence[Path]) -> Model:
    """The first process of the first file; the others, and folders of diagrams, may be called by it."""
    files = [path for given in paths for path in (sorted(given.rglob("*.bpmn")) if given.is_dir() else [given])]
    return load([(path.name, _content(path)) for path in files])


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
