"""Fills any form plausibly: from what the case already knows, from what the demonstration wishes, otherwise by the kind of field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from engine.definitions import feel
from engine.definitions.forms import (
    Checkbox,
    Checklist,
    Choice,
    DateTime,
    Field,
    Form,
    Number,
    Shown,
    TextArea,
    TextField,
    flatten,
    walk,
)
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid

# What a field should rather hold: key → options with weights. Only options that the form offers are taken.
WISHES: Mapping[str, Mapping[Any, float]] = {
    "zustaendig": {"ja": 30, "nein": 1},
    "unterlagen_vollstaendig": {"ja": 4, "nein": 1},
    "nicht_eintreten": {"nein": 3, "erstrecken": 2, "ja": 1},
    "soforthilfe": {"geleistet": 3, "nicht_noetig": 1},
    "erschienen": {"ja": 12, "nein": 1},
    "anspruch": {"ja": 20, "ueberbrueckung": 2, "nein": 1},
    "verzicht": {"ja": 1, "nein": 1},
    "unterschrift": {"ja": 8, "muendlich": 2, "verweigert": 1},
    "verbindlichkeit_ergebnis": {"neuer_anlauf": 2, "weiter": 1},
    "segment_weiter_richtig": {"ja": 8, "unsicher": 1, "nein": 1},
    "status": {"teilweise": 4, "erreicht": 3, "offen": 2, "nicht_erreicht": 1},
    "sb_entscheid": {"weiter": 5, "neu_segmentieren": 1, "vpe": 0.4, "intensiv": 0.4, "auflage": 0.2, "abloesung": 4},
    "vpe_einwilligung": {"ja": 4, "nein": 1},
    "massnahme_verlauf": {"endet": 3, "verlaengert": 1, "abgebrochen": 1},
    "entscheid": {"zugesprochen": 2, "abgelehnt": 1, "offen": 1},
    "gespraech_gefuehrt": {"ja": 5, "abgelehnt": 1, "nicht_erreichbar": 1},
    "nachbegleitung": {"ja": 3, "nein": 1, "abgelehnt": 1},
    "visum_entscheid": {"erteilt": 5, "abgelehnt": 1},
    "hinweis_kindeswohl": {False: 12, True: 1},
    "sicherheit_gefaehrdet": {False: 15, True: 1},
    "in_ausbildung": {False: 9, True: 1},
    "notlage_heute": {False: 6, True: 1},
    "erwerbsfaehigkeit": {"voll": 6, "teilweise": 3, "keine": 1.5, "unklar": 1},
    "horizont": {"offen": 5, "gt12": 3, "7_12": 2, "le6": 1},
    "eigener_haushalt": {"nein": 3, "ja": 1},
    "hauptgrund": {"erwerb": 5, "mehr_erwerb": 2, "alv": 1, "iv": 1, "ausbildung": 1, "wegzug_kanton": 1},
    "wohin": {"kanton": 8, "anderer_kanton": 1, "ausland": 0.3},
    "ewk_ereignis": {"zivilstand": 5, "zuzug": 4, "wegzug": 0.7, "tod": 0.3},
    "stand_6m": {"unabhaengig": 4, "erneut_bezug": 1},
}
# The decision usually follows the proposal of the rules.
FOLLOWS = {"entscheid": "vorschlag"}
FOLLOWED = 0.85
# Ratings from 1 (resource) to 4 (acute): most people have some trouble and few have every trouble.
RATING: Mapping[Any, float] = {1: 5, 2: 4, 3: 2, 4: 0.4, "nb": 0.3}
SENTENCES = (
    "Besprochen und so vereinbart.",
    "Die Person wirkt zuversichtlich und hält Termine ein.",
    "Die Lage ist stabil; nächste Schritte sind bekannt.",
    "Es braucht noch Unterlagen, sie werden nachgereicht.",
)
# After so many mended answers everything is answered afresh, and that is mended as often.
TRIES = 6


def fill(
    form: Form, context: Mapping[str, Any], *, given: Mapping[str, Any], rng: Random, now: datetime, send: Callable[[dict[str, Any]], object] | None = None
) -> dict[str, Any]:
    """Raw values that ``form.validate`` accepts. ``given`` wins over everything else; ``context`` are the task's variables.

    With ``send`` that is asked instead: it sends the values, and raises FormInvalid, with nothing changed, where the form refuses them.

    Raises:
        FormInvalid: not found within a few tries; the form asks for something this module does not know.
    """
    accept = send or partial(form.validate, context=context, feel=feel.shared(), now=now)
    raw: dict[str, Any] = {}
    for attempt in range(2 * TRIES):
        if attempt % TRIES == 0:
            raw = {**_without_old_decisions(form, context), **_followed(context, rng), **given}
        answered: set[str] = set()
        while _answer_all(form, raw, context, given, rng, now, answered=answered):
            pass
        try:
            accept(raw)
            return raw
        except FormInvalid as invalid:
            if attempt == 2 * TRIES - 1:
                invalid.add_note(f"{form.id}: {dict(invalid.errors)}")
                raise
            for path in invalid.errors:
                _put(raw, path, None)
    raise AssertionError("unreachable")


def _without_old_decisions(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """The prefilled form, where what was decided or dated in an earlier round is open again."""
    locked = {component.key for component in walk(form.components) if isinstance(component, Field) and component.is_locked}
    asked = {component.key for component in walk(form.components) if isinstance(component, Choice | DateTime)}
    return {key: value for key, value in form.prefill(context).items() if key not in asked - locked}


def _followed(context: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    return {key: context[source] for key, source in FOLLOWS.items() if context.get(source) and rng.random() < FOLLOWED}


def _answer_all(
    form: Form, raw: dict[str, Any], context: Mapping[str, Any], given: Mapping[str, Any], rng: Random, now: datetime, *, answered: set[str]
) -> bool:
    """Answer what is visible and empty; True when something was, because answers can make more fields appear.

    What is in ``answered`` is not answered again: an answer that the form cannot read leaves its field empty.
    """
    before = len(answered)
    today = now.astimezone(ZURICH).date()
    for shown in flatten(form.show(raw, context, feel=feel.shared(), now=now)):
        if not _is_open(shown) or shown.path in answered or shown.path.split(".")[0] in given and "." not in shown.path:
            continue
        component = shown.component
        assert isinstance(component, Field)
        answer = _answer(component, rng, today)
        if answer is not None:
            _put(raw, shown.path, answer)
            answered.add(shown.path)
    return len(answered) > before


def _is_open(shown: Shown) -> bool:
    """A visible field without a value that must have one, or whose answer steers the process."""
    component = shown.component
    if shown.hidden or not isinstance(component, Field) or component.is_locked:
        return False
    if shown.value not in (None, "", [], False):
        return False
    return component.required is not False or component.key in WISHES and shown.value is None


def _answer(field: Field, rng: Random, today: date) -> Any:
    for kind, answer in ANSWERS:
        if isinstance(field, kind):
            return answer(field, rng, today)
    return None


def _choice(field: Choice, rng: Random, today: date) -> Any:
    values = [option.value for option in field.options]
    if not values:
        return None
    wishes = WISHES.get(field.key) or (RATING if {str(v) for v in values} >= {"1", "2", "3", "4"} else {})
    weights = [max((weight for wish, weight in wishes.items() if str(wish).lower() == str(value).lower()), default=0.0) for value in values]
    chosen = rng.choices(values, weights if any(weights) else None)[0]
    return [chosen] if isinstance(field, Checklist) else chosen


def _checkbox(field: Checkbox, rng: Random, today: date) -> bool:
    wishes = WISHES.get(field.key, {True: 1.0})
    return bool(rng.choices(list(wishes), list(wishes.values()))[0]) or field.required is True


def _number(field: Number, rng: Random, today: date) -> float:
    low = field.minimum if isinstance(field.minimum, float | int) else 0
    high = field.maximum if isinstance(field.maximum, float | int) else low + 10
    return rng.randint(int(low), int(high))


def _date(field: DateTime, rng: Random, today: date) -> str | None:
    if field.subtype == "time":
        return "10:30"
    ahead = "datum_kuenftig" in field.validierung or field.no_past or any(word in field.key for word in ("termin", "bis", "naechste", "frist"))
    day = today + timedelta(days=rng.randint(60, 150)) if ahead else today - timedelta(days=rng.randint(0, 5))
    return day.isoformat() if field.subtype == "date" else f"{day.isoformat()}T10:30"


def _text(field: TextField, rng: Random, today: date) -> str | None:
    if field.validation == "email":
        return "person@beispiel.ch"
    if field.validation == "phone":
        return "032 000 00 00"
    if not isinstance(field, TextArea) and not field.min_length:
        return f"{field.label or field.key} (Beispiel)"
    text = rng.choice(SENTENCES)
    while isinstance(field.min_length, int) and len(text) < field.min_length:
        text += f" {rng.choice(SENTENCES)}"
    return text[: field.max_length] if isinstance(field.max_length, int) else text


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path such as ``personen.0.vorname``; objects and rows on the way are made."""
    *way, last = path.split(".")
    at: Any = raw
    for step, following in zip(way, [*way, last][1:], strict=True):
        at = _enter(at, step, [] if following.isdigit() else {})
    if isinstance(at, list):
        _enter(at, last, None)
        at[int(last)] = value
    else:
        at[last] = value


def _enter(at: Any, step: str, empty: Any) -> Any:
    if isinstance(at, list):
        at.extend({} for _ in range(int(step) + 1 - len(at)))
        return at[int(step)]
    if not isinstance(at.get(step), dict | list):
        at[step] = empty
    return at[step]


ANSWERS: tuple[tuple[type[Field], Callable[[Any, Random, date], Any]], ...] = (
    (Choice, _choice),
    (Checkbox, _checkbox),
    (Number, _number),
    (DateTime, _date),
    (TextField, _text),
)
