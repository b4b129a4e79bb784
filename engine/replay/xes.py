"""XES (IEEE 1849-2023) in and out, streamed. No DTD, no entities, no network."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from engine.replay.log import COMPLETE, MOST_BYTES, Case, Event, Id, Log, LogUnreadable, Nested, Problem, Progress, Receiver
from engine.replay.tables import uncollected
from engine.replay.told import opened

CHUNK = 1 << 18
# No log is deeper; hostile files are.
DEEPEST = 60
NAME, TIME, LIFECYCLE, INSTANCE = "concept:name", "time:timestamp", "lifecycle:transition", "concept:instance"
EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Identity", "identity", "http://www.xes-standard.org/identity.xesext"),
)
# What every trace and every event has, as written below; a classifier may rest on nothing else.
GLOBALS = f"""  <global scope="trace">
    <string key="{NAME}" value=""/>
  </global>
  <global scope="event">
    <string key="{NAME}" value=""/>
    <string key="{LIFECYCLE}" value="complete"/>
  </global>
"""


def read_xes(path: Path, *, progress: Progress | None = None) -> Log:
    """The whole log of a ``.xes`` or ``.xes.gz`` file.

    Raises:
        LogUnreadable: not well-formed, with a DOCTYPE, or not XES.
    """
    with opened(path, progress) as raw:
        problems: list[Problem] = []
        reader = _Reader(path.name, problems)
        with uncollected():
            cases = list(reader.read(_unzipped(raw)))
    return Log(cases, reader.log, problems)


def stream_xes(path: Path, receiver: Receiver, *, progress: Progress | None = None) -> None:
    """The same log event by event; cases are called by their number in the file, because two may have the same name.

    Raises:
        LogUnreadable: as above; what was received until then is worth nothing.
    """
    with opened(path, progress) as raw:
        for _ in _Streaming(path.name, receiver).read(_unzipped(raw)):
            pass


def _unzipped(raw: io.BufferedReader) -> IO[bytes]:
    is_zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if is_zipped else raw  # type: ignore[return-value]


class _Reader:
    def __init__(self, name: str, problems: list[Problem] | Receiver) -> None:
        self.name = name
        self.log: dict[str, Any] = {}
        self.problems = problems
        self.done: list[Case] = []
        self.case: Case | None = None
        self.case_number = 0
        # Open elements: the attributes each collects, its key and its value.
        self.stack: list[list[Any]] = []
        # Where attributes are kept right now, and the key of the one that is open: most have nothing inside and need no place of their own above.
        self.target: dict[str, Any] | None = None
        self.leaf: str | None = None
        self.skip = 0
        self.is_log = False
        self.times: dict[str, datetime] = {}

    def read(self, stream: IO[bytes]) -> Iterator[Case]:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.ordered_attributes = True
        self.parser = parser
        total = 0
        try:
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > MOST_BYTES:
                    raise LogUnreadable(f"{self.name}: entpackt ist die Datei grösser als {MOST_BYTES >> 30} GB. Bitte aufteilen.")
                parser.Parse(chunk, False)
                yield from self.done
                self.done.clear()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise LogUnreadable(f"{self.name}: kein gültiges XML, Zeile {error.lineno}, Spalte {error.offset}. Es wurde nichts eingelesen; exportieren Sie das Protokoll neu.") from error
        except (LookupError, ValueError) as error:  # nobody knows the encoding, or the reader does not master it
            raise LogUnreadable(f"{self.name}: in dieser Kodierung lässt sich die Datei nicht lesen ({error}). Es wurde nichts eingelesen.") from error
        except (OSError, EOFError, zlib.error) as error:
            raise LogUnreadable(f"{self.name}: die Datei ist beschädigt oder unvollständig ({error}). Es wurde nichts eingelesen.") from error
        finally:
            # The two know each other, and where logs are read the collector of such pairs hardly comes by: they would stay, and the log's times with them.
            del self.parser
        if not self.is_log:
            raise LogUnreadable(f"{self.name}: das ist kein XES-Protokoll; das äusserste Element heisst nicht «log».")
        yield from self.done

    def _refuse(self, *_: object) -> None:
        raise LogUnreadable(f"{self.name}: die Datei enthält eine DOCTYPE-Angabe. Das ist aus Sicherheitsgründen nicht erlaubt; exportieren Sie das Protokoll ohne sie.")

    def _start(self, tag: str, given: list[str]) -> None:
        if self.leaf is not None:
            self._open_leaf()
        target = self.target
        if target is not None and (tag == "string" or tag == "date") and len(given) == 4:  # most of every log
            first, key, second, text = given
            if first == "key" and second == "value":
                target[key] = text if tag == "string" else self.times.get(text) or self._value(tag, datetime.fromisoformat, text)
                self.leaf = key
                return
        if self.skip:
            self.skip += 1
            if self.skip > DEEPEST:
                raise self._too_deep()
            return
        if len(self.stack) > DEEPEST:
            raise self._too_deep()
        self._open(tag.rpartition(":")[2] if ":" in tag else tag, dict(zip(given[::2], given[1::2], strict=True)))
        self._aim()

    def _open(self, tag: str, given: dict[str, str]) -> None:
        kind = VALUES.get(tag)
        if kind is not None:
            self.stack.append([None, given.get("key", ""), self._value(tag, kind, given.get("value", ""))])
        elif tag == "event" or (tag == "trace" and self.case is None):
            self.stack.append([{}, "", None])
            if tag == "trace":
                self.case = Case("")
        elif tag == "log":
            self.is_log = True
            self.stack.append([self.log, "", None])
        elif tag in ("list", "container"):
            self.stack.append([None, given.get("key", ""), []])
        elif tag == "values" and self.stack and isinstance(self.stack[-1][2], list):
            self.stack.append([[], "", None])
        else:
            self.skip = 1  # extensions, globals, classifiers, what stands where it does not belong: nothing happened there

    def _open_leaf(self) -> None:
        """The value that was just kept turns out to have attributes of its own."""
        assert self.target is not None
        self.stack.append([None, self.leaf, self.target[self.leaf or ""]])
        self.leaf = self.target = None

    def _aim(self) -> None:
        inner = self.stack[-1][0] if self.stack and not self.skip else None
        self.target = inner if isinstance(inner, dict) else None

    def _end(self, tag: str) -> None:
        if self.leaf is not None:
            self.leaf = None
            return
        if self.skip:
            self.skip -= 1
        else:
            self._close(tag.rpartition(":")[2] if ":" in tag else tag, *self.stack.pop())
        self._aim()

    def _close(self, tag: str, inner: Any, key: str, value: Any) -> None:
        if tag == "event":
            self._event(inner)
        elif tag == "trace":
            self._trace(inner)
        elif tag == "values":
            self.stack[-1][2].extend(inner)
        elif self.stack:
            self._keep(self.stack[-1], key, Nested(value, inner) if inner else value)

    @staticmethod
    def _keep(around: list[Any], key: str, kept: Any) -> None:
        if around[0] is None:
            around[0] = {key: kept}
        elif isinstance(around[0], list):
            around[0].append((key, kept))
        else:
            around[0][key] = kept

    def _too_deep(self) -> LogUnreadable:
        return LogUnreadable(f"{self.name}: ab Zeile {self.parser.CurrentLineNumber} zu tief verschachtelt.")

    def _event(self, given: dict[str, Any]) -> None:
        activity, at, lifecycle = given.pop(NAME, None), given.pop(TIME, None), given.pop(LIFECYCLE, COMPLETE)
        if activity is None or activity == "":
            self._tell("ein Ereignis ohne concept:name")
            return
        if at.__class__ is not datetime:
            at = at.value if isinstance(at, Nested) else at
            at = at if isinstance(at, datetime) else None
        if self.case is not None:
            name = activity if activity.__class__ is str else _text(activity)
            self._take(Event(name, at, _text(lifecycle).lower() or COMPLETE, given))

    def _take(self, event: Event) -> None:
        assert self.case is not None
        self.case.events.append(event)

    def _trace(self, given: dict[str, Any]) -> None:
        assert self.case is not None
        self.case_number += 1
        self.case.id = _text(given.pop(NAME, "")) or f"Fall {self.case_number}"
        self.case.attributes = given
        self.done.append(self.case)
        self.case = None

    def _value(self, tag: str, kind: Callable[[str], Any], text: str) -> Any:
        try:
            return self._time(text) if tag == "date" else kind(text)
        except ValueError:
            self._tell(f"«{text[:40]}» ist kein Wert der Art {tag}")
            return text

    def _time(self, text: str) -> datetime:
        read = datetime.fromisoformat(text)
        found = (read.replace(tzinfo=UTC) if read.tzinfo is None else read).astimezone(UTC)
        if len(self.times) < 50_000:
            self.times[text] = found
        return found

    def _tell(self, reason: str) -> None:
        self.problems.append(Problem(self.parser.CurrentLineNumber, reason))


class _Streaming(_Reader):
    """Hands on each event at once."""

    def __init__(self, name: str, receiver: Receiver) -> None:
        super().__init__(name, receiver)
        self.receiver = receiver

    def _take(self, event: Event) -> None:
        self.receiver.event(self.case_number + 1, event)

    def _trace(self, given: dict[str, Any]) -> None:
        super()._trace(given)
        done = self.done.pop()
        self.receiver.case(self.case_number, done.id, done.attributes)


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, Nested) else str(value)


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return lowered in ("true", "1")


VALUES: Mapping[str, Callable[[str], Any]] = {"string": str, "date": datetime.fromisoformat, "int": int, "float": float, "boolean": _boolean, "id": Id}


# Writing


def write_xes(path: Path, cases: Iterable[Case], *, attributes: Mapping[str, Any] | None = None) -> int:
    """Write the cases as they come, gzipped if the name ends with ``.gz``; returns how many."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2023" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">\n')
        for name, prefix, uri in EXTENSIONS:
            out.write(f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')
        out.write(GLOBALS)
        out.write('  <classifier name="Activity" scope="event" keys="concept:name"/>\n')
        out.writelines(_attributes(attributes or {}, "  "))
        for case in cases:
            out.writelines(_case(case))
            count += 1
        out.write("</log>\n")
    return count


def _case(case: Case) -> Iterator[str]:
    yield "  <trace>\n"
    yield from _attributes({NAME: case.id, **case.attributes}, "    ")
    for event in case.events:
        yield "    <event>\n"
        given: dict[str, Any] = {NAME: event.activity, LIFECYCLE: event.lifecycle}
        if event.at is not None:
            given[TIME] = event.at
        yield from _attributes({**given, **event.attributes}, "      ")
        yield "    </event>\n"
    yield "  </trace>\n"


def _attributes(given: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in given.items():
        if value is not None:
            yield from _attribute(key, value, indent)


def _attribute(key: str, value: Any, indent: str) -> Iterator[str]:
    inner: Mapping[str, Any] = {}
    if isinstance(value, Nested):
        value, inner = value.value, value.inner
    if isinstance(value, list):
        yield f"{indent}<list key={quoteattr(key)}>\n{indent}  <values>\n"
        for name, one in value:
            yield from _attribute(name, one, indent + "    ")
        yield f"{indent}  </values>\n"
        yield from _attributes(inner, indent + "  ")
        yield f"{indent}</list>\n"
        return
    tag, text = _typed(value)
    head = f"{indent}<{tag} key={quoteattr(key)} value={_quoted(text)}"
    if not inner:
        yield head + "/>\n"
        return
    yield head + ">\n"
    yield from _attributes(inner, indent + "  ")
    yield f"{indent}</{tag}>\n"


def _quoted(text: str) -> str:
    """Attribute values keep their line breaks only as references."""
    return '"' + escape(text, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}) + '"'


def _typed(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, datetime):
        return "date", value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        return "float", repr(value)
    return ("id" if isinstance(value, Id) else "string"), str(value)
