"""Random walks through the diagrams of ``bpmn/`` with their real FEEL, decisions and forms do not notice being saved and compacted."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.definitions import dmn, feel
from engine.definitions.elements import names
from engine.definitions.forms import GEMEINDEN_ALLE, GEMEINDEN_WAHL
from engine.definitions.parameter import CONTEXT, defaults
from engine.demo.answers import fill
from engine.model.step import Wait
from engine.runtime import Command, Runtime, complete, fire
from engine.store.library import Informed
from engine.store.parameter import in_days
from tests.diagrams.drawn import FALL_NR, load_decisions, load_forms, load_processes, load_start_forms
from tests.engine.runtime.walks import Walk

SEED = st.integers(0, 2**32)
FEW = settings(max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=150, derandomize=False)
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PERSONEN = [
    {"person_id": "P1", "name": "Muster", "vorname": "Anna", "geburtsdatum": "1990-04-12", "geschlecht": "2", "rolle_ue": "antragstellend"},
    {"person_id": "P2", "name": "Muster", "vorname": "Beat", "geburtsdatum": "1985-09-03", "geschlecht": "1", "rolle_ue": "partner"},
    {"person_id": "P3", "name": "Muster", "vorname": "Carla", "geburtsdatum": "2015-06-01", "geschlecht": "2", "rolle_ue": "kind"},
]
PROCESSES = sorted(load_processes())
START_FORMS = load_start_forms()
STEPS = 80
# What forms see besides the case, see engine.cases.formkontext.
GEMEINDEN = {key: [{"label": "Bettlach", "value": 2543}, {"label": "Grenchen", "value": 2546}] for key in (GEMEINDEN_WAHL, GEMEINDEN_ALLE)}
# What expressions see besides the case, see engine.store.library.
PARAMETER = {CONTEXT: {name: in_days(value) for name, value in defaults().items()}}


@cache
def definitions() -> Any:
    return load_processes(), load_decisions(), load_forms()


class RealWalk:
    """A household of one to three, on a clock that goes forward a few hours with each command and to what is due with each timer."""

    def __init__(self, process: str, rng: Random):
        self.rng, self.now = rng, BEGIN
        self.processes, self.decisions, self.forms = definitions()
        self.known = self.begin(process)
        self.two = Walk(self.runtime(), self.processes[process], self.known)

    def begin(self, process: str) -> dict[str, Any]:
        persons = PERSONEN[: self.rng.randint(1, 3)]
        common = {"fall_nr": FALL_NR, "region": "SDOL", "person": self.rng.choice(PERSONEN)}
        known = {**common, "personen": [{**person} for person in persons]}
        if process != "fall":
            # What the case hands to the processes that it calls or starts.
            segmente = [{"person_id": p["person_id"], "segment": "VERAENDERN", "vorschlag": "VERAENDERN", "regel": "V1"} for p in persons]
            known |= {"segmente": segmente, "naechste_sb": "2026-06-02", "uebergabe_nr": "U-2026-00001"}
        if process not in START_FORMS:
            return known
        typed = fill(self.forms[START_FORMS[process]], known | GEMEINDEN, given={"personen": known["personen"]}, rng=self.rng, now=self.now)
        return {**known, **typed, **common, "personen": persons}

    def read_again(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What the case knows of what a process beside it asks for; nothing else of its kind runs."""
        found = {name: self.known.get(name) for name in names(request["headers"].get("werte"))}
        return found | ({"laufende": []} if "laufende" in request["headers"] else {})

    def runtime(self) -> Runtime:
        find, evaluator, now = self.processes.__getitem__, Informed(feel.shared(), PARAMETER), self.now

        def decide(id: str, variables: Mapping[str, Any]) -> Any:
            return dmn.decide(self.decisions, id, {**variables, **PARAMETER}, feel=evaluator.feel, now=now).result

        return Runtime(lambda process, version: find(process), find, evaluator, decide, now)

    def step(self, stats: collections.Counter) -> None:
        wait = self.rng.choice(self.two.saved.waits)
        stats[wait.kind] += 1
        self.now += timedelta(days=self.rng.randint(20, 90)) if wait.kind == "timer" else timedelta(hours=self.rng.randint(1, 30))
        self.two.runtime = self.two.memory.services = self.runtime()
        assert self.two.go([self.command(wait)]) == 0

    def command(self, wait: Wait) -> Command:
        if wait.kind == "job":
            return complete(wait.key, self.read_again(wait.request) if wait.request["type"] == "fall.lesen" else {})
        if wait.kind != "user task":
            # Whom of the household an event is about, as its form asks.
            return fire(wait.key, {"person_id": self.rng.choice(PERSONEN)["person_id"]} if wait.kind == "message" else {})
        form = self.forms.get(wait.request["formId"])
        if form is None:
            return complete(wait.key, {})
        visible = self.two.runtime.visible(self.two.saved.state, [wait.key])[wait.key] | PARAMETER | GEMEINDEN
        raw = fill(form, visible, given={}, rng=self.rng, now=self.now)
        return complete(wait.key, form.validate(raw, visible, feel=feel.shared(), now=self.now))


def walk(process: str, seed: int, stats: collections.Counter) -> None:
    real = RealWalk(process, Random(seed))
    for number in range(STEPS):
        where = f"{process} step {number}"
        assert (problem := real.two.difference()) is None, f"{where}: {problem}"
        assert real.two.saved.incidents == (), f"{where}: {real.two.saved.incidents}"
        if real.two.saved.completed:
            assert (problem := real.two.left_open()) is None, f"{where}: {problem}"
            stats["completed"] += 1
            return
        assert real.two.saved.waits, f"{where}: stuck"
        stats["steps"] += 1
        real.step(stats)
    stats["cut off"] += 1


@pytest.mark.parametrize("process", PROCESSES)
@FEW
@given(seed=SEED)
def test_walks_through_the_real_diagrams_do_not_notice_being_saved_and_compacted(process, seed):
    walk(process, seed, collections.Counter())


@pytest.mark.soak
@pytest.mark.parametrize("process", PROCESSES)
def test_many_walks_through_the_real_diagrams_do_not_notice_being_saved_and_compacted(process):
    stats: collections.Counter = collections.Counter()
    MANY(given(seed=SEED)(lambda seed: walk(process, seed, stats)))()
    print(process, dict(stats))
