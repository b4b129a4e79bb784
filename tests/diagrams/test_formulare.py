"""What the forms of the process promise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from engine.definitions.feel import shared
from engine.definitions.forms import Choice, DynamicList, Field, Form, Group, Text, flatten, readable
from engine.definitions.forms.components import AnyComponent, DateTime
from engine.definitions.forms.show import expressions
from tests.diagrams.drawn import load_forms
from webui.words import auswahl

FORMS = load_forms()
RATINGS = (
    "wohnen",
    "finanzen",
    "gesundheit_koerper",
    "gesundheit_psyche",
    "sucht",
    "arbeit",
    "bildung",
    "sprache",
    "soziales_netz",
    "betreuung",
)


def fields(components: Sequence[AnyComponent], *, folded: bool = True) -> Iterator[Field]:
    """Fields a person fills in; those in folded groups only if ``folded``."""
    for component in components:
        if isinstance(component, Field) and not component.is_locked:
            yield component
        elif isinstance(component, Group | DynamicList) and (folded or component.properties.get("darstellung") != "aufklappbar"):
            yield from fields(component.components, folded=folded)


@pytest.mark.parametrize("form", ["f20_kurzassessment", "f21_kind"])
def test_a_kurzassessment_has_at_most_45_core_fields(form: str) -> None:
    core = [field.key for field in fields(FORMS[form].components, folded=False)]
    assert len(core) <= 45, core


def test_the_rest_of_the_kurzassessment_is_folded_and_voluntary() -> None:
    core = {field.key for field in fields(FORMS["f20_kurzassessment"].components, folded=False)}
    rest = [field for field in fields(FORMS["f20_kurzassessment"].components) if field.key not in core]
    assert len(rest) > 20
    assert [field.key for field in rest if field.required is not False] == []


@pytest.mark.parametrize(
    ("form", "key"), [("f20_kurzassessment", key) for key in RATINGS] + [("f70_standortbestimmung", key) for key in RATINGS]
)
def test_a_rating_is_one_row_from_1_to_4_or_not_assessable(form: str, key: str) -> None:
    (rating,) = [field for field in fields(FORMS[form].components) if field.key == key]
    assert isinstance(rating, Choice)
    assert [option.value for option in rating.options] == [1, 2, 3, 4, "nb"]
    assert rating.properties.get("darstellung") == "inline"


@pytest.mark.parametrize(
    ("form", "key", "validierung"),
    [
        ("f10_anmeldung", "ahvn13", "ahvn13"),
        ("f10_anmeldung", "zemis_nr", "zemis"),
        ("f10_anmeldung", "iban", "iban"),
        ("f10_anmeldung", "gemeinde_bfs", "gemeinde"),
        ("f10_anmeldung", "geburtsdatum", "geburtsdatum"),
        ("f20_kurzassessment", "ka_datum", "datum_vergangen"),
        ("nichteintreten", "frist_bis", "datum_kuenftig"),
    ],
)
def test_what_can_be_checked_is_checked(form: str, key: str, validierung: str) -> None:
    (field,) = [field for field in fields(FORMS[form].components) if field.key == key]
    assert field.properties.get("validierung") == validierung


def test_somebody_moves_in_at_most_60_days_from_today() -> None:
    (field,) = [field for field in fields(FORMS["f10_anmeldung"].components) if field.key == "zuzug_am"]
    assert isinstance(field, DateTime)
    assert field.days_ahead == 60


def test_the_standortbestimmung_offers_only_what_can_follow() -> None:
    (decision,) = [field for field in fields(FORMS["f71_vorgehen"].components) if field.key == "sb_entscheid"]
    assert isinstance(decision, Choice)
    assert [option.value for option in decision.options] == ["weiter", "neu_segmentieren", "vpe", "intensiv", "auflage", "abloesung"]


def test_pages_call_a_measure_as_its_form_does() -> None:
    (typ,) = [field for field in fields(FORMS["f51_massnahme"].components) if field.key == "typ"]
    assert isinstance(typ, Choice)
    assert {option.value: auswahl(option.value) for option in typ.options} == {option.value: option.label for option in typ.options}


ISO = re.compile(r"\d{4}-\d\d-\d\d")
NAME = re.compile(r"(?<![\".\w])[a-z_]\w*")
# Variables of which a text wants a list; any other may hold a day, alone or within a sentence.
LISTS = frozenset({"dubletten", "personen", "volljaehrige"})
WORDS = frozenset(["and", "concatenate", "count", "else", "every", "false", "for", "if", "in", "join", "not", "null", "or", "return", "satisfies", "some", "string", "then", "true"])


@pytest.mark.parametrize("form", [id for id, form in FORMS.items() if any(isinstance(one[0], Text) for one in expressions(form.components))])
@pytest.mark.parametrize("day", ["2026-08-31", "bezahlt bis 2026-08-31, gemeldet 2026-08-31T14:30:00+02:00"])
def test_no_sentence_of_a_form_shows_a_day_as_machines_write_it(form: str, day: str) -> None:
    sources = [source for _, _, source in expressions(FORMS[form].components)]
    context = {name: [day] if name in LISTS else day for source in sources for name in NAME.findall(source) if name not in WORDS}
    shown = FORMS[form].show({}, context, feel=shared(), now=datetime(2026, 3, 2, tzinfo=UTC))
    texts = [one.component.text for one in flatten(shown) if isinstance(one.component, Text)]
    # A parameter is no day.
    assert any("31.08.2026" in text for text in texts) or "parameter" in context, texts
    assert [text for text in texts if ISO.search(text)] == []


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        pytest.param(1234.5, "1'234.50", id="with centimes"),
        pytest.param(150000, "150'000", id="whole francs"),
        pytest.param(999, "999", id="below a thousand"),
        pytest.param(None, "", id="none yet"),
        pytest.param("1'234.50", "1'234.50", id="written out already"),
    ],
)
def test_an_amount_in_a_text_is_written_with_its_thousands_apart(amount: object, read: str) -> None:
    text = Text(type="text", id="t", text="Pauschale CHF {{betrag}}, Jahr {{jahr}}")
    (shown,) = Form("t", "", (text,)).show({}, {"betrag": amount, "jahr": 2027}, feel=shared(), now=datetime(2026, 3, 2, tzinfo=UTC))
    assert isinstance(shown.component, Text)
    assert shown.component.text == f"Pauschale CHF {read}, Jahr 2027"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param("2026-08-31", "31.08.2026", id="a day"),
        pytest.param("Fall 2026-00012, abgeschlossen am 2026-08-31.", "Fall 2026-00012, abgeschlossen am 31.08.2026.", id="within a sentence, beside a number"),
        pytest.param("2026-08-31T14:30:00", "31.08.2026, 14:30", id="with its time"),
        pytest.param("U-2026-00001 2026-00012-M1 2026-13-41", "U-2026-00001 2026-00012-M1 2026-13-41", id="what is no day"),
        pytest.param(["2026-08-31", True, None], "31.08.2026, ja, ", id="in a list"),
    ],
)
def test_a_day_is_read_as_people_here_write_it(value: object, read: str) -> None:
    assert readable(value) == read
