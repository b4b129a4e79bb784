"""The list for the Einwohnerkontrolle and what comes back in it: the persons of the running cases, with what has changed beside them."""

from __future__ import annotations

from typing import Any

from engine.cases.tabelle import Line, TableUnreadable, day, one_of, read_lines, short

SPALTEN = ("Fallnummer", "Name", "Vorname", "Geburtsdatum", "AHV-Nummer", "Rolle im Haushalt", "Ereignis", "Gültig ab", "Bemerkung")
EREIGNISSE = {"zuzug": "zuzug", "wegzug": "wegzug", "tod": "tod", "zivilstand": "zivilstand"}
NEEDED = ("fallnummer", "ereignis", "gültig ab")
# As many as the form of the comparison takes, and as many messages as one reads.
MOST, TOLD = 100, 5


def read_changes(content: bytes) -> list[dict[str, Any]]:
    """The rows in which somebody wrote an Ereignis, as the form of the comparison takes them.

    Raises:
        TableUnreadable: no such list, or a row says something else; names the first few lines.
    """
    found = [(line, _change(line)) for line in read_lines(content, NEEDED) if line.text.get("ereignis")]
    wrong = [f"Zeile {line.number}: {message}" for line, _ in found for message in line.messages]
    if wrong:
        raise TableUnreadable(" ".join(wrong[:TOLD]))
    if len(found) > MOST:
        raise TableUnreadable(f"Sie nennt {len(found)} Mutationen; höchstens {MOST} auf einmal.")
    return [change for _, change in found]


def _change(line: Line) -> dict[str, Any]:
    on = line.read("gültig ab", day)
    return {
        "ewk_fall_nr": line.read("fallnummer", lambda text: short(text, 20)),
        "ewk_person": f"{line.text.get('vorname', '')} {line.text.get('name', '')}".strip()[:100],
        "ewk_ereignis": line.read("ereignis", lambda text: one_of(text.lower(), EREIGNISSE)),
        "ewk_am": on.isoformat() if on else None,
        "ewk_bemerkung": line.read("bemerkung", lambda text: short(text, 200), optional=True),
    }
