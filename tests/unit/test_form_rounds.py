"""A form that is settled after one round is what as many rounds as it takes would show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.definitions import feel, forms
from engine.definitions.forms import show
from engine.definitions.forms.components import Checkbox, Checklist, Choice, DateTime, DynamicList, Field, Group, Number

NOW = datetime(2026, 8, 31, 10, tzinfo=UTC)
FORMS = sorted((Path(__file__).parents[2] / "bpmn").rglob("*.form"))
VALUES: tuple[Any, ...] = ("ja", "nein", "3", 3, True, False, "2026-01-31", "kein Datum", "", None, ["a"], [], {"person_id": "P1"})


def to_the_end(components: Any, raw: Any, context: Any, services: show.Services) -> show.View:
    """Round after round until nothing changes any more."""
    seen = show.View()
    for _ in range(show.ROUNDS):
        now = show.View(hidden=seen.hidden, locked=seen.locked, offered=seen.offered)
        values = show._values(components, raw, context, "", now)
        now.shown = show._show(components, values, {**context, **values}, "", now, services)
        everything = list(show.flatten(now.shown))
        found = (
            frozenset(show._hidden(now.shown)),
            frozenset(one.path for one in everything if isinstance(one.component, Field) and one.component.is_locked),
            show._offered(components, everything),
        )
        if found == (seen.hidden, seen.locked, seen.offered):
            return now
        seen = replace(now, hidden=found[0], locked=found[1], offered=found[2])
    return seen


def answers(components: Any, rng: Random) -> dict[str, Any]:
    """Some answers of all kinds, good and bad, to some of the fields."""
    raw: dict[str, Any] = {}
    for one in components:
        if isinstance(one, Field) and rng.random() < 0.6:
            forms.values.put(raw, one.key, _answer(one, rng))
        elif isinstance(one, Group):
            inner = answers(one.components, rng)
            forms.values.put(raw, one.path, inner) if one.path else raw.update(inner)
        elif isinstance(one, DynamicList):
            forms.values.put(raw, one.path, [answers(one.components, rng) for _ in range(rng.randint(0, 2))])
    return raw


def _answer(one: Field, rng: Random) -> Any:
    if rng.random() < 0.3:
        return rng.choice(VALUES)
    if isinstance(one, Checkbox):
        return rng.random() < 0.5
    if isinstance(one, Choice) and one.options:
        value = rng.choice(one.options).value
        return [value] if isinstance(one, Checklist) else rng.choice((value, str(value)))
    return rng.randint(0, 5) if isinstance(one, Number) else "2026-02-01" if isinstance(one, DateTime) else "Text"


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_what_is_settled_early_is_what_more_rounds_would_show(file: Path) -> None:
    form, services = forms.read(file.read_bytes(), file.name), show.Services(feel.shared(), NOW)
    for seed in range(6):
        rng = Random(f"{file.stem} {seed}")
        context = {**answers(form.components, rng), "personen": [{"person_id": "P1", "vorname": "A", "name": "B"}], "parameter": {}}
        raw = answers(form.components, rng)
        seen, wanted = (way(form.components, raw, context, services) for way in (show.view, to_the_end))
        assert seen.shown == wanted.shown
        assert (seen.hidden, seen.locked, seen.offered) == (wanted.hidden, wanted.locked, wanted.offered)
        assert {path: value for path, value in seen.typed.values.items() if path not in wanted.locked} == {path: value for path, value in wanted.typed.values.items() if path not in wanted.locked}
        assert seen.typed.errors == wanted.typed.errors


def test_many_forms_are_settled_early() -> None:
    rounds = 0
    original = show._show

    def counted(*given: Any) -> Any:
        nonlocal rounds
        rounds += given[3] == ""
        return original(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(show, "_show", counted)
        for file in FORMS:
            form = forms.read(file.read_bytes(), file.name)
            form.show({}, {"parameter": {}}, feel=feel.shared(), now=NOW)
    assert rounds < 1.5 * len(FORMS)
