"""The timeline of a case in words: steps, decisions, deadlines, documents, journal and corrections in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.cases.dokumentarten import ARTEN
from engine.commands import journal
from engine.queries import CaseView
from engine.queries.akte import CORRECTIONS, Moment, decided, is_carried
from engine.queries.angaben import Lesart
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Dokument, Journaleintrag, Papier, Verlauf
from webui.fallsicht import SYSTEM, Zeile, zeile


def zeilen(session: FallSession, view: CaseView, moments: Sequence[Moment]) -> list[tuple[str, Zeile]]:
    """Each moment as its kind (for colour and word) and its line."""
    rows = [one for one in moments if isinstance(one, Verlauf)]
    lesart = Lesart.of(session, library.contents(session, view.release_id), rows, view.personen, _named(moments))
    decisions = decided(session, moments)
    return [(_kind(one, decisions), zeile(one, lesart, view) if isinstance(one, Verlauf) else _line(one, lesart.names)) for one in moments]


def _named(moments: Sequence[Moment]) -> list[str | None]:
    released = [one.freigegeben_von for one in moments if isinstance(one, Dokument)]
    return [*(one.by for one in moments), *released]


def _kind(one: Moment, decisions: set[int]) -> str:
    if isinstance(one, Journaleintrag):
        return "Korrektur" if one.storniert_id is not None else "Journal"
    if isinstance(one, Dokument | Papier):
        return "Dokument"
    if one.command == "fire_timer":
        return "Frist"
    if one.command in CORRECTIONS and not is_carried(one):
        return "Korrektur"
    return "Entscheid" if one.id in decisions else "Schritt"


def _line(one: Journaleintrag | Dokument | Papier, namen: Mapping[str, str]) -> Zeile:
    wer = namen.get(one.by, SYSTEM.get(one.by, one.by))
    if isinstance(one, Journaleintrag):
        return _entry(one, wer)
    if isinstance(one, Papier):
        return Zeile(one.at, wer, f"Erstellt: {one.titel}", "", (), ())
    folgen = tuple(text for text in (_released(one, namen), f"Storniert: {one.storno_grund}" if one.storniert_am else "") if text)
    art = ARTEN.get(one.art, "")
    return Zeile(one.at, wer, f"Dokument hochgeladen: {one.name}", art, folgen, ())


def _entry(one: Journaleintrag, wer: str) -> Zeile:
    if one.storniert_id is not None:
        return Zeile(one.at, wer, "Journaleintrag storniert", "", (one.text,), ())
    art = journal.ARTEN.get(one.art, one.art)
    return Zeile(one.at, wer, f"Journal: {art} vom {one.am:%d.%m.%Y}", "", (), (("Text", one.text),))


def _released(one: Dokument, namen: Mapping[str, str]) -> str:
    if one.freigegeben_von is None:
        return ""
    return f"Aus der Quarantäne freigegeben von {namen.get(one.freigegeben_von, one.freigegeben_von)}: {one.freigabe_grund}"
