"""What was not in the released package is nowhere the new region can look: every free text of the case bears a mark of its own."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest

from engine import commands
from engine.definitions.forms import Form, TextArea, TextField, walk
from engine.model.access import system
from engine.store.regions import case_tables
from engine.store.tables import Base, Fall, Hinweis, Meldung, Zugriff
from tests.uebergabe.conftest import ALLES, Canton

MARK = re.compile(r"zq\d{5}")


class Marking(Canton):
    """Everybody writes a mark into every free text; ``own`` are those the old region wrote."""

    def __init__(self, *args: Any):
        super().__init__(*args)
        self.numbers = itertools.count(10_000)
        self.marks: set[str] = set()

    def changed(self, region: str, form: Form, raw: dict[str, Any]) -> dict[str, Any]:
        texts = {c.key for c in walk(form.components) if isinstance(c, TextField | TextArea) and not c.properties.get("validierung")}
        # What nobody needs to fill in is filled in, too; what the form hides, it drops.
        return self._marked({**dict.fromkeys(texts, "x"), **{k: v for k, v in raw.items() if v is not None or k not in texts}}, texts, region)

    def _marked(self, value: Any, texts: set[str], region: str) -> Any:
        if isinstance(value, list):
            return [self._marked(inner, texts, region) for inner in value]
        if not isinstance(value, dict):
            return value
        return {k: f"{self.mark(region)} {v}" if k in texts and isinstance(v, str) else self._marked(v, texts, region) for k, v in value.items()}

    def mark(self, region: str) -> str:
        mark = f"zq{next(self.numbers)}"
        if region == "SDOL":
            self.marks.add(mark)
        return mark


@pytest.fixture
def marking(canton: Canton) -> Marking:
    return Marking(canton.database, canton.clock)


def readable(canton: Canton, region: str) -> str:
    """Everything people of a region can reach, column by column, and the tables that belong to no region."""
    mappers = [mapper for mapper in Base.registry.mappers if mapper.local_table.description in case_tables()]
    found = []
    for table in [*(mapper.class_ for mapper in mappers), Meldung, Zugriff]:
        rows = canton.all(table, region)
        found += [json.dumps({c.key: getattr(row, c.key) for c in table.__mapper__.column_attrs}, default=str) for row in rows]
    return "\n".join(found)


@pytest.mark.parametrize("chosen", [[], ["kurzassessment"], ["segmenthistorie", "zielvereinbarung"], ALLES], ids=lambda parts: "+".join(parts) or "stammdaten")
def test_the_new_region_reads_nothing_that_was_not_in_the_package(marking: Marking, chosen: list[str]):
    canton = marking
    fall_nr = canton.open_household(telefon="032 111 22 33", vorbezug=True)
    with canton.database.begin(system()) as session:
        fall = session.query(Fall).one()
        session.add(Hinweis(fall_id=fall.id, region="SDOL", at=session.now, an_rolle="leitung", text=canton.mark("SDOL")))
    own = canton.own("SDOL")
    canton.do("SDOL", commands.set_variables, own.key, {"notiz": canton.mark("SDOL"), "journal": [{"text": canton.mark("SDOL")}]})
    canton.move(fall_nr, hinweise="für Olten", paket_inhalt=chosen)
    canton.complete("SDOL", "paket_zusammenstellen", paket_inhalt=ALLES)
    canton.complete("SDOL", "paket_freigeben", freigabe="nein")
    canton.release(chosen)
    canton.complete("SRO", "uebernahme_pruefen", annahme="rueckfrage")
    canton.complete("SDOL", "rueckfrage_beantworten", paket_inhalt=chosen)
    canton.complete("SDOL", "paket_freigeben", freigabe="ja")
    canton.complete("SRO", "uebernahme_pruefen", annahme="ablehnen")
    canton.complete("SDOL", "zustaendigkeit_klaeren", klaerung="erneut")
    canton.release(chosen)
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    package = json.dumps(canton.offer().paket)
    allowed = set(MARK.findall(package)) & canton.marks
    stored = canton.marks & set(MARK.findall(readable(canton, "SDOL")))
    text = readable(canton, "SRO")
    assert canton.marks & set(MARK.findall(text)) == allowed
    assert len(stored) > 25 and allowed and allowed < stored, "the old region keeps all of it"
    for part, there in (("kurzassessments", "kurzassessment" in chosen), ("ziele", "zielvereinbarung" in chosen), ("anmeldegrund", False)):
        assert (part in canton.variables("SRO")) == there
    case_data = "\n".join(line for line in text.splitlines() if '"konto"' not in line)
    assert "team-sdol" not in case_data, "not even who worked there"
