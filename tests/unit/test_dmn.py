"""Decision tables as their authors draw them, evaluated by the real interpreter."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest

from engine.definitions.dmn import Decided, decide, read_decisions
from engine.definitions.feel import Feel
from engine.model.errors import DefinitionInvalid, Trouble

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    with Feel() as made:
        yield made


def column(tag: str, name: str, type: str = "", allowed: str = "", default: str = "") -> str:
    expression = f'<inputExpression typeRef="{type}"><text>{escape(name)}</text></inputExpression>' if tag == "input" else ""
    values = f"<{tag}Values><text>{escape(allowed)}</text></{tag}Values>" if allowed else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    attributes = "" if tag == "input" else f' name="{name}" typeRef="{type}"'
    return f'<{tag} id="{tag}_{abs(hash(name))}"{attributes}>{expression}{values}{fallback}</{tag}>'


def table(policy: str, inputs: Sequence[str], outputs: Sequence[str], rules: Sequence[Sequence[str]], aggregation: str = "") -> str:
    rows = []
    for number, cells in enumerate(rules, 1):
        tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[: len(inputs)])
        results = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells[len(inputs) :])
        rows.append(f'<rule id="R{number}">{tests}{results}</rule>')
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{extra}>{"".join(inputs)}{"".join(outputs)}{"".join(rows)}</decisionTable>'


def decision(logic: str, id: str = "d", requires: Sequence[str] = (), variable: str = "") -> str:
    needs = "".join(f'<informationRequirement><requiredDecision href="#{other}"/></informationRequirement>' for other in requires)
    named = f'<variable name="{variable}"/>' if variable else ""
    return f'<decision id="{id}" name="Entscheid {id}">{named}{needs}{logic}</decision>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def model(*parts: str, namespace: str = DMN_13) -> bytes:
    return f'<definitions xmlns="{namespace}" id="m" name="Modell">{"".join(parts)}</definitions>'.encode()


def run(feel: Feel, content: bytes, variables: Mapping[str, Any], id: str = "d") -> Decided:
    return decide(read_decisions(content, "test.dmn"), id, variables, feel=feel, now=NOW)


SEGMENTE = '"stabilisieren","orientieren","veraendern","abloesen"'


def by_policy(policy: str, aggregation: str = "") -> bytes:
    """Rules 1 and 2 agree, rule 3 says more; with n = 1 only the first fits, with 5 the first two, with 9 all three, with 0 none."""
    rules = [[">= 1", '"abloesen"', "10"], [">= 5", '"abloesen"', "10"], [">= 9", '"stabilisieren"', "30"]]
    outputs = [column("output", "segment", "string", SEGMENTE), column("output", "monate", "number")]
    if aggregation:
        rules, outputs = [[rule[0], rule[2]] for rule in rules], outputs[1:]
    return model(decision(table(policy, [column("input", "n", "number")], outputs, rules, aggregation)))


A, S = {"segment": "abloesen", "monate": 10}, {"segment": "stabilisieren", "monate": 30}


@pytest.mark.parametrize(
    ("policy", "n", "result", "rules"),
    [
        ("UNIQUE", 1, A, ("R1",)),
        ("FIRST", 9, A, ("R1",)),
        ("ANY", 5, A, ("R1", "R2")),
        ("PRIORITY", 9, S, ("R3",)),
        ("OUTPUT ORDER", 9, [S, A, A], ("R3", "R1", "R2")),
        ("RULE ORDER", 9, [A, A, S], ("R1", "R2", "R3")),
        ("COLLECT", 5, [A, A], ("R1", "R2")),
        ("UNIQUE", 0, None, ()),
        ("COLLECT", 0, [], ()),
        ("RULE ORDER", 0, [], ()),
        ("OUTPUT ORDER", 0, [], ()),
        ("PRIORITY", 0, None, ()),
    ],
)
def test_each_hit_policy_chooses_its_rules(feel: Feel, policy: str, n: int, result: Any, rules: tuple[str, ...]) -> None:
    assert run(feel, by_policy(policy), {"n": n}) == Decided(result, rules)


@pytest.mark.parametrize(("aggregation", "result"), [("SUM", 50), ("MIN", 10), ("MAX", 30), ("COUNT", 3)])
def test_collected_numbers_are_summed_up(feel: Feel, aggregation: str, result: int) -> None:
    assert run(feel, by_policy("COLLECT", aggregation), {"n": 9}) == Decided(result, ("R1", "R2", "R3"))


@pytest.mark.parametrize(("aggregation", "result"), [("SUM", None), ("MIN", None), ("MAX", None), ("COUNT", 0)])
def test_without_a_hit_only_a_count_has_a_number(feel: Feel, aggregation: str, result: int | None) -> None:
    assert run(feel, by_policy("COLLECT", aggregation), {"n": 0}) == Decided(result, ())


@pytest.mark.parametrize(("policy", "n"), [("UNIQUE", 5), ("ANY", 9)])
def test_rules_that_contradict_each_other_are_named(feel: Feel, policy: str, n: int) -> None:
    with pytest.raises(Trouble, match=r"«Entscheid d» \(d\).*«R1», «R2»") as caught:
        run(feel, by_policy(policy), {"n": n})
    assert caught.value.kind == "DECISION_EVALUATION_ERROR"


@pytest.mark.parametrize(
    ("cell", "value", "fits"),
    [
        ("", 1, True),
        ("-", None, True),
        ('"x","y"', "y", True),
        ('"x","y"', "z", False),
        ('not("y")', "x", True),
        ('not("y")', "y", False),
        ('not("x", "y")', "z", True),
        ("[1..5)", 1, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("< 5", 4.9, True),
        ("<= 5", 5, True),
        ("not(< 5)", 7, True),
        ("1, [5..9], > 20", 7, True),
        ("1, [5..9], > 20", 12, False),
        ("? > 3 and ? < 5", 4, True),
        ("? > 3", None, False),
        ("not(? > 3)", 1, True),
        ("null", None, True),
        ("not(null)", None, False),
        ("< 5", None, False),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("false", None, False),
        ("grenze", 3, True),
        ("> grenze", 4, True),
        ("fehlt", None, False),
        ('list contains(?, "x")', ["x", "z"], True),
        ('contains(?, "ab")', "xaby", True),
        ("some p in ? satisfies p > 3", [1, 5], True),
        ('"5"', 5, False),
        ('"x"', ["x", "z"], False),
        ('"x"', ["x"], True),
        ('date(?) > date("2026-01-01")', "2026-03-01", True),
        ("1, ? = 2", 2, True),
        ('"a" , ? > 3', None, False),
    ],
)
def test_a_cell_fits_or_not(feel: Feel, cell: str, value: Any, fits: bool) -> None:
    content = model(decision(table("UNIQUE", [column("input", "wert")], [column("output", "o")], [[cell, "true"]])))
    assert run(feel, content, {"wert": value, "grenze": 3}).result is (True if fits else None)


@pytest.mark.parametrize(
    ("type", "allowed", "value", "told"),
    [
        ("number", "", "3", "Typ Zahl"),
        ("string", "", 3, "Typ Text"),
        ("boolean", "", "true", "Typ Wahrheitswert"),
        ("date", "", "gestern", "Typ Datum"),
        ("string", '"a","b"', "c", "erlaubten Werten"),
        ("number", "[0..10]", 11, "erlaubten Werten"),
    ],
)
def test_a_wrong_input_is_named_with_its_column(feel: Feel, type: str, allowed: str, value: Any, told: str) -> None:
    content = model(decision(table("UNIQUE", [column("input", "wert", type, allowed)], [column("output", "o")], [["-", "true"]])))
    with pytest.raises(Trouble, match=rf"«Entscheid d».*Eingabe «wert».*{told}"):
        run(feel, content, {"wert": value})
    assert run(feel, content, {"wert": None}).result is True


@pytest.mark.parametrize(
    ("type", "cell", "value", "fits"),
    [
        ("date", '> date("2026-01-01")', "2026-03-01", True),
        ("date", '[date("2026-01-01")..date("2026-02-01")]', "2026-03-01", False),
        ("dateTime", '> date and time("2026-01-01T00:00:00Z")', "2026-03-01T08:00:00+01:00", True),
        ("dayTimeDuration", '> duration("P3D")', "P5D", True),
        ("time", '< time("12:00:00")', "08:00:00", True),
    ],
)
def test_a_date_column_reads_iso_text(feel: Feel, type: str, cell: str, value: str, fits: bool) -> None:
    content = model(decision(table("UNIQUE", [column("input", "wert", type)], [column("output", "o")], [[cell, "true"]])))
    assert run(feel, content, {"wert": value}).result is (True if fits else None)


@pytest.mark.parametrize(
    ("cell", "output", "told"),
    [
        ("unbekannt(?)", "1", "Regel «R1», Eingabe «wert», Zelle «unbekannt(?)»: die Variable"),
        ("1 +", "1", "Regel «R1», Eingabe «wert», Zelle «1 +»: der Ausdruck ist unvollständig"),
        ("-", "1 +", "Regel «R1», Ausgabe «o», Zelle «1 +»: der Ausdruck ist unvollständig"),
        ("-", '"viel"', 'Regel «R1», Ausgabe «o», Zelle «"viel"»: erwartet wird ein Wert vom Typ Zahl'),
        ("-", "99", "Regel «R1», Ausgabe «o», Zelle «99»: 99 gehört nicht zu den erlaubten Werten"),
    ],
)
def test_a_broken_cell_is_named(feel: Feel, cell: str, output: str, told: str) -> None:
    content = model(decision(table("UNIQUE", [column("input", "wert")], [column("output", "o", "number", "1,2,3")], [[cell, output]])))
    with pytest.raises(Trouble) as caught:
        run(feel, content, {"wert": 1})
    assert told in caught.value.message


def test_an_endless_cell_is_stopped_and_its_table_named() -> None:
    content = model(
        decision(table("UNIQUE", [column("input", "wert")], [column("output", "o")], [["-", "count(for i in 1..1000000000 return i)"]]))
    )
    with Feel() as own, pytest.raises(Trouble, match="Entscheid d.*abgebrochen"):
        run(own, content, {"wert": 1})


def test_a_single_output_is_a_bare_value_and_may_compute(feel: Feel) -> None:
    content = model(
        decision(table("FIRST", [column("input", "n")], [column("output", "o")], [["> 3", "n * 2 + count(liste)"], ["-", "today()"]]))
    )
    assert run(feel, content, {"n": 4, "liste": [1, 2]}).result == 10
    assert run(feel, content, {"n": 1}).result == "2026-03-02"


def test_a_table_without_a_hit_gives_its_defaults(feel: Feel) -> None:
    outputs = [column("output", "a", default='"x"'), column("output", "b")]
    content = model(decision(table("UNIQUE", [column("input", "n")], outputs, [["1", '"y"', "2"]])))
    assert run(feel, content, {"n": 9}) == Decided({"a": "x", "b": None}, ())


def test_rules_are_published_under_their_annotation(feel: Feel) -> None:
    content = by_policy("FIRST").decode()
    content = content.replace('<rule id="R1">', '<annotation name="Grund"/><annotation name="Regel"/><rule id="R1">')
    content = content.replace(
        "</rule>", "<annotationEntry><text>weil</text></annotationEntry><annotationEntry><text>S1</text></annotationEntry></rule>", 1
    )
    assert run(feel, content.encode(), {"n": 1}).rules == ("S1",)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_all_versions_of_the_notation_are_read(feel: Feel, namespace: str) -> None:
    assert run(feel, model(decision(literal("1 + 1")), namespace=namespace), {}).result == 2


def test_required_decisions_come_first_under_their_variable(feel: Feel) -> None:
    content = model(
        decision(literal("summe * faktor"), "d", ["a", "b"]),
        decision(literal("x + faktor"), "a", ["b"], variable="summe"),
        decision(literal("if faktor = null then 10 else faktor"), "b", variable="faktor"),
    )
    assert run(feel, content, {"x": 1}).result == 110
    assert run(feel, content, {"x": 1, "faktor": 2}).result == 6


def test_among_decisions_evaluated_together_the_failing_one_is_named(feel: Feel) -> None:
    content = model(decision(literal("a + b"), "d", ["a", "b"]), decision(literal("1"), "a"), decision(literal("foo(1)"), "b"))
    with pytest.raises(Trouble, match=r"^Entscheidung «Entscheid b» \(b\): .*foo"):
        run(feel, content, {})


def test_only_required_results_are_visible(feel: Feel) -> None:
    content = model(
        decision(literal("[a, b, c]"), "d", ["a", "b"]),
        decision(literal("c"), "a"),
        decision(literal("1"), "b", ["c"]),
        decision(literal("2"), "c"),
    )
    assert run(feel, content, {"c": 9}).result == [9, 1, 9]


def test_a_decision_required_twice_is_evaluated_once(feel: Feel) -> None:
    """Forty layers of two, each requiring both below: evaluated along every path this would never end."""
    layers = [
        decision(literal("n + 1" if n == 0 else f"a{n - 1} + b{n - 1}"), f"{side}{n}", [f"a{n - 1}", f"b{n - 1}"] if n else [])
        for n in range(40)
        for side in "ab"
    ]
    assert run(feel, model(*layers), {"n": 0}, "a39").result == 2**39


def test_a_context_sees_its_earlier_entries(feel: Feel) -> None:
    entries = f'<contextEntry><variable name="a"/>{literal("n + 1")}</contextEntry><contextEntry><variable name="b"/>{literal("a * 2")}</contextEntry>'
    assert run(feel, model(decision(f"<context>{entries}</context>")), {"n": 1}).result == {"a": 2, "b": 4}
    assert run(feel, model(decision(f"<context>{entries}<contextEntry>{literal('a + b')}</contextEntry></context>")), {"n": 1}).result == 6


def test_business_knowledge_is_called_as_a_function(feel: Feel) -> None:
    needs = '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
    logic = f'<encapsulatedLogic><formalParameter name="x"/>{literal("x * 2")}</encapsulatedLogic>'
    knowledge = f'<businessKnowledgeModel id="k" name="k"><variable name="doppelt"/>{logic}</businessKnowledgeModel>'
    assert run(feel, model(knowledge, f'<decision id="d">{needs}{literal("doppelt(n) + 1")}</decision>'), {"n": 4}).result == 9


def test_types_of_the_file_are_resolved(feel: Feel) -> None:
    item = '<itemDefinition name="segment"><typeRef>string</typeRef><allowedValues><text>"a","b"</text></allowedValues></itemDefinition>'
    content = model(item, decision(table("UNIQUE", [column("input", "s", "segment")], [column("output", "o")], [['"a"', "1"]])))
    assert run(feel, content, {"s": "a"}).result == 1
    with pytest.raises(Trouble, match="erlaubten Werten"):
        run(feel, content, {"s": "c"})


def test_an_unknown_decision_is_named(feel: Feel) -> None:
    with pytest.raises(Trouble, match="«gibtsnicht»") as caught:
        run(feel, by_policy("FIRST"), {}, "gibtsnicht")
    assert caught.value.kind == "CALLED_DECISION_ERROR"


ONE = [column("input", "n")]
OUT = [column("output", "o")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        pytest.param(b"<x/>", "dmn-file", id="another kind of file"),
        pytest.param(model(), "dmn-empty", id="no decision"),
        pytest.param(model(decision("")), "dmn-logic", id="no logic"),
        pytest.param(model(decision("<zauberei/>")), "dmn-logic", id="an unsupported kind of logic"),
        pytest.param(model(decision(literal("1")), decision(literal("2"))), "dmn-id", id="the same id twice"),
        pytest.param(model(decision(literal("1"), requires=["x"])), "dmn-requirement", id="a missing requirement"),
        pytest.param(model(decision(literal("1"), "a", ["b"]), decision(literal("1"), "b", ["a"])), "dmn-requirement", id="a circle"),
        pytest.param(model(decision(table("BEST", ONE, OUT, []))), "dmn-hit-policy", id="an unknown hit policy"),
        pytest.param(model(decision(table("PRIORITY", ONE, OUT, []))), "dmn-hit-policy", id="a priority without values"),
        pytest.param(
            model(decision(table("COLLECT", ONE, [*OUT, column("output", "p")], [], "SUM"))), "dmn-hit-policy", id="a sum of two outputs"
        ),
        pytest.param(model(decision(table("FIRST", ONE, OUT, [], "SUM"))), "dmn-hit-policy", id="a sum without collecting"),
        pytest.param(model(decision(table("FIRST", ONE, [], []))), "dmn-output", id="no output"),
        pytest.param(model(decision(table("FIRST", ONE, [*OUT, *OUT], []))), "dmn-output", id="two outputs of one name"),
        pytest.param(model(decision(table("FIRST", [column("input", "")], OUT, []))), "dmn-input", id="an input without expression"),
        pytest.param(model(decision(table("FIRST", ONE, OUT, [["1"]]))), "dmn-cells", id="a cell is missing"),
        pytest.param(model(decision(table("FIRST", [column("input", "n", "zahl")], OUT, []))), "dmn-type", id="an unknown type"),
        pytest.param(
            model(decision('<literalExpression expressionLanguage="python"><text>1</text></literalExpression>')),
            "dmn-language",
            id="Python",
        ),
        pytest.param(b"<!DOCTYPE x><definitions/>", "xml", id="a DOCTYPE"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_when_read(content: bytes, rule: str) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        read_decisions(content, "test.dmn")
    assert rule in {finding.rule for finding in caught.value.findings}
    assert all(finding.file == "test.dmn" and finding.severity == "error" for finding in caught.value.findings)
