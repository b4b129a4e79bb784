"""The daily mail: one for each person and working day, with numbers of cases and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.commands import CaseRef
from engine.commands.benachrichtigung import MailInvalid, set_mail
from engine.model.clock import FixedClock
from engine.scheduling.post import Absender, Folder, Smtp, from_env
from engine.scheduling.tagesmail import send_due
from engine.store.session import Database
from tests.arbeit.conftest import DAY, person
from tests.arbeit.postamt import Postamt
from tests.arbeit.postamt import opened as opened_office
from tests.conftest import ZURICH

Opened = Callable[..., CaseRef]


class Letterbox:
    """Takes every mail, or none while it is closed."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.is_closed = False

    def send(self, message: EmailMessage) -> None:
        if self.is_closed:
            raise ConnectionRefusedError
        self.mails.append(message)


@pytest.fixture
def box(office: Database) -> Letterbox:
    with office.begin(person("fabio")) as session:
        set_mail(session, "fabio@example.ch", wanted=True)
    return Letterbox()


def by(box: Letterbox) -> Absender:
    return Absender(box, "fallfluss@example.ch", "https://fallfluss.example.ch")


def test_the_mail_names_cases_and_days_only(office: Database, box: Letterbox, opened: Opened) -> None:
    ref = opened("fabio")
    assert send_due(office, by(box)) == 1
    (mail,) = box.mails
    text = mail.get_content()
    assert (mail["To"], mail["Subject"]) == ("fabio@example.ch", "Fallfluss: 1 diese Woche fällig")
    assert ref.fall_nr in text
    assert "05.03.2026" in text
    assert "Ziele" not in text + str(mail["Subject"])


def test_each_working_day_has_one_mail(office: Database, box: Letterbox, opened: Opened, clock: FixedClock) -> None:
    opened("fabio")
    for _ in range(3):
        send_due(office, by(box))
    clock.at += DAY
    send_due(office, by(box))
    assert len(box.mails) == 2


def test_of_several_schedulers_one_sends(office: Database, box: Letterbox, opened: Opened) -> None:
    opened("fabio")
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: send_due(office, by(box)), range(4)))
    assert (sum(sent), len(box.mails)) == (1, 1)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param("2026-03-07T08:00", id="Saturday"),
        pytest.param("2026-04-03T08:00", id="Good Friday"),
        pytest.param("2026-03-02T06:00", id="before the morning"),
        pytest.param("2026-03-02T12:00", id="too late to be of use"),
    ],
)
def test_at_other_times_nothing_is_sent(office: Database, box: Letterbox, opened: Opened, clock: FixedClock, at: str) -> None:
    opened("fabio")
    clock.at = datetime.fromisoformat(at).replace(tzinfo=ZURICH)
    assert send_due(office, by(box)) == 0


def test_a_mail_nobody_took_is_tried_again(office: Database, box: Letterbox, opened: Opened) -> None:
    opened("fabio")
    box.is_closed = True
    assert send_due(office, by(box)) == 0
    box.is_closed = False
    assert send_due(office, by(box)) == 1
    assert len(box.mails) == 1


def test_whoever_has_nothing_to_do_gets_no_mail(office: Database, box: Letterbox, opened: Opened) -> None:
    opened("franca")
    send_due(office, by(box))
    assert box.mails == []


def test_without_an_address_there_is_no_mail(office: Database) -> None:
    for mail in ("", "kein-at", "a@b.ch,c@d.ch", "x@y.ch\nBcc: z@w.ch"):
        with pytest.raises(MailInvalid), office.begin(person("fabio")) as session:
            set_mail(session, mail, wanted=True)


def test_the_demonstration_writes_mails_into_a_folder(tmp_path: Path, office: Database, box: Letterbox, opened: Opened) -> None:
    opened("fabio")
    send_due(office, Absender(Folder(tmp_path / "post"), "fallfluss@example.ch", ""))
    assert [file.name for file in (tmp_path / "post").iterdir()] == ["tagesmail-2026-03-02-fabio.eml"]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        pytest.param({}, None, id="none configured"),
        pytest.param({"FALLFLUSS_MAIL": "smtp://u:p%40ss@mail.ch"}, Smtp("mail.ch", 587, "u", "p@ss", "starttls"), id="STARTTLS"),
        pytest.param({"FALLFLUSS_MAIL": "smtps://mail.ch:4650"}, Smtp("mail.ch", 4650, "", "", "tls"), id="TLS"),
        pytest.param({"FALLFLUSS_DEMO": "1"}, Folder(Path("var/post")), id="demo"),
    ],
)
def test_the_environment_says_how_mail_leaves(env: dict[str, str], expected: object) -> None:
    found = from_env(env)
    assert (found.post if found else None) == expected


@pytest.fixture
def amt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postamt]:
    """A mail server whose certificate this machine trusts."""
    with opened_office(tmp_path) as postamt:
        monkeypatch.setenv("SSL_CERT_FILE", str(postamt.certificate))
        yield postamt


def _configured(amt: Postamt, scheme: str = "smtp") -> Absender:
    found = from_env({"FALLFLUSS_MAIL": f"{scheme}://post:ge%40heim@127.0.0.1:{amt.port}", "FALLFLUSS_MAIL_VON": "fallfluss@example.ch"})
    assert found
    return found


def test_a_mail_server_takes_it_over_an_encrypted_line(office: Database, box: Letterbox, opened: Opened, amt: Postamt) -> None:
    ref = opened("fabio")
    assert send_due(office, _configured(amt)) == 1
    (mail,) = amt.mails
    assert amt.signed_in == [("post", "ge@heim", True)]
    assert (mail["From"], mail["To"], mail["Subject"]) == ("fallfluss@example.ch", "fabio@example.ch", "Fallfluss: 1 diese Woche fällig")
    text = mail.get_content()
    assert re.findall(r"\d{4}-\d{5}", text) == [ref.fall_nr]
    # Nothing of the case but its number: neither the household nor the step, in no part of the mail.
    assert not {"Muster", "Anna", "Ziele"} & set(re.findall(r"\w+", mail.as_string()))


def test_a_server_that_refuses_is_asked_again_later(office: Database, box: Letterbox, opened: Opened, amt: Postamt) -> None:
    opened("fabio")
    amt.refuses = True
    assert send_due(office, _configured(amt)) == 0
    amt.refuses = False
    assert send_due(office, _configured(amt)) == 1
    assert len(amt.mails) == 1


def test_a_server_nobody_vouches_for_gets_neither_password_nor_mail(
    office: Database, box: Letterbox, opened: Opened, amt: Postamt, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("fabio")
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    assert send_due(office, _configured(amt)) == 0
    assert (amt.mails, amt.signed_in) == ([], [])
