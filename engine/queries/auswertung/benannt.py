"""What elements are called where many stand in one list: by their names, and where several share one, by where they stand, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from engine.definitions.elements import Element, Process


def namen(prozesse: Iterable[Process]) -> dict[str, str]:
    """The words for every element of the processes, by id: no two are the same."""
    placed = [(element, _where(element, one.elements, one.name or one.id)) for one in prozesse for element in one.elements.values()]
    often = Counter(element.label for element, _ in placed)
    told = {element.id: (element.label, f"{element.label} ({where})" if often[element.label] > 1 else element.label) for element, where in placed}
    again = Counter(full for _, full in told.values())
    return {id_: full if again[full] == 1 else f"{name} ({id_})" for id_, (name, full) in told.items()}


def _where(element: Element, elements: Mapping[str, Element], process: str) -> str:
    """What the element sits on, or else what surrounds it."""
    around = element.attached_to or element.parent
    return elements[around].label if around is not None and around in elements else process
