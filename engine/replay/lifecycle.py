"""What programs write into the column for a step's state, as transitions of XES (IEEE 1849-2023, lifecycle extension)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from engine.replay.log import COMPLETE

# Each transition with what it is called on screen, and the words that mean it; compared in small letters, without accents, spaces and hyphens.
TRANSITIONS: Mapping[str, tuple[str, Sequence[str]]] = {
    "complete": ("getan", (
        "completed", "done", "finished", "finish", "closed", "close", "end", "ended", "resolved", "solved", "erledigt", "abgeschlossen", "beendet", "fertig",
        "fertiggestellt", "vollendet", "ausgeführt", "durchgeführt", "bearbeitet", "geschlossen", "ende", "gelöst", "erfüllt", "termine", "fini", "completato",
    )),
    "start": ("begonnen", (
        "started", "begin", "begun", "in progress", "in process", "running", "active", "working", "begonnen", "gestartet", "angefangen", "beginn", "anfang",
        "in arbeit", "in bearbeitung", "bearbeitung", "laufend", "läuft", "aktiv", "wird bearbeitet", "commence", "en cours", "iniziato",
    )),
    "schedule": ("vorgesehen", (
        "scheduled", "planned", "created", "create", "new", "open", "opened", "pending", "todo", "enabled", "ready", "geplant", "vorgesehen", "terminiert",
        "erstellt", "angelegt", "erfasst", "eröffnet", "neu", "offen", "pendent", "ausstehend", "bereit", "eingegangen",
    )),
    "assign": ("zugewiesen", ("assigned", "allocated", "claimed", "zugewiesen", "zugeteilt", "übernommen", "zuweisung", "angenommen")),
    "reassign": ("neu zugewiesen", ("reassigned", "delegated", "neu zugewiesen", "umgeteilt", "weitergeleitet", "delegiert", "weitergegeben")),
    "suspend": ("unterbrochen", (
        "suspended", "paused", "pause", "on hold", "hold", "waiting", "blocked", "unterbrochen", "pausiert", "sistiert", "zurückgestellt", "wartend", "wartet",
        "blockiert", "ruhend",
    )),
    "resume": ("fortgesetzt", ("resumed", "continued", "reopened", "fortgesetzt", "weitergeführt", "wieder aufgenommen", "wiedereröffnet", "reaktiviert")),
    "withdraw": ("zurückgezogen", ("withdrawn", "zurückgezogen", "rückzug", "zurückgenommen")),
    "ate_abort": ("abgebrochen", (
        "abort", "aborted", "cancelled", "canceled", "cancel", "terminated", "failed", "rejected", "abgebrochen", "abbruch", "storniert", "annulliert",
        "gescheitert", "verworfen", "gelöscht", "fehlgeschlagen",
    )),
    "pi_abort": ("Fall abgebrochen", ("fall abgebrochen",)),
    "manualskip": ("übersprungen", ("skipped", "skip", "übersprungen", "ausgelassen", "entfällt", "nicht nötig")),
    "autoskip": ("von selbst übersprungen", ("automatisch übersprungen",)),
    "unknown": ("unbekannt (XES)", ()),
}  # fmt: skip


def transition(text: str) -> str | None:
    """The transition that the text means; complete for an empty one, None where nobody knows."""
    plain = folded(text)
    return COMPLETE if not plain else _KNOWN.get(plain)


def folded(text: str) -> str:
    """A state as compared, with ä as ae: programs write either."""
    spelled = unicodedata.normalize("NFC", text).casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    bare = "".join(letter for letter in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.]+", "", bare)


_KNOWN = {folded(word): name for name, (_, words) in TRANSITIONS.items() for word in (name, *words)}
