"""``fallfluss user``: accounts, above all the first one."""

from __future__ import annotations

import sys

import click

from engine.cli.installation import open_database
from engine.commands import konten as commands
from engine.model.access import ROLLEN, Access, system
from engine.store import konten
from engine.store.tables import Konto


@click.group()
def user() -> None:
    """Konten anlegen, auflisten und sperren.

    \b
    Beispiel: die erste Person, die weitere Konten führt
      fallfluss user add admin --name "Vera Muster" --rolle betrieb
    """


@user.command()
@click.argument("login")
@click.option("--name", required=True, help="Vorname und Name, wie sie in Listen und im Verlauf erscheinen.")
@click.option(
    "--rolle", "rollen", multiple=True, required=True, metavar="ROLLE[@REGION]", help="Mehrfach möglich; kantonale Rollen ohne Region."
)
@click.option("--password-stdin", is_flag=True, help="Das Passwort von der Standardeingabe lesen statt zu fragen.")
def add(login: str, name: str, rollen: tuple[str, ...], password_stdin: bool) -> None:
    """Ein Konto anlegen.

    \b
    Beispiele:
      fallfluss user add m.keller --name "Mira Keller" --rolle intake@SDOL --rolle fallfuehrung@SDOL
      pass show keller | fallfluss user add m.keller --name "Mira Keller" --rolle intake@SDOL --password-stdin
    """
    pairs = [_rolle(text) for text in rollen]
    password = _password(password_stdin)
    with open_database().begin(_operator()) as session:
        konten.create_konto(session, login, name, password)
        for rolle, region in pairs:
            konten.grant(session, login, rolle, region)
    click.echo(f"Konto «{login}» angelegt: {', '.join(rollen)}.")


@user.command("list")
def list_() -> None:
    """Alle Konten mit ihren Rollen auflisten."""
    with open_database().read(_operator()) as session:
        for konto in konten.all_konten(session):
            click.echo(_line(konto))


@user.command()
@click.argument("login")
def disable(login: str) -> None:
    """Ein Konto sperren und seine Sitzungen beenden. Gelöscht wird es nicht: Der Verlauf nennt es.

    \b
    Beispiel:
      fallfluss user disable m.keller
    """
    with open_database().begin(_operator()) as session:
        commands.disable(session, login)
    click.echo(f"Konto «{login}» gesperrt.")


@user.command()
@click.argument("login")
def enable(login: str) -> None:
    """Ein gesperrtes Konto wieder freigeben; hebt auch die Sperre nach Fehlversuchen auf.

    \b
    Beispiel:
      fallfluss user enable muster
    """
    with open_database().begin(_operator()) as session:
        commands.enable(session, login)
    click.echo(f"Konto «{login}» freigegeben.")


@user.command()
@click.argument("login")
@click.argument("rolle", metavar="ROLLE[@REGION]")
def grant(login: str, rolle: str) -> None:
    """Einem Konto eine Rolle geben.

    \b
    Beispiel:
      fallfluss user grant m.keller teamleitung@SDOL
    """
    with open_database().begin(_operator()) as session:
        commands.grant(session, login, *_rolle(rolle))
    click.echo(f"«{login}» hat jetzt die Rolle {rolle}.")


@user.command()
@click.argument("login")
@click.argument("rolle", metavar="ROLLE[@REGION]")
def revoke(login: str, rolle: str) -> None:
    """Einem Konto eine Rolle nehmen.

    \b
    Beispiel:
      fallfluss user revoke muster intake@SDOL
    """
    with open_database().begin(_operator()) as session:
        commands.revoke(session, login, *_rolle(rolle))
    click.echo(f"«{login}» hat die Rolle {rolle} nicht mehr.")


@user.command()
@click.argument("login")
def logout(login: str) -> None:
    """Alle Sitzungen eines Kontos beenden, auf allen Geräten.

    \b
    Beispiel:
      fallfluss user logout muster
    """
    with open_database().begin(_operator()) as session:
        commands.end_sessions(session, login)
    click.echo(f"«{login}» ist überall abgemeldet.")


@user.command("totp-reset")
@click.argument("login")
def totp_reset(login: str) -> None:
    """Den zweiten Faktor entfernen, wenn Telefon und Notcodes verloren sind; beendet alle Sitzungen.

    \b
    Beispiel:
      fallfluss user totp-reset muster
    """
    with open_database().begin(_operator()) as session:
        commands.remove_second_factor(session, login)
    click.echo(f"«{login}» meldet sich wieder nur mit dem Passwort an.")


@user.command()
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Das Passwort von der Standardeingabe lesen statt zu fragen.")
def password(login: str, password_stdin: bool) -> None:
    """Ein neues Passwort setzen; hebt eine Sperre nach Fehlversuchen auf und beendet alle Sitzungen.

    \b
    Beispiel:
      fallfluss user password m.keller
    """
    chosen = _password(password_stdin)
    with open_database().begin(_operator()) as session:
        konten.set_password(session, login, chosen)
    click.echo(f"Passwort von «{login}» geändert.")


def _operator() -> Access:
    return system("befehlszeile")


def _rolle(text: str) -> tuple[str, str]:
    rolle, _, region = text.partition("@")
    if rolle not in ROLLEN:
        raise click.BadParameter(f"«{rolle}» gibt es nicht. Möglich sind: {', '.join(ROLLEN)}.", param_hint="--rolle")
    return rolle, region or "*"


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    chosen: str = click.prompt("Passwort", hide_input=True, confirmation_prompt="Nochmals")
    return chosen


def _line(konto: Konto) -> str:
    rollen = ", ".join(f"{r.rolle}@{r.region}" if r.region != "*" else r.rolle for r in konto.rollen)
    return f"{konto.login:<24} {konto.name:<28} {'aktiv' if konto.is_active else 'gesperrt':<9} {rollen}"
