"""Real and published logs: every variant costs what three other aligners found."""

from __future__ import annotations

import json

from engine.replay.conformance import Replayer
from engine.replay.files import read_log, read_model
from tests.replay.build import aligner
from tests.replay.reference import reference


def test_the_receipt_log_costs_2465_and_every_variant_what_the_reference_says() -> None:
    log, model = read_log(reference("receipt.xes.gz")), read_model([reference("receipt_imf02.bpmn")])
    report = Replayer(model, match="name").replay(log.variants(match="name"))
    expected = {tuple(one["activities"]): (one["frequency"], one["cost"]) for one in json.loads(reference("receipt_imf02_costs.json").read_text())}
    assert {variant.activities: (variant.frequency, variant.cost) for variant in report.variants} == expected
    assert (report.cases, report.cost, report.undecided) == (1434, 2465, 0)
    assert round(report.fitting_cases / report.cases, 3) == 0.497


def test_all_cases_of_the_loan_log_fit_its_true_model() -> None:
    log, model = read_log(reference("LoanApp_simplified_test.csv.gz")), read_model([reference("LoanApp_simplified.bpmn")])
    report = Replayer(model, match="name").replay(log.variants(match="name"))
    assert (report.cases, report.fitting_cases, report.cost) == (1000, 1000, 0)


def test_the_published_fixtures_fit_and_deviate_as_they_say() -> None:
    fixtures = json.loads(reference("fixtures/traces.json").read_text())
    wrong = []
    for name, traces in fixtures.items():
        model = read_model([reference(f"fixtures/{name}.bpmn")])
        for kind in ("fits", "deviates"):
            for trace in traces[kind]:
                cost = aligner(model, [trace], match="name").align(trace).cost
                if cost is None or (cost == 0) != (kind == "fits"):
                    wrong.append((name, kind, trace, cost))
    assert wrong == []
