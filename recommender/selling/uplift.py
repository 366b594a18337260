"""What an offer changed, and for whom: effects of randomised tests with intervals, models of uplift, Qini curves.

Treatment is 0 or 1 and was drawn by chance with the same probability for everybody; without that nothing here holds.
Knows neither offers nor people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray, IntArray
from recommender.ope.intervals import Interval

BoolArray = NDArray[np.bool_]
_Z: Final = 1.959963984540054
_RIDGE: Final = 1.0
_NEWTON_STEPS: Final = 25
_TREES: Final = {
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "lambda_l2": 10.0,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 0,
}
_ROUNDS: Final = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """n people of a randomised test with one treatment.

    Args:
        features: (n, f) what was known before the treatment.
        treated: (n,) True for those who got it.
        outcome: (n,) e.g. 1 for a visit.
    """

    features: FloatArray
    treated: BoolArray
    outcome: FloatArray

    def part(self, rows: BoolArray | IntArray) -> Trial:
        """Return the chosen people, by a mask or by their places."""
        return Trial(self.features[rows], self.treated[rows], self.outcome[rows])


@dataclass(frozen=True, slots=True)
class Effect:
    """An average effect.

    Args:
        value: mean with the treatment minus mean without it.
        interval: 95 %.
        treated, control: both means, as they are.
    """

    value: float
    interval: Interval
    treated: float
    control: float


def average_effect(trial: Trial, covariate: FloatArray | None = None) -> Effect:
    """Estimate the average effect by the difference of means (Neyman 1923), with CUPED where a covariate is given.

    Args:
        trial: both groups, two people or more each.
        covariate: (n,) known before the treatment, e.g. last year's spending; takes out the part of the outcome that it
            explains (Deng et al. 2013, "CUPED", equation 4), which narrows the interval and moves no mean.
    """
    outcome = trial.outcome if covariate is None else _without(trial.outcome, covariate)
    ones, zeros = outcome[trial.treated], outcome[~trial.treated]
    value = float(ones.mean() - zeros.mean())
    radius = _Z * float(np.sqrt(ones.var(ddof=1) / len(ones) + zeros.var(ddof=1) / len(zeros)))
    plain = trial.outcome
    means = float(plain[trial.treated].mean()), float(plain[~trial.treated].mean())
    return Effect(value, Interval(value - radius, value + radius), *means)


class UpliftModel(Protocol):
    """Tells how much more a person's outcome is expected to be with the treatment."""

    def uplift(self, features: FloatArray) -> FloatArray:
        """Return the expected effect on each person, (n,)."""


Learner = Callable[[FloatArray, FloatArray], Callable[[FloatArray], FloatArray]]
"""Fits (n, f) features to (n,) targets and returns what predicts."""


@dataclass(frozen=True, slots=True)
class _Difference:
    """One model per group; the uplift is the difference of their predictions."""

    treated: Callable[[FloatArray], FloatArray]
    control: Callable[[FloatArray], FloatArray]

    def uplift(self, features: FloatArray) -> FloatArray:
        result: FloatArray = self.treated(features) - self.control(features)
        return result


@dataclass(frozen=True, slots=True)
class _Blend:
    """Two models of the effect itself, weighed with the probability of treatment."""

    from_treated: Callable[[FloatArray], FloatArray]
    from_control: Callable[[FloatArray], FloatArray]
    share: float

    def uplift(self, features: FloatArray) -> FloatArray:
        result: FloatArray = self.share * self.from_control(features) + (1 - self.share) * self.from_treated(features)
        return result


def t_learner(trial: Trial, learner: Learner) -> UpliftModel:
    """Fit one model per group (Künzel et al. 2019, section 2.1)."""
    treated = trial.treated
    return _Difference(
        learner(trial.features[treated], trial.outcome[treated]),
        learner(trial.features[~treated], trial.outcome[~treated]),
    )


def x_learner(trial: Trial, outcomes: Learner, effects: Learner) -> UpliftModel:
    """Fit models of each person's imputed effect (Künzel et al. 2019, equations 7 to 9).

    Args:
        trial: to learn from.
        outcomes: fits the outcome in each group.
        effects: fits the imputed effects.
    """
    treated, x = trial.treated, trial.features
    with_it, without = outcomes(x[treated], trial.outcome[treated]), outcomes(x[~treated], trial.outcome[~treated])
    gained = trial.outcome[treated] - without(x[treated])
    missed = with_it(x[~treated]) - trial.outcome[~treated]
    return _Blend(effects(x[treated], gained), effects(x[~treated], missed), float(treated.mean()))


def logistic(features: FloatArray, labels: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Fit a logistic regression with a ridge of 1 on standardised columns (IRLS; Hastie et al., ESL, section 4.4.1)."""
    design, standardise = _standard(features)
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[0] = 1e-6
    weights = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        p = _sigmoid(design @ weights)
        gradient = design.T @ (p - labels) + ridge * weights
        step = np.linalg.solve((design.T * (p * (1.0 - p))) @ design + np.diag(ridge), gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return lambda rows: _sigmoid(standardise(rows) @ weights)


def linear(features: FloatArray, targets: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Fit a ridge regression of 1 on standardised columns."""
    design, standardise = _standard(features)
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[0] = 1e-6
    weights = np.linalg.solve(design.T @ design + np.diag(ridge), design.T @ targets)

    def predict(rows: FloatArray) -> FloatArray:
        result: FloatArray = standardise(rows) @ weights
        return result

    return predict


def trees(features: FloatArray, targets: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Fit boosted trees (LightGBM) to squared error: small ones, because uplift drowns in noise."""
    import lightgbm

    booster = lightgbm.train({**_TREES, "objective": "l2"}, lightgbm.Dataset(features, targets), _ROUNDS)
    return lambda rows: np.asarray(booster.predict(rows), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Qini:
    """How much more those bring whom a model would treat first.

    Args:
        shares: (m,) of the people treated, from 0 to 1.
        gains: (m,) outcomes gained per person of the whole test, when that share is treated.
        area: between the curve and the straight line that random treatment gives: 0 for a model that knows nothing.
        auuc: area under the curve.
        interval: 95 %, of `area`, by bootstrap over people; None where none was asked for.
    """

    shares: FloatArray
    gains: FloatArray
    area: float
    auuc: float
    interval: Interval | None = None


def qini(trial: Trial, uplift: FloatArray, *, resamples: int = 0, seed: int = 0) -> Qini:
    """Measure a ranking of people by uplift (Radcliffe 2007, "Using control groups to target on predicted lift").

    Args:
        trial: people whom the model has not learned from.
        uplift: (n,) what it says of them; the highest are treated first.
        resamples: of the bootstrap; 0 gives no interval.
        seed: of the resampling.
    """
    order = np.argsort(-uplift, kind="stable")
    sorted_trial = trial.part(order)
    ones = np.ones(len(order))
    shares, gains = _curve(sorted_trial, uplift[order], ones)
    area, auuc = _areas(shares, gains)
    if not resamples:
        return Qini(shares, gains, area, auuc)
    rng = np.random.default_rng(seed)
    drawn = [
        _areas(*_curve(sorted_trial, uplift[order], rng.poisson(1.0, len(order)).astype(np.float64)))[0]
        for _ in range(resamples)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Qini(shares, gains, area, auuc, Interval(float(low), float(high)))


def _curve(trial: Trial, uplift: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares and gains at the ends of groups of equal uplift: the order inside such a group means nothing."""
    treated = weights * trial.treated
    control = weights * ~trial.treated
    n_treated, n_control = np.cumsum(treated), np.cumsum(control)
    y_treated, y_control = np.cumsum(treated * trial.outcome), np.cumsum(control * trial.outcome)
    # Radcliffe's Q: the control group's outcomes are scaled to as many people as were treated.
    scaled = np.divide(y_control * n_treated, n_control, out=np.zeros_like(y_control), where=n_control > 0)
    ends = np.append(np.flatnonzero(np.diff(uplift)), len(uplift) - 1)
    total = n_treated[-1]
    shares = np.concatenate([[0.0], np.cumsum(weights)[ends] / weights.sum()])
    gains = np.concatenate([[0.0], (y_treated - scaled)[ends] / total])
    return shares, gains


def _areas(shares: FloatArray, gains: FloatArray) -> tuple[float, float]:
    auuc = float(np.trapezoid(gains, shares))
    return auuc - float(gains[-1]) / 2.0, auuc


def _without(outcome: FloatArray, covariate: FloatArray) -> FloatArray:
    centred = covariate - covariate.mean()
    spread = float(centred @ centred)
    theta = float(centred @ (outcome - outcome.mean())) / spread if spread > 0 else 0.0
    result: FloatArray = outcome - theta * centred
    return result


def _standard(features: FloatArray) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-9

    def standardise(rows: FloatArray) -> FloatArray:
        return np.concatenate([np.ones((len(rows), 1)), (rows - mean) / scale], axis=1)

    return standardise(features), standardise


def _sigmoid(x: FloatArray) -> FloatArray:
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return result
