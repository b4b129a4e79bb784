"""How far regions lie apart, against somebody else's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.statistics.spread import Weighed, spread

figures = st.lists(st.tuples(st.floats(-1000, 1000), st.integers(1, 5000)), min_size=2, max_size=13)


@given(given=figures)
def test_it_is_what_numpy_computes(given: list[Weighed]) -> None:
    values, weights = np.array([value for value, _ in given]), np.array([weight for _, weight in given])
    found = spread(given)
    assert found is not None
    assert (found.regions, found.number, found.least, found.most) == (len(given), weights.sum(), values.min(), values.max())
    assert found.range == pytest.approx(np.ptp(values))
    assert found.deviation == pytest.approx(values.std(), abs=1e-6)
    assert found.weighted == pytest.approx(np.sqrt(np.cov(values, ddof=0, aweights=weights)), abs=1e-6)


@given(given=figures, weight=st.integers(1, 99))
def test_regions_of_equal_size_scatter_alike_weighted_or_not(given: list[Weighed], weight: int) -> None:
    found = spread([(value, weight) for value, _ in given])
    assert found is not None and found.weighted == pytest.approx(found.deviation, abs=1e-9)


@pytest.mark.parametrize("given", [[], [(0.4, 20)]], ids=["none", "one"])
def test_fewer_than_two_regions_have_none(given: list[Weighed]) -> None:
    assert spread(given) is None


@pytest.mark.parametrize("one", [(float("nan"), 3), (float("inf"), 3), (0.5, 0), (0.5, -1)], ids=["no number", "endless", "of nothing", "of less"])
def test_what_is_no_figure_is_refused(one: Weighed) -> None:
    with pytest.raises(ValueError):
        spread([one, (0.1, 5)])
