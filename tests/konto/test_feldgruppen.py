"""Field group × role: what a person may not see is not shown, not sent, and not overwritten by what they send."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.cases.feldgruppen import Sicht, felder, groups_of, matrix, sicht, visible_groups
from engine.definitions import bpmn, feel
from engine.definitions.forms import DynamicList, Form, Text, read, walk
from engine.definitions.forms.show import TEMPLATE
from engine.model.access import ROLLEN, Access, system
from tests.commands.drawings import form, text_field

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BPMN = Path(__file__).resolve().parents[2] / "bpmn"
WHOLE = ("intake", "fallfuehrung", "fallfuehrung_intensiv", "teamleitung", "leitung")
NOTHING = ("prozess", "betrieb")


@pytest.mark.parametrize("rolle", WHOLE)
def test_who_works_on_cases_sees_all_of_them(rolle: str) -> None:
    assert groups_of(frozenset({rolle})) == matrix().keys()


@pytest.mark.parametrize("rolle", NOTHING)
def test_who_keeps_the_process_or_the_machines_sees_no_case_data(rolle: str) -> None:
    assert groups_of(frozenset({rolle})) == frozenset()


@pytest.mark.parametrize(
    ("rolle", "hidden"),
    [
        pytest.param("administration", {"gesundheit", "notizen", "einschaetzung", "kindeswohl"}, id="administration: no health, no notes"),
        pytest.param("sozialkommission", {"gesundheit", "notizen", "ahv", "ziele"}, id="sozialkommission: its business only"),
        pytest.param("vpe_stelle", {"gesundheit", "notizen", "ahv", "finanzen"}, id="vPe: its order only"),
        pytest.param("umsetzung", matrix().keys() - {"einfuehrung"}, id="umsetzung: how regions are introduced, no case"),
        pytest.param("koordination", {"stammdaten", "ahv", "notizen", "gesundheit"}, id="Koordination: no names"),
        pytest.param("evaluation", {"stammdaten", "ahv", "notizen", "gesundheit"}, id="evaluation: no names"),
        pytest.param("aufsicht", {"stammdaten", "ahv", "notizen", "gesundheit"}, id="cantonal roles never see names"),
    ],
)
def test_other_roles_see_what_chapter_3_gives_them(rolle: str, hidden: Set[str]) -> None:
    assert not groups_of(frozenset({rolle})) & hidden


def test_every_role_and_every_group_of_the_data_exists() -> None:
    assert set(felder().values()) <= matrix().keys()
    assert {rolle for seeing in matrix().values() for rolle in seeing} <= set(ROLLEN)


def test_roles_count_only_in_the_region_in_which_they_are_held() -> None:
    access = Access("a", {"SDOL": frozenset({"intake"}), "SRO": frozenset({"administration"})})
    assert sicht(access, "SDOL").is_whole
    assert not sicht(access, "SRO").sees("gesundheit")
    assert visible_groups(access, "SRTG") == frozenset()
    assert sicht(system(), "SRO").is_whole


def _administration() -> Sicht:
    return Sicht(groups_of(frozenset({"administration"})))


def test_values_of_other_groups_are_taken_out_at_any_depth() -> None:
    values = {
        "gesundheit_psyche": 4,
        "telefon": "032",
        "ergebnisse": [{"person_name": "Anna", "gesundheit_koerper": 3, "wohnen": 2}],
        "kurzassessment": {"sucht": 4},
        "ganz_neu": "x",
    }
    assert _administration().redacted(values) == {"telefon": "032", "ergebnisse": [{"person_name": "Anna"}]}


def test_an_unknown_field_is_hidden_from_who_does_not_see_everything() -> None:
    assert _administration().redacted({"ganz_neu": 1}) == {}
    assert Sicht(frozenset(matrix())).redacted({"ganz_neu": 1}) == {"ganz_neu": 1}


def _form(*components: dict[str, Any]) -> Form:
    return read(form("probe", *components), "probe.form")


def _sent(shown: Form, raw: dict[str, Any], stored: dict[str, Any], seen: Sicht) -> dict[str, Any]:
    values = shown.validate(raw, seen.redacted(stored), feel=feel.shared(), now=NOW)
    return seen.restored(values, stored)


def test_a_hidden_field_is_neither_asked_for_nor_overwritten() -> None:
    seen = _administration()
    shown = seen.form(_form(text_field("telefon"), text_field("kontakt_notiz", required=True)))
    assert [one.key for one in walk(shown.components)] == ["telefon"]
    sent = _sent(shown, {"telefon": "062", "kontakt_notiz": "überschrieben"}, {"telefon": "032", "kontakt_notiz": "alt"}, seen)
    assert sent == {"telefon": "062"}


def test_rows_keep_what_was_not_seen_in_them() -> None:
    seen = _administration()
    rows = {"type": "dynamiclist", "id": "r", "path": "ergebnisse", "label": "R", "components": [text_field("person_name"), text_field("sucht")]}
    shown = seen.form(_form(rows))
    (rows_shown,) = (one for one in walk(shown.components) if isinstance(one, DynamicList))
    assert not rows_shown.may_change
    stored = {"ergebnisse": [{"person_name": "Anna", "sucht": "4"}, {"person_name": "Ben", "sucht": "1"}]}
    sent = _sent(shown, {"ergebnisse": [{"person_name": "Anna M."}, {"person_name": "Ben", "sucht": "9"}]}, stored, seen)
    assert sent == {"ergebnisse": [{"person_name": "Anna M.", "sucht": "4"}, {"person_name": "Ben", "sucht": "1"}]}


def test_a_form_may_name_the_group_itself() -> None:
    seen = _administration()
    field = {**text_field("telefon"), "properties": {"feldgruppe": "gesundheit"}}
    assert not list(walk(seen.form(_form(field)).components))


def _forms() -> Iterator[tuple[str, Form]]:
    for file in sorted(BPMN.rglob("*.form")):
        yield file.name, read(file.read_bytes(), file.name)


def test_every_field_of_every_form_has_a_group() -> None:
    seen = Sicht(frozenset())
    missing = [f"{name}: {path}" for name, one in _forms() for path, _, group in seen.fields(one.components) if group not in matrix() or group == "unbestimmt"]
    assert missing == [], "add them to engine/cases/data/felder.csv, or give them the property feldgruppe"


def test_whoever_is_given_a_task_sees_what_its_form_demands() -> None:
    """Otherwise somebody could complete a task without the answer that the process needs."""
    forms = {one.id: one for _, one in _forms()}
    unseen = []
    for file in sorted(BPMN.glob("*.bpmn")):
        for process in bpmn.read(file.read_bytes(), file.name).processes:
            for element in process.elements.values():
                if element.type != "userTask" or element.form_id not in forms:
                    continue
                for rolle in _groups(element):
                    seen = Sicht(groups_of(frozenset({rolle})))
                    demanded = (path for path, one, group in seen.fields(forms[element.form_id].components) if one.required is True and group not in seen.groups)
                    unseen += [f"{file.name} {element.id}: {rolle} does not see {path}" for path in demanded]
    assert unseen == []


def test_whoever_is_given_a_task_reads_the_whole_text_of_its_form() -> None:
    """A letter without its words helps nobody who has to send it."""
    forms = {one.id: one for _, one in _forms()}
    unseen = []
    for file in sorted(BPMN.glob("*.bpmn")):
        for process in bpmn.read(file.read_bytes(), file.name).processes:
            for element in process.elements.values():
                for name in _told(forms.get(element.form_id or "")) if element.type == "userTask" else ():
                    unseen += [f"{file.name} {element.id}: {rolle} does not see {name}" for rolle in _groups(element) if not Sicht(groups_of(frozenset({rolle}))).may_see(name)]
    assert unseen == [], "add them to engine/cases/data/felder.csv"


def _told(form: Form | None) -> set[str]:
    """The variables in the texts of a form."""
    texts = [component.text for component in walk(form.components) if isinstance(component, Text)] if form else []
    return {name for text in texts for expression in TEMPLATE.findall(text) for name in feel.shared().names(expression)} - {"parameter"}


def _groups(element: Any) -> list[str]:
    text = str(getattr(element, "candidate_groups", "") or "")
    return [rolle for rolle in ROLLEN if rolle in text.replace('"', " ").replace(",", " ").split()]
