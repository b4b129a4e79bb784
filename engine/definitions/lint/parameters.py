"""Parameters are read by names that exist, and nothing else bears their name: an unknown one would silently be null."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error, warning
from engine.definitions.parameter import CONTEXT, names
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "parameter"
READ = re.compile(rf"(?<![\w.]){CONTEXT}\.(\w+)")
# Attributes that name a variable to be written.
WRITTEN_IN = ("./bpmn:extensionElements//*", "./bpmn:multiInstanceLoopCharacteristics//*")
WRITES = ("target", "resultVariable", "inputElement", "outputCollection")
HIDDEN = f"Ausdrücke sehen unter «{CONTEXT}» die Parameter, nie diesen Wert. Wählen Sie einen anderen Namen."


def unknown(source: str) -> list[str]:
    """The names read from the parameters that none of them has."""
    return sorted(set(READ.findall(source)) - names())


def complaint(name: str) -> str:
    return f"Den Parameter «{name}» gibt es nicht. Die Namen stehen auf der Seite «Parameter»."


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for expression in file.expressions:
        for name in unknown(expression.text):
            yield error(file, RULE, Message(expression.element, expression.name), complaint(name))
    for element in elements(file):
        nodes = [node for path in WRITTEN_IN for node in element.node.iterfind(path, NAMESPACES)]
        if any(node.get(name) == CONTEXT for node in nodes for name in WRITES):
            yield warning(file, RULE, element, HIDDEN)
