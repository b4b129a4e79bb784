"""What can be wrong with a backup, or with where it should go."""

from __future__ import annotations

from engine.model.errors import FallflussError


class BackupInvalid(FallflussError):
    """The file is no backup, not whole, changed, or encrypted with another passphrase."""

    def __init__(self, reason: str):
        super().__init__(f"Diese Sicherung lässt sich nicht lesen: {reason} Es wurde nichts geändert.")


class NotEmpty(FallflussError):
    """A backup is only restored into a database without cases."""

    def __init__(self) -> None:
        super().__init__(
            "Zurückgespielt wird nur in eine leere Datenbank; diese enthält schon etwas. Es wurde nichts geändert. "
            "Eine neue anlegen und DATABASE_URL darauf zeigen lassen."
        )
