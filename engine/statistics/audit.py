"""Withholding numbers until nobody with a pencil computes a small one, whatever the tables they stand in.

Whoever knows all that is told sets up an equation for each told number, and computes bounds for any other sum by linear programming. Further
numbers are withheld until these bounds lie at least ``threshold - 1`` apart for every small sum there is to protect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat, kHighsInf
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

K = TypeVar("K", bound=Hashable)
# The places of the unknowns that a number is the sum of.
Unknowns = NDArray[np.intp]
SLACK = 1e-6


class Audit(Generic[K]):
    """``numbers`` are all that could be told: each with the unknowns it is the sum of, and how many it is. ``same`` are pairs of sums that are known to
    be the same. ``small`` are the sums to protect with what they are.

    ``withheld`` grows; what is ``fixed`` is told anyhow. ``loss`` says what is missed least, ``with_it`` what goes when a number goes.
    """

    def __init__(
        self, size: int, numbers: Mapping[K, tuple[Unknowns, int]], same: Sequence[tuple[Unknowns, Unknowns]], small: Sequence[tuple[Unknowns, int]], *,
        withheld: set[K], fixed: Collection[K], threshold: int, loss: Callable[[K], Any], with_it: Callable[[K], Collection[K]] = lambda key: (key,),
    ):  # fmt: skip
        self.withheld, self.fixed, self.apart, self.loss, self.with_it = withheld, fixed, threshold - 1 - SLACK, loss, with_it
        self.targets = _matrix([unknowns for unknowns, _ in small], size)
        self.least = np.array([number for _, number in small], dtype=float)
        self.most = self.least.copy()
        self.keys, self.places = list(numbers), {key: place for place, key in enumerate(numbers)}
        sums = _matrix([unknowns for unknowns, _ in numbers.values()], size)
        agreements = _matrix([here for here, _ in same], size) - _matrix([there for _, there in same], size)
        self.random = np.random.default_rng(0)
        self.solver = _solver(vstack([sums, agreements], format="csr"), [number for _, number in numbers.values()])
        self._let_go(withheld)

    def run(self) -> None:
        """Withholds more until no small number can be narrowed, but for those that follow from what is told anyhow."""
        while (open_ := np.flatnonzero(self.most - self.least < self.apart)).size:
            if not self._many(open_):
                self._one(int(open_[0]))

    def _let_go(self, keys: Collection[K]) -> None:
        """These are withheld: nobody has an equation for them."""
        for place in (self.places[key] for key in keys if key in self.places):
            self.solver.changeRowBounds(place, -kHighsInf, kHighsInf)

    def _many(self, open_: Unknowns) -> bool:
        """One answer of linear programming shows many numbers elsewhere than they are; whether it was worth asking."""
        if len(open_) < 4:
            return False
        weights = np.zeros(len(self.least))
        weights[open_] = self.random.choice((-1.0, 1.0), len(open_)) * self.random.random(len(open_))
        self._solve(self.targets.T @ weights)
        left = np.count_nonzero(self.most - self.least < self.apart)
        return bool(left < 0.9 * len(open_))

    def _one(self, target: int) -> None:
        """Settles one: it lies far enough apart, or one of the numbers that hold it is withheld."""
        wanted = np.asarray(self.targets[target].todense()).ravel()
        holding: list[K] = []
        for side in (wanted, -wanted):
            # From where the last answer was, far more numbers would seem to hold it than do.
            self.solver.clearSolver()
            duals = self._solve(side)
            if self.most[target] - self.least[target] >= self.apart:
                return
            holding += [key for key, dual in zip(self.keys, duals, strict=False) if abs(dual) > SLACK and key not in self.fixed and key not in self.withheld]
        if not holding:
            # What is told anyhow says as much: nothing that could be withheld here would change it.
            self.most[target] = np.inf
            return
        more = self.with_it(min(holding, key=self.loss))
        self.withheld.update(more)
        self._let_go(more)

    def _solve(self, objective: NDArray[np.float64]) -> Sequence[float]:
        self.solver.changeColsCost(len(objective), np.arange(len(objective), dtype=np.int32), -objective)
        self.solver.run()
        if self.solver.getModelStatus() != HighsModelStatus.kOptimal:
            raise ArithmeticError(f"no answer: {self.solver.modelStatusToString(self.solver.getModelStatus())}")
        found = self.solver.getSolution()
        reached = self.targets @ np.array(found.col_value)
        self.least, self.most = np.minimum(self.least, reached), np.maximum(self.most, reached)
        duals: Sequence[float] = found.row_dual
        return duals


def _solver(equations: csr_matrix, values: Sequence[int]) -> Highs:
    """Unknowns from 0 on, the first equations with their values, the others with 0."""
    rows, columns = equations.shape
    right = np.array([*values, *([0] * (rows - len(values)))], dtype=float)
    model = HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_, model.col_lower_ = np.zeros(columns), np.zeros(columns)
    model.col_upper_ = np.full(columns, right.max(initial=0.0) + 1)
    model.row_lower_ = model.row_upper_ = right
    model.a_matrix_.format_ = MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = equations.indptr, equations.indices, equations.data
    solver = Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.passModel(model)
    return solver


def _matrix(rows: Sequence[Unknowns], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    places = np.concatenate(rows) if rows else np.zeros(0, dtype=int)
    return csr_matrix((np.ones(len(places)), places, ends), shape=(len(rows), width))
