"""How a simulated canton is divided among its regions."""

from __future__ import annotations

import pytest

from engine.demo.kanton import shares
from engine.demo.simulation import weights
from engine.model.errors import NotFound


def test_a_canton_is_divided_by_the_dossiers_of_its_regions_and_no_two_count_alike() -> None:
    parts = shares(10_000, [], seed=1)
    assert [part.region for part in parts] == list(weights())
    assert sum(part.cases for part in parts) == 10_000
    total = sum(weights().values())
    assert all(abs(part.cases - 10_000 * weights()[part.region] / total) < 150 for part in parts)
    assert all(one.first + one.cases < following.first for one, following in zip(parts, parts[1:], strict=False))
    assert len({part.seed for part in parts}) == 13


def test_the_same_seed_divides_alike_and_another_otherwise() -> None:
    assert shares(200, ["SRO", "SDOL"], seed=4) == shares(200, ["SRO", "SDOL"], seed=4) != shares(200, ["SRO", "SDOL"], seed=5)


def test_a_region_that_does_not_exist_is_named() -> None:
    with pytest.raises(NotFound, match="XYZ"):
        shares(1, ["XYZ"], seed=1)
