"""What the comparison is made of: a policy is tuned in a simulator on seeds of their own, then plays the reported ones.

Every policy gets the same budget: the same number of settings, the same tuning seeds, the same steps. Seeds are played
in blocks, so that a long comparison can be stopped and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from recommender.bandit import vw_rival
from recommender.bandit.agents import AGENTS, Agent, HeadAgent
from recommender.bandit.cold_items import ColdPlayed, play_cold
from recommender.bandit.explorers import EXPLORERS
from recommender.bandit.play import Counting, Played, play
from recommender.bandit.simulators import SIMULATORS, World
from recommender.item_table import FloatArray

Params = Mapping[str, float]

VW: Final = "vw_squarecb"
SHIPPED: Final = "ours_shipped"
SHIPPED_PARAMS: Final[Params] = {
    "precision": 30.0,
    "optimism": 0.35,
    "scale": 3000.0,
    "floor": 0.01,
}
"""One setting for every simulator: what a shop starts with."""
POLICY_NAMES: Final = ("ours", SHIPPED, *(name for name in EXPLORERS if name != "ours"), VW)
COLD: Final = "cold_items"
COLD_POLICY_NAMES: Final = ("ours", SHIPPED, *(name for name in EXPLORERS if name != "ours"), "thompson_content")
VARIANTS: Final[Mapping[str, tuple[str, Counting, bool]]] = {
    f"{SHIPPED}/closed": ("delayed", "closed", True),
    f"{SHIPPED}/clicks_at_once": ("delayed", "clicks_at_once", True),
    f"{SHIPPED}/reward_itself": ("interacting", "corrected", False),
}
"""Choices that are made by measurement: when late outcomes count, and whether heads learn the residual."""
_FIRST_TUNING_SEED: Final = 1_000_000
_TUNING_SEEDS: Final = 3
_SETTINGS: Final = 12
BLOCK: Final = 15
"""Seeds played side by side."""


class Plan(BaseModel):
    """What is run; results of another plan are not mixed in.

    Args:
        steps: decisions per seed; the tuning plays half as many.
        seeds: reported seeds, 0 to seeds - 1.
        settings: settings tried per policy and simulator.
        tuning_seeds: seeds on which they are tried.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = 10_000
    seeds: int = 30
    settings: int = _SETTINGS
    tuning_seeds: int = _TUNING_SEEDS


class Tuned(BaseModel):
    """The setting that a policy plays a simulator with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    simulator: str
    policy: str
    params: dict[str, float]
    cpu_s: float


class UnitResult(BaseModel):
    """What one policy did in one simulator, per reported seed; `share` and `own` as in `cold_items.ColdPlayed`.

    Args:
        first: first seed; the others follow.
        cpu_s: seconds of processor time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    simulator: str
    policy: str
    first: int = 0
    params: dict[str, float]
    reward: list[float]
    regret: list[float]
    simple_regret: list[float]
    mean_weight: list[float]
    share: list[list[float]] = []
    own: list[list[float]] = []
    cpu_s: float


def tune(plan: Plan, simulator: str, policy: str) -> Tuned:
    """Find the setting of a policy that earns most on the tuning seeds; what ships has one already.

    Args:
        plan: budget and length.
        simulator: in SIMULATORS.
        policy: in POLICY_NAMES.
    """
    started = time.process_time()
    shipped = policy.split("/", maxsplit=1)[0] == SHIPPED
    params = SHIPPED_PARAMS if shipped else _best(plan, simulator, policy)
    return Tuned(simulator=simulator, policy=policy, params=dict(params), cpu_s=time.process_time() - started)


def blocks(plan: Plan) -> list[int]:
    """Return the first seed of every block."""
    return list(range(0, plan.seeds, BLOCK))


def play_block(plan: Plan, tuned: Tuned, first: int) -> UnitResult:
    """Play a block of the reported seeds.

    Args:
        plan: length.
        tuned: who plays what, and with which setting.
        first: in `blocks`.
    """
    started = time.process_time()
    seeds = range(first, min(first + BLOCK, plan.seeds))
    played = _play(tuned.simulator, tuned.policy, [tuned.params] * len(seeds), seeds, plan.steps)
    curves = [played.share, played.own] if isinstance(played, ColdPlayed) else [np.zeros((0, 0))] * 2
    return UnitResult(
        simulator=tuned.simulator,
        policy=tuned.policy,
        first=first,
        params=tuned.params,
        reward=played.reward.tolist(),
        regret=played.regret.tolist(),
        simple_regret=played.simple_regret.tolist(),
        mean_weight=played.mean_weight.tolist(),
        share=curves[0].round(5).tolist(),
        own=curves[1].round(5).tolist(),
        cpu_s=time.process_time() - started,
    )


def joined(tuned: Tuned, parts: Sequence[UnitResult]) -> UnitResult:
    """Put all blocks of a policy in a simulator together, seeds in order; the tuning's time counts, too."""
    ordered = sorted(parts, key=lambda one: one.first)
    lists = ("reward", "regret", "simple_regret", "mean_weight", "share", "own")
    whole = {name: [value for one in ordered for value in getattr(one, name)] for name in lists}
    return ordered[0].model_copy(update={**whole, "cpu_s": tuned.cpu_s + sum(one.cpu_s for one in ordered)})


def units(*, with_vw: bool) -> list[tuple[str, str]]:
    """Return all (simulator, policy) of the comparison, the longest first."""
    shared = [(simulator, policy) for policy in reversed(POLICY_NAMES) for simulator in SIMULATORS]
    cold = [(COLD, policy) for policy in COLD_POLICY_NAMES]
    variants = [(simulator, name) for name, (simulator, _, _) in VARIANTS.items()]
    return [unit for unit in (*shared, *cold, *variants) if with_vw or unit[1] != VW]


def _play(
    simulator: str, policy: str, params: Sequence[Params], seeds: Sequence[int], steps: int
) -> Played | ColdPlayed:
    if simulator == COLD:
        return play_cold(policy, params, seeds, steps)
    if policy in VARIANTS:
        _, counting, residual = VARIANTS[policy]
        return play_with(simulator, SHIPPED, params, seeds, steps, counting=counting, residual=residual)
    return play_with(simulator, policy, params, seeds, steps)


def play_with(
    simulator: str,
    policy: str,
    params: Sequence[Params],
    seeds: Sequence[int],
    steps: int,
    *,
    counting: Counting = "corrected",
    residual: bool = True,
) -> Played:
    """Play seeds side by side, each row with its own setting.

    Args:
        simulator: in SIMULATORS.
        policy: in POLICY_NAMES.
        params: one setting per row.
        seeds: one per row; they may repeat.
        steps: decisions.
        counting: of late outcomes.
        residual: whether heads learn what the click model leaves over.
    """
    world = SIMULATORS[simulator](list(seeds), steps)
    columns = {name: np.array([setting[name] for setting in params]) for name in params[0]}
    rng = np.random.default_rng([seeds[0], len(seeds), *policy.encode()])
    agent = _agent(policy, columns, world, rng, residual=residual)
    return play(world, agent, steps, counting=counting)


def settings_of(policy: str, n: int) -> list[dict[str, float]]:
    """Return the settings that a policy's tuning tries: the middle of each range, then log-uniform draws."""
    space = vw_rival.SPACE if policy == VW else EXPLORERS[policy.split("_content", maxsplit=1)[0]].space
    rng = np.random.default_rng([n, *policy.encode()])
    tried = [{name: float(np.sqrt(low * high)) for name, (low, high) in space.items()}]
    while len(tried) < n:
        tried.append({name: float(low * (high / low) ** rng.random()) for name, (low, high) in space.items()})
    return tried


def _best(plan: Plan, simulator: str, policy: str) -> Params:
    tried = settings_of(policy, plan.settings)
    seeds = range(_FIRST_TUNING_SEED, _FIRST_TUNING_SEED + plan.tuning_seeds)
    rows = [(setting, seed) for setting in tried for seed in seeds]
    played = _play(simulator, policy, [s for s, _ in rows], [seed for _, seed in rows], max(1, plan.steps // 2))
    means: FloatArray = played.reward.reshape(len(tried), len(seeds)).mean(axis=1)
    return tried[int(means.argmax())]


def _agent(
    policy: str, columns: Mapping[str, FloatArray], world: World, rng: np.random.Generator, *, residual: bool
) -> Agent:
    if policy == VW:
        return vw_rival.VowpalWabbit(columns, rng, with_base=world.has_base)
    name = "ours" if policy == SHIPPED else policy
    return AGENTS.get(name, HeadAgent)(name, columns, world.d, rng, residual=residual)
