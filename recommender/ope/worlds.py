"""Simulated logs whose truth is known exactly, by going through every slate that a policy may show.

Knows no estimator. A request is one of a few types, so the value of a policy is a finite sum, not another simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Final

import numpy as np

from recommender.item_table import FloatArray, IntArray
from recommender.ope.logged import LoggedSlates, Table
from recommender.ope.tables import sequential_table

_POSITION: Final = (1.0, 0.8, 0.65, 0.55, 0.45)
_STEP_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class World:
    """What shoppers are like.

    Args:
        rates: (types, items) chance that a looked-at item is taken.
        features: (types, items, f) what a reward model may see; it does not determine the rates.
        n_slots: of a slate.
        stops: True where a shopper looks no further after taking something (cascade).
        session_spread: 0 for independent visits; else how far a session's mood moves all its rates, 0 to 1.
        worth: standard deviation of the log of a taken item's value; 0 gives 1 each.
    """

    rates: FloatArray
    features: Table
    n_slots: int = 1
    stops: bool = False
    session_spread: float = 0.0
    worth: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a world is made: see World; `base` is the log-odds of an average item."""

    base: float
    n_slots: int = 1
    stops: bool = False
    session_spread: float = 0.0
    worth: float = 0.0
    n_rows: int = 4000


KINDS: Final[Mapping[str, Kind]] = {
    "plain": Kind(base=-1.5),
    "slate": Kind(base=-1.5, n_slots=3),
    "cascade": Kind(base=-1.0, n_slots=3, stops=True),
    "sessions": Kind(base=-1.5, session_spread=0.8),
    "rare": Kind(base=-3.5, worth=0.8, n_rows=8000),
}
N_TYPES: Final = 24
N_ITEMS: Final = 8


def make_world(kind: Kind, rng: np.random.Generator, *, n_items: int = N_ITEMS) -> World:
    """Draw tastes: a bilinear part that features describe, and a part that they do not."""
    wishes, items = rng.normal(size=(N_TYPES, 3)), rng.normal(size=(n_items, 3))
    known = wishes @ items.T / np.sqrt(3.0)
    quality = rng.normal(size=n_items)
    logits = kind.base + 0.8 * known + 0.6 * quality + 0.4 * rng.normal(size=(N_TYPES, n_items))
    features = np.concatenate(
        [
            wishes[:, None, :] * items[None, :, :],
            np.broadcast_to(items, (N_TYPES, n_items, 3)),
            np.broadcast_to(wishes[:, None, :], (N_TYPES, n_items, 3)),
        ],
        axis=2,
    ).astype(np.float32)
    rates = 1.0 / (1.0 + np.exp(-logits))
    return World(rates, features, kind.n_slots, kind.stops, kind.session_spread, kind.worth)


def strengths(scores: FloatArray, sharpness: float) -> FloatArray:
    """(types, items) strengths of a Plackett-Luce policy: exp(sharpness * score), scores standardised per type."""
    centred = (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)
    result: FloatArray = np.exp(sharpness * centred)
    return result


def true_value(world: World, policy: FloatArray) -> float:
    """Return the exact mean value of a slate.

    Args:
        world: types are equally likely.
        policy: (types, items) strengths.
    """
    n_types, n_items = policy.shape
    orders = np.array(list(permutations(range(n_items), world.n_slots)))
    chance = np.ones((n_types, len(orders)))
    left = np.repeat(policy.sum(axis=1)[:, None], len(orders), axis=1)
    value, looking = np.zeros((n_types, len(orders))), np.ones((n_types, len(orders)))
    for slot in range(world.n_slots):
        own = policy[:, orders[:, slot]]
        chance *= np.divide(own, left, out=np.zeros_like(own), where=left > 1e-12)
        left = left - own
        rate = world.rates[:, orders[:, slot]]
        value += looking * rate * (1.0 if world.stops else _POSITION[slot])
        looking *= (1.0 - rate) if world.stops else 1.0
    worth = float(np.exp(world.worth**2 / 2.0))
    return float((chance * value).sum(axis=1).mean()) * worth


def simulate(
    world: World,
    policy: FloatArray,
    n: int,
    rng: np.random.Generator,
    *,
    rates_at: Callable[[FloatArray], FloatArray] | None = None,
) -> LoggedSlates:
    """Show n slates of a Plackett-Luce policy and note what is taken.

    Args:
        world: what shoppers are like.
        policy: (types, items) strengths of the logging policy; 0 for items that it never shows.
        n: slates.
        rng: of everything drawn.
        rates_at: (n,) places in the log, 0 to 1 -> (n, types, items) rates that drift; None keeps those of the world.
    """
    types = rng.integers(len(policy), size=n)
    blocks, moods = _sessions(world, n, rng)
    chosen = _draw(policy[types], world.n_slots, rng)
    rates = world.rates[types] if rates_at is None else rates_at(np.arange(n) / n)[np.arange(n), types]
    shown = np.take_along_axis(rates, chosen, axis=1)
    # A good or bad mood, as far as a rate can move both ways: its mean stays what it is, and the truth exact.
    shown = shown + moods[:, None] * np.minimum(shown, 1.0 - shown)
    logging = sequential_table(policy[types], chosen)
    log = LoggedSlates(
        candidates=np.tile(np.arange(policy.shape[1]), (n, 1)),
        features=world.features[types],
        chosen=chosen,
        probabilities=np.ones(chosen.shape),
        logging=logging,
        rewards=_rewards(world, shown, rng),
        times=np.arange(n, dtype=np.float64) * _STEP_S,
        blocks=blocks,
        closed=np.ones(n, dtype=bool),
        shown_as_chosen=np.ones(n, dtype=bool),
        segments={"returning": types % 3 == 0, "new": types % 3 != 0},
    )
    return replace(log, probabilities=log.of_chosen(logging))


def target_table(log: LoggedSlates, types: IntArray, policy: FloatArray) -> Table:
    """Return what a Plackett-Luce policy says of a log's requests; `types` as from `types_of`."""
    return sequential_table(policy[types], log.chosen)


def types_of(world: World, log: LoggedSlates) -> IntArray:
    """(n,) type of each request, recognised by its features."""
    known = {world.features[i].tobytes(): i for i in range(len(world.features))}
    return np.array([known[row.tobytes()] for row in log.features], dtype=np.int64)


def _draw(policy: FloatArray, n_slots: int, rng: np.random.Generator) -> IntArray:
    """Plackett-Luce by the Gumbel trick: the largest log-strengths plus Gumbel noise, in order (Yellott 1977)."""
    with np.errstate(divide="ignore"):
        keys = np.log(policy) + rng.gumbel(size=policy.shape)
    order: IntArray = np.argsort(-keys, axis=1)[:, :n_slots].astype(np.int64)
    return order


def _sessions(world: World, n: int, rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    if world.session_spread == 0:
        return np.arange(n), np.zeros(n)
    blocks = np.cumsum(rng.random(n) < 0.4, dtype=np.int64)
    return blocks, world.session_spread * rng.choice([-1.0, 1.0], size=int(blocks.max()) + 1)[blocks]


def _rewards(world: World, shown: FloatArray, rng: np.random.Generator) -> FloatArray:
    chance = shown if world.stops else shown * np.array(_POSITION[: world.n_slots])
    taken = rng.random(shown.shape) < chance
    if world.stops:
        taken &= np.cumsum(taken, axis=1) <= 1
    worth = np.exp(world.worth * rng.normal(size=shown.shape)) if world.worth else np.ones(shown.shape)
    result: FloatArray = taken * worth
    return result
