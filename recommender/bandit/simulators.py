"""Shops whose true click chances are known: where policies are compared. Rows are seeds, all stepped at once.

Every seed draws its own world, shoppers, offers and luck beforehand, so that all policies meet the same (paired) ones:
a candidate shown in step t is clicked if that candidate's uniform number of step t lies below its chance.

Shared shape: POOL items of F traits, each in [-1, 1]; a shopper of F traits; K candidates a step. Knows no policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray, IntArray

F: Final = 6
POOL: Final = 60
K: Final = 12
DAYS: Final = 30
HIDDEN: Final = 24
_LOGGED: Final = 1000
"""Uniformly shown examples on which the "interacting" world's click model was fitted before step 0."""
CONTINUE: Final = 0.75
"""Cascade: chance of looking at the next slot after one that was not clicked."""
MEAN_DELAY: Final = 60.0
WINDOW: Final = 300
"""Delayed: steps; clicks come after an exponential delay, and later than the window they are lost."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a policy may choose from in one step.

    Args:
        phi: (rows, K, d) features of each candidate.
        base: (rows, K) click chance by the click model at hand; 0 where there is none.
        chance: (rows, K) true click chance when looked at; for the judge only.
    """

    phi: FloatArray
    base: FloatArray
    chance: FloatArray


class World(Protocol):
    """A shop in every row."""

    @property
    def d(self) -> int:
        """Number of features."""

    @property
    def slots(self) -> int:
        """Candidates shown per step; more than one means a cascade."""

    @property
    def has_base(self) -> bool:
        """Whether a click model is at hand."""

    @property
    def delayed(self) -> bool:
        """Whether clicks arrive later than they are earned."""

    def offer(self, t: int) -> Offer:
        """Return the candidates of step t."""

    def luck(self, t: int) -> FloatArray:
        """Return the uniform numbers (rows, K) that decide the clicks of step t."""

    def looks(self, t: int) -> IntArray:
        """Return how many slots each shopper of step t looks at unless one is clicked, (rows,)."""

    def delay(self, t: int) -> IntArray:
        """Return after how many steps a click of step t is known, (rows,)."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the seeds drew: items (rows, POOL, F), shoppers (rows, steps, F), offers (rows, steps, K), luck likewise."""

    items: FloatArray
    shoppers: FloatArray
    offers: IntArray
    luck: FloatArray
    looks: IntArray
    delay: IntArray


Drawn = TypeVar("Drawn", np.float64, np.int64)
Chance = Callable[[int, FloatArray, FloatArray], FloatArray]
"""(step, shoppers (rows, F), traits (rows, K, F)) -> (rows, K)."""
Features = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""(shoppers, traits) -> phi (rows, K, d) and base (rows, K)."""


class SimulatedWorld:
    """A world put together from drawn numbers and two functions."""

    def __init__(
        self,
        drawn: _Drawn,
        chance: Chance,
        features: Features,
        *,
        d: int,
        slots: int = 1,
        delayed: bool = False,
        has_base: bool = False,
    ) -> None:
        self._drawn, self._chance, self._features = drawn, chance, features
        self._rows = np.arange(len(drawn.items))[:, None]
        self.d, self.slots, self.delayed, self.has_base = d, slots, delayed, has_base

    def offer(self, t: int) -> Offer:
        """Return the candidates of step t."""
        traits = self._drawn.items[self._rows, self._drawn.offers[:, t]]
        shoppers = self._drawn.shoppers[:, t]
        phi, base = self._features(shoppers, traits)
        return Offer(phi, base, self._chance(t, shoppers, traits))

    def luck(self, t: int) -> FloatArray:
        """Return the uniform numbers of step t."""
        return self._drawn.luck[:, t]

    def looks(self, t: int) -> IntArray:
        """Return how many slots are looked at in step t."""
        return self._drawn.looks[:, t]

    def delay(self, t: int) -> IntArray:
        """Return the delay of a click of step t."""
        return self._drawn.delay[:, t]


def linear(seeds: Sequence[int], steps: int) -> World:
    """Click chances linear in the features: every method's home."""
    weights = _each(seeds, "linear", _weights)
    return SimulatedWorld(_draw(seeds, steps), _linear_chance(weights), _crossed, d=1 + 2 * F)


def interacting(seeds: Sequence[int], steps: int) -> World:
    """Click chances of a hidden network; the click model at hand is yesterday's: other weights, 1,000 examples."""
    drawn = _draw(seeds, steps)
    network = _network(seeds)
    guess = _Network(network.inner + 0.3 * _each(seeds, "yesterday", _inner), network.outer)
    fitted = _fit_outer(drawn, network, guess, seeds)

    def features(shoppers: FloatArray, traits: FloatArray) -> tuple[FloatArray, FloatArray]:
        hidden = _with_one(guess.hidden(shoppers, traits))
        return hidden, np.clip(np.matmul(hidden, fitted[..., None])[..., 0], 0.0, 1.0)

    return SimulatedWorld(drawn, network.chance, features, d=1 + HIDDEN, has_base=True)


def misspecified(seeds: Sequence[int], steps: int) -> World:
    """Click chances of a hidden network of which no weighted sum of the features can say more than a part."""
    return SimulatedWorld(_draw(seeds, steps), _network(seeds).chance, _crossed, d=1 + 2 * F)


def drifting(seeds: Sequence[int], steps: int) -> World:
    """Linear, with tastes that turn slowly, and change at once after 60 % of the steps."""
    first, second, third = (_each(seeds, f"drift{i}", _weights) for i in range(3))

    def chance(t: int, shoppers: FloatArray, traits: FloatArray) -> FloatArray:
        angle = 0.5 * np.pi * t / steps
        now = np.cos(angle) * first + np.sin(angle) * second if t < 0.6 * steps else third
        return _linear_chance(now)(t, shoppers, traits)

    return SimulatedWorld(_draw(seeds, steps), chance, _crossed, d=1 + 2 * F)


def delayed(seeds: Sequence[int], steps: int) -> World:
    """Linear; a click is known only some 60 steps later, and one in 150 never."""
    weights = _each(seeds, "delayed", _weights)
    return SimulatedWorld(_draw(seeds, steps), _linear_chance(weights), _crossed, d=1 + 2 * F, delayed=True)


def cascade(seeds: Sequence[int], steps: int) -> World:
    """Slates of four, read from the top until a click or until patience ends; chances linear, and half as high."""
    weights = _each(seeds, "cascade", _weights)
    whole = _linear_chance(weights)

    def chance(t: int, shoppers: FloatArray, traits: FloatArray) -> FloatArray:
        return 0.5 * whole(t, shoppers, traits)

    return SimulatedWorld(_draw(seeds, steps), chance, _crossed, d=1 + 2 * F, slots=4)


SIMULATORS: Final[Mapping[str, Callable[[Sequence[int], int], World]]] = {
    "linear": linear,
    "interacting": interacting,
    "misspecified": misspecified,
    "drifting": drifting,
    "delayed": delayed,
    "cascade": cascade,
}
"""Name -> maker, given the seeds (rows) and the number of steps."""


@dataclass(frozen=True, slots=True)
class _Network:
    """One hidden layer: inner (rows, HIDDEN, 2F + 1), outer (rows, HIDDEN)."""

    inner: FloatArray
    outer: FloatArray

    def hidden(self, shoppers: FloatArray, traits: FloatArray) -> FloatArray:
        """Return (rows, K, HIDDEN)."""
        both = np.concatenate([np.broadcast_to(shoppers[:, None], traits.shape), traits], axis=-1)
        hidden: FloatArray = np.tanh(np.matmul(_with_one(both), np.swapaxes(self.inner, -1, -2)))
        return hidden

    def chance(self, _t: int, shoppers: FloatArray, traits: FloatArray) -> FloatArray:
        """Return (rows, K)."""
        logit: FloatArray = np.matmul(self.hidden(shoppers, traits), self.outer[..., None])[..., 0]
        return _sigmoid(logit - 1.0)


def _network(seeds: Sequence[int]) -> _Network:
    outer = _each(seeds, "outer", lambda rng: rng.normal(size=HIDDEN) * 2.0 / np.sqrt(HIDDEN))
    return _Network(_each(seeds, "inner", _inner), outer)


def _inner(rng: np.random.Generator) -> FloatArray:
    return rng.normal(size=(HIDDEN, 2 * F + 1))


def _fit_outer(drawn: _Drawn, truth: _Network, guess: _Network, seeds: Sequence[int]) -> FloatArray:
    """Fit the last layer of yesterday's click model by ridge regression on clicks of uniformly shown items."""
    fitted = []
    for row, seed in enumerate(seeds):
        rng = _generator(seed, "logged")
        one = slice(row, row + 1)
        shoppers = rng.uniform(-1.0, 1.0, (_LOGGED, F))
        traits = drawn.items[row, rng.integers(POOL, size=_LOGGED)][:, None]
        true, seen = _Network(truth.inner[one], truth.outer[one]), _Network(guess.inner[one], guess.outer[one])
        clicks = rng.random(_LOGGED) < true.chance(0, shoppers, traits)[:, 0]
        hidden = _with_one(seen.hidden(shoppers, traits))[:, 0]
        fitted.append(np.linalg.solve(hidden.T @ hidden + np.eye(1 + HIDDEN), hidden.T @ clicks))
    return np.array(fitted)


def _crossed(shoppers: FloatArray, traits: FloatArray) -> tuple[FloatArray, FloatArray]:
    phi = _with_one(np.concatenate([traits, traits * shoppers[:, None]], axis=-1))
    return phi, np.zeros(phi.shape[:-1])


def _weights(rng: np.random.Generator) -> FloatArray:
    weights = rng.normal(size=2 * F) * np.repeat([1.0, np.sqrt(3.0)], F)
    scaled: FloatArray = 0.28 * weights / np.linalg.norm(weights)
    return scaled


def _linear_chance(weights: FloatArray) -> Chance:
    def chance(_t: int, shoppers: FloatArray, traits: FloatArray) -> FloatArray:
        phi = np.concatenate([traits, traits * shoppers[:, None]], axis=-1)
        clipped: FloatArray = np.clip(0.3 + np.matmul(phi, weights[..., None])[..., 0], 0.01, 0.99)
        return clipped

    return chance


def _draw(seeds: Sequence[int], steps: int) -> _Drawn:
    return _Drawn(
        _each(seeds, "items", lambda rng: rng.uniform(-1.0, 1.0, (POOL, F))),
        _each(seeds, "shoppers", lambda rng: rng.uniform(-1.0, 1.0, (steps, F))),
        _each(seeds, "offers", lambda rng: np.argsort(rng.random((steps, POOL)), axis=1)[:, :K].astype(np.int64)),
        _each(seeds, "luck", lambda rng: rng.random((steps, K))),
        _each(seeds, "looks", lambda rng: rng.geometric(1.0 - CONTINUE, steps).astype(np.int64)),
        _each(seeds, "delay", lambda rng: 1 + rng.exponential(MEAN_DELAY, steps).astype(np.int64)),
    )


def _each(seeds: Sequence[int], what: str, draw: Callable[[np.random.Generator], NDArray[Drawn]]) -> NDArray[Drawn]:
    """Stack what every seed draws of a kind; a seed draws the same whatever rows stand beside it."""
    return np.stack([draw(_generator(seed, what)) for seed in seeds])


def _generator(seed: int, what: str) -> np.random.Generator:
    return np.random.default_rng([seed, *what.encode()])


def _with_one(values: FloatArray) -> FloatArray:
    return np.concatenate([np.ones((*values.shape[:-1], 1)), values], axis=-1)


def _sigmoid(logit: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-logit))
