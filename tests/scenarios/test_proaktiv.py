"""Proaktive Beratung: before social assistance, of one's own will, and forgotten soon after."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine.commands import aufbewahrung, vernichtung
from engine.model.access import Access
from engine.store.tables import Aufgabe, Fall, Verlauf
from tests.scenarios.nebenakte import Nebenakte

ANFRAGE: dict[str, Any] = {
    "kanal": "telefon", "kontakt_name": "Berger", "kontakt_vorname": "Nora", "kontakt": "079 000 00 00", "wohngemeinde_bfs": "2546", "anliegen": "Miete",
    "gefahr_merkmale": ["wohnung"], "vermoegen_knapp": "ja", "anfrage_am": "2.3.2026",
}  # fmt: skip
UEBERTRITT = {
    "uebertritt_einwilligung": "ja", "name": "Berger", "vorname": "Nora", "geburtsdatum": "1.5.1988", "geschlecht": "2", "adresse": "Marktplatz 2",
    "anmeldegrund": "arbeitslosigkeit", "notlage_heute": False,
}  # fmt: skip


def agreed(akte: Nebenakte) -> Nebenakte:
    akte.open_alone("proaktiv", **ANFRAGE)
    assert akte.due("vereinbarung_treffen") == "2026-03-16"
    akte.do("vereinbarung_treffen", beratung_einwilligung=True, beratung_einwilligung_am=akte.today, ziele_beratung="Wohnung behalten")
    return akte


def contact(akte: Nebenakte, weiter: str, art: str = "gespraech") -> Nebenakte:
    akte.do("beratung_fuehren", beratung_am=akte.today, beratung_art=art, naechster_schritt=weiter)
    return akte


def test_who_is_in_no_danger_is_sent_to_somebody_else(nebenakte: Nebenakte) -> None:
    nebenakte.open_alone("proaktiv", **{**ANFRAGE, "gefahr_merkmale": []})
    assert nebenakte.due("triage") == "2026-03-07"
    nebenakte.do("triage", weitergewiesen_an="Schuldenberatung")
    assert (nebenakte.ended, nebenakte.dossiers()) == ("ende_weitergewiesen", [])


def test_without_consent_there_is_no_counselling(nebenakte: Nebenakte) -> None:
    nebenakte.open_alone("proaktiv", **ANFRAGE).do("vereinbarung_treffen", beratung_einwilligung=False)
    assert nebenakte.ended == "ende_nicht_vereinbart"


def test_contacts_reviews_and_a_stable_end(nebenakte: Nebenakte) -> None:
    agreed(nebenakte)
    assert nebenakte.phase == "Proaktive Beratung"
    contact(nebenakte.travel("2026-04-20"), "weiter").travel("2026-06-02")
    assert (nebenakte.tasks(), nebenakte.due("beratung_ueberpruefen")) == (["beratung_ueberpruefen"], "2026-06-16")
    nebenakte.do("beratung_ueberpruefen", beratung_stand="besser", naechster_schritt="weiter")
    contact(nebenakte.travel("2026-07-01"), "stabilisiert")
    assert (nebenakte.closed, nebenakte.ended) == ("2026-07-01", "ende_stabilisiert")


def test_who_moves_away_is_not_counselled_further(nebenakte: Nebenakte) -> None:
    contact(agreed(nebenakte), "weggezogen")
    assert nebenakte.ended == "ende_weggezogen"


@pytest.mark.parametrize("attempts", [pytest.param(3, id="three attempts"), pytest.param(0, id="sixty days")])
def test_lost_contact_ends_it(nebenakte: Nebenakte, attempts: int) -> None:
    agreed(nebenakte)
    for _ in range(attempts):
        contact(nebenakte, "weiter", art="nicht_erreicht")
    if not attempts:
        nebenakte.travel("2026-05-01")
    assert nebenakte.ended == "ende_kontaktabbruch"


def test_it_lasts_a_year_at_most(nebenakte: Nebenakte) -> None:
    agreed(nebenakte)
    for day in ("2026-04-20", "2026-06-01", "2026-07-20", "2026-09-10", "2026-11-01", "2026-12-20", "2027-02-10"):
        nebenakte.travel(day)
        if "beratung_ueberpruefen" in nebenakte.tasks():
            nebenakte.do("beratung_ueberpruefen", beratung_stand="unverändert", naechster_schritt="weiter")
        contact(nebenakte, "weiter")
    nebenakte.travel("2027-03-02")
    assert (nebenakte.closed, nebenakte.ended) == ("2027-03-02", "ende_stabilisiert")


def test_with_consent_the_registration_begins_with_what_is_known(nebenakte: Nebenakte) -> None:
    contact(agreed(nebenakte), "uebertritt")
    assert nebenakte.shows("uebertritt_vorbereiten")["name"] == "Berger"
    nebenakte.fill("uebertritt_vorbereiten", {**UEBERTRITT, "information_pflichten_am": nebenakte.today})
    neu = nebenakte.value("neue_fall_nr")
    nebenakte.turn_to(neu)
    assert (nebenakte.household(), nebenakte.tasks(), nebenakte.value("anliegen"), nebenakte.dossiers()) == (["Nora"], ["zustaendigkeit_pruefen"], None, [(2546, None)])


def test_without_consent_nothing_goes_over(nebenakte: Nebenakte) -> None:
    contact(agreed(nebenakte), "uebertritt").do("uebertritt_vorbereiten", uebertritt_einwilligung="nein")
    assert (nebenakte.ended, nebenakte.value("neue_fall_nr")) == ("ende_uebertritt", None)


@pytest.mark.parametrize("einwilligung", ["ja", "nein"])
def test_what_somebody_told_crosses_only_with_consent_and_never_what_they_worried_about(nebenakte: Nebenakte, einwilligung: str) -> None:
    contact(agreed(nebenakte), "uebertritt")
    raw = {**UEBERTRITT, "information_pflichten_am": nebenakte.today} if einwilligung == "ja" else {"uebertritt_einwilligung": "nein"}
    nebenakte.fill("uebertritt_vorbereiten", raw)
    others = [repr((row.values, row.changes)) for row in nebenakte.every(Verlauf) if row.fall_id != nebenakte.fall_id]
    crossed = {word for word in ("Berger", "Marktplatz", "Miete", "079 000 00 00", "Wohnung behalten") if any(word in text for text in others)}
    assert crossed == ({"Berger", "Marktplatz"} if einwilligung == "ja" else set())


def test_six_months_after_its_end_a_counselling_is_to_be_destroyed_and_leaves_no_name(nebenakte: Nebenakte) -> None:
    contact(agreed(nebenakte), "stabilisiert")
    assert nebenakte.closed == "2026-03-02"
    administration, leitung = (Access(rolle, {"SDOL": frozenset({rolle})}) for rolle in ("administration", "leitung"))
    assert due_on(nebenakte, "2026-09-01") == []
    assert due_on(nebenakte, "2026-09-02") == [nebenakte.fall_nr], "not ten years, as for a Dossier"
    with nebenakte.database.begin(administration) as session:
        aufbewahrung.offer(session, nebenakte.fall_nr)
        aufbewahrung.answer(session, nebenakte.fall_nr, "verzichtet")
        vernichtung.ask(session, nebenakte.fall_nr)
    with nebenakte.database.begin(leitung) as session:
        vernichtung.confirm(session, nebenakte.fall_nr)
    assert [row for table in (Fall, Verlauf, Aufgabe) for row in nebenakte.every(table)] == []


def test_the_canton_sets_how_long_a_counselling_is_kept(nebenakte: Nebenakte) -> None:
    contact(agreed(nebenakte.parameter(proaktiv_aufbewahrung="P1M")), "stabilisiert")
    assert due_on(nebenakte, "2026-04-02") == [nebenakte.fall_nr]


def due_on(akte: Nebenakte, day: str) -> list[str]:
    """The cases whose retention is over on that day."""
    akte.travel(day)
    with akte.database.begin(Access("leitung", {"SDOL": frozenset({"leitung"})})) as session:
        return [one.fall.fall_nr for one in aufbewahrung.due(session)]


def test_a_partner_may_report_somebody(nebenakte: Nebenakte) -> None:
    with nebenakte.database.begin(nebenakte.access) as session:
        found = commands.correlate(session, "proaktiv.anfrage", "", {"region": "SDOL", "kontakt_name": "Berger", "kanal": "partner", "partner_name": "RAV"})
    nebenakte.turn_to(found.fall_nr)
    assert nebenakte.due("anfrage_ergaenzen") == "2026-03-04"
    nebenakte.do("anfrage_ergaenzen", **{**ANFRAGE, "kanal": "partner", "partner_name": "RAV"})
    assert nebenakte.tasks() == ["vereinbarung_treffen"]
