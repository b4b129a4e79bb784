"""What elements are called in lists of many."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import bpmn
from engine.queries.auswertung.benannt import namen

BPMN = Path(__file__).resolve().parents[2] / "bpmn"


def test_no_two_elements_of_the_real_diagrams_are_called_alike_and_none_by_its_id_alone() -> None:
    processes = [process for file in sorted(BPMN.glob("*.bpmn")) for process in bpmn.read(file.read_bytes(), file.name).processes]
    found = namen(processes)
    assert len(set(found.values())) == len(found) == len({id_ for one in processes for id_ in one.elements})
    activities = {element.id for one in processes for element in one.elements.values() if "Task" in element.type or "Event" in element.type}
    assert {id_ for id_ in activities if found[id_] == id_} == set()


def test_elements_of_one_name_are_told_apart_by_what_surrounds_them() -> None:
    (fall,) = bpmn.read((BPMN / "fall.bpmn").read_bytes(), "fall.bpmn").processes
    found = namen([fall])
    alike = {id_: found[id_] for id_, element in fall.elements.items() if element.name == "Teamleitung hinweisen"}
    assert len(alike) > 1 and all(text.startswith("Teamleitung hinweisen (") for text in alike.values())
    assert found["zustaendigkeit_pruefen"] == fall.elements["zustaendigkeit_pruefen"].name
