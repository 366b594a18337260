"""The seven stress scenarios of the promotion gate: a log each, and whether accepting is right.

In every one the target looks better on paper than it may be promoted for, except the first. Each seed draws another
world, and another variant where there are several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recommender.item_table import FloatArray
from recommender.ope.logged import LoggedSlates, Table
from recommender.ope.worlds import Kind, World, make_world, simulate, strengths, target_table, types_of

_KIND: Final = Kind(base=-1.5)
_N: Final = 8000
_N_ITEMS: Final = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One log and its question.

    Args:
        log: as logged.
        target: (n, k, m) of the candidate.
        variant: what was done, for the report.
    """

    log: LoggedSlates
    target: Table
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a case is made from a seed, and the right answer."""

    make: Callable[[np.random.Generator], Case]
    accept: bool


def uniform_better(rng: np.random.Generator) -> Case:
    """Log of a uniform policy; the target prefers what is liked."""
    world = _world(rng)
    return _case(world, simulate(world, np.ones_like(world.rates), _N, rng), _good(world, rng))


def uniform_worse(rng: np.random.Generator) -> Case:
    """Log of a uniform policy; the target prefers what is not liked."""
    world = _world(rng)
    return _case(world, simulate(world, np.ones_like(world.rates), _N, rng), 1.0 / _good(world, rng))


def little_overlap(rng: np.random.Generator) -> Case:
    """The logging policy hardly ever shows what the target, which is better, prefers."""
    world = _world(rng)
    good = _good(world, rng)
    logging = strengths(-world.rates + 0.02 * rng.normal(size=world.rates.shape), 3.5)
    return _case(world, simulate(world, logging, _N, rng), good)


def best_never_logged(rng: np.random.Generator) -> Case:
    """The items that are liked best have no place in the log; the target shows them."""
    world = _world(rng)
    best = np.argsort(-world.rates.mean(axis=0))[:2]
    logging = np.ones_like(world.rates)
    logging[:, best] = 0.0
    return _case(world, simulate(world, logging, _N, rng), _good(world, rng))


def misreported(rng: np.random.Generator) -> Case:
    """Logged probabilities are wrong by a factor of two: all, those of half the items, or of half the requests."""
    world = _world(rng)
    log = simulate(world, strengths(world.rates, 0.5), _N, rng)
    good = _good(world, rng)
    variant = int(rng.integers(4))
    if variant == 3:
        return _wrong_table(world, log, good, rng)
    p = log.probabilities
    shown = np.take_along_axis(log.candidates, log.chosen, axis=1)
    factor = (
        np.full(p.shape, 0.5 if rng.random() < 0.5 else 2.0),
        np.where(rng.permutation(_N_ITEMS)[shown] < _N_ITEMS // 2, 0.5, 1.0),
        np.where(rng.random(p.shape) < 0.5, 2.0, 1.0),
    )[variant]
    wrong = replace(log, probabilities=np.minimum(p * factor, 1.0), logging=None)
    return _case(world, wrong, good, ("all", "half the items", "half the requests")[variant])


def drifting(rng: np.random.Generator) -> Case:
    """What is liked turns during the log: at once, gradually, or all of it fades; early rows promise too much."""
    world = _world(rng)
    variant = int(rng.integers(3))
    average = float(world.rates.mean())
    end = world.rates * 0.5 if variant == 2 else np.clip(2.0 * average - world.rates, 0.02, 0.98)

    def rates_at(place: FloatArray) -> FloatArray:
        share = (place > rng.uniform(0.3, 0.7)) if variant == 0 else place
        mixed: FloatArray = world.rates + share.astype(np.float64)[:, None, None] * (end - world.rates)
        return mixed

    log = simulate(world, np.ones_like(world.rates), _N, rng, rates_at=rates_at)
    return _case(world, log, _good(world, rng), ("at once", "gradual", "fading")[variant])


def not_finished(rng: np.random.Generator) -> Case:
    """Some windows are open, so purchases are missing; or some slates were not shown as chosen."""
    world = _world(rng)
    log = simulate(world, np.ones_like(world.rates), _N, rng)
    good = _good(world, rng)
    share = rng.uniform(0.1, 0.4)
    if rng.random() < 0.5:
        closed = np.arange(_N) < (1.0 - share) * _N
        rewards = log.rewards * (closed[:, None] | (rng.random(log.rewards.shape) < 0.3))
        return _case(world, replace(log, closed=closed, rewards=rewards), good, "open")
    return _case(world, replace(log, shown_as_chosen=rng.random(_N) >= share), good, "changed")


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "uniform log, better target": Scenario(uniform_better, accept=True),
    "uniform log, worse target": Scenario(uniform_worse, accept=False),
    "little overlap": Scenario(little_overlap, accept=False),
    "best items never logged": Scenario(best_never_logged, accept=False),
    "propensities wrong by a factor of two": Scenario(misreported, accept=False),
    "drift inside the log": Scenario(drifting, accept=False),
    "windows open or not shown as chosen": Scenario(not_finished, accept=False),
}


def _world(rng: np.random.Generator) -> World:
    return make_world(_KIND, rng, n_items=_N_ITEMS)


def _good(world: World, rng: np.random.Generator) -> FloatArray:
    """A policy that follows the true rates, with some error."""
    scale = float(world.rates.std())
    return strengths(world.rates + 0.3 * scale * rng.normal(size=world.rates.shape), 1.2)


def _case(world: World, log: LoggedSlates, policy: FloatArray, variant: str = "") -> Case:
    return Case(log, target_table(log, types_of(world, log), policy), variant)


def _wrong_table(world: World, log: LoggedSlates, good: FloatArray, rng: np.random.Generator) -> Case:
    """A whole table that adds up to 1 and is wrong: half of the items were shown twice as often as it says."""
    assert log.logging is not None
    doubled = np.where(rng.permutation(_N_ITEMS) < _N_ITEMS // 2, 0.5, 1.0)
    table = log.logging * doubled
    table = (table / table.sum(axis=2, keepdims=True)).astype(np.float32)
    return _case(world, replace(log, logging=table, probabilities=log.of_chosen(table)), good, "a whole table")
