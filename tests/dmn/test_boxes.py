"""What a decision may be drawn as, what is refused, and where an error is said to lie."""

from __future__ import annotations

from typing import Any

import pytest

from engine.definitions.dmn import read_decisions
from engine.definitions.feel import Feel
from engine.model.errors import DefinitionInvalid, Trouble
from tests.dmn.build import (
    NOW,
    context,
    data,
    decision,
    function,
    invocation,
    item,
    knowledge,
    listed,
    literal,
    model,
    relation,
    run,
    table,
)

ADDRESS = item("tOrt", fields={"plz": "number", "seit": "date"})
CHOICE = item("tWahl", "string", '"a", "b"')


def typed(type: str, text: str) -> str:
    return literal(text).replace("<literalExpression>", f'<literalExpression typeRef="{type}">')


def test_a_required_date_stays_a_date(feel: Feel) -> None:
    content = model(decision(literal('date("2026-03-02")'), "Start"), decision(literal('Start + duration("P1D")'), needs=["d_Start"]))
    assert run(feel, content).result == "2026-03-03"


def test_a_structure_reads_the_dates_inside(feel: Feel) -> None:
    content = model(ADDRESS, data("ort", "tOrt"), decision(literal("ort.seit.year + ort.plz"), needs=["i_ort"]))
    assert run(feel, content, {"ort": {"plz": 1, "seit": "2020-01-01"}}).result == 2021


@pytest.mark.parametrize(("type", "given", "result"), [("tZahlen", "3", [3]), ("number", "[3]", 3), ("", "[3]", [3])])
def test_business_knowledge_gives_the_type_of_its_body(feel: Feel, type: str, given: str, result: Any) -> None:
    content = model(item("tZahlen", "number", many=True), knowledge("f", ["a"], typed(type, "a")), decision(literal(f"f({given})"), needs=["b_f"]))
    assert run(feel, content).result == result


def test_business_knowledge_sees_only_its_parameters(feel: Feel) -> None:
    content = model(knowledge("f", ["a"], literal("[a, b]")), decision(literal("f(1)"), needs=["b_f"]))
    assert run(feel, content, {"b": 2}).result == [1, None]


@pytest.mark.parametrize(("content", "variables", "message"), [
    pytest.param(model(ADDRESS, data("ort", "tOrt"), decision(literal("1"), needs=["i_ort"])), {"ort": {"plz": "x"}}, "Angabe «ort», Feld «plz» passt nicht: erwartet wird ein Wert vom Typ Zahl", id="a field of input data"),
    pytest.param(model(CHOICE, data("w", "tWahl"), decision(literal("w"), needs=["i_w"])), {"w": "c"}, "Angabe «w» passt nicht: \"c\" gehört nicht zu den erlaubten Werten", id="an allowed value"),
    pytest.param(model(decision(literal('"x"'), type="number")), {}, "Das Ergebnis passt nicht: erwartet wird ein Wert vom Typ Zahl", id="the result"),
    pytest.param(model(decision(context(("a", literal("1")), ("b", literal("gibtsnicht(a)"))))), {}, "Eintrag «b»: Der FEEL-Ausdruck «gibtsnicht(a)»", id="a context entry"),
    pytest.param(model(decision(table("UNIQUE", ["n: number"], ["o: number"], [["1", "1"], ["2", '"x"']]))), {"n": 2}, "Regel «R2», Ausgabe «o», Zelle «\"x\"»", id="an output cell"),
    pytest.param(model(decision(table("UNIQUE", ["n: number"], ["o: number"], [["1 1", "1"]]))), {"n": 2}, "Regel «R1», Eingabe «n», Zelle «1 1»", id="an input cell"),
    pytest.param(model(decision(table("UNIQUE", ["n: number"], ["o"], []))), {"n": "x"}, "Eingabe «n»: erwartet wird ein Wert vom Typ Zahl", id="an input"),
    pytest.param(model(knowledge("K", ["a"], table("UNIQUE", ["a"], ["o"], [["-", "1"], ["-", "2"]])), decision(literal("K(1)"), needs=["b_K"])), {}, "Geschäftswissen «K» darf nur eine Regel zutreffen (UNIQUE)", id="a table in business knowledge"),
    pytest.param(model(knowledge("K", ["a"], typed("number", "a")), decision(literal('K("x")'), needs=["b_K"])), {}, "Geschäftswissen «K» passt nicht: erwartet wird ein Wert vom Typ Zahl", id="the type of business knowledge"),
    pytest.param(model(knowledge("K", ["a"], literal("a")), decision(invocation("K", b=literal("1")), needs=["b_K"])), {}, "den Parameter «b» gibt es nicht", id="an unknown parameter"),
    pytest.param(model(knowledge("K", ["a"], literal("K(a)"), ["K"]), decision(literal("K(1)"), needs=["b_K"])), {}, "gibt es nicht", id="business knowledge calling itself"),
])  # fmt: skip
def test_an_error_names_its_place(feel: Feel, content: bytes, variables: dict[str, Any], message: str) -> None:
    with pytest.raises(Trouble) as caught:
        run(feel, content, variables)
    assert message in caught.value.message
    assert "«D» (d_D)" in caught.value.message


@pytest.mark.parametrize(("content", "rule"), [
    pytest.param(model('<import name="andere" namespace="x" importType="y"/>', decision(literal("1"))), "dmn-import", id="an import"),
    pytest.param(model('<decisionService id="b_s" name="s"/>', decision(literal("1"), needs=["b_s"])), "dmn-requirement", id="a decision service"),
    pytest.param(model(decision(literal("1"), needs=["b_s"])), "dmn-requirement", id="business knowledge that is missing"),
    pytest.param(model(decision(relation(["a", "b"], [["1"]]))), "dmn-cells", id="a relation with a short row"),
    pytest.param(model(decision(function(["a"], literal("1")).replace("<functionDefinition", '<functionDefinition kind="Java"'))), "dmn-language", id="a Java function"),
    pytest.param(model(decision(context(("a", "")))), "dmn-logic", id="an empty entry"),
    pytest.param(model(decision(listed(table("BEST", ["a"], ["o"], [])))), "dmn-hit-policy", id="a broken table in a list"),
])  # fmt: skip
def test_what_cannot_be_evaluated_is_refused(content: bytes, rule: str) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        read_decisions(content, "test.dmn")
    assert rule in {finding.rule for finding in caught.value.findings}


def test_a_program_is_sent_again_after_the_context_is_gone(feel: Feel) -> None:
    content = model(decision(table("UNIQUE", ["n: number"], ["o: number"], [["1", "1"]])))
    assert run(feel, content, {"n": 1}).result == 1
    feel.close()
    assert run(feel, content, {"n": 1}).result == 1


def test_a_parsed_text_is_read_anew_when_names_with_spaces_come(feel: Feel) -> None:
    content = model(decision(literal("a b + 1")))
    assert run(feel, content, {"a b": 1}).result == 2
    assert run(feel, content, {"a": 1}).result is None
    assert run(feel, content, {"a b": 2}).result == 3


def test_very_many_different_texts_do_not_fill_the_memory() -> None:
    with Feel(seconds=10) as small:
        for start in range(0, 8000, 400):
            texts = [f"if alter > {number} and status = \"a{number}\" then betrag * {number} else sum([1, 2, {number}])" for number in range(start, start + 400)]
            assert small.evaluate_all(texts, {"alter": 1}, now=NOW)[0] == 3 + start
