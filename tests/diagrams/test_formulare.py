"""What the forms of the process promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from engine.definitions.forms import Choice, DynamicList, Field, Group
from engine.definitions.forms.components import AnyComponent
from tests.diagrams.drawn import load_forms

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


def test_the_standortbestimmung_offers_only_what_can_follow() -> None:
    (decision,) = [field for field in fields(FORMS["f71_vorgehen"].components) if field.key == "sb_entscheid"]
    assert isinstance(decision, Choice)
    assert [option.value for option in decision.options] == ["weiter", "neu_segmentieren", "vpe", "intensiv", "auflage", "abloesung"]
