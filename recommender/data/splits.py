"""Splits by time and by shopper, never by row. Knows nothing of what the rows say.

A slate is never cut in two, and between two parts lies an embargo as long as the attribution window, so that no label
of the earlier part was still being made when the later one began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray, IntArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over n rows.

    Args:
        train, validation, test: (n,), growing in time; no row is in two.
        cuts: epoch seconds at which validation and test begin.
    """

    train: Mask
    validation: Mask
    test: Mask
    cuts: tuple[float, float]


def temporal_split(
    at: FloatArray,
    decisions: IntArray,
    *,
    shares: tuple[float, float] = (0.7, 0.15),
    embargo_s: float,
    shown: Mask | None = None,
) -> Split:
    """Cut slates by time into training, validation and test.

    Args:
        at: (n,) epoch seconds of each row.
        decisions: (n,) number of each row's slate, from 0; a slate stands at its earliest row.
        shares: of the slates for training and validation; the rest is for the test.
        embargo_s: rows of the last so many seconds before a cut are in no part: the attribution window of the label.
        shown: (n,) rows that may be in a part; all without.

    Returns:
        Masks; all empty where there are no rows.
    """
    if len(at) == 0:
        nothing = np.zeros(0, dtype=np.bool_)
        return Split(nothing, nothing, nothing, (0.0, 0.0))
    start = np.full(int(decisions.max()) + 1, np.inf)
    np.minimum.at(start, decisions, at)
    latest = np.full(len(start), -np.inf)
    np.maximum.at(latest, decisions, at)
    ordered = np.sort(start[np.isfinite(start)])
    first, second = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in np.cumsum(shares))
    begins, ends = start[decisions], latest[decisions]
    may = np.ones(len(at), dtype=np.bool_) if shown is None else shown
    return Split(
        train=may & (ends < first - embargo_s),
        validation=may & (begins >= first) & (ends < second - embargo_s),
        test=may & (begins >= second),
        cuts=(float(first), float(second)),
    )


def shopper_folds(shopper_keys: Sequence[str], n_folds: int, *, seed: int) -> IntArray:
    """Return each row's fold, 0 to n_folds - 1: all rows of a shopper are in one, today and when the log has grown.

    Args:
        shopper_keys: n of them.
        n_folds: at least 2.
        seed: of the assignment.
    """
    known: dict[str, int] = {}
    for key in shopper_keys:
        if key not in known:
            digest = blake2b(f"{seed}|{key}".encode(), digest_size=8).digest()
            known[key] = int.from_bytes(digest) % n_folds
    return np.array([known[key] for key in shopper_keys], dtype=np.int64)


def settled(at: FloatArray, window_s: float, *, by: float) -> Mask:
    """Return which rows' attribution window is over at a moment: the others' labels are not known then.

    For a head whose window is longer than the embargo: train on `split.train & settled(at, window, by=split.cuts[0])`.

    Args:
        at: (n,) epoch seconds.
        window_s: attribution window of the head.
        by: epoch seconds, e.g. a cut.
    """
    over: Mask = at + window_s <= by
    return over
