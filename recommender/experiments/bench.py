"""How far experiments can be believed: false alarms and power under constant looking, and what interleaving saves.

Everything is simulated with known truth; each figure stands beside that of the test that may be looked at only once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.experiments.interleaving import credit, team_draft
from recommender.experiments.planning import plan_rate
from recommender.experiments.sequential import Moments, compare_means, compare_with_zero, rates_evidence

Progress = Callable[[str, int, int | None], None]
ALPHA: Final = 0.05
LOOKS: Final = 100
BASE_RATE: Final = 0.1
_Z: Final = NormalDist().inv_cdf(1 - ALPHA / 2)


@dataclass(frozen=True, slots=True)
class Peeked:
    """What constant looking at simulated A/B experiments came to; every figure is a share of the runs.

    Args:
        what: e.g. "clicks, no difference".
        always_valid: called a difference at any look.
        exact: the exact test of rates did; None for amounts.
        fixed_peeked: the fixed-horizon test did at any look.
        fixed_once: it did at the one look at the end that it allows.
        stopped_after: share of the units after which the always-valid test stopped, in the median of the runs in which
            it called a difference; None where it seldom did.
    """

    what: str
    always_valid: float
    exact: float | None
    fixed_peeked: float
    fixed_once: float
    stopped_after: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Sessions until it is clear which of two rankers is better.

    Args:
        rate_a, rate_b: true share of sessions with a click under each.
        ab_sessions, interleaved_sessions: for power 0.8 with one look, in all arms together.
        times_fewer: the first over the second.
        ab_looked, interleaved_looked: median sessions until the always-valid test was sure, over simulated runs.
        wrong: share of those runs in which interleaving named the worse ranker.
    """

    rate_a: float
    rate_b: float
    ab_sessions: int
    interleaved_sessions: int
    times_fewer: float
    ab_looked: float
    interleaved_looked: float
    wrong: float


def peeking(runs: int, units: int, seed: int, progress: Progress) -> tuple[Peeked, ...]:
    """Simulate experiments without and with a difference and look at each a hundred times.

    Args:
        runs: experiments of each kind.
        units: sessions of each, in both arms together.
        seed: of the simulation.
        progress: told of it.
    """
    lift = detectable_lift(units)
    worlds = (
        ("clicks, no difference", 1.0, 1.0, False),
        (f"clicks, {lift:+.1%}", 1.0, 1 + lift, False),
        (f"clicks, {2 * lift:+.1%}", 1.0, 1 + 2 * lift, False),
        ("revenue, no difference", 1.0, 1.0, True),
    )
    rows = []
    for number, (what, control, treatment, money) in enumerate(worlds):
        rng = np.random.default_rng((seed, number))
        counts = [
            _one_run(rng, units, BASE_RATE * control, BASE_RATE * treatment, money, progress, what, i, runs)
            for i in range(runs)
        ]
        rows.append(_summed(what, counts, money))
    return tuple(rows)


def detectable_lift(units: int) -> float:
    """Return the relative change that one look at the end finds with a chance of 0.8."""
    low, high = 1e-4, 5.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        enough = plan_rate(BASE_RATE, middle).per_arm * 2 <= units
        low, high = (low, middle) if enough else (middle, high)
    return high


def sensitivity(runs: int, seed: int, progress: Progress, *, n_worlds: int = 5) -> tuple[Sensitivity, ...]:
    """Compare A/B with interleaving for two rankers of which the second knows a little more, in several worlds."""
    rows = []
    for world in range(n_worlds):
        progress("interleaving", world, n_worlds)
        rows.append(_sensitivity(np.random.default_rng((seed, 100 + world)), runs))
    progress("interleaving", n_worlds, n_worlds)
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class _Called:
    always_valid: bool
    exact: bool
    fixed_peeked: bool
    fixed_once: bool
    stopped_after: float


def _one_run(
    rng: np.random.Generator,
    units: int,
    p: float,
    q: float,
    money: bool,
    progress: Progress,
    what: str,
    i: int,
    runs: int,
) -> _Called:
    progress(what, i + 1, runs)
    treated = rng.random(units) < 0.5
    values = (rng.random(units) < np.where(treated, q, p)).astype(np.float64)
    if money:
        values *= rng.lognormal(3.0, 0.8, units)
    looks = np.unique(np.linspace(units / LOOKS, units, LOOKS).astype(int)) - 1
    arms = [_running(values, treated == arm, looks) for arm in (False, True)]
    calls = [_look(control, treatment, units) for control, treatment in zip(*arms, strict=True)]
    first = next((look for look, (always, _, _) in zip(looks, calls, strict=True) if always), None)
    return _Called(
        first is not None,
        not money and any(exact for _, exact, _ in calls),
        any(fixed for _, _, fixed in calls),
        calls[-1][2],
        math.nan if first is None else (int(first) + 1) / units,
    )


def _running(values: NDArray[np.float64], mine: NDArray[np.bool_], looks: NDArray[np.int64]) -> list[Moments]:
    own = np.where(mine, values, 0.0)
    columns = (np.cumsum(mine)[looks], np.cumsum(own)[looks], np.cumsum(own**2)[looks], np.cumsum(own > 0)[looks])
    return [Moments(int(n), float(t), float(s), int(h)) for n, t, s, h in zip(*columns, strict=True)]


def _look(control: Moments, treatment: Moments, units: int) -> tuple[bool, bool, bool]:
    always = compare_means(control, treatment, planned_n=units, alpha=ALPHA).p_value < ALPHA
    exact = rates_evidence(control, treatment, 0.5) > math.log(1 / ALPHA)
    spread = math.sqrt(control.variance / control.n + treatment.variance / treatment.n)
    fixed = spread > 0 and abs(treatment.mean - control.mean) > _Z * spread
    return always, exact, fixed


def _summed(what: str, calls: list[_Called], money: bool) -> Peeked:
    stopped = [c.stopped_after for c in calls if c.always_valid]
    return Peeked(
        what,
        _share([c.always_valid for c in calls]),
        None if money else _share([c.exact for c in calls]),
        _share([c.fixed_peeked for c in calls]),
        _share([c.fixed_once for c in calls]),
        float(np.median(stopped)) if len(stopped) > len(calls) / 4 else None,
    )


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


_ITEMS: Final = 30
_SLOTS: Final = 6
_SESSIONS: Final = 12_000
_LOOKED_AT: Final = 0.85 ** np.arange(_SLOTS)


def _sensitivity(rng: np.random.Generator, runs: int) -> Sensitivity:
    attraction = rng.beta(1.0, 12.0, (_SESSIONS, _ITEMS))
    seen = rng.normal(0.0, 0.06, (_SESSIONS, _ITEMS))
    # Both rankers see the same distorted picture; the second one sees it a little more clearly.
    orders = [np.argsort(-(attraction + noise * seen), axis=1)[:, :_SLOTS] for noise in (1.0, 0.8)]
    chances = [_any_click(np.take_along_axis(attraction, order, axis=1)) for order in orders]
    credits = np.array([_credit(rng, attraction[i], orders[0][i], orders[1][i]) for i in range(_SESSIONS)])
    rates = [float(chance.mean()) for chance in chances]
    ab = 2 * plan_rate(rates[0], rates[1] / rates[0] - 1).per_arm
    # The same formula for one mean against 0: n = (z_{1-a/2} + z_0.8)^2 s^2 / m^2.
    needed = (_Z + NormalDist().inv_cdf(0.8)) ** 2 * credits.var() / credits.mean() ** 2
    mixed = [_until_sure_mixed(rng, credits, int(needed) + 1) for _ in range(runs)]
    split = [_until_sure_split(rng, chances, ab) for _ in range(max(20, runs // 10))]
    return Sensitivity(
        rates[0],
        rates[1],
        ab,
        math.ceil(needed),
        ab / needed,
        float(np.median(split)),
        float(np.median([n for n, _ in mixed])),
        _share([not right for _, right in mixed]),
    )


def _any_click(shown: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 - np.prod(1 - shown * _LOOKED_AT, axis=1)
    return result


def _credit(
    rng: np.random.Generator, attraction: NDArray[np.float64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> float:
    """The session's preference for the second ranker: 1, 0 or -1."""
    mixed = team_draft(first.tolist(), second.tolist(), _SLOTS, rng)
    clicked = rng.random(_SLOTS) < attraction[list(mixed.chosen)] * _LOOKED_AT
    return -credit(mixed.teams, np.flatnonzero(clicked).tolist())


def _until_sure_mixed(rng: np.random.Generator, credits: NDArray[np.float64], planned: int) -> tuple[int, bool]:
    """Sessions until the always-valid test is sure, and whether it was right; looked at every 50 sessions."""
    sample, n = Moments(), 0
    while n < 40 * planned:
        sample, n = sample + Moments.of_values(rng.choice(credits, 50)), n + 50
        found = compare_with_zero(sample, planned_n=2 * planned, alpha=ALPHA)
        if found.p_value < ALPHA:
            return n, found.difference > 0
    return n, True


def _until_sure_split(rng: np.random.Generator, chances: list[NDArray[np.float64]], planned: int) -> int:
    """The same for A/B, looked at 50 times up to the planned size and further on as often."""
    arms, n, step = [Moments(), Moments()], 0, max(1, planned // 100)
    while n < 40 * planned:
        for arm in (0, 1):
            hits = int((rng.random(step) < rng.choice(chances[arm], step)).sum())
            arms[arm] += Moments.of_rate(hits, step)
        n += 2 * step
        if compare_means(*arms, planned_n=2 * planned, alpha=ALPHA).p_value < ALPHA:
            return n
    return n
