"""Figures of a ranking over all items: hit rate, NDCG, diversity, coverage, Gini; paired intervals.

Ranks count ties half: an item tied with two others takes the middle of their three places. Never over a sample of
items.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.sequences.data import Floats, Ints

Doubles = NDArray[np.float64]

K: Final = 10
_RESAMPLES: Final = 2000


def ranks(scores: Floats, targets: Ints) -> Doubles:
    """Return the rank of each row's target among all items, 1 the best, ties half.

    Args:
        scores: (n, items); -inf where an item may not be shown.
        targets: (n,) item rows.
    """
    own = scores[np.arange(len(targets)), targets][:, None]
    above = (scores > own).sum(axis=1)
    tied = (scores == own).sum(axis=1) - 1
    places: Doubles = 1.0 + above + 0.5 * tied
    return places


def best_items(scores: Floats, n: int) -> Ints:
    """Return each row's n best items, best first, (rows, n or all)."""
    n = min(n, scores.shape[1])
    some = (
        np.argpartition(-scores, n - 1, axis=1)[:, :n]
        if n < scores.shape[1]
        else np.tile(np.arange(n), (len(scores), 1))
    )
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def hits(places: Doubles) -> Doubles:
    """Return 1 where the target is among the first K, otherwise 0, (n,)."""
    return (places <= K).astype(np.float64)


def ndcg(places: Doubles) -> Doubles:
    """Return NDCG@K with one relevant item, (n,): 1 / log2(rank + 1) (Järvelin & Kekäläinen 2002)."""
    return np.where(places <= K, 1.0 / np.log2(places + 1.0), 0.0)


def gini(counts: Ints) -> float:
    """Return how unevenly items are shown: 0 (all alike) towards 1 (one item only).

    Args:
        counts: how often each item was shown, (items,).
    """
    n, total = len(counts), int(counts.sum())
    if total == 0:
        return 0.0
    order = np.sort(counts)
    return float((2.0 * np.arange(1, n + 1) - n - 1) @ order / (n * total))


def coverage(counts: Ints) -> float:
    """Return the share of items that were shown to anyone, 0 to 1."""
    return float((counts > 0).mean())


def diversity(shown: Ints, vectors: sparse.csr_matrix) -> float:
    """Return 1 minus the mean likeness of two items of one list, 0 (all alike) to 1.

    Args:
        shown: (lists, k) item rows.
        vectors: (items, d) of unit length or zero.
    """
    k = shown.shape[1]
    if k < 2:
        return 0.0
    flat = vectors[shown.ravel()]
    lists = np.repeat(np.arange(len(shown)), k)
    sums = sparse.csr_matrix((np.ones(len(lists)), (lists, np.arange(len(lists))))) @ flat
    # The sum's squared length holds every pair twice, and each item with itself once.
    pairs = sums.multiply(sums).sum() - flat.multiply(flat).sum()
    return float(1.0 - pairs / (len(shown) * k * (k - 1)))


def interval(values: Doubles, seed: int) -> tuple[float, float]:
    """Return a 95 % interval of the mean by a bootstrap over users.

    Args:
        values: one figure per user, (n,).
        seed: of the resampling.
    """
    means = _resampled(values[:, None], seed)[:, 0]
    return (float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975)))


def paired_ratio(ours: Doubles, theirs: Doubles, seed: int) -> tuple[float, float, float]:
    """Return how many times theirs our mean is, with a 95 % interval, resampling users in pairs.

    Args:
        ours, theirs: one figure per user, the same users, (n,).
        seed: of the resampling.
    """
    means = _resampled(np.stack([ours, theirs], axis=1), seed)
    ratios = means[:, 0] / np.maximum(means[:, 1], 1e-12)
    ratio = float(ours.mean() / max(theirs.mean(), 1e-12))
    return (ratio, float(np.quantile(ratios, 0.025)), float(np.quantile(ratios, 0.975)))


def _resampled(values: Doubles, seed: int) -> Doubles:
    rng, n = np.random.default_rng(seed), len(values)
    return np.stack([values[rng.integers(0, n, n)].mean(axis=0) for _ in range(_RESAMPLES)])
