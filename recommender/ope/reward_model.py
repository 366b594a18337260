"""The reward model of the direct method and of doubly robust estimators: ridge regression, cross-fitted.

Q_k(x, a) is the value from slot k on when slot k shows a and the policy judged fills the rest; it is fitted from the
last slot backwards (fitted Q evaluation; the base model of Cascade-DR, Kiyohara et al. 2022, section 4). A row is
predicted by a model that has not seen its block (Chernozhukov et al. 2018), so its error does not bias an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.item_table import FloatArray, IntArray
from recommender.ope.logged import BoolArray, LoggedSlates, Table

N_FOLDS: Final = 3
_RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the reward model expects under one policy.

    Args:
        shown: (n, k) Q_k of what was logged; 0 for missing slots.
        expected: (n, k + 1) V_k, the mean of Q_k under the policy judged; 0 for missing slots and in the last column.
    """

    shown: FloatArray
    expected: FloatArray

    def surprises(self, log: LoggedSlates) -> FloatArray:
        """(n, k) r_k + V_{k+1} - Q_k: what the model did not foresee at each slot."""
        result: FloatArray = log.rewards + self.expected[:, 1:] - self.shown
        return result


def cross_fit(log: LoggedSlates, table: Table, *, n_folds: int = N_FOLDS) -> Predictions:
    """Predict each row by a model fitted on the other folds.

    Args:
        log: n decisions.
        table: (n, k, m) of the policy judged.
        n_folds: 2 or more; whole blocks fall into one fold.
    """
    folds = fold_of(log.blocks, n_folds)
    n, k = log.chosen.shape
    shown, expected = np.zeros((n, k)), np.zeros((n, k + 1))
    x = np.concatenate([log.features, np.ones((*log.candidates.shape, 1), np.float32)], axis=2)
    for fold in range(n_folds):
        own = folds == fold
        _fill(log, table, x, own, shown, expected)
    return Predictions(shown, expected)


def fold_of(blocks: IntArray, n_folds: int) -> IntArray:
    """(n,) fold of each row, the same for all rows of a block."""
    _, numbers = np.unique(blocks, return_inverse=True)
    result: IntArray = (numbers % n_folds).astype(np.int64)
    return result


def _fill(log: LoggedSlates, table: Table, x: Table, own: BoolArray, shown: FloatArray, expected: FloatArray) -> None:
    """Fit on the rows that are not `own` and write predictions of those that are."""
    others = ~own
    later = np.zeros(log.n)
    for slot in reversed(range(log.chosen.shape[1])):
        there = log.slots[:, slot]
        columns = np.maximum(log.chosen[:, slot], 0)
        inputs = x[np.arange(log.n), columns].astype(np.float64)
        train = others & there
        beta = _ridge(inputs[train], (log.rewards[:, slot] + later)[train])
        value = np.where(there, (table[:, slot] * (x @ beta.astype(np.float32))).sum(axis=1, dtype=np.float64), 0.0)
        shown[own, slot] = np.where(there, inputs @ beta, 0.0)[own]
        expected[own, slot] = value[own]
        later = value


def _ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return coefficients, the last of them the constant, which is not shrunk."""
    penalty = np.full(x.shape[1], _RIDGE)
    penalty[-1] = 1e-9
    result: FloatArray = np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ y).astype(np.float64)
    return result
