"""The filler of forms always comes to an end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random

import pytest

from engine.definitions.forms import read
from engine.demo.answers import fill
from engine.model.errors import FormInvalid


def test_an_answer_that_the_form_cannot_read_is_not_given_for_ever() -> None:
    field = {"type": "datetime", "subtype": "date", "key": "termin", "dateLabel": "Termin", "validate": {"required": True}}
    form = read(json.dumps({"id": "f", "type": "default", "components": [field]}).encode(), "f.form")
    with pytest.raises(FormInvalid):
        fill(form, {}, given={}, rng=Random(1), now=datetime(4000, 1, 1, tzinfo=UTC))


def test_what_is_sent_and_refused_is_mended_and_sent_again() -> None:
    form = read(json.dumps({"id": "f", "type": "default", "components": [{"type": "number", "key": "zahl", "validate": {"required": True}}]}).encode(), "f.form")
    sent: list[float] = []

    def send(raw: dict[str, float]) -> None:
        sent.append(raw["zahl"])
        if len(sent) < 3:
            raise FormInvalid({"zahl": "Diese Zahl nicht."})

    raw = fill(form, {}, given={}, rng=Random(1), now=datetime(2026, 1, 1, tzinfo=UTC), send=send)
    assert len(sent) == 3 and raw == {"zahl": sent[-1]}
