"""Replays logs of other systems: all their variants, those of cases under way apart from the others."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands.auswertung.nachspielen import Auftrag, align
from engine.queries.auswertung.ausrichtungen import Gefunden, digest
from engine.queries.auswertung.protokolle import Spiel, Weg
from engine.store.session import Database


def play(database: Database, spiel: Spiel, enough: Callable[[], bool]) -> tuple[dict[Weg, Gefunden], int]:
    """What was found for each variant, and how many have no final result yet."""
    auftraege = {
        is_open: Auftrag(spiel.model, {digest(way.schritte): way.schritte for way in spiel.wege if way.is_open == is_open}, spiel.match, spiel.events, is_open)
        for is_open in sorted({way.is_open for way in spiel.wege})
    }
    results, missing = align(database, list(auftraege.values()), enough)
    found = {is_open: results.get((auftrag.model.hash, auftrag.art), {}) for is_open, auftrag in auftraege.items()}
    known = ((way, found[way.is_open].get(digest(way.schritte))) for way in spiel.wege)
    return {way: one for way, one in known if one is not None}, missing
