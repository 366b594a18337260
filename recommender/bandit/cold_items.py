"""Simulator "cold_items": new items join a running shop; how many impressions until each reaches its own rate?

Every item has effects of its own per shopper feature, partly told by its content. All policies know what a uniform log
of the old items says. Ours starts a new item at the content regression; the rivals at the mean and covariance of the
old items, and "thompson_content" at the regression, to tell the prior's share from the explorer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.bandit.cold_start import fit_content_prior
from recommender.bandit.explorers import EXPLORERS, Belief, pick
from recommender.item_table import FloatArray, IntArray

P: Final = 6
C: Final = 8
OLD: Final = 40
NEW: Final = 20
OFFERED: Final = 10
_NOISE: Final = 0.15
_LOGGED: Final = 150
"""Uniform impressions of each old item before step 0."""
_SMOOTH: Final = 25
"""Impressions over which the rate of a new item is averaged."""
_CONTENT: Final = frozenset({"ours", "ours_shipped", "thompson_content"})


@dataclass(frozen=True, slots=True)
class ColdPlayed:
    """One policy, per row.

    Args:
        reward, regret, simple_regret, mean_weight: (rows,), as in `play.Played`.
        share: (rows, impressions) true chance at the j-th impression of a new item, summed over new items, and
        own: (rows, impressions) the sum of those items' own rates; share / own is how far they have come.
    """

    reward: FloatArray
    regret: FloatArray
    simple_regret: FloatArray
    mean_weight: FloatArray
    share: FloatArray
    own: FloatArray


@dataclass(frozen=True, slots=True)
class _Shop:
    """What a seed draws: effects (items, P), content (items, C), shoppers (steps, P), offers, luck; rows in front."""

    effects: FloatArray
    content: FloatArray
    shoppers: FloatArray
    offers: IntArray
    luck: FloatArray
    prior_mean: FloatArray
    prior_covariance: FloatArray
    pooled_mean: FloatArray
    pooled_covariance: FloatArray
    moment: FloatArray
    gram: FloatArray


def play_cold(
    policy: str,
    params: Sequence[Mapping[str, float]],
    seeds: Sequence[int],
    steps: int,
) -> ColdPlayed:
    """Play seeds side by side, each row with its own setting.

    Args:
        policy: in EXPLORERS, "ours_shipped" or "thompson_content".
        params: one setting per row.
        seeds: one per row.
        steps: decisions; a new item joins every steps / (2 * NEW), so that the last has half of them left.
    """
    drawn = [_draw(seed, steps) for seed in seeds]
    shop = _Shop(*(np.stack([getattr(one, name) for one in drawn]) for name in _Shop.__slots__))
    explorer = EXPLORERS[policy.split("_shipped", maxsplit=1)[0].split("_content", maxsplit=1)[0]]
    columns = {name: np.array([setting[name] for setting in params])[:, None] for name in params[0]}
    rng = np.random.default_rng([seeds[0], len(seeds), *policy.encode()])
    heads = _Heads(shop, content=policy in _CONTENT, several=explorer.heads, rng=rng)
    rows = np.arange(len(seeds))
    kept, shown_new = [], []
    for t in range(steps):
        offered, x = shop.offers[:, t], shop.shoppers[:, t]
        chance = _chance(shop.effects[rows[:, None], offered], x)
        belief = heads.belief(offered, x, columns.get("temper"), t)
        probabilities = explorer.probabilities(explorer.scores(belief, columns).copy(), columns, t)
        place = pick(probabilities, rng.random(len(rows)))
        item = offered[rows, place]
        reward = (shop.luck[rows, t, place] < chance[rows, place]).astype(np.float64)
        heads.learn(item, x, reward)
        got = chance[rows, place]
        weight = 1.0 / (OFFERED * probabilities[rows, place])
        kept.append((got, chance.max(axis=1) - got, weight))
        shown_new.append((item, got, offered[rows, chance.argmax(axis=1)], chance.max(axis=1)))
    table = np.array(kept)
    share, own = _curves(np.array(shown_new), len(rows))
    last = max(1, steps // 10)
    return ColdPlayed(table[:, 0].sum(0), table[:, 1].sum(0), table[-last:, 1].mean(0), table[:, 2].mean(0), share, own)


def impressions_to(share: FloatArray, own: FloatArray, part: float) -> float:
    """Return after how many impressions new items have reached a part of their own rate.

    Args:
        share, own: (impressions,), summed over rows.
        part: e.g. 0.9.

    Returns:
        First impression from which the mean over the next 25 is at least that part; the last one where none is.
    """
    window = np.ones(_SMOOTH)
    reached = np.convolve(share, window, "valid") / np.maximum(np.convolve(own, window, "valid"), 1e-12)
    there = np.flatnonzero(reached >= part)
    return float(there[0] + 1 if len(there) else len(share))


def _curves(shown: FloatArray, rows: int) -> tuple[FloatArray, FloatArray]:
    """Sum chances and own rates by impression. shown: (steps, 4, rows) of item, chance, best item and its chance."""
    most = 400
    share, own = np.zeros((rows, most)), np.zeros((rows, most))
    for row in range(rows):
        item, chance, best, best_chance = shown[:, 0, row], shown[:, 1, row], shown[:, 2, row], shown[:, 3, row]
        for new in range(OLD, OLD + NEW):
            wins = best_chance[best == new]
            got = chance[item == new][:most]
            # An item that is hardly ever the right choice has no rate of its own to reach.
            if len(wins) >= 40:
                share[row, : len(got)] += got
                own[row, : len(got)] += wins.mean()
    return share, own


class _Heads:
    """Posterior of every item's effects in every row, learned around a prior mean."""

    def __init__(self, shop: _Shop, *, content: bool, several: int, rng: np.random.Generator) -> None:
        rows = len(shop.effects)
        self._rows, self._rng, self._several = np.arange(rows), rng, several
        items = OLD + NEW
        if content:
            self._mean0 = shop.prior_mean
            prior = np.broadcast_to(shop.prior_covariance[:, None], (rows, items, P, P))
        else:
            self._mean0 = np.broadcast_to(shop.pooled_mean[:, None], (rows, items, P))
            prior = np.broadcast_to(shop.pooled_covariance[:, None], (rows, items, P, P))
        gram = np.concatenate([shop.gram, np.zeros((rows, NEW, P, P))], axis=1)
        moment = np.concatenate([shop.moment, np.zeros((rows, NEW, P))], axis=1)
        self._covariance = np.linalg.inv(np.linalg.inv(prior) + gram)
        self._moment = moment - np.matmul(gram, self._mean0[..., None])[..., 0]
        if several > 1:
            self._boot_start(prior)

    def _boot_start(self, prior: FloatArray) -> None:
        lead = (*self._moment.shape[:2], self._several)
        root = np.linalg.cholesky(prior)
        noise = self._rng.standard_normal((*lead, P))
        start = np.matmul(noise, np.swapaxes(root, -1, -2))
        precision = np.linalg.inv(prior)
        self._covariances = np.repeat(self._covariance[:, :, None], self._several, axis=2)
        self._moments = self._moment[:, :, None] + np.matmul(start, precision)

    def belief(self, offered: IntArray, x: FloatArray, temper: FloatArray | None, t: int) -> Belief:
        """Return what is believed of the offered items, (rows, OFFERED)."""
        rows = self._rows[:, None]
        if self._several > 1:
            head = self._rng.integers(self._several, size=len(x))[:, None]
            covariance, moment = self._covariances[rows, offered, head], self._moments[rows, offered, head]
        else:
            covariance, moment = self._covariance[rows, offered], self._moment[rows, offered]
        direction = np.matmul(covariance, x[:, None, :, None])[..., 0]
        mean = (self._mean0[rows, offered] * x[:, None]).sum(-1) + (direction * moment).sum(-1)
        spread = np.sqrt(np.maximum((direction * x[:, None]).sum(-1), 0.0))
        sample = mean if temper is None else mean + temper * spread * self._rng.standard_normal(mean.shape)
        return Belief(mean, spread, sample, t)

    def learn(self, item: IntArray, x: FloatArray, reward: FloatArray) -> None:
        """Update the shown item of each row by rank one."""
        rows = self._rows
        target = reward - (self._mean0[rows, item] * x).sum(-1)
        if self._several > 1:
            pull = self._rng.poisson(1.0, (len(rows), self._several)) / _NOISE
            old = self._covariances[rows, item]
            direction = np.matmul(old, x[:, None, :, None])[..., 0]
            gain = pull / (1.0 + pull * (direction * x[:, None]).sum(-1))
            self._covariances[rows, item] = old - gain[..., None, None] * direction[..., None] * direction[..., None, :]
            self._moments[rows, item] += (pull * target[:, None])[..., None] * x[:, None]
            return
        old = self._covariance[rows, item]
        direction = np.matmul(old, x[..., None])[..., 0]
        gain = 1.0 / (_NOISE + (direction * x).sum(-1))
        self._covariance[rows, item] = old - gain[:, None, None] * direction[:, :, None] * direction[:, None, :]
        self._moment[rows, item] += (target / _NOISE)[:, None] * x


def _draw(seed: int, steps: int) -> _Shop:
    rng = np.random.default_rng([seed, *b"cold"])
    items = OLD + NEW
    content = rng.normal(size=(items, C))
    told = content @ (rng.normal(size=(C, P)) * 0.06 / np.sqrt(C))
    effects = told + rng.normal(size=(items, P)) * 0.06
    effects[:, 0] += 0.3
    shoppers = _shoppers(rng, steps)
    offers = _offers(rng, steps)
    x = _shoppers(rng, OLD * _LOGGED).reshape(OLD, _LOGGED, P)
    clicks = rng.random((OLD, _LOGGED)) < np.clip((effects[:OLD, None] * x).sum(-1), 0.01, 0.99)
    gram = np.einsum("nlp,nlq->npq", x, x)
    moment = np.einsum("nlp,nl->np", x, clicks)
    measured = np.linalg.solve(gram + np.eye(P), moment[..., None])[..., 0]
    prior = fit_content_prior(content[:OLD], measured, np.full(OLD, float(_LOGGED)), _NOISE)
    pooled = np.cov(measured.T) - _NOISE / _LOGGED * np.eye(P)
    values, vectors = np.linalg.eigh(pooled)
    pooled = (vectors * np.maximum(values, 1e-4)) @ vectors.T
    return _Shop(
        effects,
        content,
        shoppers,
        offers,
        rng.random((steps, OFFERED)),
        prior.mean(content),
        prior.covariance,
        measured.mean(axis=0),
        pooled,
        moment / _NOISE,
        gram / _NOISE,
    )


def _shoppers(rng: np.random.Generator, n: int) -> FloatArray:
    # Unit variance each, so that the precision of one impression is the same for every effect.
    return np.concatenate([np.ones((n, 1)), rng.uniform(-1.0, 1.0, (n, P - 1)) * np.sqrt(3.0)], axis=1)


def _offers(rng: np.random.Generator, steps: int) -> IntArray:
    every = max(1, steps // (2 * NEW))
    there = OLD + np.minimum(NEW, np.arange(steps) // every + 1)
    keys = rng.random((steps, OLD + NEW))
    keys[np.arange(OLD + NEW)[None] >= there[:, None]] = 2.0
    return np.argsort(keys, axis=1)[:, :OFFERED].astype(np.int64)


def _chance(effects: FloatArray, x: FloatArray) -> FloatArray:
    """Return (…, items) chances of effects (…, items, P) for shoppers x (…, P)."""
    clipped: FloatArray = np.clip((effects * x[..., None, :]).sum(-1), 0.01, 0.99)
    return clipped
