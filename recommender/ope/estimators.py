"""Off-policy estimators: the value that a policy would have had on a log of another one.

Notation: r_k reward of slot k, w_k = pi(a_k | a_<k) / pi_0(a_k | a_<k), w_{1:k} their product up to slot k, w that of
all slots, Q and V of the reward model (reward_model.py), d_k = r_k + V_{k+1} - Q_k. With one slot the sequential forms
are the textbook ones. Every estimate is a ratio of two means over rows, so one code gives all intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recommender.item_table import FloatArray
from recommender.ope.blocks import Blocks
from recommender.ope.logged import LoggedSlates, Table
from recommender.ope.reward_model import Predictions, cross_fit

CLIP_QUANTILE: Final = 0.995
_GRID: Final = (0.8, 0.9, 0.95, 0.99, 0.999)
_LARGE: Final = 1.5
_DOUBT: Final = 0.5
"""Standard errors of a bias that count as bias, too, when a limit is chosen: a bias that looks small may be luck."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate.

    Args:
        name: in ESTIMATORS.
        numerators, denominators: (n,) each; the value is sum(numerators) / sum(denominators).
        has_interval: False for the direct method, whose rows say nothing about the reward model's own error.
        unbiased: the estimate from which this one departs for less scatter; its rows know how far off this one may be.
    """

    name: str
    numerators: FloatArray
    denominators: FloatArray
    has_interval: bool = True
    unbiased: Estimate | None = None

    @property
    def value(self) -> float:
        """The estimate."""
        return float(self.numerators.sum() / self.denominators.sum())

    @property
    def influence(self) -> FloatArray:
        """(n,) how much each row pulls the estimate; mean 0 (the linearised ratio)."""
        result: FloatArray = (self.numerators - self.value * self.denominators) / self.denominators.mean()
        return result


@dataclass(frozen=True, slots=True)
class Evidence:
    """A log seen from one target policy.

    Args:
        log: n usable rows.
        table: (n, k, m) of the target.
        ratios: (n, k) w_{1:k}.
        predictions: of the reward model under the target.
    """

    log: LoggedSlates
    table: Table
    ratios: FloatArray
    predictions: Predictions

    @property
    def weights(self) -> FloatArray:
        """(n,) w, the weight of the whole slate."""
        result: FloatArray = self.ratios[:, -1]
        return result


def gather(log: LoggedSlates, table: Table) -> Evidence:
    """Compute weights and the reward model's predictions once for all estimators.

    Args:
        log: usable rows only.
        table: (n, k, m) what the target policy says.
    """
    ratios: FloatArray = np.cumprod(log.of_chosen(table) / log.probabilities, axis=1).astype(np.float64)
    return Evidence(log, table, ratios, cross_fit(log, table))


def ips(evidence: Evidence) -> Estimate:
    """Inverse propensity scoring: mean of w * sum_k r_k (Horvitz and Thompson 1952; Precup et al. 2000)."""
    return Estimate("ips", evidence.weights * evidence.log.values, np.ones(evidence.log.n))


def snips(evidence: Evidence) -> Estimate:
    """Self-normalised: sum of w * sum_k r_k over sum of w (Swaminathan and Joachims 2015, equation 4)."""
    return Estimate("snips", evidence.weights * evidence.log.values, evidence.weights)


def clipped_ips(evidence: Evidence) -> Estimate:
    """Weights above their 99.5 % quantile are cut to it (Ionides 2008; Bottou et al. 2013, section 4.4)."""
    limit = float(np.quantile(evidence.weights, CLIP_QUANTILE))
    clipped = np.minimum(evidence.weights, limit)
    return Estimate("clipped_ips", clipped * evidence.log.values, np.ones(evidence.log.n))


def rips(evidence: Evidence) -> Estimate:
    """Reward interaction: sum_k of self-normalised w_{1:k} r_k (McInerney et al. 2020, equation 6).

    Linearised around each slot's own ratio; with one slot it is SNIPS.
    """
    sums = evidence.ratios.sum(axis=0)
    parts = (evidence.ratios * evidence.log.rewards).sum(axis=0) / sums
    pulls = evidence.ratios * (evidence.log.rewards - parts) / (sums / evidence.log.n)
    return Estimate("rips", parts.sum() + pulls.sum(axis=1), np.ones(evidence.log.n))


def direct(evidence: Evidence) -> Estimate:
    """Direct method: mean of V_1. It has no honest interval."""
    return Estimate("dm", evidence.predictions.expected[:, 0], np.ones(evidence.log.n), has_interval=False)


def doubly_robust(evidence: Evidence) -> Estimate:
    """Mean of V_1 + sum_k w_{1:k} d_k (Dudík et al. 2014, equation 3.1; Cascade-DR, Kiyohara et al. 2022)."""
    return _robust("dr", evidence, evidence.ratios)


def dros(evidence: Evidence) -> Estimate:
    """DR with optimistic shrinkage: w becomes l w / (w^2 + l) (Su et al. 2020, section 3.1), l by the error bound."""
    return _tuned("dros", evidence, lambda w, limit: limit**2 * w / (w**2 + limit**2))


def switch(evidence: Evidence) -> Estimate:
    """SWITCH-DR: weights above a threshold count 0, so the model answers there (Wang et al. 2017, equation 6)."""
    return _tuned("switch", evidence, lambda w, limit: np.where(w <= limit, w, 0.0))


ESTIMATORS: Final[tuple[Callable[[Evidence], Estimate], ...]] = (
    ips,
    snips,
    clipped_ips,
    rips,
    direct,
    doubly_robust,
    dros,
    switch,
)


def lift(target: Evidence, baseline: Evidence) -> Estimate:
    """Estimate how much more the target is worth than the baseline: DR minus DR, row by row.

    Paired, so that two policies which mostly agree are told apart by the rows where they differ.
    """
    difference = doubly_robust(target).numerators - doubly_robust(baseline).numerators
    return Estimate("lift", difference, np.ones(target.log.n))


def _robust(name: str, evidence: Evidence, weights: FloatArray) -> Estimate:
    surprises = evidence.predictions.surprises(evidence.log)
    terms = evidence.predictions.expected[:, 0] + (weights * surprises).sum(axis=1)
    return Estimate(name, terms, np.ones(evidence.log.n))


def _tuned(name: str, evidence: Evidence, shrink: Callable[[FloatArray, float], FloatArray]) -> Estimate:
    """Take the limit whose squared error is least: variance + (bias + half its own standard error)^2.

    Su et al. 2020, section 4, with the bias estimated as what the cut weights would have added. The limits tried are
    large quantiles of the weights, and none at all; a weight near 1 is no reason to cut.
    """
    limits = (float(np.quantile(evidence.ratios, quantile)) for quantile in _GRID)
    uncut = _robust(name, evidence, evidence.ratios)
    cut = [_robust(name, evidence, shrink(evidence.ratios, limit)) for limit in limits if limit > _LARGE]
    blocks = Blocks(evidence.log.blocks)

    def error(one: Estimate) -> float:
        departure = one.numerators - uncut.numerators
        bias = abs(float(departure.mean())) + _DOUBT * blocks.standard_error(departure)
        return blocks.standard_error(one.numerators) ** 2 + bias**2

    best = min((uncut, *cut), key=error)
    return best if best is uncut else replace(best, unbiased=uncut)
