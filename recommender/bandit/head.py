"""The reward head: Bayesian linear models that one writer updates per outcome, and any thread reads as one.

Knows feature vectors and ids of outcomes. It counts an outcome once, fades what is old by the day in which it happened,
so that the order of arrival does not matter, and publishes a new immutable state with each update. How fast it forgets
it finds out by itself (memories.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.bandit.memories import KEPT, Memories, combined, end_days, foresee, judge, new_memories, shares
from recommender.bandit.posterior import Posterior, correct, fade, observe, predict
from recommender.errors import RecommenderError
from recommender.item_table import FloatArray


@dataclass(frozen=True, slots=True)
class HeadState:
    """A head after some outcome, as it is saved; nothing in it changes any more.

    Args:
        memories: G heads of d features.
        day: day (since the epoch) to which the sums are faded; None before the first outcome.
        outcomes: how many were counted.
    """

    memories: Memories
    day: int | None
    outcomes: int


@dataclass(frozen=True, slots=True)
class HeadSnapshot:
    """What readers get of a head.

    Args:
        posterior: what is believed, of d features, whatever the number of heads behind it.
        outcomes: how many were counted.
    """

    posterior: Posterior
    outcomes: int

    @property
    def d(self) -> int:
        """Number of features."""
        return int(self.posterior.mean.shape[-1])

    def predict(self, phi: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of the expected reward.

        Args:
            phi: (n, d), float64 or float32.

        Returns:
            (n,) and (n,); the variance is that of the mean, without the noise of one outcome.
        """
        return predict(self.posterior, np.asarray(phi, dtype=np.float64))

    def utilities(self, phi: FloatArray, optimism: float) -> tuple[FloatArray, FloatArray]:
        """Return what a policy should order by: the mean, and a bonus for what is not known yet.

        The bonus is a part of the score like any other, so that the policy's probabilities stay closed in form.

        Args:
            phi: (n, d).
            optimism: standard deviations that count as bonus, 0 or more (LinUCB's alpha; Li et al. 2010, equation 5).

        Returns:
            Mean (n,) and bonus (n,).
        """
        mean, variance = self.predict(phi)
        return mean, optimism * np.sqrt(variance)


class BayesianLinearHead:
    """Learns reward = phi . weights + noise, one outcome at a time. One thread writes; `snapshot` is for all others.

    Args:
        d: features.
        prior_precision: of each weight, above 0; larger trusts the prior (0) longer.
        noise: variance of one outcome, above 0; for clicks about rate * (1 - rate).
        kept: what each head keeps per day, each in (0, 1]; 1 forgets nothing. One number makes one head.
        n_ids: ids of outcomes remembered; a repetition further back is the log's to refuse (`learner.py`).
    """

    def __init__(
        self,
        d: int,
        prior_precision: float = 1.0,
        noise: float = 0.1,
        kept: Sequence[float] = KEPT,
        n_ids: int = 100_000,
    ) -> None:
        if d < 1 or prior_precision <= 0 or noise <= 0 or not kept or not all(0 < part <= 1 for part in kept):
            raise RecommenderError("A head needs features, a precision and a noise above 0, and to keep (0, 1] a day.")
        heads = new_memories(d, np.array(float(prior_precision)), np.array(float(noise)), tuple(kept))
        self._state = HeadState(heads, None, 0)
        self._n_ids = n_ids
        self._seen: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def restored(cls, state: HeadState, seen: tuple[str, ...], n_ids: int) -> BayesianLinearHead:
        """Make a head that goes on where a saved one stopped.

        Args:
            state: as saved.
            seen: ids of outcomes, oldest first.
            n_ids: as in the constructor.
        """
        head = cls(1, n_ids=n_ids)
        head._state = state
        head._seen = OrderedDict.fromkeys(seen)
        return head

    @property
    def state(self) -> HeadState:
        """The present state; later updates leave it as it is."""
        return self._state

    @property
    def seen(self) -> tuple[str, ...]:
        """Ids remembered, oldest first."""
        return tuple(self._seen)

    @property
    def n_ids(self) -> int:
        """How many ids are remembered at most."""
        return self._n_ids

    def snapshot(self) -> HeadSnapshot:
        """Return all heads as one; later updates leave it as it is. O(G d^2)."""
        return HeadSnapshot(combined(self._state.memories), self._state.outcomes)

    def predict(self, phi: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean (n,) and variance (n,) of the expected reward of (n, d) features."""
        return self.snapshot().predict(phi)

    def foresee(self, phi: FloatArray) -> FloatArray:
        """Return what each of G heads expects, (G,), of one candidate (d,): what `judge` wants to know later."""
        expected: FloatArray = foresee(self._state.memories, phi[None])[0]
        return expected

    def expected(self, foreseen: FloatArray) -> float:
        """Return what all heads together expect, where each expects `foreseen` (G,)."""
        return float(shares(self._state.memories) @ foreseen)

    def judge(self, foreseen: FloatArray, clicked: bool, weight: float = 1.0) -> None:
        """Trust the heads more that foresaw what became of an impression.

        Args:
            foreseen: (G,) chance of a click by each head when it was shown.
            clicked: what became of it.
            weight: as counted.
        """
        state = self._state
        memories = judge(state.memories, foreseen, np.array(float(clicked)), np.array(weight))
        self._state = replace(state, memories=memories)

    def update(
        self, event_id: str, phi: FloatArray, reward: float, weight: float = 1.0, day: int | None = None
    ) -> bool:
        """Count an outcome, in O(d^2).

        Args:
            event_id: of the outcome; a repetition changes nothing.
            phi: (d,).
            reward: e.g. 1 for a click, or the residual over a prediction.
            weight: of the outcome, 0 or more (an examination probability, a margin).
            day: day since the epoch on which it happened; the head's own without. Days gone by count less.

        Returns:
            Whether it was new.
        """
        return self._count(event_id, phi, reward, weight, day, counts=1)

    def correct(
        self, event_id: str, phi: FloatArray, reward: float, weight: float = 1.0, day: int | None = None
    ) -> bool:
        """Add to the reward of an outcome that `update` counted before: exact, as if it had been known at once.

        Args:
            event_id: of the correction (the click), not of what it corrects.
            phi, weight, day: as counted.
            reward: what comes on top.

        Returns:
            Whether the correction was new.
        """
        return self._count(event_id, phi, reward, weight, day, counts=0)

    def take_back(
        self, event_id: str, phi: FloatArray, reward: float, weight: float = 1.0, day: int | None = None
    ) -> bool:
        """Undo an outcome that `update` counted before (what was not shown after all): exact, as if it had never been.

        Args:
            event_id: of what takes it back.
            phi, reward, weight, day: as counted.

        Returns:
            Whether it was new.
        """
        return self._count(event_id, phi, reward, -weight, day, counts=-1)

    def startle(self, kept: float) -> None:
        """Forget a part at once, and who foresaw what: what a drift alarm asks for.

        Args:
            kept: factor on what was learned so far, in (0, 1].
        """
        state = self._state
        memories = state.memories
        posterior = fade(memories.posterior, np.full_like(memories.kept, kept))
        fresh = replace(memories, posterior=posterior, evidence=np.zeros_like(memories.evidence))
        self._state = replace(state, memories=fresh)

    def _count(
        self, event_id: str, phi: FloatArray, reward: float, weight: float, day: int | None, *, counts: int
    ) -> bool:
        if event_id in self._seen:
            return False
        state = self._at(day)
        memories = state.memories
        age = 0 if day is None or state.day is None else state.day - day
        faded = weight * memories.kept**age
        step = observe if counts else correct
        rewards = np.full_like(faded, reward)
        posterior = step(memories.posterior, np.asarray(phi, dtype=np.float64)[None], rewards, faded)
        self._remember(event_id)
        # One assignment: a reader sees the whole outcome or none of it.
        self._state = HeadState(replace(memories, posterior=posterior), state.day, state.outcomes + counts)
        return True

    def _at(self, day: int | None) -> HeadState:
        """Return the state faded to a day; an earlier day leaves it as it is."""
        state = self._state
        if day is None or (state.day is not None and day <= state.day):
            return state
        gone = 0 if state.day is None else day - state.day
        return replace(state, day=day, memories=end_days(state.memories, gone) if gone else state.memories)

    def _remember(self, event_id: str) -> None:
        self._seen[event_id] = None
        if len(self._seen) > self._n_ids:
            self._seen.popitem(last=False)
