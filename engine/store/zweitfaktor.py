"""One-time codes as a second factor (TOTP, RFC 6238), and the recovery codes for the day the telephone is gone."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets

import pyotp
import segno

from engine.store.errors import KontoInvalid
from engine.store.konten import note_failure, note_success
from engine.store.session import FallSession
from engine.store.tables import Konto, Zweitfaktor

ISSUER = "Fallfluss"
PERIOD = 30
NOTCODES = 10
# One period before and after: clocks of telephones are not exact.
_TOLERANCE = (-1, 0, 1)
# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def begin(session: FallSession, login: str) -> Zweitfaktor:
    """A new secret for the account, which counts only once ``confirm`` has seen a code of it. One that counts is left alone.

    Raises:
        KontoInvalid: the account has a second factor already.
    """
    found = session.get(Zweitfaktor, login)
    if found is not None and found.bestaetigt_am is not None:
        raise KontoInvalid("Für dieses Konto ist die Anmeldung mit Code schon eingerichtet.")
    if found is None:
        found = Zweitfaktor(login=login, geheimnis=pyotp.random_base32(), zuletzt=0, notcodes=[])
        session.add(found)
        session.flush()
    return found


def confirm(session: FallSession, login: str, code: str) -> list[str] | None:
    """Turn the second factor on if the code is right; gives the recovery codes, which are shown this once. None: the code is wrong."""
    factor = session.get(Zweitfaktor, login)
    if factor is None or factor.bestaetigt_am is not None or not _take(session, factor, code):
        return None
    factor.bestaetigt_am = session.now
    return renew_notcodes(factor)


def renew_notcodes(factor: Zweitfaktor) -> list[str]:
    """New recovery codes; the old ones end. Only their digests are kept: they are random, so a fast digest is enough."""
    codes = ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(NOTCODES)]
    factor.notcodes = [_hashed(code) for code in codes]
    return codes


def check(session: FallSession, konto: Konto, code: str) -> bool:
    """Whether the code of the telephone or a recovery code is right; each counts once. Failures lock the account like wrong passwords.

    The caller must let the transaction commit, also after a failure.
    """
    # The lock makes guesses and repetitions sent at the same moment wait for each other.
    session.refresh(konto, with_for_update=True)
    factor = session.get(Zweitfaktor, konto.login, populate_existing=True, with_for_update=True)
    is_locked = konto.locked_until is not None and session.now < konto.locked_until
    is_right = factor is not None and factor.bestaetigt_am is not None and not is_locked and (_take(session, factor, code) or _spend(factor, code))
    (note_success if is_right else note_failure)(session, konto)
    return is_right


def remove(session: FallSession, login: str) -> None:
    """Turn the second factor off; harmless when there is none."""
    factor = session.get(Zweitfaktor, login)
    if factor is not None:
        session.delete(factor)


def picture(factor: Zweitfaktor) -> bytes:
    """The secret as a QR code (SVG) for the telephone."""
    out = io.BytesIO()
    # No styles and no class names: the page's policy allows none inline.
    segno.make(uri(factor), error="m").save(out, kind="svg", scale=5, border=3, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue()


def uri(factor: Zweitfaktor) -> str:
    return pyotp.TOTP(factor.geheimnis).provisioning_uri(name=factor.login, issuer_name=ISSUER)


def _take(session: FallSession, factor: Zweitfaktor, code: str) -> bool:
    """A code is right in its period and the neighbouring ones, but never in one that was used already, nor in an earlier one."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return False
    totp = pyotp.TOTP(factor.geheimnis, interval=PERIOD)
    # The telephone knows nothing of a demo clock that was set.
    now = int(session.database.clock.wall().timestamp()) // PERIOD
    for period in (now + shift for shift in _TOLERANCE):
        if period > factor.zuletzt and hmac.compare_digest(totp.generate_otp(period), digits):
            factor.zuletzt = period
            return True
    return False


def _spend(factor: Zweitfaktor, code: str) -> bool:
    hashed = _hashed(code)
    if hashed not in factor.notcodes:
        return False
    factor.notcodes = [one for one in factor.notcodes if one != hashed]
    return True


def _hashed(code: str) -> str:
    return hashlib.sha256("".join(c for c in code.lower() if c in _ALPHABET).encode()).hexdigest()

