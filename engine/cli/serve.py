"""``fallfluss serve`` and ``fallfluss scheduler``: the processes of an installation."""

from __future__ import annotations

import os
import socket
import sys
import tempfile

import click

from engine.cli import Failure, processes
from engine.cli.demo import logins, prepare
from engine.cli.installation import connect, database_url, open_database
from engine.model import logs
from engine.scheduling import process as scheduling
from engine.store.session import normalized

# Named as text: the engine does not import what stands above it.
APPLICATION = "webui.app:create_app()"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 öffnet die Anwendung für andere Maschinen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="Prozesse; Vorgabe 1 mit SQLite, 4 mit PostgreSQL.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Anfragen, die ein Prozess zugleich bedient.")
@click.option("--demo", is_flag=True, help="Beispieldaten, Beispielkonten und eine Uhr, die sich vorstellen lässt.")
@click.option("--no-scheduler", is_flag=True, help="Nur die Anwendung; Fristen bedient «fallfluss scheduler» anderswo.")
def serve(host: str, port: int, workers: int | None, threads: int, demo: bool, no_scheduler: bool) -> None:
    """Die Anwendung im Browser bereitstellen, samt dem Prozess, der Fristen auslöst.

    \b
    Beispiele:
      fallfluss serve --demo                     zum Ausprobieren, mit Beispieldaten
      fallfluss serve --host 0.0.0.0 --port 80   für den Betrieb
    """
    require_free(host, port)
    if demo:
        os.environ["FALLFLUSS_DEMO"] = "1"
        prepare(connect())
    else:
        open_database().close()
    on_sqlite = normalized(database_url()).get_backend_name() == "sqlite"
    children = {"Anwendung": _gunicorn(host, port, workers or (1 if on_sqlite else 4), threads)}
    if not no_scheduler:
        children["Fristen"] = [sys.executable, "-m", "engine.cli", "scheduler"]
    with tempfile.TemporaryDirectory() as folder:
        # Where the workers add up what they measure, see webui.betrieb.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        code = processes.run(children, ready=lambda: _announce(host, port, demo))
    sys.exit(code)


@click.command()
def scheduler() -> None:
    """Nur die Fristen bedienen: für Installationen, deren Anwendung mit --no-scheduler läuft.

    Mehrere zugleich schaden nicht; jede Frist löst einmal aus.

    \b
    Beispiel:
      fallfluss scheduler
    """
    logs.configure()
    database = open_database()
    with processes.stopping() as stop:
        scheduling.run(database, stop)


def require_free(host: str, port: int) -> None:
    """Raises:
    Failure: somebody listens there already.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(
                f"Auf {host}:{port} lässt sich nichts öffnen ({error.strerror}). Vermutlich läuft dort schon etwas. "
                f"Anderen Port wählen: «make run PORT={port + 1}» oder «fallfluss serve --port {port + 1}»."
            ) from error


def _gunicorn(host: str, port: int, workers: int, threads: int) -> list[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", APPLICATION, "--bind", bind, "--config", "python:webui.worker"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *("--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"),
    ]


def _announce(host: str, port: int, demo: bool) -> bool:
    """Say where the application is as soon as it answers; False while it does not."""
    reachable = "127.0.0.1" if host == "0.0.0.0" else host
    try:
        socket.create_connection((reachable, port), timeout=1).close()
    except OSError:
        return False
    click.echo(f"\nFallfluss läuft: http://{reachable}:{port}/  (Ctrl-C beendet)")
    if demo:
        click.echo(logins())
    return True
