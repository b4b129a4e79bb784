"""What kinds of documents a case has, and to which field group each belongs: a certificate of illness is not for everybody who files letters."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, true

from engine.cases.feldgruppen import visible_groups
from engine.store.session import FallSession
from engine.store.tables import Dokument

ARTEN: Mapping[str, str] = {
    "ausweis": "Ausweis",
    "mietvertrag": "Mietvertrag",
    "lohn": "Lohn und Einkommen",
    "versicherung": "Versicherung",
    "vereinbarung": "Vereinbarung",
    "verfuegung": "Verfügung",
    "brief": "Brief",
    "gesundheit": "Arztzeugnis, Gesundheit",
    "einschaetzung": "Einschätzung, Übergabe, Auskunft",
    "anderes": "Anderes",
}
USUAL = "dokumente"
# Papers of this kind quote answers on health and notes.
GROUP_OF: Mapping[str, str] = {"gesundheit": "gesundheit", "einschaetzung": "notizen", "vereinbarung": "ziele"}
ART_OF_PAPER: Mapping[str, str] = {
    "zielvereinbarung": "vereinbarung",
    "kurzassessment": "einschaetzung",
    "uebergabe": "einschaetzung",
    "auskunft": "einschaetzung",
}


def may_see(session: FallSession, document: Dokument) -> bool:
    """Whether this person may know of the document: its kind is of a field group they see, or they brought it themselves."""
    return document.by == session.access.konto or GROUP_OF.get(document.art, USUAL) in visible_groups(session.access, document.region)


def seen(session: FallSession, region: str) -> ColumnElement[bool]:
    """The same in SQL, for the documents of one region."""
    if session.access.everywhere:
        return true()
    groups = visible_groups(session.access, region)
    arten = [art for art in ARTEN if GROUP_OF.get(art, USUAL) in groups]
    return or_(Dokument.art.in_(arten), Dokument.by == session.access.konto)
