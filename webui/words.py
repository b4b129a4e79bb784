"""Words for people: dates, deadlines, roles and what happened. Instants come in UTC and are shown in Europe/Zurich."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.definitions.forms import readable
from engine.model.calendar import ZURICH

MONATE = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip

ROLLEN_WORTE: Mapping[str, str] = {
    "intake": "Intake",
    "fallfuehrung": "Fallführung",
    "fallfuehrung_intensiv": "Intensive Fallführung",
    "administration": "Administration",
    "teamleitung": "Teamleitung",
    "leitung": "Leitung",
    "sozialkommission": "Sozialkommission",
    "vpe_stelle": "vPe-Stelle",
    "partner_rav": "RAV",
    "partner_alk": "Arbeitslosenkasse",
    "partner_iv": "IV-Stelle",
    "partner_massnahme": "Anbieter von Massnahmen",
    "partner_ewk": "Einwohnerkontrolle",
    "koordination": "Koordinationsstelle Integration",
    "aufsicht": "Aufsicht",
    "evaluation": "Evaluation",
    "prozess": "Prozessverantwortung",
    "umsetzung": "Umsetzungsbegleitgruppe",
    "betrieb": "Betrieb",
}

SEGMENTE: Mapping[str, str] = {
    "ABLOESEN": "Ablösen",
    "VERAENDERN": "Verändern",
    "ORIENTIEREN": "Orientieren",
    "STABILISIEREN": "Stabilisieren",
}

# Values of choices that are no German words as they stand.
AUSWAHL: Mapping[str, str] = {
    "abklaerung": "Berufliche Abklärung",
    "beschaeftigung": "Beschäftigung",
    "grundkompetenz": "Grundkompetenzen",
    "sprachkurs": "Sprachkurs",
    "einsatz": "Einsatz im ersten Arbeitsmarkt",
    "qualifizierung": "Qualifizierung",
    "soziale_integration": "Soziale Integration oder Mentoring",
    "coaching": "Coaching",
    "schuldenberatung": "Schuldenberatung",
    "therapie": "Therapie oder Beratung",
    "kinderbetreuung": "Kinderbetreuung",
    "ueberbrueckung": "Überbrückung",
    "ja": "ja",
    "wohnen": "Wohnen",
    "finanzen": "Finanzen",
    "gesundheit": "Gesundheit",
    "arbeit": "Arbeit",
    "bildung": "Bildung",
    "sprache": "Sprache",
    "soziales": "Soziales",
    "betreuung": "Betreuung",
}

ROLLE_UE: Mapping[str, str] = {
    "antragstellend": "antragstellend",
    "partner": "Partnerin oder Partner",
    "kind": "Kind",
    "weitere": "weitere Person",
}


# What stopped a case; the engine's codes are those of Camunda, operators look them up by it.
STOERUNGEN: Mapping[str, str] = {
    "EXTRACT_VALUE_ERROR": "Ein Wert liess sich nicht berechnen",
    "CONDITION_ERROR": "Eine Bedingung ist weder wahr noch falsch, oder kein Weg passt",
    "IO_MAPPING_ERROR": "Eine Zuordnung von Werten misslang",
    "JOB_NO_RETRIES": "Ein automatischer Schritt misslang mehrmals",
    "EXECUTION_LISTENER_NO_RETRIES": "Ein Listener eines Schritts misslang mehrmals",
    "TASK_LISTENER_NO_RETRIES": "Ein Listener einer Aufgabe misslang mehrmals",
    "CALLED_ELEMENT_ERROR": "Der aufgerufene Prozess fehlt",
    "CALLED_DECISION_ERROR": "Die aufgerufene Entscheidungstabelle fehlt",
    "DECISION_EVALUATION_ERROR": "Eine Entscheidungstabelle liess sich nicht auswerten",
    "UNHANDLED_ERROR_EVENT": "Ein fachlicher Fehler, den niemand abfängt",
    "RUNAWAY_LOOP": "Der Prozess dreht sich ohne Ende im Kreis",
    "FORM_NOT_FOUND": "Das Formular fehlt",
    "RESOURCE_NOT_FOUND": "Eine Datei der Freigabe fehlt",
    "MESSAGE_SIZE_EXCEEDED": "Die Angaben sind zu gross",
}


@dataclass(frozen=True)
class Frist:
    """A deadline in words; ``stufe`` is ueberfaellig, heute, bald or spaeter and chooses the colour."""

    stufe: str
    worte: str
    datum: str


def zurich(at: datetime) -> datetime:
    return at.astimezone(ZURICH)


def datum(value: date | datetime | str | None) -> str:
    """``02.03.2026``; an instant counts as the day it falls on in Zurich, ISO text is read first."""
    if not value:
        return ""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return str(value)
    if isinstance(value, datetime) and value.tzinfo:
        value = zurich(value)
    return value.strftime("%d.%m.%Y")


def zeit(at: datetime | None) -> str:
    return zurich(at).strftime("%H:%M") if at else ""


def zeitpunkt(at: datetime | None) -> str:
    """``02.03.2026, 08:15``."""
    return zurich(at).strftime("%d.%m.%Y, %H:%M") if at else ""


def langes_datum(value: date | datetime) -> str:
    """``2. März 2026``."""
    if isinstance(value, datetime):
        value = zurich(value).date()
    return f"{value.day}. {MONATE[value.month - 1]} {value.year}"


def frist(due: datetime | None, now: datetime) -> Frist | None:
    """How a due instant stands against now, counted in calendar days of Zurich. The end of a day still belongs to that day."""
    return None if due is None else _frist((zurich(due) - timedelta(microseconds=1)).date(), due, now)


def eintritt(at: datetime | None, now: datetime) -> Frist | None:
    """The same for an instant at which something happens by itself: midnight already belongs to the day that begins."""
    return None if at is None else _frist(zurich(at).date(), at, now)


def _frist(day: date, due: datetime, now: datetime) -> Frist:
    days = (day - zurich(now).date()).days
    stufe = "ueberfaellig" if days < 0 or due <= now else "heute" if days == 0 else "bald" if days <= 7 else "spaeter"
    return Frist(stufe, _tage(days, stufe), datum(day))


def _tage(days: int, stufe: str) -> str:
    if stufe == "ueberfaellig":
        return f"überfällig seit {anzahl(-days, 'Tag', 'Tagen')}" if days else "seit heute überfällig"
    if days == 0:
        return "heute"
    if days > 730:
        return f"in {days // 365} Jahren"
    return "morgen" if days == 1 else f"in {days} Tagen"


def anzahl(number: int, one: str, many: str) -> str:
    """``1 Person``, ``3 Personen``."""
    return f"{number} {one if number == 1 else many}"


def rolle(name: str) -> str:
    return ROLLEN_WORTE.get(name, name)


def stoerung(kind: str) -> str:
    """What a kind of incident means; of one that has no words yet its code."""
    return STOERUNGEN.get(kind, kind)


def segment(name: str) -> str:
    return SEGMENTE.get(name, name.capitalize())


def wert(value: Any) -> str:
    """A stored JSON value for reading."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return "Ja" if value else "Nein"
    if isinstance(value, list):
        return ", ".join(wert(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {wert(one)}" for name, one in value.items())
    if isinstance(value, int | float):
        return zahl(value)
    return datum(value) if isinstance(value, str) and len(value) == 10 and value[4:5] == "-" else str(value)


def zahl(value: int | float) -> str:
    """``1'234.5``."""
    whole, _, decimals = f"{value}".partition(".")
    grouped = f"{int(whole):,}".replace(",", "'") if whole.lstrip("-").isdigit() and abs(int(whole)) >= 10_000 else whole
    return f"{grouped}.{decimals}" if decimals else grouped


def auswahl(value: Any) -> str:
    """A choice's value as a word, where no form is at hand to tell its label: ``nicht_erreicht`` is «nicht erreicht»."""
    text = str(value or "–")
    return AUSWAHL.get(text, text.replace("_", " "))


def groesse(size: int) -> str:
    """``312 KB``, ``1.4 MB``."""
    return f"{max(size // 1024, 1)} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def franken(rappen: int) -> str:
    """``CHF 1'234.50``."""
    return f"CHF {rappen / 100:,.2f}".replace(",", "'")


FILTERS: Mapping[str, Callable[..., str]] = {
    "datum": datum,
    "zeit": zeit,
    "zeitpunkt": zeitpunkt,
    "langes_datum": langes_datum,
    "rolle": rolle,
    "stoerung": stoerung,
    "segment": segment,
    "wert": wert,
    "auswahl": auswahl,
    "groesse": groesse,
    "franken": franken,
    "lesbar": readable,
}
