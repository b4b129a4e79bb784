"""How mail leaves: by SMTP as the environment says, or into a folder for demonstrations."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

_TIMEOUT = 20.0


class Post(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hand the message over. Raises OSError (smtplib's errors are such) when nobody took it."""


@dataclass(frozen=True)
class Folder:
    """Writes each mail as an .eml file, which every mail program opens."""

    path: Path

    def send(self, message: EmailMessage) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        (self.path / f"{name}.eml").write_bytes(bytes(message))


@dataclass(frozen=True)
class Smtp:
    """``security`` is starttls, tls or none."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"

    def send(self, message: EmailMessage) -> None:
        secure = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT, context=secure)
            if self.security == "tls"
            else smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
        ) as server:
            if self.security == "starttls":
                server.starttls(context=secure)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


@dataclass(frozen=True)
class Absender:
    """By which way, under which address, and where the links in a mail lead."""

    post: Post
    von: str
    adresse: str


def from_env(env: Mapping[str, str] = os.environ) -> Absender | None:
    """Read ``FALLFLUSS_MAIL`` (a folder, or ``smtp://user:password@host:port``; ``smtps:``, ``smtp+plain:``), ``FALLFLUSS_MAIL_VON`` and
    ``FALLFLUSS_ADRESSE``; None when no mail is configured. In the demonstration mail goes to ``var/post``."""
    way = env.get("FALLFLUSS_MAIL") or ("var/post" if env.get("FALLFLUSS_DEMO") == "1" else "")
    if not way:
        return None
    return Absender(_post(way), env.get("FALLFLUSS_MAIL_VON") or "fallfluss@localhost", env.get("FALLFLUSS_ADRESSE") or "")


def _post(way: str) -> Post:
    parts = urlsplit(way)
    if parts.scheme not in ("smtp", "smtps", "smtp+plain"):
        return Folder(Path(way))
    security = {"smtps": "tls", "smtp+plain": "none"}.get(parts.scheme, "starttls")
    port = parts.port or (465 if security == "tls" else 587)
    return Smtp(parts.hostname or "localhost", port, unquote(parts.username or ""), unquote(parts.password or ""), security)
