"""What a hostile or broken upload meets."""

from __future__ import annotations

import time

import pytest

from engine.definitions.xml import local, parse
from engine.model.errors import DefinitionInvalid

BOMB = b'<?xml version="1.0"?><!-- a --><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]><a b="&y;">&y;</a>'
XXE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(("content", "message"), [
    pytest.param(b"", "leer", id="empty"),
    pytest.param(b" \n\t ", "leer", id="only blanks"),
    pytest.param(BOMB, "DOCTYPE", id="entity bomb"),
    pytest.param(XXE, "DOCTYPE", id="external entity"),
    pytest.param("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"), "DOCTYPE", id="hidden by UTF-16"),
    pytest.param(b"<a>&unbekannt;</a>", "Zeile 1", id="undeclared entity"),
    pytest.param(b"<a>\n<b>\n</a>", "Zeile 3", id="not well-formed, with its line"),
    pytest.param(b"kein XML", "Zeile 1", id="not XML at all"),
    pytest.param('<?xml version="1.0" encoding="utf-8"?><a>ä</a>'.encode("latin-1"), "UTF-8", id="declared UTF-8, written Latin-1"),
    pytest.param(b'<?xml version="1.0" encoding="ebcdic-xy"?><a/>', "ebcdic-xy", id="unknown encoding"),
    pytest.param(b'<?xml version="1.0" encoding="utf-7"?><a/>', "utf-7", id="encoding nobody needs"),
    pytest.param(b"<a>" * 230 + b"</a>" * 230, "200 Ebenen", id="deeper than 200 levels"),
    pytest.param(b"<a>" * 9000 + b"</a>" * 9000, "Zeile 1", id="so deep that the parser itself gives up"),
    pytest.param(b"<a>\x00</a>", "Zeile 1", id="null byte"),
])
def test_an_unreadable_file_is_refused_with_a_german_reason(content, message):
    with pytest.raises(DefinitionInvalid) as refused:
        parse(content, "fall.bpmn")
    finding, = refused.value.findings
    assert (finding.file, finding.rule, finding.severity) == ("fall.bpmn", "xml", "error")
    assert message in finding.message


def test_a_file_of_50_mb_is_refused_without_being_read():
    content = b"<a>" + b"x" * 50 * 1024 * 1024
    began = time.perf_counter()
    with pytest.raises(DefinitionInvalid, match="50 MB"):
        parse(content, "gross.bpmn")
    assert time.perf_counter() - began < 0.05


def test_a_prolog_of_many_comments_is_read_in_no_time():
    began = time.perf_counter()
    assert local(parse(b"<!-- c -->" * 20_000 + b"<a/>", "f")) == "a"
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("content", [
    pytest.param('<?xml version="1.0" encoding="UTF-8"?>\n<a>ä</a>'.encode(), id="UTF-8"),
    pytest.param("\ufeff<a>ä</a>".encode(), id="UTF-8 with a byte order mark"),
    pytest.param('<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'.encode("utf-16"), id="UTF-16"),
    pytest.param('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>'.encode("latin-1"), id="declared Latin-1"),
    pytest.param("<a><![CDATA[ä]]></a>".encode(), id="CDATA"),
])
def test_a_readable_file_keeps_its_text(content):
    assert parse(content, "f").text == "ä"


def test_the_word_doctype_inside_a_text_is_harmless():
    assert parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>", "f").text == "<!DOCTYPE html>"
