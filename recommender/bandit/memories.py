"""Heads that forget at different rates side by side, each trusted as far as it has foreseen: no rate has to be set.

Dynamic model averaging (Raftery, Karny and Ettler 2010, equations 6 and 7) over forgetting factors (McCormick, Raftery,
Madigan and Burd 2012): a head's share grows with the likelihood that it gave to the clicks before it knew them, and
what it foresaw yesterday counts less than what it foresaw today. Arrays may have leading axes, as in posterior.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recommender.bandit.posterior import Posterior, fade, new_posterior
from recommender.item_table import FloatArray

KEPT: Final = (1.0, 0.97, 0.9, 0.75)
"""What each head keeps per day: all, half after three weeks, after a week, after two and a half days."""
_EVIDENCE_KEPT: Final = 0.9
"""Per day: what was foreseen a week ago counts half."""
_LEAST_CHANCE: Final = 0.02
"""A linear head may foresee less than nothing; no click refutes a head for good."""


@dataclass(frozen=True, slots=True)
class Memories:
    """G heads of the same features and outcomes; never changed in place.

    Args:
        kept: (..., G) what each keeps per day.
        posterior: leading axes (..., G).
        evidence: (..., G) log-likelihood of the outcomes judged, fading.
    """

    kept: FloatArray
    posterior: Posterior
    evidence: FloatArray


def new_memories(d: int, precision: FloatArray, noise: FloatArray, kept: tuple[float, ...]) -> Memories:
    """Return heads that know nothing, each with the same share.

    Args:
        d: features.
        precision, noise: (...,), as in `new_posterior`.
        kept: per day, each in (0, 1].
    """
    lead = (*np.broadcast_shapes(precision.shape, noise.shape), len(kept))
    posterior = new_posterior(d, np.broadcast_to(precision[..., None], lead), np.broadcast_to(noise[..., None], lead))
    return Memories(np.broadcast_to(np.array(kept), lead), posterior, np.zeros(lead))


def foresee(memories: Memories, phi: FloatArray) -> FloatArray:
    """Return what each head expects of candidates (..., n, d): (..., n, G)."""
    expected: FloatArray = np.matmul(phi, np.swapaxes(memories.posterior.mean, -1, -2))
    return expected


def judge(memories: Memories, foreseen: FloatArray, clicked: FloatArray, weight: FloatArray) -> Memories:
    """Credit each head with the likelihood that it gave to an outcome.

    Args:
        memories: as they are now.
        foreseen: (..., G) chance of a click by each head before the outcome was known to it.
        clicked: (...,) 0 or 1.
        weight: (...,) of the outcome, 0 or more.
    """
    chance = np.clip(foreseen, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
    likelihood = np.where(clicked[..., None] > 0, chance, 1.0 - chance)
    return replace(memories, evidence=memories.evidence + weight[..., None] * np.log(likelihood))


def end_days(memories: Memories, days: int) -> Memories:
    """Let days go by: every head fades at its own rate, and so does what it foresaw."""
    return replace(
        memories,
        posterior=fade(memories.posterior, memories.kept**days),
        evidence=memories.evidence * _EVIDENCE_KEPT**days,
    )


def shares(memories: Memories) -> FloatArray:
    """Return how far each head is trusted, (..., G), summing to 1."""
    raised = np.exp(memories.evidence - memories.evidence.max(axis=-1, keepdims=True))
    normalised: FloatArray = raised / raised.sum(axis=-1, keepdims=True)
    return normalised


def combined(memories: Memories) -> Posterior:
    """Return one head with the mean and covariance of the mixture, so that readers pay for one; sums are averages.

    Where the heads disagree, the covariance says so.
    """
    share, one = shares(memories), memories.posterior
    mean = (share[..., None] * one.mean).sum(axis=-2)
    apart = one.mean - mean[..., None, :]
    spread = one.covariance + apart[..., :, None] * apart[..., None, :]
    return Posterior(
        one.prior_precision[..., 0],
        one.noise[..., 0],
        (share[..., None, None] * one.gram).sum(axis=-3),
        (share[..., None] * one.moment).sum(axis=-2),
        (share[..., None, None] * spread).sum(axis=-3),
        mean,
    )
