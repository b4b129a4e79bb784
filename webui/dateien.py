"""Scripts and styles as ``npm run build`` left them: names with a hash, kept by browsers for a year."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory, url_for

from webui.rules import public

FOLDER = Path(__file__).parent / "static" / "dist"
YEAR = 365 * 24 * 3600

dateien = Blueprint("dateien", __name__, url_prefix="/static")


class AssetsNotBuilt(RuntimeError):
    """The bundles are missing: run ``make setup`` (or ``npm run build``)."""


@dateien.get("/<name>")
@public
def datei(name: str) -> Response:
    response = send_from_directory(FOLDER, name, max_age=YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def asset(name: str) -> str:
    """The address of a bundle, such as ``anwendung.css``."""
    return url_for("dateien.datei", name=current_app.extensions["fallfluss-assets"][name])


def read_manifest() -> dict[str, str]:
    """Raises:
    AssetsNotBuilt: there is none yet.
    """
    file = FOLDER / "manifest.json"
    if not file.exists():
        raise AssetsNotBuilt(f"{file.name} is missing: run `make setup` or `npm run build` first.")
    manifest: dict[str, str] = json.loads(file.read_text("utf-8"))
    return manifest
