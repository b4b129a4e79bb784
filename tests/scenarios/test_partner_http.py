"""Partners answer and report through the interface: only their messages, only where the region has switched them on, each one logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.store.tables import Austausch, Fall
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.partnerzugang import Partner, served, with_token
from tests.scenarios.test_begleitung import with_course
from tests.scenarios.test_partner import FRAGE
from tests.scenarios.test_vpe import AUFTRAG, BELASTET, evaluate

ANNA_AHV = "756.9217.0769.85"
Login = Callable[..., Partner]


@pytest.fixture
def fall(nebenakte: Nebenakte) -> Nebenakte:
    nebenakte.supported(**BELASTET)
    return nebenakte


@pytest.fixture
def login(nebenakte: Nebenakte, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """``login("partner_rav")``: the program of an account with that role, in SDOL or where it is said."""
    with served(nebenakte.database, monkeypatch) as port:
        yield lambda rolle, region="SDOL": with_token(nebenakte.database, port, f"{rolle}-{region}".replace("*", "kanton").lower(), rolle, region)


def key(fall: Nebenakte, partner: str) -> str:
    return f"{fall.fall_nr}/{partner}/P1"


def on(fall: Nebenakte, *kategorien: str) -> Nebenakte:
    return fall.parameter(**{f"austausch.{kategorie}": "Ja" for kategorie in kategorien})


def test_the_rav_reads_what_it_is_asked_and_answers_once(fall: Nebenakte, login: Login) -> None:
    on(fall, "rav").begin("partneranfrage", **FRAGE)
    rav = login("partner_rav")
    status, answer = rav.requests()
    (asked,) = answer["items"]
    assert (status, asked["name"], asked["correlationKey"], asked["frage"], asked["person"]["vorname"]) == (200, "rav.status", key(fall, "rav"), "Gemeldet seit?", "Anna")
    for _ in range(2):
        assert rav.send("rav.status", key(fall, "rav"), message_id="1", antwort_text="seit Januar", taggeldende="2026-09-30") == (200, {"accepted": True})
    fall._settle()
    assert [(row.meldung, row.grundlage, row.weg, row.by, row.angaben) for row in fall._rows(Austausch)][-1] == (
        "rav.status", "SG § 17", "schnittstelle", "partner_rav-sdol", ["antwort_text", "taggeldende"],
    )  # fmt: skip
    assert len(fall.exchanged) == 2, "asked and answered, the repetition changes nothing"
    assert (fall.tasks(), fall.due("antwort_lesen")) == (["antwort_lesen"], "2026-03-07")
    assert fall.shows("antwort_lesen")["antwort_uebersicht"] == "- seit Januar\n- Ende der Taggelder: 2026-09-30"
    fall.do("antwort_lesen")
    assert (fall.beside, rav.requests()[1]) == ([], {"items": []})


def test_switched_off_it_is_refused_clearly_and_nothing_is_stored(fall: Nebenakte, login: Login) -> None:
    on(fall, "alk").begin("partneranfrage", **FRAGE)
    fall.do("brief_versenden", brief_am=fall.today, brief_weg="brief")
    before = fall.exchanged
    status, answer = login("partner_rav").send("rav.status", key(fall, "rav"), antwort_text="seit Januar")
    assert (status, "nicht eingeschaltet" in answer["detail"], "nichts gespeichert" in answer["detail"]) == (403, True, True)
    assert (fall.exchanged, fall.beside) == (before, ["partneranfrage"])


@pytest.mark.parametrize(("rolle", "region"), [
    pytest.param("partner_iv", "SDOL", id="another partner of the region"),
    pytest.param("partner_rav", "SRO", id="the same partner of another region"),
    pytest.param("vpe_stelle", "SDOL", id="the vPe-Stelle"),
    pytest.param("leitung", "SDOL", id="somebody who is no partner at all"),
])  # fmt: skip
def test_anybody_else_finds_nothing(fall: Nebenakte, login: Login, rolle: str, region: str) -> None:
    on(fall, "rav", "iv", "vpe").begin("partneranfrage", **FRAGE)
    before = fall.exchanged
    status, _ = login(rolle, region).send("rav.status", key(fall, "rav"), antwort_text="seit Januar")
    assert (status, fall.exchanged, fall.beside) == (404, before, ["partneranfrage"])


def test_a_partner_of_the_whole_canton_reaches_each_region_by_its_name(fall: Nebenakte, login: Login) -> None:
    on(fall, "rav").begin("partneranfrage", **FRAGE)
    rav = login("partner_rav", "*")
    assert [rav.requests(region)[0] for region in ("SDOL", "SRO", "GIBTESNICHT")] == [200, 200, 404]
    assert rav.send("rav.status", key(fall, "rav"), region="SRO")[0] == 404
    assert rav.send("rav.status", key(fall, "rav"))[0] == 200


@pytest.mark.parametrize(("sent", "named"), [
    pytest.param({"segmente": []}, "segmente", id="a variable of the case"),
    pytest.param({"iv_entscheid": "Rente"}, "iv_entscheid", id="what only another partner is asked"),
    pytest.param({"antwort_text": {"a": 1}}, "antwort_text", id="an object where a text belongs"),
])  # fmt: skip
def test_a_partner_says_only_what_the_diagram_lets_it(fall: Nebenakte, login: Login, sent: dict[str, object], named: str) -> None:
    on(fall, "rav").begin("partneranfrage", **FRAGE)
    status, answer = login("partner_rav").send("rav.status", key(fall, "rav"), **sent)
    assert (status, list(answer["errors"]), fall.beside) == (400, [named], ["partneranfrage"])


def test_without_a_legal_basis_it_is_refused(fall: Nebenakte, login: Login) -> None:
    on(fall, "rav").begin("partneranfrage", **FRAGE)
    status, answer = login("partner_rav").send("rav.status", key(fall, "rav"), grundlage=" ")
    assert (status, list(answer["errors"])) == (400, ["grundlage"])


@pytest.mark.parametrize(("partner", "rolle", "angaben", "said"), [
    pytest.param("rav", "partner_rav", {"vermittlungsfaehigkeit": "ja"}, "Vermittlungsfähigkeit: ja", id="RAV"),
    pytest.param("alk", "partner_alk", {"taggeldanspruch": "ja", "einstelltage": 12}, "Einstelltage: 12", id="Arbeitslosenkasse"),
    pytest.param("iv", "partner_iv", {"iv_phase": "Eingliederung"}, "Phase: Eingliederung", id="IV-Stelle"),
])  # fmt: skip
def test_each_partner_answers_with_its_own_data(fall: Nebenakte, login: Login, partner: str, rolle: str, angaben: dict[str, object], said: str) -> None:
    on(fall, partner).begin("partneranfrage", **{**FRAGE, "partner": partner})
    status, _ = login(rolle).send(("iv.entscheid" if partner == "iv" else f"{partner}.status"), key(fall, partner), **angaben)
    fall._settle()
    assert (status, said in fall.texts("antwort_lesen")) == (200, True)
    assert [(row.partner, row.weg, row.angaben) for row in fall.exchanges()][-1] == (partner, "schnittstelle", sorted(angaben))


def test_the_vpe_stelle_accepts_and_reports(fall: Nebenakte, login: Login) -> None:
    on(fall, "vpe").begin("vpe").do("auftrag_erteilen", vpe_einwilligung_am=fall.today, **AUFTRAG)
    vpe, nr = login("vpe_stelle"), f"{fall.fall_nr}/vPe/P1/2026-03-02"
    assert {one["name"] for one in vpe.requests()[1]["items"]} == {"vpe.annahme", "vpe.ablehnung"}
    assert vpe.send("vpe.annahme", nr, vpe_erster_termin="2026-03-20")[0] == 200
    assert vpe.send("vpe.bericht", nr, bericht_text="Mit Qualifizierung möglich.")[0] == 200
    fall._settle()
    assert fall.shows("bericht_auswerten")["bericht_text"] == "Mit Qualifizierung möglich."
    evaluate(fall)
    assert [row.meldung for row in fall.exchanges()] == ["vpe.auftrag", "vpe.annahme", "vpe.bericht"], "each of them once"


def test_a_provider_of_a_measure_reports_with_the_form_of_the_event(nebenakte: Nebenakte, login: Login) -> None:
    on(with_course(nebenakte).travel("2026-05-04"), "massnahme")
    provider, nr = login("partner_massnahme"), f"{nebenakte.fall_nr}-M1"
    assert provider.send("massnahme.rueckmeldung", nr)[0] == 400, "the form asks for the report"
    assert provider.send("massnahme.rueckmeldung", nr, rueckmeldung="Kommt seit zwei Wochen nicht")[0] == 200
    nebenakte._settle()
    assert nebenakte.due("massnahme_auswerten") == "2026-05-18"


def test_somebody_is_announced_for_counselling_with_consent(nebenakte: Nebenakte, login: Login) -> None:
    rav = login("partner_rav")
    said = {"partner_name": "RAV", "kontakt_name": "Berger", "kontakt_vorname": "Nora", "kontakt": "079 000 00 00", "anliegen": "Aussteuerung"}
    assert rav.send("proaktiv.anfrage", grundlage="Einwilligung vom 2026-03-01", **said)[0] == 403
    on(nebenakte, "proaktiv")
    assert rav.send("proaktiv.anfrage", grundlage="Einwilligung vom 2026-03-01", message_id="7", **said)[0] == 200
    assert rav.send("proaktiv.anfrage", grundlage="Einwilligung vom 2026-03-01", message_id="7", **said)[0] == 200
    (begun,) = nebenakte.every(Fall)
    nebenakte.turn_to(begun.fall_nr)
    assert (nebenakte.due("anfrage_ergaenzen"), nebenakte.shows("anfrage_ergaenzen")["kontakt_name"], nebenakte.dossiers()) == ("2026-03-04", "Berger", [])
    assert nebenakte.exchanged == [("eingehend", "proaktiv.anfrage", "Einwilligung vom 2026-03-01")]


def test_the_einwohnerkontrolle_never_learns_who_has_a_case(nebenakte: Nebenakte, login: Login) -> None:
    nebenakte.open({"name": "Muster", "vorname": "Anna", "geburtsdatum": "12.4.1990", "geschlecht": "2", "rolle_ue": "antragstellend", "ahvn13": ANNA_AHV})
    on(nebenakte, "ewk")
    ewk = login("partner_ewk")
    said = {"ewk_ereignis": "wegzug", "ewk_am": "2026-04-01", "ewk_gemeinde": "Olten (2581)"}
    known = ewk.send("ewk.mutation", ahvn13=ANNA_AHV.replace(".", ""), **said)
    unknown = ewk.send("ewk.mutation", ahvn13="756.1234.5678.97", **said)
    assert known == unknown == (200, {"accepted": True})
    nebenakte._settle()
    assert (nebenakte.beside, nebenakte.due("mutation_verarbeiten")) == (["ewk_mutation"], "2026-03-12")
    assert "Erfassen Sie auf der Fallseite den Umzug" in nebenakte.shows("mutation_verarbeiten")["folge_text"]
    assert [(row.meldung, row.weg, row.grundlage) for row in nebenakte._rows(Austausch)] == [("ewk.mutation", "schnittstelle", "SG § 17")]
    nebenakte.do("mutation_verarbeiten", ewk_ergebnis="umzug")
    assert nebenakte.beside == []
