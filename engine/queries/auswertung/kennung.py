"""What evaluators call a case: a keyed digest that only this installation can compute, so that a case can be asked for without its number."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Einstellung, Fall

KEY = "auswertung_schluessel"
PREFIX = "K-"
LENGTH = 12


def kennung(session: FallSession, fall_id: int) -> str:
    """``K-7Q2M…``; empty before the first trace was made, which makes the key."""
    stored = session.get(Einstellung, KEY)
    return "" if stored is None else _digest(bytes.fromhex(stored.value), fall_id)


def _digest(key: bytes, fall_id: int) -> str:
    return PREFIX + base64.b32encode(hmac.new(key, str(fall_id).encode(), sha256).digest())[:LENGTH].decode()


def fall(session: FallSession, region: str, text: str) -> Fall | None:
    """The case of the region by its number or what evaluators call it, among those this session sees."""
    text = text.strip()
    if not text.upper().startswith(PREFIX):
        return session.scalar(select(Fall).where(Fall.fall_nr == text, Fall.region == region).order_by(Fall.id.desc()).limit(1))
    stored = session.get(Einstellung, KEY)
    key = bytes.fromhex(stored.value) if stored else b""
    ids = session.scalars(select(Fall.id).where(Fall.region == region)) if stored else ()
    found = next((id_ for id_ in ids if _digest(key, id_) == text.upper()), None)
    return None if found is None else session.get(Fall, found)
