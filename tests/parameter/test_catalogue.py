"""The list of parameters, and how their values are typed and told."""

from __future__ import annotations

import pytest

from engine.definitions.parameter import Parameter, ValueUnreadable, as_text, catalogue, is_at_most


@pytest.mark.parametrize("key", list(catalogue()))
def test_every_default_is_a_value_that_could_be_set(key: str) -> None:
    parameter = catalogue()[key]
    assert parameter.read(as_text(parameter.default)) == parameter.stored(as_text(parameter.default)) == parameter.default
    assert parameter.quelle
    assert parameter.erklaerung.endswith(".")


def test_names_in_expressions_have_no_dots_and_are_unique() -> None:
    names = [parameter.name for parameter in catalogue().values()]
    assert all(name.isidentifier() and name.isascii() for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("key", "default"), [
    pytest.param("nachbegleitung_dauer", "P6M", id="six calendar months of Nachbegleitung"),
    pytest.param("ka_frist", "P30D", id="Kurzassessment"),
    pytest.param("sb_intervall.stabilisieren", "P12M", id="Stabilisieren once a year"),
    pytest.param("alter_stabilisieren", 63, id="age"),
    pytest.param("amf_schwelle_tief", 34, id="threshold"),
    pytest.param("kuerzung_max", 30, id="reduction"),
    pytest.param("anonymisierung_zellgroesse", 5, id="cell size"),
])  # fmt: skip
def test_defaults_are_those_of_chapter_10(key: str, default: object) -> None:
    assert catalogue()[key].default == default


@pytest.mark.parametrize(("key", "typed", "value", "told"), [
    pytest.param("ka_frist", "3 Monate", "P3M", "3 Monate", id="duration in words"),
    pytest.param("ka_frist", " 1 tag ", "P1D", "1 Tag", id="one day"),
    pytest.param("ka_frist", "10 Wochen", "P10W", "10 Wochen", id="weeks"),
    pytest.param("ka_frist", "p1y6m", "P1Y6M", "1 Jahr, 6 Monate", id="ISO text"),
    pytest.param("falllast_warnung", "80", 80, "80 Fälle je VZÄ", id="number with its unit"),
    pytest.param("verfuegung_durch", "sozialkommission", "sozialkommission", "Sozialkommission", id="choice"),
])  # fmt: skip
def test_values_are_typed_and_told_in_words(key: str, typed: str, value: object, told: str) -> None:
    parameter = catalogue()[key]
    assert parameter.read(typed) == value
    assert parameter.words(value) == told


@pytest.mark.parametrize(("key", "typed"), [
    pytest.param("ka_frist", "", id="nothing"),
    pytest.param("ka_frist", "bald", id="no duration"),
    pytest.param("ka_frist", "0 Tage", id="no time at all"),
    pytest.param("ka_frist", "PT5H", id="hours"),
    pytest.param("ka_frist", "P6M1Y", id="wrong order"),
    pytest.param("ka_frist", "9999 Jahre", id="longer than anybody's file"),
    pytest.param("falllast_warnung", "0", id="below the limit"),
    pytest.param("falllast_warnung", "75.5", id="no whole number"),
    pytest.param("verfuegung_durch", "niemand", id="no such choice"),
])  # fmt: skip
def test_other_values_are_refused(key: str, typed: str) -> None:
    with pytest.raises(ValueUnreadable):
        catalogue()[key].read(typed)


def test_a_yes_or_no_is_a_truth_value() -> None:
    parameter = Parameter("x", "", "", "ja_nein", "", "kanton", "A", "", default=True)
    assert parameter.read("Nein") is False
    assert as_text(parameter.read("Ja")) == "Ja" == parameter.words(True)
    assert parameter.stored("Nein") is False
    with pytest.raises(ValueUnreadable):
        parameter.read("vielleicht")


@pytest.mark.parametrize(("value", "limit", "expected"), [
    pytest.param("P2M", "P3M", True, id="fewer months"),
    pytest.param("P3M", "P3M", True, id="the same"),
    pytest.param("P12M", "P1Y", True, id="a year in months"),
    pytest.param("P30D", "P1M", False, id="February has fewer than 30 days"),
    pytest.param("P28D", "P1M", True, id="four weeks fit into every month"),
    pytest.param("P90D", "P3M", False, id="February makes three months 89 days"),
])  # fmt: skip
def test_shorter_means_never_later(value: str, limit: str, expected: bool) -> None:
    assert is_at_most(value, limit) is expected
