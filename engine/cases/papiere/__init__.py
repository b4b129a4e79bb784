"""Papers as PDF: one typst template each, and a dictionary of plain values. Nothing of a case is ever part of a template's source.

The result is PDF/UA-1: tagged, with title and language, so that it can be read aloud.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from engine.model.errors import FallflussError

FOLDER = Path(__file__).parent
TITEL: Mapping[str, str] = {
    "zielvereinbarung": "Zielvereinbarung",
    "kurzassessment": "Zusammenfassung Kurzassessment",
    "einladung": "Einladung",
    "unterlagen": "Fehlende Unterlagen",
    "uebergabe": "Übergabepaket",
    "auskunft": "Auskunft aus den Akten",
}


class PaperFailed(FallflussError):
    """The template could not be set: a defect of the template, never of what somebody typed."""

    def __init__(self, art: str, reason: str):
        self.reason = reason
        super().__init__(f"Das Papier «{TITEL.get(art, art)}» liess sich nicht erstellen. Es wurde nichts gespeichert. Bitte den Betrieb benachrichtigen.")


def render(art: str, daten: Mapping[str, Any]) -> bytes:
    """The PDF of a paper. ``daten`` are JSON values: ``titel``, ``fall_nr``, ``kopf``, ``ort_datum`` and what its template names.

    Raises:
        PaperFailed
    """
    try:
        pdf = typst.compile(
            FOLDER / f"{art}.typ",
            root=FOLDER,
            font_paths=_fonts(),
            sys_inputs={"daten": json.dumps(daten, ensure_ascii=False)},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        raise PaperFailed(art, str(error)) from error
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Only those that typst brings along: a paper looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
