"""Public logs with known costs. They stand beside the checkout and are not shipped; without them those tests say loudly that they did not run."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def reference(name: str) -> Path:
    """The file, or a skip that nobody overlooks."""
    given = os.environ.get("FALLFLUSS_REPLAY_DATA")
    places = [Path(given)] if given else [parent / "shared" / "replay" for parent in ROOT.parents]
    found = next((place / name for place in places if (place / name).exists()), None)
    if found is None:
        message = f"NO REPLAY DATA: {name} was found neither in FALLFLUSS_REPLAY_DATA nor in shared/replay above the checkout; its costs were not checked."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)
    return found
