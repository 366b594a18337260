"""A learner of the comparison: a head per row, an explorer, and what it does with outcomes as they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from recommender.bandit.explorers import EXPLORERS, Belief, Params, pick
from recommender.bandit.memories import KEPT, Memories, combined, end_days, foresee, judge, new_memories
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
        foreseen: (rows, slots, heads) chance of a click by each of the policy's heads, where it wants to be told what
            became of them (`judge`).
    """

    chosen: IntArray
    probabilities: FloatArray
    foreseen: FloatArray | None = None


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

    def judge(self, foreseen: FloatArray, clicked: FloatArray, weight: FloatArray) -> None:
        """Hear what became of a slot once no click can come any more.

        Args:
            foreseen: (rows, heads) of `Shown`.
            clicked, weight: (rows,), as in `learn`.
        """

    def end_day(self) -> None:
        """Forget a little."""


class HeadAgent:
    """A Bayesian linear head per row and an explorer.

    Args:
        name: in EXPLORERS.
        params: parameter -> (rows,).
        d: features.
        rng: draws slots and weights.
        residual: learn what the click model at hand leaves over, or the reward itself.
    """

    corrects = True
    _posterior: Posterior
    _kept: FloatArray

    def __init__(
        self, name: str, params: Mapping[str, FloatArray], d: int, rng: np.random.Generator, *, residual: bool = True
    ) -> None:
        self._explorer = EXPLORERS[name]
        self._params: Params = {key: value[:, None] for key, value in params.items()}
        self._rng, self._residual = rng, residual
        self._outcomes = 0
        self._begin(d, params)

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
        places = np.stack(chosen, axis=1)
        return Shown(places, np.stack(taken, axis=1), self._foreseen(offer, places))

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Update by rank one."""
        self._posterior = observe(self._posterior, _row(offer.phi, chosen), self._left(offer, chosen, reward), weight)

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Move the moment."""
        self._posterior = correct(self._posterior, _row(offer.phi, chosen), reward, self._kept**days)

    def judge(self, foreseen: FloatArray, clicked: FloatArray, weight: FloatArray) -> None:
        """Do nothing: one head has nobody to be compared with."""

    def end_day(self) -> None:
        """Fade all rows."""
        self._posterior = fade(self._posterior, self._kept)

    def _begin(self, d: int, params: Mapping[str, FloatArray]) -> None:
        self._kept = 1.0 - params["forgets"]
        self._posterior = new_posterior(d, params["precision"], np.array(_NOISE))

    def _foreseen(self, offer: Offer, chosen: IntArray) -> FloatArray | None:
        return None

    def _belief(self, offer: Offer) -> Belief:
        return self._believed(self._posterior, offer)

    def _believed(self, posterior: Posterior, offer: Offer) -> Belief:
        mean, variance = predict(posterior, offer.phi)
        mean = self._base(offer) + mean
        sample = mean
        if self._explorer.draws:
            root = np.linalg.cholesky(posterior.covariance)
            draw = np.matmul(root, self._rng.standard_normal((*root.shape[:-1], 1)))
            sample = mean + self._params["temper"] * np.matmul(offer.phi, draw)[..., 0]
        return Belief(mean, np.sqrt(variance), sample, self._outcomes)

    def _base(self, offer: Offer) -> FloatArray:
        return offer.base if self._residual else np.zeros_like(offer.base)

    def _left(self, offer: Offer, chosen: IntArray, reward: FloatArray) -> FloatArray:
        return reward - _row(self._base(offer), chosen)


class BootstrappedAgent(HeadAgent):
    """Several heads per row, each taught its own resample; one of them decides each step (Osband 2016)."""

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Update every head by its own number of repetitions."""
        shape = self._posterior.noise.shape
        counted = weight[:, None] * self._rng.poisson(1.0, shape)
        left = np.broadcast_to(self._left(offer, chosen, reward)[:, None], shape)
        self._posterior = observe(self._posterior, _row(offer.phi, chosen)[:, None], left, counted)

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Move every head's moment."""
        added = np.broadcast_to(reward[:, None], self._posterior.noise.shape)
        self._posterior = correct(self._posterior, _row(offer.phi, chosen)[:, None], added, self._kept**days)

    def _begin(self, d: int, params: Mapping[str, FloatArray]) -> None:
        precision = np.repeat(params["precision"][:, None], self._explorer.heads, axis=1)
        self._kept = np.repeat(1.0 - params["forgets"][:, None], self._explorer.heads, axis=1)
        self._posterior = new_posterior(d, precision, np.array(_NOISE))
        # Heads that know nothing yet must differ, or they would explore nothing (Osband 2018, random priors).
        self._start: FloatArray = self._rng.standard_normal((*precision.shape, d)) / np.sqrt(precision)[..., None]

    def _belief(self, offer: Offer) -> Belief:
        posterior = self._posterior
        rows = np.arange(len(offer.phi))
        head = self._rng.integers(self._explorer.heads, size=len(rows))
        # The random prior fades as the data come: covariance * precision of the prior is what is left of it.
        left = np.matmul(posterior.covariance[rows, head], self._start[rows, head][..., None])[..., 0]
        weights = posterior.mean[rows, head] + left * posterior.prior_precision[rows, head][:, None]
        sample = self._base(offer) + np.matmul(offer.phi, weights[..., None])[..., 0]
        return Belief(sample, np.zeros_like(sample), sample, self._outcomes)


class MemoriesAgent(HeadAgent):
    """Heads that forget at different rates (memories.py): what ships."""

    _memories: Memories

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Update every head."""
        heads = self._memories
        shape = heads.evidence.shape
        left, counted = (np.broadcast_to(x[:, None], shape) for x in (self._left(offer, chosen, reward), weight))
        self._memories = replace(
            heads, posterior=observe(heads.posterior, _row(offer.phi, chosen)[:, None], left, counted)
        )

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Move every head's moment."""
        heads = self._memories
        added = np.broadcast_to(reward[:, None], heads.evidence.shape)
        posterior = correct(heads.posterior, _row(offer.phi, chosen)[:, None], added, heads.kept**days)
        self._memories = replace(heads, posterior=posterior)

    def judge(self, foreseen: FloatArray, clicked: FloatArray, weight: FloatArray) -> None:
        """Trust the heads that foresaw it more."""
        self._memories = judge(self._memories, foreseen, clicked, weight)

    def end_day(self) -> None:
        """Fade every head at its own rate."""
        self._memories = end_days(self._memories, 1)

    def _begin(self, d: int, params: Mapping[str, FloatArray]) -> None:
        self._memories = new_memories(d, params["precision"], np.array(_NOISE), KEPT)

    def _foreseen(self, offer: Offer, chosen: IntArray) -> FloatArray | None:
        phi = np.take_along_axis(offer.phi, chosen[..., None], axis=1)
        base = np.take_along_axis(self._base(offer), chosen, axis=1)
        return base[..., None] + foresee(self._memories, phi)

    def _belief(self, offer: Offer) -> Belief:
        return self._believed(combined(self._memories), offer)


AGENTS: Final[Mapping[str, type[HeadAgent]]] = {"ours": MemoriesAgent, "bootstrapped": BootstrappedAgent}
"""Explorers whose heads are more than one."""


def _row(values: FloatArray, chosen: IntArray) -> FloatArray:
    picked: FloatArray = values[np.arange(len(chosen)), chosen]
    return picked
