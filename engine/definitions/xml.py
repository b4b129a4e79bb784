"""Uploaded XML is hostile until proven otherwise: what is checked here is exactly what is parsed."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from engine.model.errors import DefinitionInvalid, Finding

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"
CAMUNDA_7 = "http://camunda.org/schema/1.0/bpmn"
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "zeebe": ZEEBE, "modeler": MODELER, "dmn": DMN, "xsi": XSI}

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 200
ENCODINGS = frozenset({"utf-8", "utf-16", "iso8859-1", "cp1252", "ascii"})
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Atomic, so that a prolog of many comments cannot make the search explode.
DOCTYPE = re.compile(r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)


def parse(content: bytes, file: str) -> etree._Element:
    """The root element of an uploaded XML file, read without DTD, entities or network.

    Raises:
        DefinitionInvalid: empty, over 10 MB, deeper than 200 levels, of an unknown encoding, with a DOCTYPE, or not well-formed.
    """
    if len(content) > MAX_BYTES:
        raise invalid(file, f"Die Datei ist {len(content) / 1024 / 1024:.0f} MB gross; erlaubt sind 10 MB. Bitte eingebettete Bilder und Daten entfernen.")
    if not content.strip():
        raise invalid(file, "Die Datei ist leer. Bitte die gespeicherte Datei aus dem Modeler hochladen.")
    text = _decode(content, file)
    if DOCTYPE.match(text):
        raise invalid(file, "Die Datei enthält eine DOCTYPE-Angabe. Das ist aus Sicherheitsgründen nicht erlaubt; bitte die Zeile entfernen.")
    root = _read(text, file)
    _check_depth(root, file)
    return root


def local(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    """The namespace of the tag; empty for comments and processing instructions."""
    return element.tag[1:].partition("}")[0] if isinstance(element.tag, str) and element.tag.startswith("{") else ""


def invalid(file: str, message: str, rule: str = "xml") -> DefinitionInvalid:
    """The refusal of a whole file."""
    return DefinitionInvalid([Finding(file, "", "", rule, "error", message)])


def _decode(content: bytes, file: str) -> str:
    name = _encoding(content, file)
    try:
        return content.decode(name).lstrip()
    except UnicodeDecodeError as error:
        raise invalid(file, f"Die Datei ist nicht durchgehend in «{name}» geschrieben (Byte {error.start}). Bitte als UTF-8 speichern.") from error


def _encoding(content: bytes, file: str) -> str:
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return name
    declared = DECLARED.match(content)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        known = codecs.lookup(name).name in ENCODINGS
    except LookupError:
        known = False
    if not known:
        raise invalid(file, f"Die Zeichencodierung «{name}» wird nicht unterstützt. Bitte die Datei als UTF-8 speichern.")
    return name


def _read(text: str, file: str) -> etree._Element:
    # A parser is not shared: it keeps state, and a lock per thread.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise invalid(file, f"Die Datei ist kein gültiges XML: Zeile {line}, Spalte {column} ({error.msg}). Bitte im Modeler öffnen und neu speichern.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise invalid(file, "Die Datei enthält eine DOCTYPE-Angabe. Das ist aus Sicherheitsgründen nicht erlaubt; bitte die Zeile entfernen.")
    return root


def _check_depth(root: etree._Element, file: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise invalid(file, f"Die Datei ist ab Zeile {element.sourceline} tiefer als {MAX_DEPTH} Ebenen verschachtelt. Bitte das Diagramm aufteilen.")
