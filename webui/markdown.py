"""The little Markdown that forms use: headings, paragraphs, lists, bold, italics, links. HTML in it is shown, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"[-*]\s+(.*)")
_INLINE = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])"), r"<em>\1</em>"),
    (re.compile(r"\[([^\]]+)\]\((https?://[^\s)\"']+)\)"), r'<a class="govuk-link" href="\2" rel="noreferrer">\1</a>'),
)


def markdown(text: str) -> Markup:
    """Safe HTML of a text component."""
    return Markup("\n".join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()))


def _block(block: str) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    if len(lines) == 1 and (found := _HEADING.fullmatch(lines[0])):
        return f'<h2 class="govuk-heading-m">{_inline(found[1])}</h2>'
    if found := _HEADING.fullmatch(lines[0]):
        return _block(lines[0]) + _block("\n".join(lines[1:]))
    if all(_ITEM.fullmatch(line) for line in lines):
        return f'<ul class="govuk-list govuk-list--bullet">{"".join(_items(lines))}</ul>'
    return f'<p class="govuk-body">{"<br>".join(_inline(line) for line in lines)}</p>'


def _items(lines: list[str]) -> Iterator[str]:
    for line in lines:
        found = _ITEM.fullmatch(line)
        yield f"<li>{_inline(found[1] if found else line)}</li>"


def _inline(text: str) -> str:
    safe = str(escape(text))
    for pattern, replacement in _INLINE:
        safe = pattern.sub(replacement, safe)
    return safe
