"""Fewer negatives without a wrong probability. Knows no model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray


def sample_negatives(labels: FloatArray, keep: float, *, seed: int) -> NDArray[np.bool_]:
    """Keep every positive, and each negative with a probability.

    Args:
        labels: (n,), 0 or 1.
        keep: probability of a negative, in (0, 1].
        seed: of the draws.

    Returns:
        (n,) mask of the rows kept.
    """
    kept: NDArray[np.bool_] = (labels > 0) | (np.random.default_rng(seed).random(len(labels)) < keep)
    return kept


def corrected_logits(logits: FloatArray, keep: float) -> FloatArray:
    """Undo the sampling: log-odds of a model fitted on sampled negatives, plus log(keep).

    Exact: sampling multiplies the odds by 1 / keep (He et al. 2014, "Practical Lessons from Predicting Clicks on Ads
    at Facebook", section 6.3, written for log-odds).

    Args:
        logits: (n,) of the model fitted on the sample.
        keep: as in `sample_negatives`.
    """
    result: FloatArray = logits + np.log(keep)
    return result
