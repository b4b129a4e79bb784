"""Which OpenID provider people of this installation sign in at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from engine.store.fremdkonto import Zuordnung


@dataclass(frozen=True)
class Oidc:
    """``name`` stands on the button; ``zuordnung`` says which values of which claim give which roles."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "Anmeldedienst"
    scope: str = "openid profile email"
    zuordnung: Zuordnung = field(default_factory=Zuordnung)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Oidc | None:
        """Read ``FALLFLUSS_OIDC_ISSUER``, ``_CLIENT_ID``, ``_CLIENT_SECRET``, ``_NAME``, ``_SCOPE`` and ``_ROLLEN`` (a JSON file, see ``Zuordnung.read``).

        None without an issuer.
        """
        issuer = env.get("FALLFLUSS_OIDC_ISSUER")
        if not issuer:
            return None
        file = env.get("FALLFLUSS_OIDC_ROLLEN")
        rollen = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
        return cls(
            issuer=issuer,
            client_id=env["FALLFLUSS_OIDC_CLIENT_ID"],
            client_secret=env["FALLFLUSS_OIDC_CLIENT_SECRET"],
            name=env.get("FALLFLUSS_OIDC_NAME") or cls.name,
            scope=env.get("FALLFLUSS_OIDC_SCOPE") or cls.scope,
            zuordnung=Zuordnung.read(rollen),
        )

    @property
    def origin(self) -> str:
        """What the browser must be allowed to be sent to when it signs out."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"
