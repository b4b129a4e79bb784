"""How somebody is told outside the application: by mail each working day, and by a calendar under a secret address."""

from __future__ import annotations

import hashlib
import re
import secrets

from engine.model.errors import FallflussError
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Benachrichtigung

_MAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,20}")


class MailInvalid(FallflussError):
    """No address a mail could be sent to."""


def set_mail(session: FallSession, mail: str, *, wanted: bool) -> None:
    """Remember this person's address, and whether they want the daily mail.

    Raises:
        MailInvalid
    """
    mail = mail.strip()
    if mail and not _MAIL.fullmatch(mail):
        raise MailInvalid("Das ist keine E-Mail-Adresse. Es wurde nichts gespeichert.")
    if wanted and not mail:
        raise MailInvalid("Für die Tagesmail braucht es eine E-Mail-Adresse. Es wurde nichts gespeichert.")
    row = _own(session)
    row.mail, row.tagesmail = mail or None, wanted


def new_calendar(session: FallSession) -> str:
    """A new secret for this person's calendar address, shown once; the former address is dead. Only its hash is stored."""
    token = secrets.token_urlsafe(32)
    row = _own(session)
    row.kalender_hash, row.kalender_seit = hashed(token), session.now
    log(session, "write", "Kalenderadresse neu")
    return token


def revoke_calendar(session: FallSession) -> None:
    """The calendar address answers no more."""
    row = _own(session)
    if row.kalender_hash is not None:
        row.kalender_hash = row.kalender_seit = None
        log(session, "write", "Kalenderadresse widerrufen")


def hashed(token: str) -> str:
    """How a token is stored. It is random and long, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _own(session: FallSession) -> Benachrichtigung:
    row = session.get(Benachrichtigung, session.access.konto)
    if row is None:
        row = Benachrichtigung(login=session.access.konto, tagesmail=False)
        session.add(row)
    return row
