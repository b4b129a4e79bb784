"""The chapters of conformance level 2 as the technology compatibility kit of DMN divides them; models and wording are our own.

The ids are those of the kit's folders, so that each chapter can be compared with it: ``test_tck.py`` runs the kit itself.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.dmn.build import data, decision, item, knowledge, literal, model, run, table

STATUS = '"bewilligt", "abgelehnt"'
RISIKO = 'risiko: string = "hoch", "tief", "mittel"'
GESUCH = ["alter: number", RISIKO, "tragbar: boolean"]


def gesuch(policy: str, rules: list[list[str]], outputs: tuple[str, ...]) -> bytes:
    return model(decision(table(policy, GESUCH, outputs, rules)))


UNIQUE = gesuch("UNIQUE", [
    [">=18", '"mittel","tief"', "true", '"bewilligt"'], ["<18", '"mittel","tief"', "true", '"abgelehnt"'],
    ["-", '"hoch"', "true", '"abgelehnt"'], ["-", "-", "false", '"abgelehnt"'],
], (f"status: string = {STATUS}",))  # fmt: skip
SEVERAL = [
    [">=18", '"mittel","tief"', "true", '"bewilligt"', '"einfach"'], ["<18", "-", "-", '"abgelehnt"', '"normal"'],
    ["-", '"hoch"', "-", '"bewilligt"', '"normal"'],
]  # fmt: skip
TWO = (f"Status/Entscheid: string = {STATUS}", "satz: string")
ANY = gesuch("ANY", [
    [">=18", '"tief"', "true", '"bewilligt"', '"best"'], [">=18", '"mittel"', "true", '"bewilligt"', '"normal"'],
    ["<18", '"mittel","tief"', "true", '"abgelehnt"', '"normal"'], ["-", '"hoch"', "true", '"abgelehnt"', '"normal"'],
    ["-", "-", "false", '"abgelehnt"', '"normal"'], [">=19", '"tief"', "true", '"bewilligt"', '"best"'],
], (f'status: string = {STATUS} | "abgelehnt"', 'satz: string = "best", "normal" | "normal"'))  # fmt: skip
ONE_COLUMN = [[">=18", '"bewilligt"'], ["<18", '"abgelehnt"'], ["-", '"bewilligt"']]
BEWILLIGT, ABGELEHNT = {"Status/Entscheid": "bewilligt", "satz": "normal"}, {"Status/Entscheid": "abgelehnt", "satz": "normal"}
EINFACH = {"Status/Entscheid": "bewilligt", "satz": "einfach"}


def case(alter: int, risiko: str, tragbar: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002
    return {"alter": alter, "risiko": risiko, "tragbar": tragbar}


def collected(aggregation: str) -> bytes:
    rules = [[">3", "98.83"], ["[3..5)", "120.5"], [">=5", "64.32"]]
    return model(decision(table("COLLECT", ["jahre: number"], ["betrag: number"], rules, aggregation)))


LOAN = "({0}.amount*{0}.rate/12)/(1-(1+{0}.rate/12)**-{0}.term)"
RATE = model(
    item("tLoan", fields={"amount": "number", "rate": "number", "term": "number"}), data("loan", "tLoan"), decision(literal(LOAN.format("loan")), needs=["i_loan"], type="number"),
)  # fmt: skip
PMT = model(
    data("loan"), data("fee", "number"), knowledge("PMT", ["p", "r", "n"], literal("(p*r/12)/(1-(1+r/12)**-n)")),
    decision(literal("PMT(loan.amount, loan.rate, loan.term)+fee"), needs=["i_loan", "i_fee", "b_PMT"], type="number"),
)  # fmt: skip
STANDING = item("tStand", "string", '"ARBEITSLOS","ANGESTELLT","SELBST-STÄNDIG"')


def loan(amount: float, rate: float, term: int, **more: Any) -> dict[str, Any]:
    return {"loan": {"amount": amount, "rate": rate, "term": term}, **more}


CASES = [
    ("0001", model(data("Voller Name", "string"), decision(literal('"Guten Tag " + Voller Name'), needs=["i_Voller_Name"])), {"Voller Name": "Anna"}, "Guten Tag Anna"),
    ("0002", model(data("Monatslohn", "number"), decision(literal("12 * Monatslohn"), needs=["i_Monatslohn"])), {"Monatslohn": 10000}, 120000),
    ("0003", model(STANDING, data("Ihr Stand", "tck:tStand"), decision(literal('"Sie sind " + Ihr Stand'), needs=["i_Ihr_Stand"])), {"Ihr Stand": "ANGESTELLT"}, "Sie sind ANGESTELLT"),
    ("0004", UNIQUE, case(18, "mittel"), "bewilligt"),
    ("0004", UNIQUE, case(17, "mittel"), "abgelehnt"),
    ("0004", UNIQUE, case(18, "hoch"), "abgelehnt"),
    ("0005", gesuch("ANY", [[*row[:3], row[3]] for row in [[">=18", '"tief"', "true", '"bewilligt"'], ["-", '"hoch"', "-", '"abgelehnt"'], ["<18", "-", "-", '"abgelehnt"']]], ("s: string",)), case(17, "hoch"), "abgelehnt"),
    ("0006", gesuch("PRIORITY", [row[:4] for row in SEVERAL], (f"s: string = {STATUS}",)), case(17, "hoch"), "bewilligt"),
    ("0007", gesuch("PRIORITY", [row[:4] for row in SEVERAL], ('s: string = "abgelehnt", "bewilligt"',)), case(17, "hoch"), "abgelehnt"),
    ("0008", RATE, loan(600000, 0.0375, 360), 2778.69354943277),
    ("0008", RATE, loan(30000, 0.0475, 60), 562.707359373292),
    ("0008", RATE, loan(600000, 0.0399, 360), 2861.03377700389),
    ("0009", PMT, loan(600000, 0.0375, 360, fee=100), 2878.69354943277),
    ("0009", PMT, loan(30000, 0.0475, 60, fee=100), 662.707359373292),
    ("0009", PMT, loan(600000, 0.0399, 360, fee=100), 2961.03377700389),
    ("0010", gesuch("UNIQUE", [SEVERAL[0], ["<18", '"mittel","tief"', "-", '"abgelehnt"', '"normal"']], TWO), case(20, "tief"), EINFACH),
    ("0100", model(decision(literal('""'))), {}, ""),
    *[("0101", model(decision(literal(text))), {}, value) for text, value in ((".872", 0.872), ("-.872", -0.872), ("50", 50), ("-50", -50), ("125.4321987654", 125.4321987654), ("-125.4321987654", -125.4321987654))],
    *[("0102", model(decision(literal(f'"{text}"'))), {}, text) for text in ("foo bar", "šomeÚnicodeŠtriňg", "横綱", "lang" * 60)],
    *[("0105", model(decision(literal(text), type="number")), {}, value) for text, value in (
        ("10+5", 15), ("-10+-5", -15), ("(-10)+(-5)", -15), ("10-5", 5), ("-10--5", -5), ("(10+20)-(-5+3)", 32), ("10*5", 50), ("-10*-5", 50),
        ("(10+5)*(-5*3)", -225), ("10/5", 2), ("-10/-5", 2), ("(10+20)/(-5*3)", -2), ("(10+20)/0", None), ("10**5", 100000), ("10**-5", 0.00001),
        ("(5+2)**5", 16807), ("5+2**5", 37), ("5+2**5+3", 40), ("5+2**(5+3)", 261), ("10+null", None), ("null + 10", None), ("10 - null", None),
        ("null - 10", None), ("10 * null", None), ("null * 10", None), ("10 / null", None), ("null / 10", None), ("10 + 20 / -5 - 3", 3),
        ("10 + 20 / (-5 - 3)", 7.5), ("1.2*10**3", 1200),
    )],
    *[("0106", model(data("A", "boolean"), data("B", "boolean"), decision(literal(f"A {word} B"), needs=["i_A", "i_B"])), {"A": a, "B": b}, value) for word, a, b, value in (
        ("and", True, True, True), ("and", False, True, False), ("and", None, True, None), ("and", True, False, False), ("and", False, False, False),
        ("and", None, False, False), ("and", True, None, None), ("and", False, None, False), ("and", None, None, None),
        ("or", True, True, True), ("or", False, True, True), ("or", None, True, True), ("or", True, False, True), ("or", False, False, False),
        ("or", None, False, None), ("or", True, None, True), ("or", False, None, None), ("or", None, None, None),
    )],
    *[("0107", model(data("A", "boolean"), decision(literal("not(A)"), needs=["i_A"])), {"A": a}, value) for a, value in ((True, False), (False, True), (None, None))],
    ("0108", gesuch("FIRST", SEVERAL, TWO), case(17, "hoch"), ABGELEHNT),
    ("0108", gesuch("FIRST", SEVERAL, TWO), case(19, "tief"), EINFACH),
    ("0109", gesuch("RULE ORDER", SEVERAL, TWO), case(17, "hoch"), [ABGELEHNT, BEWILLIGT]),
    ("0110", gesuch("OUTPUT ORDER", SEVERAL, TWO), case(17, "hoch"), [BEWILLIGT, ABGELEHNT]),
    ("0110", gesuch("OUTPUT ORDER", SEVERAL, TWO), case(19, "tief"), [EINFACH]),
    ("0110", gesuch("OUTPUT ORDER", SEVERAL, TWO), case(10, "tief"), [ABGELEHNT]),
    ("0111", model(decision(table("FIRST", ["alter: number"], ["s: string"], ONE_COLUMN))), {"alter": 17}, "abgelehnt"),
    ("0112", model(decision(table("RULE ORDER", ["alter: number"], ["s: string"], ONE_COLUMN))), {"alter": 17}, ["abgelehnt", "bewilligt"]),
    ("0113", model(decision(table("OUTPUT ORDER", ["alter: number"], [f"s: string = {STATUS}"], ONE_COLUMN))), {"alter": 17}, ["bewilligt", "abgelehnt"]),
    ("0113", model(decision(table("OUTPUT ORDER", ["alter: number"], [f"s: string = {STATUS}"], ONE_COLUMN))), {"alter": 19}, ["bewilligt", "bewilligt"]),
    ("0114", collected("MIN"), {"jahre": 5}, 64.32),
    ("0114", collected("MIN"), {"jahre": 4}, 98.83),
    ("0115", collected("SUM"), {"jahre": 4}, 219.33),
    ("0116", collected("COUNT"), {"jahre": 5}, 2),
    ("0117", ANY, case(19, "tief"), {"status": "bewilligt", "satz": "best"}),
    ("0117", ANY, case(17, "hoch"), {"status": "abgelehnt", "satz": "normal"}),
    ("0117", ANY, case(19, "mittel"), {"status": "bewilligt", "satz": "normal"}),
    ("0118", gesuch("PRIORITY", SEVERAL, TWO), case(17, "hoch"), BEWILLIGT),
    ("0118", gesuch("PRIORITY", SEVERAL, TWO), case(10, "tief"), ABGELEHNT),
    ("0119", gesuch("COLLECT", SEVERAL, TWO), case(17, "hoch"), [ABGELEHNT, BEWILLIGT]),
    ("0119", gesuch("COLLECT", SEVERAL, TWO), case(19, "tief"), [EINFACH]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "variables", "result"), [row[1:] for row in CASES], ids=[f"{chapter}-{number}" for number, (chapter, *_) in enumerate(CASES)])
def test_level_2_comes_out_right(feel: Any, content: bytes, variables: dict[str, Any], result: Any) -> None:
    found = run(feel, content, variables).result
    assert found == (pytest.approx(result, rel=1e-12) if isinstance(result, float) else result)


def test_every_chapter_of_level_2_has_a_case() -> None:
    chapters = [*range(1, 11), 100, 101, 102, *range(105, 120)]
    assert {int(re.sub(r"\D", "", chapter)) for chapter, *_ in CASES} == set(chapters)
