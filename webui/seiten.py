"""Paging through a list by the address, so that it works without JavaScript and may be bookmarked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for


@dataclass(frozen=True)
class Seiten:
    """``current`` counts from 0; ``first`` and ``last`` are the numbers of the rows shown, counted from 1."""

    current: int
    count: int
    first: int
    last: int
    total: int

    @staticmethod
    def wanted() -> int:
        text = request.args.get("seite", "1")
        return max(int(text) - 1, 0) if text.isascii() and text.isdigit() and len(text) < 6 else 0

    @classmethod
    def of(cls, total: int, per_page: int, current: int) -> Seiten:
        first = current * per_page + 1
        return cls(current, max(-(-total // per_page), 1), min(first, total), min(first + per_page - 1, total), total)

    def pagination(self) -> dict[str, Any]:
        """What the pagination component takes; empty with a single page."""
        if self.count < 2:
            return {}
        near = [number for number in range(self.count) if number in (0, self.count - 1) or abs(number - self.current) <= 2]
        found: dict[str, Any] = {"landmarkLabel": "Seiten", "items": [self._item(number) for number in near]}
        if self.current > 0:
            found["previous"] = {"href": self._href(self.current - 1), "text": "Vorherige"}
        if self.current < self.count - 1:
            found["next"] = {"href": self._href(self.current + 1), "text": "Nächste"}
        return found

    def _item(self, number: int) -> dict[str, Any]:
        label = f"Seite {number + 1}"
        return {"number": number + 1, "href": self._href(number), "current": number == self.current, "visuallyHiddenText": label}

    @staticmethod
    def _href(number: int) -> str:
        args = {**request.args.to_dict(), **(request.view_args or {}), "seite": number + 1}
        return url_for(str(request.endpoint), **args)
