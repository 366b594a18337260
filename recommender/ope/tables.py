"""What a policy says of every candidate, slot by slot, after the slots that were logged before.

A table is (n, k, m): row i, slot j, candidate c holds P(c | the first j logged slots of decision i).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.item_table import FloatArray, IntArray
from recommender.ope.logged import NOBODY, Table
from recommender.policies.base import Policy


def sequential_table(strengths: FloatArray, chosen: IntArray) -> Table:
    """Return the table of a Plackett-Luce policy (Plackett 1975; Luce 1959): the next slot goes to a remaining
    candidate in proportion to its strength.

    Args:
        strengths: (n, m), 0 or more; 0 for candidates that are never shown.
        chosen: (n, k) columns, or NOBODY.
    """
    n, k = chosen.shape
    left = strengths.astype(np.float64).copy()
    rows = np.arange(n)
    table = np.zeros((n, k, strengths.shape[1]), dtype=np.float32)
    for slot in range(k):
        total = left.sum(axis=1, keepdims=True)
        table[:, slot] = np.divide(left, total, out=np.zeros_like(left), where=total > 0)
        shown = chosen[:, slot] != NOBODY
        left[rows[shown], chosen[shown, slot]] = 0.0
    return table


def policy_rows(policy: Policy, scores: FloatArray, chosen: Sequence[int]) -> FloatArray:
    """Return one decision's rows of a table: what a policy of this package gives for some scores.

    Args:
        policy: the policy judged.
        scores: (m,) of the candidates, in any order; equal ones keep the order given.
        chosen: columns of the slots that were logged.

    Returns:
        (k, m).
    """
    remaining = [int(i) for i in np.argsort(-scores, kind="stable")]
    rows = np.zeros((len(chosen), len(scores)))
    for slot, column in enumerate(chosen):
        rows[slot, remaining] = policy.probabilities(scores[remaining])
        remaining.remove(column)
    return rows
