"""The command line ``fallfluss``: turns arguments into commands of the engine and its errors into messages on stderr."""

from __future__ import annotations

from importlib import import_module
from typing import IO, Any

import click

from engine.model.errors import FallflussError

# Command → module, in the order in which somebody new needs them. Loaded only when used: `fallfluss feel` needs no database.
COMMANDS = {
    "serve": "serve",
    "scheduler": "serve",
    "migrate": "installation",
    "deploy": "deploy",
    "release": "deploy",
    "compare": "compare",
    "lint": "lint",
    "decide": "decide",
    "feel": "feel",
    "user": "user",
    "audit": "audit",
    "vernichtung": "vernichtung",
    "bestand": "bestand",
    "backup": "backup",
    "restore": "backup",
    "doctor": "doctor",
    "schluessel": "schluessel",
    "replay": "replay",
    "export": "export",
    "evaluate": "evaluate",
    "bfs": "bfs",
    "demo": "demo",
    "simulate": "simulate",
    "bench": "bench",
}


class Failure(click.ClickException):
    """Something Fallfluss reports on purpose: one line on stderr, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"Fehler: {self.format_message()}", err=True)


class Commands(click.Group):
    """Finds commands in ``COMMANDS`` and reports every ``FallflussError`` without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"engine.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first sentence of each command, however long."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(limit=200)) for name, command in found if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FallflussError as error:
            raise Failure(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="fallfluss", prog_name="fallfluss")
def main() -> None:
    """Fallfluss führt die Fälle der Sozialhilfe des Kantons Solothurn aus ihren Diagrammen.

    \b
    Zum Ausprobieren, mit Beispieldaten:
      fallfluss serve --demo
    \b
    Für den Betrieb, in dieser Reihenfolge:
      export DATABASE_URL=postgresql://fallfluss@localhost/fallfluss
      fallfluss migrate
      fallfluss deploy bpmn
      fallfluss release --note "Erste Fassung"
      fallfluss user add admin --name "Vera Muster" --rolle betrieb
      fallfluss serve --host 0.0.0.0

    Die Datenbank steht in DATABASE_URL; ohne Angabe ist es die Datei var/fallfluss.db im laufenden Verzeichnis.
    Exit-Code 0: gelungen, 1: misslungen (die Meldung steht auf stderr), 2: falsch aufgerufen.
    """
