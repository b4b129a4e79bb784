"""Looking into the elements of a decision file."""

from __future__ import annotations

from lxml import etree

from engine.definitions.xml import local


def children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if local(child) == name]


def child(element: etree._Element, name: str) -> etree._Element | None:
    return next(iter(children(element, name)), None)


def variable(element: etree._Element) -> str:
    """The name of the element's variable, empty without one."""
    found = child(element, "variable")
    return "" if found is None else found.get("name", "")


def variable_type(element: etree._Element) -> str:
    found = child(element, "variable")
    return "" if found is None else found.get("typeRef", "")


def child_text(element: etree._Element, name: str) -> str:
    """The ``<text>`` inside the child ``name``."""
    found = child(element, name)
    return "" if found is None else text_of(found, "text")


def text_of(element: etree._Element, name: str) -> str:
    found = child(element, name)
    return "" if found is None else str(found.xpath("string()")).strip()


def required(element: etree._Element, requirement: str, target: str) -> tuple[str, ...]:
    """References of all ``requirement`` elements to a ``target``; one into another file keeps what stands before the ``#``."""
    hrefs = [link.get("href", "") for outer in children(element, requirement) for link in children(outer, target)]
    return tuple(href.removeprefix("#") for href in hrefs)
