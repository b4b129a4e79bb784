"""Each request has one transaction, opened here with the rights of the person who is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from flask import current_app, g
from flask_login import current_user

from engine.model.access import Access
from engine.store.audit import log
from engine.store.errors import Conflict
from engine.store.session import Database, FallSession
from engine.store.tables import Fall

T = TypeVar("T")


def database() -> Database:
    """The application's database."""
    return cast(Database, current_app.extensions["fallfluss"])


def access() -> Access:
    """The rights of the person who is logged in."""
    return cast(Access, current_user.access)


@contextmanager
def reading() -> Iterator[FallSession]:
    """A transaction for a page: sees one moment, changes nothing."""
    with database().read(access()) as session:
        g.now = session.now
        yield session


@contextmanager
def writing() -> Iterator[FallSession]:
    """A transaction for a command: all of it or nothing."""
    with database().begin(access()) as session:
        g.now = session.now
        yield session


def at_once_or_again(command: Callable[[FallSession], T]) -> T:
    """Run a command that knows its own repetition. Sent twice in the same instant, the second meets the first in a constraint: then it
    asks again, and finds what the first one did.
    """
    try:
        with writing() as session:
            return command(session)
    except Conflict:
        with writing() as session:
            return command(session)


def note_read(what: str, fall: Fall) -> None:
    """Record that the person looked at something of a case; in its own short transaction, because a page's changes nothing."""
    with database().begin(access()) as session:
        log(session, "gelesen", what, fall_id=fall.id, region=fall.region)


def note_refusal(what: str) -> None:
    """Record that the person asked for something that is not theirs, or not there."""
    with database().begin(access()) as session:
        log(session, "abgelehnt", what)
