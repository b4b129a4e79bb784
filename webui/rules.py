"""Who may call which route. A route without a rule is refused, so that forgetting one never opens anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine.cases.sichtbar import sees
from engine.cases.vertretung import FALLFUEHRUNG
from engine.model.access import ROLLEN, Access
from engine.model.errors import NotAllowed, NotFound
from webui.fortsetzen import ask_to_log_in

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
PROGRAMS = "programs"
# Roles of chapter 3 that work with cases; the others of that table see none.
FALLROLLEN = ("intake", "fallfuehrung", "fallfuehrung_intensiv", "administration", "teamleitung", "leitung")
AUFGABENROLLEN = (*FALLROLLEN, "sozialkommission")
# These fill in forms too, but see only their own orders or introductions, in a small view of their own.
FORMULARROLLEN = (*AUFGABENROLLEN, "vpe_stelle", "koordination")


def requires(*rollen: str) -> Callable[[View], View]:
    """Only people with one of these roles, in whatever region; without roles: everybody who is logged in."""
    unknown = set(rollen) - set(ROLLEN)
    if unknown:
        raise ValueError(f"No such roles: {unknown}")

    def mark(view: View) -> View:
        view.rule = frozenset(rollen)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Everybody, logged in or not."""
    view.rule = PUBLIC  # type: ignore[attr-defined]
    return view


def called_by_programs(view: View) -> View:
    """A call of the interface, which finds out by itself who calls and what they may."""
    view.rule = PROGRAMS  # type: ignore[attr-defined]
    return view


def rule_of(app: Flask, endpoint: str) -> frozenset[str] | str | None:
    """The rule of a route; None when it has none."""
    return getattr(app.view_functions[endpoint], "rule", None)


def may(app: Flask, endpoint: str, access: Access) -> bool:
    """Whether somebody with this access may call a route; for links that would only lead to a refusal."""
    rule = rule_of(app, endpoint)
    return rule == PUBLIC or isinstance(rule, frozenset) and (not rule or access.has(*rule))


def enforce() -> ResponseReturnValue | None:
    """Before each request.

    Raises:
        NotAllowed: no role that the route asks for, or the route has no rule.
    """
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule in (PUBLIC, PROGRAMS):
        return None
    if not current_user.is_authenticated:
        return ask_to_log_in()
    access: Access = current_user.access
    if rule is None or (rule and not access.has(*rule)):
        raise NotAllowed("diese Seite")
    _refuse_others_case(access)
    return None


def _refuse_others_case(access: Access) -> None:
    """A case that is not theirs to look into does not exist for them, whatever they want of it."""
    fall_nr = (request.view_args or {}).get("fall_nr")
    if fall_nr is None or access.everywhere or not any(rollen & FALLFUEHRUNG for rollen in access.rollen.values()):
        return
    with current_app.extensions["fallfluss"].read(access) as session:
        if not sees(session, fall_nr):
            raise NotFound(f"Der Fall {fall_nr}")
