"""Blackening: a passage is replaced before anything is set, so that the file cannot hold it any more (§ 24 VRG, chapter 11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

# Always as long, so that its length betrays nothing.
BLOCK = "██████"
EVERYWHERE = "*"


@dataclass(frozen=True)
class Eintrag:
    """One entry of a file. ``person_id`` is whom it is about, empty for the whole household; ``gruende`` are those of its blackenings."""

    key: str
    titel: str
    wann: str
    wer: str
    text: str
    person_id: str = ""
    gruende: tuple[str, ...] = ()
    stellen: int = 0


def blackened(entry: Eintrag, schwaerzungen: Iterable[Mapping[str, Any]]) -> Eintrag:
    """The entry as it goes out. An empty passage means all of it; a passage that does not occur changes nothing."""
    own = [one for one in schwaerzungen if one["eintrag"] in (entry.key, EVERYWHERE)]
    text, titel, count, gruende = entry.text, entry.titel, 0, []
    # The longest first: a name must not survive in pieces because a part of it went before.
    for one in sorted(own, key=lambda one: -len(one["stelle"])):
        if not one["stelle"].strip():
            text, found = BLOCK, 1
        else:
            text, found = _pattern(one["stelle"]).subn(BLOCK, text)
            titel, more = _pattern(one["stelle"]).subn(BLOCK, titel)
            found += more
        if found:
            count += found
            gruende.append(one["grund"])
    return replace(entry, text=text, titel=titel, gruende=tuple(dict.fromkeys(gruende)), stellen=count)


def _pattern(stelle: str) -> re.Pattern[str]:
    """However it is written: capitals, line breaks and several spaces make no difference. Parts of longer words are not meant."""
    return re.compile(r"(?<!\w)" + r"\s+".join(re.escape(word) for word in stelle.split()) + r"(?!\w)", re.IGNORECASE)
