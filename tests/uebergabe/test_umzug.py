"""Moves that are no handover: within the commune, within the region, out of the canton, abroad."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine import commands
from engine.commands import uebergabe
from engine.model.errors import NotFound
from engine.store.tables import Gemeinde, Incident, Instanz
from tests.uebergabe.conftest import BETTLACH, GRENCHEN, Canton


def test_within_the_region_the_dossier_changes_and_the_case_goes_on(canton: Canton):
    fall_nr = canton.open_household()
    canton.move(fall_nr, neue_gemeinde_bfs=BETTLACH, per="2026-04-01")
    canton.travel("2026-03-31")
    assert canton.dossiers("SDOL") == [(GRENCHEN, "2026-03-02", None)]
    canton.travel("2026-04-01")
    assert canton.dossiers("SDOL") == [(GRENCHEN, "2026-03-02", "2026-03-31"), (BETTLACH, "2026-04-01", None)]
    assert (canton.own("SDOL").zustand, canton.fall("SDOL").phase) == ("active", "Standortbestimmung")
    assert canton.variables("SDOL")["gemeinde_bfs"] == BETTLACH
    assert canton.elements("SDOL") == []


def test_within_the_commune_nothing_changes(canton: Canton):
    fall_nr = canton.open_household()
    canton.move(fall_nr, neue_gemeinde_bfs=GRENCHEN)
    assert canton.dossiers("SDOL") == [(GRENCHEN, "2026-03-02", None)]
    assert canton.elements("SDOL") == []


@pytest.mark.parametrize("wohin", ["anderer_kanton", "ausland"])
def test_out_of_the_canton_the_case_goes_to_its_abloesung_on_the_day_of_the_move(canton: Canton, wohin: str):
    fall_nr = canton.open_household()
    canton.move(fall_nr, wohin=wohin, neue_gemeinde_bfs=None, paket_inhalt=None)
    assert canton.elements("SDOL") == ["wegzug_vorbereiten"]
    canton.complete("SDOL", "wegzug_vorbereiten", uebergabebrief="ja", uebergabebrief_inhalt=["stammdaten", "ziele"], uebergabebrief_text="Guten Tag")
    canton.travel("2026-03-31")
    assert canton.fall("SDOL").phase == "Standortbestimmung"
    canton.travel("2026-04-01")
    assert (canton.fall("SDOL").phase, canton.elements("SDOL")) == ("Ablösung", ["abloesung_erfassen"])
    assert canton.variables("SDOL")["abloesung_vorgabe"] == "wegzug_kanton"
    assert canton.variables("SDOL")["abloesung_am"] == "2026-04-01"


@pytest.mark.parametrize(
    ("before", "phase"),
    [
        pytest.param(("fall.verzicht", {}), "Ablösung", id="it is being detached"),
        pytest.param(("fall.uebergeben", {"uebergeben_am": "2026-03-20"}), "Abgeschlossen", id="it has ended"),
    ],
)
def test_a_move_out_of_the_canton_is_only_noted_where_the_case_was_faster(canton: Canton, before: tuple[str, dict[str, str]], phase: str):
    """``travel`` refuses incidents: nobody waits for the move any more, and that is in order."""
    fall_nr = canton.open_household()
    canton.move(fall_nr, wohin="ausland", neue_gemeinde_bfs=None, paket_inhalt=None)
    canton.complete("SDOL", "wegzug_vorbereiten", uebergabebrief="nein")
    canton.travel("2026-03-20")
    canton.do("SDOL", commands.correlate, before[0], fall_nr, before[1])
    canton.travel("2026-04-01")
    assert canton.notices("SDOL") == ["Der Haushalt ist weggezogen. Der Fall war da schon abgelöst oder abgeschlossen; der Wegzug löst darum nichts mehr aus."]
    assert canton.fall("SDOL").phase == phase
    assert [one.zustand for one in canton.all(Instanz) if one.neben] == ["completed"]


def test_a_case_that_ends_between_acceptance_and_move_is_not_handed_over_and_both_regions_hear_of_it(canton: Canton):
    """``travel`` refuses incidents: a handover of nothing is no failure."""
    fall_nr = canton.open_household()
    canton.move(fall_nr)
    canton.release()
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-03-20")
    canton.do("SDOL", commands.cancel_case, canton.fall("SDOL").id, "Haushalt verstorben")
    ended = canton.fall("SDOL").phase
    canton.travel("2026-04-01")
    assert any("wird darum nicht übergeben" in text for text in canton.notices("SDOL"))
    assert any("Er kommt nicht" in text for text in canton.notices("SRO"))
    assert (canton.fall("SDOL").phase, canton.fall("SDOL").uebergeben_am, canton.fall("SRO").phase) == (ended, None, "Nicht übernommen")
    assert (canton.offer().zustand, canton.offer().paket, canton.elements("SRO")) == ("zurueckgezogen", {}, [])
    assert [one.zustand for one in canton.all(Instanz)].count("active") == 0


def test_a_case_that_listens_ends_by_its_own_drawing_when_it_is_handed_over(canton: Canton):
    fall_nr = canton.open_household()
    canton.move(fall_nr)
    canton.release()
    canton.complete("SRO", "uebernahme_pruefen", annahme="annehmen")
    canton.travel("2026-04-01")
    assert canton.own("SDOL").zustand == "completed"
    assert (canton.fall("SDOL").phase, canton.fall("SRO").phase) == ("Übergeben", "Standortbestimmung")
    assert canton.all(Incident) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2025-12-31", "Halten", id="before the merger Halten is itself"),
        pytest.param("2026-01-01", "Kriegstetten", id="since 2026 Halten is part of Kriegstetten"),
    ],
)
def test_a_merged_commune_is_what_it_is_on_the_day_of_the_move(canton: Canton, day: str, expected: str):
    with canton.database.read(canton.access("SDOL")) as session:
        halten = session.scalars(select(Gemeinde.bfs_nr).where(Gemeinde.name == "Halten")).one()
        assert uebergabe.commune_on(session, halten, date.fromisoformat(day)).name == expected
        with pytest.raises(NotFound):
            uebergabe.commune_on(session, 1, date(2026, 1, 1))
