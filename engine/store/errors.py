"""What the database may answer instead of doing its work, and the translation of its library's errors into these."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from engine.model.errors import FallflussError, Stale

# SQLSTATE classes after which the same transaction may succeed: serialization failure, deadlock, lock not available, query cancelled.
_RETRY_STATES = frozenset({"40001", "40P01", "55P03", "57014"})
_DISK_FULL = "53100"


class DatabaseBusy(FallflussError):
    """Others held the rows for too long; the same action may succeed in a moment."""

    def __init__(self) -> None:
        super().__init__("Die Datenbank ist gerade ausgelastet. Es wurde nichts gespeichert. Bitte in einigen Sekunden nochmals versuchen.")


class DatabaseUnreachable(FallflussError):
    """The database does not answer, or its disk does not: for whoever operates the installation."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            "Die Datenbank antwortet nicht. Es wurde nichts gespeichert. Bitte später nochmals versuchen; hält es an, den Betrieb benachrichtigen."
        )


class DatabaseFull(DatabaseUnreachable):
    """There is no room for another row."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.args = ("Auf dem Datenträger der Datenbank ist kein Platz mehr. Es wurde nichts gespeichert. Bitte den Betrieb benachrichtigen.",)


class Conflict(FallflussError):
    """A row contradicts what is already stored, such as the same number given twice at the same moment."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            "Die Angaben widersprechen dem, was schon gespeichert ist; vielleicht wurde dasselbe eben an anderer Stelle erfasst. "
            "Es wurde nichts gespeichert. Bitte die Seite neu laden."
        )


class TooLong(FallflussError):
    """A value does not fit into its column: such as an assignee, computed by a diagram, that is a whole letter."""

    def __init__(self) -> None:
        super().__init__("Ein Wert ist länger oder grösser, als die Datenbank ihn aufnehmen kann. Es wurde nichts gespeichert.")


class DatabaseUrlInvalid(FallflussError):
    """The installation names a database that Fallfluss cannot use."""

    def __init__(self, reason: str):
        super().__init__(f"{reason} Möglich sind «sqlite:///pfad/zur/datei.db» und «postgresql://benutzer@server/datenbank».")


class KontoInvalid(FallflussError):
    """An account, password, role or region that cannot be given; nothing was stored."""

    def __init__(self, reason: str):
        super().__init__(f"{reason} Es wurde nichts gespeichert.")


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of SQLAlchemy and the drivers into Fallfluss's own.

    Raises:
        Stale: a version column had moved on, or the row is gone.
        Conflict: a constraint was broken.
        TooLong: a value does not fit.
        DatabaseBusy: locked, deadlocked or not serializable.
        DatabaseFull: no room on its disk.
        DatabaseUnreachable: no connection.
    """
    try:
        yield
    except (StaleDataError, ObjectDeletedError) as error:
        raise Stale from error
    except IntegrityError as error:
        raise Conflict(str(error.orig)) from error
    except (DataError, OverflowError) as error:  # SQLite's driver itself refuses whole numbers of more than 64 bits
        raise TooLong from error
    except PoolTimeout as error:
        raise DatabaseBusy from error
    except (OperationalError, InterfaceError) as error:
        raise (_cause(error) or error) from error
    except DBAPIError as error:  # the server ended the session, such as one that stood still inside its transaction
        raise (DatabaseUnreachable(str(error.orig)) if error.connection_invalidated else error) from error


def _cause(error: DBAPIError) -> FallflussError | None:
    """None for what is a defect of a statement; SQLite's driver files it under the same class as a full disk."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    state = getattr(error.orig, "sqlstate", None)
    if state in _RETRY_STATES or _primary(code) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy()
    if state == _DISK_FULL or _primary(code) == sqlite3.SQLITE_FULL:
        return DatabaseFull(str(error.orig))
    if _primary(code) in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY):
        return None
    return DatabaseUnreachable(str(error.orig))


def _primary(code: int | None) -> int | None:
    # The upper bytes of a SQLite error code only refine the lowest.
    return None if code is None else code & 0xFF
