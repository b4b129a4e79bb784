"""The command line teaches, and says what went wrong without a traceback."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from engine.cli import COMMANDS, main
from tests.cli.conftest import Run


def test_help_lists_every_command(run: Run) -> None:
    shown = run("--help").output
    assert all(f"\n  {name} " in shown for name in COMMANDS)


def every_command() -> list[str]:
    context = click.Context(main)
    found = []
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        inner = list(command.commands) if isinstance(command, click.Group) else []
        found += [name, *(f"{name} {child}" for child in inner)]
    return found


@pytest.mark.parametrize("command", every_command())
def test_the_help_of_a_command_says_what_it_does(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5


@pytest.mark.parametrize("command", [name for name in every_command() if name not in ("user list",)])
def test_the_help_of_a_command_shows_an_example(run: Run, command: str) -> None:
    assert f"fallfluss {command.split()[0]}" in run(*command.split(), "--help").output


def test_an_error_is_one_line_on_stderr_with_exit_code_1(process: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    result = process(["user", "list"], url=f"sqlite:///{tmp_path / 'empty.db'}")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Fehler: Die Datenbank ist noch nicht auf dem Stand dieser Version.")
    assert "Traceback" not in result.stderr


def test_another_kind_of_database_is_named_as_such(run: Run) -> None:
    result = run("migrate", url="mysql://somewhere/else")
    assert result.exit_code == 1
    assert "kennt Fallfluss nicht" in result.stderr


@pytest.mark.parametrize("args", [["nonsense"], ["deploy"], ["user", "add"]], ids=["unknown command", "missing path", "missing login"])
def test_a_wrong_call_has_exit_code_2(run: Run, args: list[str]) -> None:
    assert run(*args).exit_code == 2
