"""What is believed of an item or a shopper before anything is known of them.

Items: the effects of known items are regressed on their content (text vector, category, price band); a new item starts
at the regression's answer, as uncertain as the regression was wrong. Shoppers: the mean of their segment, and stated
wishes, which outweigh history. Knows arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.errors import NotEnoughEvents, RecommenderError
from recommender.item_table import FloatArray

_LEAST_ITEMS: Final = 3
_RIDGES: Final = tuple(float(10.0 ** (power / 2.0)) for power in range(-1, 9))
"""From content that is believed to content that is not heard, 0.3 to 10,000."""


@dataclass(frozen=True, slots=True)
class ContentPrior:
    """Prior of item effects by content, made by `fit_content_prior`.

    Args:
        centre: (c,) mean content of the known items.
        weights: (c, p).
        intercept: (p,) mean effect.
        covariance: (p, p) of what the regression leaves over between items.
        n0: impressions after which an item's own outcomes weigh as much as its content.
    """

    centre: FloatArray
    weights: FloatArray
    intercept: FloatArray
    covariance: FloatArray
    n0: float

    def mean(self, content: FloatArray) -> FloatArray:
        """Return the expected effects (n, p) of items with content (n, c)."""
        return self.intercept + (content - self.centre) @ self.weights

    def shrunk(self, content: FloatArray, effects: FloatArray, impressions: FloatArray) -> FloatArray:
        """Return effects between content and own outcomes: n / (n + n0) of the way to their own (Efron-Morris 1975).

        Args:
            content: (n, c).
            effects: (n, p) as measured.
            impressions: (n,) on which they rest; 0 for a new item, whose measured effects are then ignored.
        """
        own = (impressions / (impressions + self.n0))[:, None]
        prior = self.mean(content)
        return prior + own * (np.where(impressions[:, None] > 0, effects, prior) - prior)


def fit_content_prior(content: FloatArray, effects: FloatArray, impressions: FloatArray, noise: float) -> ContentPrior:
    """Regress item effects on content, items with more impressions counting more.

    How far the regression is believed (its ridge) is what tells each item best from the others, itself left out (Allen
    1974, PRESS): content that says nothing is not listened to. What is left over holds the noise of the few
    impressions, too; it is taken off, so that the prior is not wider than items differ (method of moments;
    DerSimonian and Laird 1986).

    Args:
        content: (n, c), n at least 3, e.g. text vector, one-hot category, price band.
        effects: (n, p) measured effects: a mean residual (p = 1), or weights per shopper feature.
        impressions: (n,) on which each rests, above 0.
        noise: variance of one outcome.

    Raises:
        NotEnoughEvents: fewer than three items are known.
    """
    if len(content) < _LEAST_ITEMS:
        raise NotEnoughEvents("A content prior needs at least three items with impressions.")
    weight = impressions / (impressions + np.median(impressions))
    total = weight.sum()
    centre, intercept = weight @ content / total, weight @ effects / total
    x, y = content - centre, effects - intercept
    values, vectors = np.linalg.eigh((x.T * weight) @ x)
    turned = x @ vectors
    pulled = (turned.T * weight) @ y
    fits = [_fit(turned, pulled, y, weight, values, ridge) for ridge in _RIDGES]
    weights, left, free = min(fits, key=lambda fit: float((weight @ (fit[1] / fit[2][:, None]) ** 2).sum()))
    # Each item's own leverage makes its residual too small.
    spread = (left.T * weight / free) @ left / total
    measured = noise * (weight @ (1.0 / impressions)) / total
    covariance = _positive(spread - measured * np.eye(effects.shape[1]), 0.05 * np.trace(spread) / effects.shape[1])
    n0 = noise / (np.trace(covariance) / effects.shape[1])
    return ContentPrior(centre, vectors @ weights, intercept, covariance, float(n0))


def _fit(
    turned: FloatArray, pulled: FloatArray, y: FloatArray, weight: FloatArray, values: FloatArray, ridge: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return weights (c, p) by the content's axes, what is left (n, p), and how free each item was of itself (n,)."""
    kept = 1.0 / (np.maximum(values, 0.0) + ridge)
    weights = kept[:, None] * pulled
    free = np.maximum(0.1, 1.0 - weight * ((turned**2) @ kept + 1.0 / weight.sum()))
    return weights, y - turned @ weights, free


def shopper_prior(
    segment: FloatArray, own: FloatArray, outcomes: float, n0: float, stated: FloatArray, stated_weight: float
) -> FloatArray:
    """Return a shopper's interests: segment first, then own history, and stated wishes above both.

    Args:
        segment: (p,) mean interests of the segment.
        own: (p,) interests by own history.
        outcomes: on which the history rests, 0 or more.
        n0: outcomes after which history weighs as much as the segment.
        stated: (p,) what was said in this conversation; NaN where nothing was.
        stated_weight: how far a stated value overrides what is learned, 0.5 to 1.

    Returns:
        (p,).

    Raises:
        RecommenderError: history would outweigh what was said.
    """
    if not 0.5 <= stated_weight <= 1.0:
        raise RecommenderError("A stated wish weighs 0.5 to 1: history may not outweigh it.")
    learned = segment + outcomes / (outcomes + n0) * (own - segment)
    said: FloatArray = np.where(np.isnan(stated), learned, learned + stated_weight * (np.nan_to_num(stated) - learned))
    return said


def _positive(matrix: FloatArray, least: float) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix)
    raised: FloatArray = (vectors * np.maximum(values, max(least, 1e-6))) @ vectors.T
    return raised
