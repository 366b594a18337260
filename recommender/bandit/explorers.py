"""How each compared policy picks one slot from what its head believes; all rows (seeds) at once.

Ours is `inverse_gap`, the shop's policy, over scores with a bonus for what is not known. The rest are rivals.
Every array of parameters is (rows, 1), so that a tuning run tries several settings side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.item_table import FloatArray, IntArray

Params = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Belief:
    """What a head says of the candidates of one step.

    Args:
        mean: (rows, K) expected reward.
        spread: (rows, K) its standard deviation.
        sample: (rows, K) expected reward under one draw of the weights; the mean where the policy draws none.
        outcomes: how many steps were learned from.
    """

    mean: FloatArray
    spread: FloatArray
    sample: FloatArray
    outcomes: int


def greedy_scores(belief: Belief, _params: Params) -> FloatArray:
    """Return the mean."""
    return belief.mean


def optimistic_scores(belief: Belief, params: Params) -> FloatArray:
    """Return mean + optimism * spread (LinUCB; Li et al. 2010, equation 5)."""
    scores: FloatArray = belief.mean + params["optimism"] * belief.spread
    return scores


def sampled_scores(belief: Belief, _params: Params) -> FloatArray:
    """Return the reward under one draw of the weights (Agrawal and Goyal 2013; bootstrapped: Osband 2016)."""
    return belief.sample


def certain(scores: FloatArray, _params: Params, _outcomes: int) -> FloatArray:
    """Return 1 for the best remaining candidate; taken ones have a score of minus infinity."""
    best: FloatArray = (np.arange(scores.shape[-1]) == scores.argmax(axis=-1)[:, None]).astype(np.float64)
    return best


def evenly_mixed(scores: FloatArray, params: Params, outcomes: int) -> FloatArray:
    """Return epsilon-greedy over the remaining candidates."""
    return _floored(certain(scores, params, outcomes), scores, params["epsilon"])


def inverse_gap(scores: FloatArray, params: Params, outcomes: int) -> FloatArray:
    """Return SquareCB's probabilities over the remaining candidates, with gamma = scale * sqrt(1 + outcomes)."""
    best = scores.argmax(axis=-1)
    remaining = np.isfinite(scores)
    gaps = np.where(remaining, scores.max(axis=-1, keepdims=True) - scores, 0.0)
    gamma = params["scale"] * np.sqrt(1.0 + outcomes)
    shares = np.where(remaining, 1.0 / (remaining.sum(axis=-1, keepdims=True) + gamma * gaps), 0.0)
    rows = np.arange(len(scores))
    shares[rows, best] = 0.0
    shares[rows, best] = 1.0 - shares.sum(axis=-1)
    return _floored(shares, scores, params["floor"]) if "floor" in params else shares


@dataclass(frozen=True, slots=True)
class Explorer:
    """A policy of the comparison.

    Args:
        scores: what it orders by.
        probabilities: (scores (rows, K), parameters, outcomes) -> (rows, K) of the next slot.
        space: parameter -> (lowest, highest) of the tuning, drawn log-uniformly; equal ends are fixed.
        draws: whether the belief must hold one draw of the weights.
        heads: bootstrapped heads; 1 for a Bayesian one.
    """

    scores: Callable[[Belief, Params], FloatArray]
    probabilities: Callable[[FloatArray, Params, int], FloatArray]
    space: Mapping[str, tuple[float, float]]
    draws: bool = False
    heads: int = 1


_PRECISION: Final[Mapping[str, tuple[float, float]]] = {"precision": (3.0, 100.0)}
# Ours finds out by itself how fast to forget (memories.py); for the rivals it is tuned.
_COMMON: Final[Mapping[str, tuple[float, float]]] = {**_PRECISION, "forgets": (1e-3, 0.3)}
EXPLORERS: Final[Mapping[str, Explorer]] = {
    "ours": Explorer(
        optimistic_scores,
        inverse_gap,
        {**_PRECISION, "optimism": (0.1, 1.0), "scale": (300.0, 30_000.0), "floor": (0.01, 0.01)},
    ),
    "greedy": Explorer(greedy_scores, certain, _COMMON),
    "epsilon_greedy": Explorer(greedy_scores, evenly_mixed, {**_COMMON, "epsilon": (0.1, 0.1)}),
    "linucb": Explorer(optimistic_scores, certain, {**_COMMON, "optimism": (0.1, 1.0)}),
    "thompson": Explorer(sampled_scores, certain, {**_COMMON, "temper": (0.1, 1.0)}, draws=True),
    "bootstrapped": Explorer(sampled_scores, certain, _COMMON, draws=True, heads=10),
    "squarecb": Explorer(greedy_scores, inverse_gap, {**_COMMON, "scale": (30.0, 3000.0)}),
}


def pick(probabilities: FloatArray, u: FloatArray) -> IntArray:
    """Draw one candidate per row by the inverse of the cumulative sum.

    Args:
        probabilities: (rows, K).
        u: (rows,) uniform numbers.
    """
    places = (np.cumsum(probabilities, axis=-1) <= u[:, None]).sum(axis=-1)
    last = probabilities.shape[-1] - 1 - (probabilities[:, ::-1] > 0).argmax(axis=-1)
    chosen: IntArray = np.minimum(places, last).astype(np.int64)
    return chosen


def _floored(probabilities: FloatArray, scores: FloatArray, floor: FloatArray) -> FloatArray:
    remaining = np.isfinite(scores)
    mixed: FloatArray = (1.0 - floor) * probabilities + floor * remaining / remaining.sum(axis=-1, keepdims=True)
    return mixed
