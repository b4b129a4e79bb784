"""What the page of parameters shows: values in force, deviating regions, what is planned, and the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.definitions.parameter import Parameter, catalogue
from engine.model.calendar import ZURICH
from engine.model.errors import NotFound
from engine.store import parameter as store
from engine.store.parameter import KANTON, Eintrag, Log
from engine.store.session import FallSession


@dataclass(frozen=True)
class Wert:
    """What holds at one level (``*`` is the canton); ``is_own`` says that it was set there."""

    region: str
    value: Any
    is_own: bool


@dataclass(frozen=True)
class ParameterRow:
    """One parameter: the canton's value, the regions whose value is another one, and what was set for later."""

    parameter: Parameter
    kanton: Wert
    abweichend: tuple[Wert, ...]
    geplant: tuple[Eintrag, ...]


@dataclass(frozen=True)
class ParameterView:
    """One parameter with the value of every visible region and its log, newest first."""

    parameter: Parameter
    kanton: Wert
    regionen: tuple[Wert, ...]
    geplant: tuple[Eintrag, ...]
    protokoll: tuple[Eintrag, ...]


def parameters(session: FallSession, regionen: Iterable[str]) -> dict[str, list[ParameterRow]]:
    """All parameters by topic, with today's values in the canton and in ``regionen``."""
    log, today, levels = store.log(session), _today(session), tuple(regionen)
    found: dict[str, list[ParameterRow]] = {}
    for parameter in catalogue().values():
        found.setdefault(parameter.thema, []).append(_row(log, parameter, levels, today))
    return found


def parameter(session: FallSession, key: str, regionen: Iterable[str]) -> ParameterView:
    """One parameter as far as the given regions and the canton are concerned.

    Raises:
        NotFound: no such parameter.
    """
    if key not in catalogue():
        raise NotFound(f"Der Parameter «{key}»")
    log, today, levels = store.log(session), _today(session), tuple(regionen)
    wanted = catalogue()[key]
    rows = tuple(row for row in reversed(log.rows) if row.key == key and row.region in (KANTON, *levels))
    values = tuple(_wert(log, wanted, region, today) for region in levels) if wanted.allows_regions else ()
    return ParameterView(wanted, _wert(log, wanted, KANTON, today), values, _planned(log, wanted, levels, today), rows)


def _row(log: Log, wanted: Parameter, levels: tuple[str, ...], today: date) -> ParameterRow:
    kanton = _wert(log, wanted, KANTON, today)
    others = tuple(wert for region in levels if (wert := _wert(log, wanted, region, today)).value != kanton.value)
    return ParameterRow(wanted, kanton, others, _planned(log, wanted, levels, today))


def _wert(log: Log, wanted: Parameter, region: str, today: date) -> Wert:
    row = log.newest(wanted, region, today)
    return Wert(region, log.value(wanted, region, today), row is not None and row.value is not None)


def _planned(log: Log, wanted: Parameter, levels: tuple[str, ...], today: date) -> tuple[Eintrag, ...]:
    """What begins later and has not been superseded for that day."""
    later = (row for row in log.rows if row.key == wanted.key and row.region in (KANTON, *levels) and row.gueltig_von > today)
    return tuple(sorted((row for row in later if log.newest(wanted, row.region, row.gueltig_von) is row), key=lambda row: row.gueltig_von))


def _today(session: FallSession) -> date:
    return session.now.astimezone(ZURICH).date()
