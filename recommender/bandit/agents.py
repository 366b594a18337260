"""A learner of the comparison: a head per row, an explorer, and what it does with outcomes as they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from recommender.bandit.explorers import EXPLORERS, Belief, Params, pick
from recommender.bandit.posterior import Posterior, correct, fade, new_posterior, observe, predict
from recommender.bandit.simulators import Offer
from recommender.item_table import FloatArray, IntArray

_NOISE: Final = 0.15
"""Variance of a click around its chance; rate * (1 - rate) at a rate of about 0.2."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a policy showed in one step.

    Args:
        chosen: (rows, slots) candidates.
        probabilities: (rows, slots) of each, given those before it.
    """

    chosen: IntArray
    probabilities: FloatArray


class Agent(Protocol):
    """Chooses and learns, in all rows at once."""

    @property
    def corrects(self) -> bool:
        """Whether an outcome may be counted at once and corrected by a click that comes later."""

    def act(self, offer: Offer, slots: int) -> Shown:
        """Fill the slots of one step."""

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Count one shown candidate per row.

        Args:
            offer: of the step in which it was shown.
            chosen, p, reward, weight: (rows,); a weight of 0 leaves the row as it is.
        """

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Add (rows,) rewards to outcomes counted `days` ago."""

    def end_day(self) -> None:
        """Forget a little."""


class HeadAgent:
    """A Bayesian linear head per row, or several bootstrapped ones, and an explorer.

    Args:
        name: in EXPLORERS.
        params: parameter -> (rows,).
        d: features.
        rng: draws slots, weights and bootstraps.
        residual: learn what the click model at hand leaves over, or the reward itself.
    """

    corrects = True

    def __init__(
        self, name: str, params: Mapping[str, FloatArray], d: int, rng: np.random.Generator, *, residual: bool = True
    ) -> None:
        self._explorer = EXPLORERS[name]
        self._params: Params = {key: value[:, None] for key, value in params.items()}
        self._rng, self._residual = rng, residual
        self._several = self._explorer.heads > 1
        precision = self._lead(params["precision"])
        self._kept = 1.0 - self._lead(params["forgets"])
        self._posterior: Posterior = new_posterior(d, precision, np.full(precision.shape, _NOISE))
        self._start: FloatArray = np.zeros(1)
        if self._several:
            # Heads that know nothing yet must differ, or they would explore nothing (Osband 2018, random priors).
            self._start = rng.standard_normal((*precision.shape, d)) / np.sqrt(precision)[..., None]
        self._outcomes = 0

    def act(self, offer: Offer, slots: int) -> Shown:
        """Fill the slots one after the other, without replacement."""
        scores = self._explorer.scores(self._belief(offer), self._params).copy()
        params = self._params
        if "floor" in params:
            # Shared by the slots, so that every candidate is anywhere in the slate with at least floor / K.
            params = {**params, "floor": params["floor"] / slots}
        chosen, taken = [], []
        rows = np.arange(len(scores))
        for _ in range(slots):
            probabilities = self._explorer.probabilities(scores, params, self._outcomes)
            place = pick(probabilities, self._rng.random(len(scores)))
            chosen.append(place)
            taken.append(probabilities[rows, place])
            scores[rows, place] = -np.inf
        self._outcomes += 1
        return Shown(np.stack(chosen, axis=1), np.stack(taken, axis=1))

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Update by rank one."""
        phi, base = _row(offer.phi, chosen), self._base(offer, chosen)
        weight = np.broadcast_to(self._lead(weight), self._posterior.noise.shape)
        if self._several:
            weight = weight * self._rng.poisson(1.0, weight.shape)
        target = np.broadcast_to(self._lead(reward - base), weight.shape)
        self._posterior = observe(self._posterior, self._spread_rows(phi), target, weight)

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Move the moment."""
        weight = self._kept**days
        added = np.broadcast_to(self._lead(reward), weight.shape)
        self._posterior = correct(self._posterior, self._spread_rows(_row(offer.phi, chosen)), added, weight)

    def end_day(self) -> None:
        """Fade all rows."""
        self._posterior = fade(self._posterior, self._kept)

    def _belief(self, offer: Offer) -> Belief:
        base = offer.base if self._residual else np.zeros_like(offer.base)
        if self._several:
            return self._bootstrapped(offer.phi, base)
        mean, variance = predict(self._posterior, offer.phi)
        mean = base + mean
        sample = mean
        if self._explorer.draws:
            root = np.linalg.cholesky(self._posterior.covariance)
            draw = np.matmul(root, self._rng.standard_normal((*root.shape[:-1], 1)))
            sample = mean + self._params["temper"] * np.matmul(offer.phi, draw)[..., 0]
        return Belief(mean, np.sqrt(variance), sample, self._outcomes)

    def _bootstrapped(self, phi: FloatArray, base: FloatArray) -> Belief:
        posterior = self._posterior
        rows = np.arange(len(phi))
        head = self._rng.integers(self._explorer.heads, size=len(phi))
        # The random prior fades as the data come: covariance * precision of the prior is what is left of it.
        left = np.matmul(posterior.covariance[rows, head], self._start[rows, head][..., None])[..., 0]
        weights = posterior.mean[rows, head] + left * posterior.prior_precision[rows, head][:, None]
        sample = base + np.matmul(phi, weights[..., None])[..., 0]
        return Belief(sample, np.zeros_like(sample), sample, self._outcomes)

    def _base(self, offer: Offer, chosen: IntArray) -> FloatArray:
        return _row(offer.base, chosen) if self._residual else np.zeros(len(chosen))

    def _lead(self, values: FloatArray) -> FloatArray:
        return np.repeat(values[:, None], self._explorer.heads, axis=1) if self._several else values

    def _spread_rows(self, phi: FloatArray) -> FloatArray:
        return phi[:, None, :] if self._several else phi


def _row(values: FloatArray, chosen: IntArray) -> FloatArray:
    picked: FloatArray = values[np.arange(len(chosen)), chosen]
    return picked
