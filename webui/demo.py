"""The demo clock. In demo mode only: elsewhere these addresses do not exist."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.definitions.forms.text import Unreadable, iso_date
from engine.model.calendar import ZURICH, months_after
from engine.model.errors import FallflussError, NotFound
from engine.scheduling.demo_clock import DemoClock, travel
from webui import words
from webui.fortsetzen import safe_target
from webui.rules import requires
from webui.transactions import database

demo = Blueprint("demo", __name__, url_prefix="/demo")

MONATE = {"monat": 1, "halbjahr": 6}
FARTHEST = timedelta(days=366 * 3)


class NoSuchDate(FallflussError):
    """The demo clock cannot be set to what was typed."""


@demo.post("/uhr")
@requires()
def uhr() -> ResponseReturnValue:
    clock = database().clock
    if not current_app.extensions["fallfluss-config"].is_demo or not isinstance(clock, DemoClock):
        raise NotFound("Diese Seite")
    target = _target(clock.now().astimezone(ZURICH))
    worked = travel(database(), clock, target)
    told = words.anzahl(worked.count, "Frist oder automatischer Schritt wurde", "Fristen und automatische Schritte wurden")
    flash(f"Die Demo-Uhr steht auf dem {words.langes_datum(clock.now())}. {told} ausgelöst.")
    return redirect(safe_target(request.form.get("_ziel")) or url_for("aufgaben.liste"), 303)


def _target(now: datetime) -> datetime:
    """Where the clock jumps to: the same time of day, one day or some months on; or a day at 08:00.

    Raises:
        NoSuchDate: not a date, or too far ahead.
    """
    jump = request.form.get("sprung", "")
    if jump == "tag":
        day = now.date() + timedelta(days=1)
    elif jump in MONATE:
        day = months_after(now.date(), MONATE[jump])
    else:
        return _typed(request.form.get("datum", ""), now)
    return datetime.combine(day, now.time(), ZURICH)


def _typed(text: str, now: datetime) -> datetime:
    try:
        iso = iso_date(text)
    except Unreadable as error:
        raise NoSuchDate(f"{error} Die Uhr wurde nicht verstellt.") from error
    if not iso:
        raise NoSuchDate("Geben Sie ein Datum ein, zum Beispiel 31.8.2026. Die Uhr wurde nicht verstellt.")
    target = datetime.combine(datetime.fromisoformat(iso).date(), time(8), ZURICH)
    if target - now > FARTHEST:
        raise NoSuchDate("Die Demo-Uhr springt höchstens drei Jahre auf einmal. Sie wurde nicht verstellt.")
    return target
