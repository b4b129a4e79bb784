"""What other programs draw, or nobody would: linted and deployed without a 500 and within five seconds; a refusal names rule and element."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.definitions.lint import lint
from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import DefinitionVersion
from tests.angriff.zeichnungen import foreign
from tests.api.conftest import Program
from tests.lint.test_agreement import damaged

SECONDS = 5
# Findings about a file as a whole: there is no element. One without id is named by its name.
WHOLE = {"file", "xml", "leer", "platform", "size", "one-process", "duplicate-id", "layout", "layout-numbers", "modeler/unchecked"}
DIAGRAMS = sorted((Path(__file__).parents[2] / "bpmn").glob("*.bpmn"))


def deploy(program: Program, database: Database, content: bytes) -> int:
    """The status; what is refused leaves nothing behind."""
    before = count(database)
    began = time.process_time()  # the clock would tell of others on this machine
    answer = program.client.post("/v2/deployments", data={"resources": [(io.BytesIO(content), "fremd.bpmn")]}, headers=program.headers)
    assert time.process_time() - began < SECONDS
    assert answer.status_code in (200, 400), (answer.status_code, content)
    if answer.status_code == 400:
        assert count(database) == before
        for finding in lint({"fremd.bpmn": content}, missing="warning"):
            assert finding.rule and finding.message
            assert finding.element or finding.name or finding.rule in WHOLE, (finding, content)
    return int(answer.status_code)


def count(database: Database) -> int:
    with database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(DefinitionVersion)) or 0


def survive(program: Program, database: Database, number: int, seed: int) -> Counter[int]:
    chance = random.Random(seed)
    seen: Counter[int] = Counter()
    for round_ in range(number):
        content = damaged(chance.choice(DIAGRAMS), chance) if round_ % 4 == 0 else foreign(chance)
        seen[deploy(program, database, content)] += 1
    return seen


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_foreign_diagrams_are_taken_or_refused_by_name(app: Flask, program: Callable[..., Program], database: Database) -> None:
    assert survive(program("petra"), database, 60, seed=1)[400] > 40


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2, 7))
def test_two_thousand_foreign_diagrams_are_taken_or_refused_by_name(app: Flask, program: Callable[..., Program], database: Database, seed: int) -> None:
    print(survive(program("petra"), database, 400, seed=seed))
