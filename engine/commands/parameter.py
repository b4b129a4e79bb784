"""Setting the canton's and the regions' parameters (process description, chapters 3 and 10)."""

from __future__ import annotations

from datetime import date

from engine.definitions.parameter import Parameter, ValueUnreadable, as_text, catalogue, is_at_most
from engine.model.access import Access
from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import parameter as store
from engine.store.audit import log
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.tables import Parameterwert, Region

# Chapter 3: the Leitung sets its region's parameters; what holds for all regions is the Umsetzungsbegleitgruppe's.
SETS_KANTON = "umsetzung"
SETS_REGION = "leitung"


def set_parameter(
    session: FallSession, key: str, value: str | None, *, region: str | None = None, von: date, bis: date | None = None, note: str
) -> None:
    """Give a parameter a value from ``von`` (until ``bis``, included) in the canton, or in one region. None takes the own value back.

    ``value`` is text as typed or stored: ``3 Monate`` or ``P3M``. What was set before stays in the log and ends where this begins.
    Steps of cases use the new value from then on; dates that were computed earlier stay.

    Raises:
        NotFound: no such parameter or region.
        NotAllowed: not this person's to set, or not for a region.
        FormInvalid: by the names of the arguments; nothing was stored.
    """
    wanted = _parameter(key)
    level = _level(session, wanted, region)
    text, errors = (None, _nothing_set(session, wanted, level)) if value is None else _read(session, wanted, value, level, von)
    errors |= _wrong_days(session, von, bis) | _wrong_note(note)
    if errors:
        raise FormInvalid(errors)
    row = Parameterwert(
        key=key, region=level, value=text, gueltig_von=von, gueltig_bis=bis, at=session.now, by=session.access.konto, note=note.strip()
    )
    store.add(session, row)
    log(session, "geändert", f"Parameter {key}", region=region)


def may_set(access: Access, wanted: Parameter, region: str) -> bool:
    """Whether the person may set it in that region, or with ``*`` in the canton."""
    if wanted.ebene == "fix":
        return False
    if access.everywhere:
        return region == KANTON or wanted.allows_regions
    if region == KANTON:
        return SETS_KANTON in access.rollen_in(KANTON)
    return wanted.allows_regions and SETS_REGION in access.rollen_in(region)


def _parameter(key: str) -> Parameter:
    if key not in catalogue():
        raise NotFound(f"Der Parameter «{key}»")
    return catalogue()[key]


def _level(session: FallSession, wanted: Parameter, region: str | None) -> str:
    if region is not None and session.get(Region, region) is None:
        raise NotFound(f"Die Sozialregion «{region}»")
    level = region or KANTON
    if may_set(session.access, wanted, level):
        return level
    if wanted.ebene == "fix":
        raise NotAllowed(f"«{wanted.titel}» ist fest vorgegeben")
    if region and not wanted.allows_regions:
        raise NotAllowed(f"«{wanted.titel}» gilt im ganzen Kanton; eine Region kann nicht davon abweichen")
    raise NotAllowed(f"«{wanted.titel}» in der Region {region} festlegen (nur Leitung)" if region else
                     f"«{wanted.titel}» für den Kanton festlegen (nur Umsetzungsbegleitgruppe)")  # fmt: skip


def _read(session: FallSession, wanted: Parameter, value: str, level: str, von: date) -> tuple[str, dict[str, str]]:
    """The value as it is stored, and what is wrong with it."""
    try:
        typed = wanted.read(value)
    except ValueUnreadable as error:
        return "", {"value": str(error)}
    return as_text(typed), _too_long(session, wanted, typed, level, von)


def _too_long(session: FallSession, wanted: Parameter, typed: str, level: str, von: date) -> dict[str, str]:
    if level == KANTON or not wanted.must_be_shorter:
        return {}
    kanton = store.log(session).value(wanted, KANTON, von)
    if is_at_most(typed, kanton):
        return {}
    return {"value": f"Eine Region darf hier nur verkürzen. Geben Sie höchstens {wanted.words(kanton)} ein, wie es im Kanton gilt."}


def _nothing_set(session: FallSession, wanted: Parameter, level: str) -> dict[str, str]:
    is_set = any((row.key, row.region) == (wanted.key, level) and row.value is not None for row in store.log(session).rows)
    return {} if is_set else {"value": "Hier ist kein eigener Wert gesetzt, der sich zurücknehmen liesse."}


def _wrong_days(session: FallSession, von: date, bis: date | None) -> dict[str, str]:
    today = session.now.astimezone(ZURICH).date()
    errors = {}
    if von < today:
        errors["von"] = f"Geben Sie einen Tag ab heute ({today:%d.%m.%Y}) ein. Was bisher galt, lässt sich nicht nachträglich ändern."
    if bis is not None and bis < von:
        errors["bis"] = "Geben Sie einen Tag ein, der nicht vor dem Beginn liegt, oder lassen Sie das Feld leer."
    return errors


def _wrong_note(note: str) -> dict[str, str]:
    return {} if note.strip() else {"note": "Schreiben Sie, warum der Wert ändert. Der Grund bleibt im Protokoll."}
