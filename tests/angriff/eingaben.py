"""What comes in as a file or an expression: who reads it, what is meant to be read, and which refusals are ours.

Both the fuzzer (``tests.angriff.fuzzen``) and the suite's own sample throw changed seeds at these readers.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random

from engine.cases import abgleich, bestand
from engine.definitions import archiv, dmn, feel, forms
from engine.definitions.lint import lint
from engine.model.errors import FallflussError
from engine.replay.files import read_log, stream_log
from engine.replay.spool import Spool

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
CONTEXT = {"alter": 34, "personen": [{"name": "A", "betrag": 12.5}, {"name": "B", "betrag": None}], "x": "2026-08-31", "": {}}

XES = b"""<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="event"><string key="concept:name" value="x"/></global><classifier name="c" keys="concept:name"/>
<trace><string key="concept:name" value="1"/><event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-03-02T08:00:00+01:00"/>
<list key="l"><values><int key="n" value="3"/></values></list></event><event><string key="concept:name" value="b"/><string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="2026-03-03T08:00:00.000Z"/><boolean key="j" value="true"/><float key="f" value="1.5"/></event></trace></log>"""
CSV = "case;activity;timestamp;resource\n1;Prüfen;2026-03-02T08:00:00;meier\n1;\"Ent;scheiden\";02.03.2026 09:30;\n2;Prüfen;2026-03-02 10:00:00+01:00;müller\n".encode()
BESTAND = (";".join((*bestand.REQUIRED, *bestand.OPTIONAL)) + "\n" + ";".join("1" for _ in (*bestand.REQUIRED, *bestand.OPTIONAL)) + "\n").encode()
ABGLEICH = (";".join((*abgleich.REQUIRED, *abgleich.OPTIONAL)) + "\nA1;Muster;Anna;1990-01-31;2026-03-01;2026-1;7561234567897;2581;ja;01.03.2026;;;1'234.50\n").encode()
EXPRESSIONS = (
    "alter >= 16 and x = null", 'date(x) + duration("P6M")', "sum(for p in personen return p.betrag)", "personen[betrag > 10][1].name", '{a: {b: [1..3]}}.a.b', "some p in personen satisfies p.betrag < 3",
    'if alter in [18..25) then "jung" else @"2026-03-02T08:00:00@Europe/Zurich"', "function(a: number) a + 1", 'replace("abab", "(a+)+b", "$1")', "[1,2,3][item > 1]", 'substring("äöü", -2, 1)', "(x).y.z",
)
# How somebody would try to leave the interpreter, or keep it busy for ever.
ESCAPES = (
    'x.constructor.constructor("return process")()', "globalThis", "this", "process.env", 'require("fs")', "import(\"fs\")", "Function(\"return 1\")()", "eval(\"1\")", "__proto__", "[].constructor",
    '{"__proto__": {"polluted": 1}}.polluted', 'get value({}, "__proto__")', 'get value({}, "constructor")', 'context put({}, ["__proto__", "polluted"], 1)', 'context merge([{}, {"__proto__": {"polluted": 1}}])',
    "`${1}`", "(() => 1)()", "new Date()", "a;b", "/* */ 1", "1 // x", "\\u0061lter", 'string join(for i in 1..100000000 return "x")', "sum(for a in 1..100000, b in 1..100000 return 1)",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")', 'split("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|a)*b")', "{f: function(n) f(n)}.f(1)", "(" * 3000 + "1" + ")" * 3000,
    "[" * 3000 + "]" * 3000, "-" * 3000 + "1", "1" * 100_000, "1e999999999", "0.1 ** 99999999", "9 ** 9 ** 9 ** 9", 'date("999999999-12-31") + duration("P999999999Y")', 'repeat("x", 1000000000)', "\0", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
)


@dataclass(frozen=True)
class Eingabe:
    """``read`` gets what came from outside; it may raise nothing but a ``FallflussError``."""

    read: Callable[[bytes], object]
    seeds: Callable[[], tuple[bytes, ...]]


def throw(name: str, content: bytes) -> bool:
    """Whether it was taken; every exception but a refusal of ours goes on."""
    try:
        ALL[name].read(content)
    except FallflussError as refusal:
        assert str(refusal)
        return False
    return True


def changed(content: bytes, chance: Random) -> bytes:
    """Up to five changes of bytes, words and whole pieces; sometimes a piece is repeated so often that it hurts."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at, length = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 4, 16, 200))
        match chance.randrange(7):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = bytes(chance.randrange(256) for _ in range(length))
            case 2:
                data[at : at + length] = chance.choice(WORDS)
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                data[at:at] = bytes(data[at : at + length]) * chance.choice((2, 50, 3000))
            case 5 if data:
                data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
            case _:
                other = chance.randrange(len(data) + 1)
                data[at : at + length] = data[other : other + length]
    return bytes(data[: 2 * 1024 * 1024])


WORDS = (
    *(b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>', b"&b;", b"<?xml version='1.0' encoding='UTF-7'?>", b"]]>", b"<![CDATA[", b"<!--", b"\xef\xbb\xbf", b"\xff\xfe", b"\0"),
    *(b'""', b'"-1"', b'"1e308"', b'"99999999999999999999"', b"NaN", b"null", b"{}", b"[]", b'{"a":', b"true", b"\\ud800", b"=", b"=1 +", b'="', b"P1Y2M3DT4H", b"R/PT0S", b"PT0S", b"9999-12-31T23:59:59Z"),
    *(b";", b",", b'"', b"\r", b"\n", b"\t", b"'", b"\\", b"\xc3", b"\xe2\x80\xae", b"\xc3\x9f", b"file:///etc/passwd", b"http://127.0.0.1/", b"../../../etc/passwd", b"${x}", b"{{x}}", b"%n%s"),
)


def _files(suffix: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(path.read_bytes() for path in sorted(BPMN.rglob(f"*.{suffix}")) if path.stat().st_size < 200_000)


def _zips() -> tuple[bytes, ...]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ordner/a.bpmn", b"<x/>")
        archive.writestr("b.form", b"{}" * 50)
    return (packed.getvalue(),)


def _log(suffix: str) -> Callable[[bytes], object]:
    def read(content: bytes) -> object:
        path = _folder() / f"eingabe{suffix}"
        path.write_bytes(content)
        return read_log(path)

    return read


def _collected(suffix: str) -> Callable[[bytes], object]:
    """The same logs as the page takes them in: event by event, down to the parts that are kept."""

    def read(content: bytes) -> object:
        path = _folder() / f"gesammelt{suffix}"
        path.write_bytes(content)
        with tempfile.TemporaryDirectory(dir=_folder()) as folder, closing(Spool(Path(folder), is_table=suffix != ".xes")) as spool:
            stream_log(path, spool)
            spool.finish()
            return list(spool.parts())

    return read


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fallfluss-eingaben-"))


def _bpmn(content: bytes) -> object:
    findings = lint({"fremd.bpmn": content}, missing="warning")
    assert all(one.rule and one.message for one in findings)
    return findings


@cache
def _interpreter() -> feel.Feel:
    """Less patient than the real one, which gives each call five seconds: there are three for each expression."""
    return feel.Feel(seconds=1.0)


def _feel(content: bytes) -> object:
    text = content.decode("utf-8", "replace")
    _interpreter().parse_error(text, kind="unary")
    return _interpreter().parse_error(text) is None and _interpreter().evaluate_all([text], CONTEXT, now=NOW)


def _dmn(content: bytes) -> object:
    decisions = dmn.read_decisions(content, "fremd.dmn")
    for id in decisions:
        try:
            dmn.decide(decisions, id, CONTEXT, feel=feel.shared(), now=NOW)
        except FallflussError:
            continue  # an incident: the case stays where it is
    return decisions


ALL = {
    "bpmn": Eingabe(_bpmn, _files("bpmn")),
    "dmn": Eingabe(_dmn, _files("dmn")),
    "form": Eingabe(lambda content: forms.read(content, "fremd.form"), _files("form")),
    "feel": Eingabe(_feel, lambda: tuple(one.encode() for one in (*EXPRESSIONS, *ESCAPES[:22]))),
    "xes": Eingabe(_log(".xes"), lambda: (XES,)),
    "csv": Eingabe(_log(".csv"), lambda: (CSV,)),
    "xes-sammeln": Eingabe(_collected(".xes"), lambda: (XES,)),
    "csv-sammeln": Eingabe(_collected(".csv"), lambda: (CSV,)),
    "bestand": Eingabe(lambda content: bestand.read_table(content, region="SDOL", gemeinden={2581: "SDOL"}, today=date(2026, 3, 2)), lambda: (BESTAND,)),
    "abgleich": Eingabe(lambda content: abgleich.read_table(content, date(2026, 3, 2)), lambda: (ABGLEICH,)),
    "zip": Eingabe(archiv.unpack, _zips),
}
