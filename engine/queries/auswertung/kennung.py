"""What evaluators call a case: a keyed digest that only this installation can compute, so that a case can be asked for without its number.

A case is called something else in every list: who holds two lists of differently chosen cases cannot tell who is in both of them, which
filters that stack would refuse to say. Only asking the region leads from such a name to its case.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Einstellung, Fall

KEY = "auswertung_schluessel"
PREFIX = "K-"
# Characters of five bits. So few that a permission can be asked for by them (20), so many that two lists or two cases never share them.
OF_LIST = 8
OF_CASE = 10
# What permissions asked for before lists were told apart call their case: the digest of the case alone.
OF_OLD = 12


def kennungen(session: FallSession, liste: Iterable[str], faelle: Iterable[int]) -> list[str]:
    """What the cases are called in the list that ``liste`` describes: the same each time, sorted, so that their order tells nothing either.

    Empty before the first trace was made, which makes the key.
    """
    key = _key(session)
    if not key:
        return []
    mark = _digest(key, "\n".join(("liste", *liste)), OF_LIST)
    return sorted(PREFIX + mark + _digest(key, f"{mark} {fall_id}", OF_CASE) for fall_id in faelle)


def fall(session: FallSession, region: str, text: str) -> Fall | None:
    """The case of the region by its number or what evaluators call it, among those this session sees."""
    text = text.strip()
    if not text.upper().startswith(PREFIX):
        return session.scalar(select(Fall).where(Fall.fall_nr == text, Fall.region == region).order_by(Fall.id.desc()).limit(1))
    key, name = _key(session), text.upper().removeprefix(PREFIX)
    ids = session.scalars(select(Fall.id).where(Fall.region == region)) if key else ()
    found = next((id_ for id_ in ids if _is(key, name, id_)), None)
    return None if found is None else session.get(Fall, found)


def _is(key: bytes, name: str, fall_id: int) -> bool:
    if len(name) == OF_OLD:
        return _digest(key, str(fall_id), OF_OLD) == name
    return _digest(key, f"{name[:OF_LIST]} {fall_id}", OF_CASE) == name[OF_LIST:]


def abgeleitet(session: FallSession, zweck: str) -> bytes:
    """A key of its own for another purpose, from the same secret; empty before the first trace was made."""
    key = _key(session)
    return hmac.new(key, zweck.encode(), sha256).digest() if key else b""


def _key(session: FallSession) -> bytes:
    stored = session.get(Einstellung, KEY)
    return b"" if stored is None else bytes.fromhex(stored.value)


def _digest(key: bytes, text: str, length: int) -> str:
    return base64.b32encode(hmac.new(key, text.encode(), sha256).digest())[:length].decode()
