"""What an installation sets by environment variables."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from webui.oidc_config import Oidc

DEFAULT_URL = "sqlite:///var/fallfluss.db"


@dataclass(frozen=True)
class Config:
    """``is_plain_http`` drops the Secure flag of cookies, for machines where no TLS stands in front.

    ``proxies`` is how many reverse proxies of one's own stand in front: their word on the caller's address is believed.
    ``clamav`` is where ClamAV's daemon listens, ``unix:/run/clamav/clamd.ctl`` or ``host:3310``; without it uploads stay in quarantine.
    ``metrics_token`` opens ``/metrics``; without one it is open to this machine only.
    """

    database_url: str = DEFAULT_URL
    secret_key: str = ""
    is_demo: bool = False
    is_plain_http: bool = False
    has_rate_limit: bool = True
    proxies: int = 0
    metrics_token: str = ""
    clamav: str = ""
    oidc: Oidc | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Config:
        """Read ``DATABASE_URL``, ``SECRET_KEY``, ``FALLFLUSS_DEMO``, ``FALLFLUSS_PLAIN_HTTP``, ``FALLFLUSS_PROXIES``,
        ``FALLFLUSS_CLAMAV`` and ``FALLFLUSS_METRICS_TOKEN``; see also ``Oidc``.
        """
        is_demo = env.get("FALLFLUSS_DEMO") == "1"
        return cls(
            database_url=env.get("DATABASE_URL") or DEFAULT_URL,
            secret_key=env.get("SECRET_KEY") or _kept_secret(Path("var/secret")),
            is_demo=is_demo,
            is_plain_http=is_demo or env.get("FALLFLUSS_PLAIN_HTTP") == "1",
            proxies=int(env.get("FALLFLUSS_PROXIES") or 0),
            clamav=env.get("FALLFLUSS_CLAMAV", ""),
            metrics_token=env.get("FALLFLUSS_METRICS_TOKEN") or "",
            oidc=Oidc.from_env(env),
        )


def _kept_secret(file: Path) -> str:
    """The key in ``file``, made on first use: sessions then outlive a restart, and all workers agree."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return file.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(32))
    return file.read_text("ascii")
