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
