"""The application's bundles, for tests without a browser."""

from __future__ import annotations


class AnyName(dict[str, str]):
    """A manifest in which every bundle has its own name: the names do not matter there, and building them would need Node."""

    def __missing__(self, name: str) -> str:
        return name
