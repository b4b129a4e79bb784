"""The screens' application, with the small case of their tests released."""

from __future__ import annotations

from tests.web.conftest import app, browser, released

__all__ = ["app", "browser", "released"]
