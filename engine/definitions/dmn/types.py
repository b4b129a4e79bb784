"""Types of a decision file: FEEL's own, and the file's item definitions with structures and allowed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from engine.definitions.dmn.model import ANYTHING, Type
from engine.definitions.dmn.xml import child, child_text, children, text_of

DEEPEST = 8

TYPES = {
    "": "",
    "any": "",
    "string": "string",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "date and time": "dateTime",
    "duration": "duration",
    "daytimeduration": "duration",
    "days and time duration": "duration",
    "yearmonthduration": "duration",
    "years and months duration": "duration",
    "list": "list",
    "context": "context",
    "function": "function",
}


class Types:
    """``unknown`` hears of every name that is no type."""

    def __init__(self, root: etree._Element, unknown: Callable[[str], None]):
        self.items: Mapping[str, etree._Element] = {item.get("name", ""): item for item in children(root, "itemDefinition")}
        self.unknown = unknown

    def named(self, name: str, depth: int = DEEPEST) -> Type:
        """The type called ``name``, with or without a prefix."""
        plain = name.rpartition(":")[2].strip()
        item = self.items.get(name) if name in self.items else self.items.get(plain)
        if item is None:
            return self._builtin(name, plain.lower())
        return self._item(item, depth) if depth else ANYTHING

    def _builtin(self, name: str, plain: str) -> Type:
        if plain not in TYPES and not plain.startswith(("list<", "context<", "function<", "range<")):
            self.unknown(name)
        return Type(TYPES.get(plain, ""))

    def _item(self, item: etree._Element, depth: int) -> Type:
        components = children(item, "itemComponent")
        if components:
            base = Type(
                "context", fields=tuple((part.get("name", ""), self._item(part, depth - 1) if depth else ANYTHING) for part in components)
            )
        elif child(item, "functionItem") is not None:
            base = Type("function")
        else:
            base = self.named(text_of(item, "typeRef"), depth - 1)
        many = base.many or item.get("isCollection") == "true"
        return Type(base.base, many, child_text(item, "allowedValues") or base.allowed, base.fields)
