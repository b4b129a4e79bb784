"""What the columns of a table mean, by what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# What the columns are called, in the order of preference: the end of a step before its beginning, whole moments before days and hours.
# Only these words as a whole; upper case, umlauts and accents, spaces, dots, hyphens and underscores make no difference.
KNOWN: Mapping[str, Sequence[str]] = {
    "case": (
        "case:concept:name", "case id", "caseid", "case", "trace", "trace id", "fall", "fall nr", "fallnr", "fallnummer", "fall id", "fallid",
        "dossier", "dossier nr", "dossiernr", "dossiernummer", "dossier id", "geschäft", "geschäft nr", "geschäfts nr", "geschäftsnr",
        "geschäftsnummer", "geschäfts id", "akte", "aktennummer", "aktenzeichen", "vorgang", "vorgangs nr", "vorgangsnr", "vorgangsnummer", "id",
    ),
    "activity": (
        "concept:name", "activity", "activity name", "aktivität", "tätigkeit", "arbeitsschritt", "prozessschritt", "schritt", "aufgabe", "task",
        "event", "ereignis", "name",
    ),
    "timestamp": (
        "time:timestamp", "timestamp", "complete timestamp", "end time", "end timestamp", "endtime", "completed at", "zeitstempel", "zeitpunkt",
        "erledigt am", "abgeschlossen am", "beendet am", "ende", "endzeit", "enddatum", "datum und zeit", "datum/zeit", "datum", "date", "time", "zeit",
        "start time", "start timestamp", "starttime", "start", "begonnen am", "beginn", "startzeit", "startdatum",
    ),
    "lifecycle": ("lifecycle:transition", "lifecycle", "transition", "status", "zustand", "bearbeitungsstatus", "stand", "state", "ereignisart"),
}  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Which column means what, by its name in the file; None where there is none."""

    case: str
    activity: str
    timestamp: str | None = None
    lifecycle: str | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    """What states mean that are not in ``lifecycle.TRANSITIONS``, or mean something else here; by how they are compared (``folded``)."""


def likely(columns: Sequence[str]) -> dict[str, str]:
    """The columns that are named as usual, by ``case``, ``activity``, ``timestamp`` and ``lifecycle``; what is not recognised is missing."""
    seen = {form: name for name in reversed(columns) for form in _forms(name)}
    found = {what: next((seen[form] for name in names for form in _forms(name) if form in seen), None) for what, names in KNOWN.items()}
    return {what: name for what, name in found.items() if name is not None}


def guess(columns: Sequence[str]) -> Columns | None:
    """The columns that are named as usual; None if case or activity are not among them."""
    found = likely(columns)
    if "case" not in found or "activity" not in found:
        return None
    return Columns(found["case"], found["activity"], found.get("timestamp"), found.get("lifecycle"))


def _forms(name: str) -> tuple[str, str]:
    """A name as compared, with ä as ae and with ä as a: programs write either."""
    plain = re.sub(r"[\s_\-.]+", " ", unicodedata.normalize("NFC", name).casefold()).strip()
    spelled = plain.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return _bare(spelled), _bare(plain)


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
