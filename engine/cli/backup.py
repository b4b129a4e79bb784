"""``fallfluss backup`` and ``fallfluss restore``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from engine.cli import Failure
from engine.cli.installation import connect, open_database
from engine.model.clock import SystemClock
from engine.store import backup as store
from engine.store.session import Database

PASSPHRASE = "FALLFLUSS_BACKUP_PASSPHRASE"


@click.command()
@click.argument("datei", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--encrypt", is_flag=True, help=f"Verschlüsseln; das Kennwort steht in {PASSPHRASE} oder wird gefragt.")
@click.option("--no-verify", is_flag=True, help="Nicht zur Probe zurückspielen.")
def backup(datei: Path, encrypt: bool, no_verify: bool) -> None:
    """Die ganze Datenbank in eine Datei sichern, im laufenden Betrieb und auf einen einzigen Augenblick bezogen.

    Danach wird die Sicherung zur Probe in eine leere SQLite-Datei zurückgespielt und verglichen. Sie passt auf SQLite und auf PostgreSQL.

    \b
    Beispiele:
      fallfluss backup /var/backups/fallfluss-2026-11-22.sicherung
      fallfluss backup --encrypt /mnt/extern/fallfluss.sicherung
    """
    passphrase = _passphrase(confirm=True) if encrypt else ""
    content = store.write(open_database(), datei, passphrase=passphrase, progress=_tell)
    if not no_verify:
        _verify(datei, passphrase, content)
    size = datei.stat().st_size / 1024 / 1024
    checked = "" if no_verify else ", zur Probe zurückgespielt"
    click.echo(f"{datei}: {sum(content.rows.values())} Zeilen, {size:.1f} MB{checked}.")


@click.command()
@click.argument("datei", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(datei: Path) -> None:
    """Eine Sicherung in die leere Datenbank zurückspielen, die DATABASE_URL nennt; sie wird angelegt.

    \b
    Beispiel:
      DATABASE_URL=postgresql://fallfluss@localhost/neu fallfluss restore fallfluss.sicherung
    """
    database = connect()
    database.migrate()
    content = store.restore(datei, database, passphrase=_passphrase() if store.is_encrypted(datei) else "", progress=_tell)
    click.echo(f"{sum(content.rows.values())} Zeilen vom {content.at[:16].replace('T', ' ')} UTC zurückgespielt. Prüfen: fallfluss doctor")
    click.echo("Was seit der Sicherung vernichtet wurde, ist wieder da: fallfluss vernichtung nachholen PROTOKOLL")


def _verify(file: Path, passphrase: str, expected: store.Content) -> None:
    with tempfile.TemporaryDirectory() as folder:
        probe = Database(f"sqlite:///{Path(folder) / 'probe.db'}", clock=SystemClock())
        try:
            probe.migrate()
            found = store.restore(file, probe, passphrase=passphrase)
        finally:
            probe.close()
    if found != expected:
        raise Failure(f"Die Sicherung {file} lässt sich nicht vollständig zurückspielen; bitte noch einmal sichern.")


def _passphrase(*, confirm: bool = False) -> str:
    given = os.environ.get(PASSPHRASE)
    return given or str(click.prompt("Kennwort der Sicherung", hide_input=True, confirmation_prompt=confirm, err=True))


def _tell(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{table}: {rows} Zeilen".ljust(60), nl=False, err=True)
