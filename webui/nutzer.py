"""Who is logged in, as Flask-Login sees it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import session as cookie
from flask_login import LoginManager, UserMixin

from engine.model.access import Access, system
from engine.store.konten import access_of, has_ended
from engine.store.tables import Konto
from webui.transactions import database

# What a session in a browser is known by, so that it can be ended.
NUMMER = "nummer"


@dataclass(frozen=True)
class Nutzer(UserMixin):  # type: ignore[misc]
    """A person with an account. ``epoch`` is the account's at login: raising it there ends all its sessions."""

    name: str
    access: Access
    epoch: int

    def get_login(self) -> str:
        return self.access.konto

    def get_id(self) -> str:
        return f"{self.epoch}:{self.access.konto}"

    def rollen(self) -> list[str]:
        return sorted({rolle for held in self.access.rollen.values() for rolle in held})


def nutzer(konto: Konto) -> Nutzer:
    """The person of an account, with the roles the account holds now."""
    return Nutzer(konto.name, access_of(konto), konto.session_epoch)


def load(id: str) -> Nutzer | None:
    """The person of a session; None when the account was disabled, or this session or all of them were ended."""
    epoch, _, login = id.partition(":")
    # Accounts belong to no region; before this the request has no rights of its own.
    with database().read(system("anmeldung")) as session:
        konto = session.get(Konto, login)
        is_valid = konto is not None and konto.is_active and not has_ended(session, cookie.get(NUMMER, ""))
        found = nutzer(konto) if konto is not None and is_valid else None
    return found if found is not None and str(found.epoch) == epoch else None


def manager() -> LoginManager:
    """The session handling, in the form the application registers."""
    made = LoginManager()
    made.user_loader(load)
    made.session_protection = "basic"
    return made
