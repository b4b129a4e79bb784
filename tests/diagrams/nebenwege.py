"""Cases for the decisions of what runs beside a case: one for each rule."""

from __future__ import annotations

from typing import Any

BELASTET = {"gesundheit_psyche": 3, "wohnen": 3, "finanzen": 2, "erwerbsfaehigkeit": "teilweise"}
VPE = {"alter": 40, "segment": "ORIENTIEREN", "letzte_vpe": None, "parameter": {"alter_kind": 16, "vpe_alter_bis": 60, "vpe_sperre": "P24M"}}
INTENSIV = {"segment": "VERAENDERN", "amf": "mittel", "erwerbsfaehigkeit": "voll", "n3": 2}
PLAETZE = {"parameter": {"intensiv_stellenprozente": 150, "intensiv_falllast_max": 35}}
AN = {"parameter": {"austausch_rav": True, "austausch_alk": False, "austausch_iv": False, "austausch_ewk": False}}


def _vpe(rule: str, empfohlen: bool, grund: str, **values: Any) -> tuple[str, dict[str, Any], str, Any]:
    return "vpe_pruefen", {**VPE, "bewertung": BELASTET, **values}, rule, {"empfohlen": empfohlen, "grund": grund}


def _intensiv(rule: str, empfohlen: bool, grund: str, **values: Any) -> tuple[str, dict[str, Any], str, Any]:
    return "intensiv_pruefen", {**INTENSIV, **values}, rule, {"empfohlen": empfohlen, "grund": grund}


def _weg(rule: str, partner: str, hin: str, zurueck: str, frist: str, an: bool, brief: str, angaben: str) -> tuple[str, dict[str, Any], str, Any]:
    result = {"meldung_hin": hin, "meldung_zurueck": zurueck, "frist": frist, "eingeschaltet": an, "brief": brief, "angaben": angaben}
    return "austausch_weg", {"partner": partner, **AN}, rule, result


CASES: list[tuple[str, dict[str, Any], str, Any]] = [
    _vpe("D4_1", False, "Seit der letzten vPe ist der vorgesehene Abstand nicht vergangen.", letzte_vpe="2024-03-03"),
    _vpe("D4_2", False, "Das Alter liegt ausserhalb der Grenzen der vPe.", alter=61),
    _vpe("D4_3", False, "Die Person ist zurzeit nicht erwerbsfähig.", bewertung={**BELASTET, "erwerbsfaehigkeit": "keine"}),
    _vpe("D4_4", False, "Die vPe ist für die Segmente Orientieren und Verändern gedacht.", segment="STABILISIEREN"),
    _vpe("D4_5", True, "Mehrfachthematik: mindestens zwei belastete Felder von Gesundheit, Sozialem und Finanzen.", letzte_vpe="2024-03-02"),
    _vpe("D4_9", False, "Weniger als zwei Felder sind erheblich belastet.", bewertung={**BELASTET, "wohnen": "nb"}),
    _intensiv("D6_1", False, "Die intensive Fallführung ist für die Segmente Ablösen und Verändern gedacht.", segment="ORIENTIEREN"),
    _intensiv("D6_2", False, "Die Arbeitsmarktfähigkeit ist gering oder unklar.", amf="gering"),
    _intensiv("D6_3", False, "Die Person ist nicht erwerbsfähig, oder es ist unklar.", erwerbsfaehigkeit="unklar"),
    _intensiv("D6_4", True, "Erwerbspotenzial und mindestens zwei Felder mit erheblichem Bedarf."),
    _intensiv("D6_9", False, "Weniger als zwei Felder mit erheblichem Bedarf: Die Standard-Fallführung genügt.", n3=1),
    ("intensiv_kapazitaet", {"belegt": 51, **PLAETZE}, "D6b_1", {"vorschlag": "bewilligt", "text": "Belegt sind 51 von 52 Plätzen; eine Bewilligung ist möglich."}),
    ("intensiv_kapazitaet", {"belegt": 52, **PLAETZE}, "D6b_9", {"vorschlag": "warteliste", "text": "Belegt sind 52 von 52 Plätzen; vorgeschlagen ist die Warteliste."}),
    ("gefahr_bezug", {"gefahr_merkmale": [], "vermoegen_knapp": "ja"}, "D0_1", {"gefahr": False, "grund": "Keines der Merkmale trifft zu: Eine andere Stelle kann besser helfen."}),
    ("gefahr_bezug", {"gefahr_merkmale": ["wohnung"], "vermoegen_knapp": "nein"}, "D0_2", {"gefahr": False, "grund": "Das Vermögen ist voraussichtlich nicht bald aufgebraucht."}),
    ("gefahr_bezug", {"gefahr_merkmale": ["wohnung"], "vermoegen_knapp": "ja"}, "D0_3", {"gefahr": True, "grund": "Ohne Beratung droht ein Bezug von Sozialhilfe."}),
    ("gefahr_bezug", {"gefahr_merkmale": ["wohnung"], "vermoegen_knapp": None}, "D0_9", {"gefahr": False, "grund": "Ob das Vermögen reicht, ist nicht bekannt."}),
    _weg("D9m_rav", "rav", "rav.statusanfrage", "rav.status", "P10D", True, "An: RAV. Bitte teilen Sie uns mit: gemeldet ab, Vermittlungsfähigkeit, Ende der Taggelder.", "antwort_text, gemeldet_ab, vermittlungsfaehigkeit, taggeldende"),
    _weg("D9m_alk", "alk", "alk.statusanfrage", "alk.status", "P10D", False, "An: Arbeitslosenkasse. Bitte teilen Sie uns mit: Anspruch auf Taggelder, Rahmenfrist, Einstelltage.", "antwort_text, taggeldanspruch, rahmenfrist_bis, einstelltage"),
    _weg("D9m_iv", "iv", "iv.meldung", "iv.entscheid", "P30D", False, "An: IV-Stelle. Bitte teilen Sie uns mit: Datum der Anmeldung, Phase, Entscheid.", "antwort_text, iv_angemeldet_am, iv_phase, iv_entscheid"),
    _weg("D9m_ewk", "ewk", "ewk.anfrage", "ewk.mutation", "P1M", False, "An: Einwohnerkontrolle. Bitte teilen Sie uns mit: Wohnsitz, Zuzug, Wegzug und Zivilstand mit Datum.", "antwort_text"),
    ("ewk_folge", {"ewk_ereignis": "zuzug"}, "D93_1", "Jemand ist zugezogen. Gehört die Person zum Haushalt, so melden Sie auf der Fallseite «Geburt oder Zuzug»."),
    ("ewk_folge", {"ewk_ereignis": "wegzug"}, "D93_2", "Die Person ist weggezogen. Erfassen Sie auf der Fallseite den Umzug; er klärt, welche Region zuständig ist."),
    ("ewk_folge", {"ewk_ereignis": "tod"}, "D93_3", "Die Person ist verstorben. Melden Sie auf der Fallseite «Austritt oder Tod»."),
    ("ewk_folge", {"ewk_ereignis": "zivilstand"}, "D93_4", "Der Zivilstand hat geändert. Berichtigen Sie die Stammdaten in der Fachapplikation, und melden Sie auf der Fallseite ein wesentliches Ereignis, wenn sich der Haushalt ändert."),
    ("ewk_folge", {"ewk_ereignis": "anderes"}, "D93_9", "Das Ereignis ist nicht bekannt. Bitte bei der Einwohnerkontrolle nachfragen."),
    ("einfuehrung_rahmen", {"region": "SDOL"}, "D13_1", "2027-12-31"),
]
