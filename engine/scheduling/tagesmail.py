"""The daily mail: on each working day once, from the morning on, to everybody who wants it. Case numbers only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.model.access import system
from engine.model.calendar import ZURICH, is_arbeitstag
from engine.queries.arbeit import Grenzen
from engine.queries.uebersicht import due_days
from engine.scheduling.post import Absender
from engine.store.errors import Conflict
from engine.store.konten import access_of
from engine.store.session import Database
from engine.store.tables import Benachrichtigung, Konto, Tagesmail

log = structlog.get_logger(__name__)

SENDER = system("tagesmail")
FROM = time(6, 30)
UNTIL = time(12)
AT_ONCE = 50
TITLES = {"ueberfaellig": "Überfällig", "heute": "Heute fällig", "woche": "Diese Woche fällig"}
SUBJECTS = {"ueberfaellig": "überfällig", "heute": "heute fällig", "woche": "diese Woche fällig"}


def send_due(database: Database, absender: Absender | None) -> int:
    """Send the mails of today that are still missing, a few at a time; gives how many people were taken care of.

    A row for person and day is committed before the mail leaves: of several schedulers one wins it, and a crash in between loses that
    day's mail rather than sending it twice. When nobody takes the mail, the row goes and the next round tries again.
    """
    day = mail_day(database.clock.now())
    if absender is None or day is None:
        return 0
    return sum(_deliver(database, absender, login, mail, day) for login, mail in _missing(database, day))


def mail_day(now: datetime) -> date | None:
    """The working day whose mails may leave at this moment, or None. What was not sent by noon would come too late to be of use."""
    local = now.astimezone(ZURICH)
    return local.date() if is_arbeitstag(local.date()) and FROM <= local.time() < UNTIL else None


def _missing(database: Database, day: date) -> list[tuple[str, str]]:
    with database.read(SENDER) as session:
        done = select(Tagesmail.login).where(Tagesmail.tag == day)
        rows = session.execute(
            select(Benachrichtigung.login, Benachrichtigung.mail)
            .where(Benachrichtigung.tagesmail, Benachrichtigung.mail.is_not(None), Benachrichtigung.login.not_in(done))
            .order_by(Benachrichtigung.login).limit(AT_ONCE)
        )
        return [(login, str(mail)) for login, mail in rows]


def _deliver(database: Database, absender: Absender, login: str, mail: str, day: date) -> bool:
    try:
        with database.begin(SENDER) as session:
            session.add(Tagesmail(login=login, tag=day, at=session.now, zustand="angefangen"))
    except (Conflict, IntegrityError):  # another scheduler has this one
        return False
    message = _message(database, absender, login, mail, day)
    try:
        if message is not None:
            absender.post.send(message)
    except OSError:
        log.exception("tagesmail.failed", login=login)
        with database.begin(SENDER) as session:
            session.delete(session.get_one(Tagesmail, (login, day)))
        return False
    with database.begin(SENDER) as session:
        session.get_one(Tagesmail, (login, day)).zustand = "gesendet" if message is not None else "leer"
    return True


def _message(database: Database, absender: Absender, login: str, mail: str, day: date) -> EmailMessage | None:
    """What is overdue, due today and due this week; None when nothing is, or the account is out of use."""
    with database.read(SENDER) as session:
        konto = session.get(Konto, login)
        access = access_of(konto) if konto is not None and konto.is_active else None
    if access is None:
        return None
    with database.read(access) as session:
        bounds = Grenzen.of(session.now)
        groups: dict[str, list[tuple[str, datetime]]] = {"ueberfaellig": [], "heute": [], "woche": []}
        for fall_nr, _, due in due_days(session):
            if due is not None and (sicht := bounds.sicht(due)) in groups:
                groups[sicht].append((fall_nr, due))
    if not any(groups.values()):
        return None
    message = EmailMessage()
    message["Subject"] = f"Fallfluss: {_words(groups)}"
    message["From"], message["To"] = absender.von, mail
    message["Message-ID"] = f"<tagesmail-{day.isoformat()}-{login.replace('@', '-at-')}@fallfluss>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(groups, absender.adresse))
    return message


def _words(groups: dict[str, list[tuple[str, datetime]]]) -> str:
    return ", ".join(f"{len(rows)} {SUBJECTS[name]}" for name, rows in groups.items() if rows)


def _text(groups: dict[str, list[tuple[str, datetime]]], address: str) -> str:
    lines = ["Guten Morgen", ""]
    for name, rows in groups.items():
        if rows:
            lines += [TITLES[name], *(f"  {fall_nr}  {_day(due):%d.%m.%Y}" for fall_nr, due in rows), ""]
    lines += [f"Zur Liste: {address}/aufgaben" if address else "Mehr dazu in Fallfluss unter «Meine Arbeit».", ""]
    return "\n".join([*lines, "Diese Mail lässt sich unter «Tagesmail und Kalender» abstellen."])


def _day(due: datetime) -> date:
    return (due.astimezone(ZURICH) - timedelta(microseconds=1)).date()
