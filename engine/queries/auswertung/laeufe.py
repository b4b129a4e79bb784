"""Cases as the figures count them: until when benefit was drawn, how it ended, and what became of people afterwards.

"Within h months" counts only cases that were observed for h months. Months are of 30.4375 days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.queries.auswertung.gelesen import je_spur
from engine.queries.auswertung.messpunkte import messpunkte
from engine.replay.pseudonyms import AGE_CLASSES
from engine.store.tables import Spur

MONTH = 30.4375 * 86_400
# Ends and relapse are looked at after so many months; the first says whether an exit was sustained.
HORIZONS = (6, 12, 24)
RETURNED = "rueckkehr"
OPEN, OTHERWISE, ARBEIT = "offen", "anders", "arbeit"
ENDS = {
    ARBEIT: "Erwerb", "versicherung": "Versicherung, Rente, EL", "ausbildung": "Ausbildung, Unterhalt", "wegzug": "Wegzug", "andere": "anderer Grund",
    OTHERWISE: "ohne Ablösung beendet", OPEN: "noch im Bezug",
}  # fmt: skip
CAUSES = {
    "erwerb": ARBEIT, "mehr_erwerb": ARBEIT, "alv": "versicherung", "iv": "versicherung", "ahv_el": "versicherung", "ausbildung": "ausbildung",
    "unterhalt": "ausbildung", "wegzug_gemeinde": "wegzug", "wegzug_kanton": "wegzug",
}  # fmt: skip
ABGELOEST = "abgeloest"
WEGE = {ARBEIT: "Erwerb", ABGELOEST: "andere Ablösung", OTHERWISE: "ohne Ablösung", OPEN: "noch im Bezug"}
DANACH = {"zurueck": "wieder im Bezug", "weg": "gestorben oder aus dem Kanton", "nicht": "nicht zurück"}
# Whoever died or left the canton cannot come back here.
GONE = frozenset({"tod", "wegzug_kanton"})
DIMENSIONEN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "geschlecht": ("Geschlecht", {"1": "männlich", "2": "weiblich", "3": "unbestimmt", "": "nicht erfasst"}),
    "alter": ("Altersklasse", {**{name: name for _, name in AGE_CLASSES}, "": "nicht erfasst"}),
    "personengruppe": (
        "Personengruppe",
        {"regel": "Regelstrukturen", "fluechtling": "anerkannte Flüchtlinge", "vorlaeufig_aufgenommen": "vorläufig Aufgenommene", "schutzstatus_s": "Schutzstatus S", "asylsuchend": "Asylsuchende", "": "nicht erfasst"},
    ),
    "gemeinde": ("Grösse der Gemeinde", {"unter 2000": "unter 2'000", "2000–4999": "2'000–4'999", "5000–9999": "5'000–9'999", "10000 und mehr": "10'000 und mehr", "": "nicht erfasst"}),
}  # fmt: skip


@dataclass(frozen=True)
class Lauf:
    """One case: ``months`` until it ended as ``ende`` says or until now, ``seen`` months since it began, ``back`` months from the Ablösung until it was
    needed again (None: not), ``since`` the Ablösung (0 without one)."""

    region: str
    fall_id: int
    months: float
    seen: float
    ende: str
    grund: str
    back: float | None
    since: float
    merkmale: Mapping[str, str]

    @property
    def is_over(self) -> bool:
        """Whether it came to an Ablösung."""
        return self.ende not in (OPEN, OTHERWISE)

    @property
    def is_gone(self) -> bool:
        """Whether it ended with a death or with leaving the canton."""
        return self.grund in GONE

    @property
    def end_class(self) -> int | None:
        """Within which of ``HORIZONS`` it ended: the place of the first, their number for later, None for not at all."""
        return None if self.ende == OPEN else bisect_left(HORIZONS, self.months)

    @property
    def seen_class(self) -> int:
        """For how many of ``HORIZONS`` it was under observation."""
        return bisect_right(HORIZONS, self.seen)

    @property
    def since_class(self) -> int:
        """For how many of ``HORIZONS`` it was under observation since the Ablösung."""
        return bisect_right(HORIZONS, self.since)

    @property
    def back_class(self) -> int | None:
        """Within which of ``HORIZONS`` it was needed again, as ``end_class``."""
        return None if self.back is None else bisect_left(HORIZONS, self.back)

    def by(self, horizon: float) -> str:
        """How the case had ended after so many months."""
        return self.ende if self.months <= horizon else OPEN


def lauf(spur: Spur, now: datetime) -> Lauf:
    """From the beginning to the first Ablösung; the first return after it counts as the relapse."""
    began = spur.begonnen_am.timestamp()
    until = min(_exits(spur), default=None)
    back = min((moment for moment in _returns(spur) if until is not None and moment >= until), default=None)
    grund = spur.angaben.get("hauptgrund", "")
    ende = CAUSES.get(grund, "andere") if until is not None else OTHERWISE if spur.beendet_am is not None else OPEN
    end = until if until is not None else (spur.beendet_am or now).timestamp()
    return Lauf(
        spur.region, spur.fall_id, max(0.0, (end - began) / MONTH), (now.timestamp() - began) / MONTH, ende, grund,
        None if until is None or back is None else (back - until) / MONTH, 0.0 if until is None else (now.timestamp() - until) / MONTH,
        {**spur.angaben, "alter": spur.altersklasse},
    )  # fmt: skip


def way(end: str) -> str:
    """The way out that an end belongs to, of ``WEGE``."""
    return end if end in WEGE else ABGELOEST


def kind(end: str) -> str:
    """Whether an Ablösung was one into work."""
    return ARBEIT if end == ARBEIT else "andere"


def group(one: Lauf, key: str) -> str:
    """The value of one of ``DIMENSIONEN``, empty where it is not known."""
    _, words = DIMENSIONEN[key]
    value = one.merkmale.get(key, "")
    return value if value in words else ""


def moments(spur: Spur, point: str) -> list[float]:
    """When the elements of a point of measurement were completed, in seconds since 1970."""
    wanted = messpunkte()[point]
    return [float(ended) for element, _, _, _, ended, _, end in spur.schritte if element in wanted and end == "c" and ended is not None]


@je_spur
def _exits(spur: Spur) -> list[float]:
    return moments(spur, "abloesung")


@je_spur
def _returns(spur: Spur) -> list[float]:
    return moments(spur, RETURNED)
