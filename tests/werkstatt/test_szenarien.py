"""The recorded ways go on the diagrams as they are, and show what a change of them means."""

from __future__ import annotations

from engine.replay.szenarien import on_diagrams, replayed, szenarien
from tests.diagrams.drawn import files

DIAGRAMS = files("*.bpmn")
OLD = "kurzassessment_durchfuehren"


def test_every_recorded_way_goes_on_the_diagrams_as_they_are() -> None:
    assert [one.szenario.name for one in on_diagrams(DIAGRAMS) if not one.passt] == []


def test_a_renamed_step_is_told_where_cases_went_through_it() -> None:
    changed = {name: content.replace(f'"{OLD}"'.encode(), b'"gespraech"') for name, content in DIAGRAMS.items()}
    assert changed != DIAGRAMS
    aid = next(one for one in szenarien() if one.name.startswith("Soforthilfe"))
    renamed = {name: content.replace(b'"kind_abklaeren"', b'"kind_ansehen"') for name, content in DIAGRAMS.items()}
    assert replayed(renamed, aid).passt
    for one in (aid, next(one for one in szenarien() if one.name.startswith("Nicht erschienen"))):
        told = replayed(changed, one)
        assert told.mindestens >= 1
        assert {(step.element, step.was) for step in told.abweichungen} & {(OLD, "gibt es nicht mehr"), (OLD, "unbekannt")}
    refused = next(one for one in szenarien() if one.name == "Gesuch zurückgezogen")
    assert replayed(changed, refused).passt


def test_diagrams_without_the_process_say_so_and_a_search_that_takes_too_long_is_given_up() -> None:
    assert {one.fehler[:11] for one in on_diagrams({"a.bpmn": b"<x/>"})} != {""}
    assert all(one.ist_offen for one in on_diagrams(DIAGRAMS, seconds=0.01))
