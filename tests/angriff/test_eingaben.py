"""Files and expressions from outside: taken or refused with a word of ours; no other exception, no five seconds, no 500 MB."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from engine import commands
from engine.definitions import feel
from engine.model.access import system
from engine.model.errors import FallflussError, Trouble
from engine.store.session import Database
from engine.store.tables import DefinitionVersion
from tests.angriff import eingaben

SECONDS = 5
SAMPLES = {"bpmn": 6, "dmn": 12, "form": 30, "feel": 40}
ROOT = Path(__file__).resolve().parents[2]
SOAK_SECONDS = int(os.environ.get("FALLFLUSS_FUZZ_SEKUNDEN", "60"))


@pytest.mark.parametrize("name", eingaben.ALL)
def test_what_is_meant_to_be_read_is_read_or_refused_when_it_is_damaged(name: str) -> None:
    chance, seeds = Random(name), eingaben.ALL[name].seeds()
    for _ in range(SAMPLES.get(name, 80)):
        content = eingaben.changed(chance.choice(seeds), chance)
        began = time.process_time()  # the clock would tell of others on this machine
        eingaben.throw(name, content)
        assert time.process_time() - began < SECONDS, content[:2000]


@pytest.mark.parametrize("expression", eingaben.ESCAPES, ids=lambda text: ascii(text)[1:40])
def test_no_expression_leaves_the_interpreter_or_keeps_it(expression: str) -> None:
    with feel.Feel(seconds=1.0) as interpreter:
        began = time.process_time()
        try:
            value, = interpreter.evaluate_all([expression], {"x": {}, "alter": 34}, now=eingaben.NOW)
        except Trouble as refusal:
            value = refusal.message = refusal.message[:200]
        assert time.process_time() - began < SECONDS
        assert "native code" not in str(value) and "function" not in str(type(value))
        assert interpreter.evaluate_all(["{}.polluted", "1 + 1"], {}, now=eingaben.NOW) == [None, 2], "what it did stays"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["bpmn", "dmn", "form"])
def test_nothing_of_a_refused_file_is_stored_nor_of_those_beside_it(database: Database, name: str) -> None:
    chance, seeds = Random(5), eingaben.ALL[name].seeds()
    good = next(one for one in eingaben.ALL["form"].seeds())
    for _ in range(6):
        before = _stored(database)
        try:
            with database.begin(system()) as session:
                commands.deploy(session, {f"fremd.{name}": eingaben.changed(chance.choice(seeds), chance), "gut.form": good})
        except FallflussError:
            assert _stored(database) == before


def _stored(database: Database) -> int:
    with database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(DefinitionVersion)) or 0


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux" or sys.version_info >= (3, 14), reason="atheris is there for Linux, up to Python 3.13")
@pytest.mark.parametrize("name", eingaben.ALL)
def test_a_fuzzer_that_watches_the_code_finds_nothing(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.angriff.fuzzen", name, str(SOAK_SECONDS), str(tmp_path)]
    # From wherever this runs, and whatever folder an earlier test went to: the fuzzer reads the code beside this file, not an installed one.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SOAK_SECONDS * 10 + 300, check=False)
    print("\n".join(line for line in done.stderr.splitlines() if line.startswith("stat::")))
    assert done.returncode == 0, done.stderr[-4000:]
