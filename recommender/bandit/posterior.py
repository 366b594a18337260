"""Gaussian posterior of a linear model, for one head or for many at once: rank-one updates, fading, prediction.

Bishop 2006, "Pattern Recognition and Machine Learning", equations 3.53 and 3.54, with the update of Sherman and
Morrison 1950. All arrays may have leading axes (..., d): the bench runs all its seeds in one array. Knows no events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.item_table import FloatArray


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of the weights after some outcomes; never changed in place, so readers need no lock.

    Args:
        prior_precision: (...,) precision of each weight before any outcome.
        noise: (...,) variance of one outcome around the prediction.
        gram: (..., d, d) faded sum of weight * phi phi^T / noise.
        moment: (..., d) faded sum of weight * reward * phi / noise.
        covariance: (..., d, d) inverse of prior_precision * I + gram.
        mean: (..., d) covariance @ moment.
    """

    prior_precision: FloatArray
    noise: FloatArray
    gram: FloatArray
    moment: FloatArray
    covariance: FloatArray
    mean: FloatArray


def new_posterior(d: int, prior_precision: FloatArray, noise: FloatArray) -> Posterior:
    """Return the prior: weights 0 with the given precision.

    Args:
        d: features.
        prior_precision, noise: (...,), both above 0.
    """
    lead = np.broadcast_shapes(prior_precision.shape, noise.shape)
    precision, noise = np.broadcast_to(prior_precision, lead), np.broadcast_to(noise, lead)
    covariance = np.eye(d) / precision[..., None, None]
    return Posterior(precision, noise, np.zeros((*lead, d, d)), np.zeros((*lead, d)), covariance, np.zeros((*lead, d)))


def predict(posterior: Posterior, phi: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the expected reward.

    Args:
        posterior: with leading axes (...).
        phi: (..., n, d).

    Returns:
        (..., n) and (..., n); the variance is that of the mean reward, without the noise of one outcome.
    """
    mean = np.matmul(phi, posterior.mean[..., None])[..., 0]
    variance = (np.matmul(phi, posterior.covariance) * phi).sum(axis=-1)
    return mean, np.maximum(variance, 0.0)


def observe(posterior: Posterior, phi: FloatArray, reward: FloatArray, weight: FloatArray) -> Posterior:
    """Add one outcome by a rank-one update, O(d^2).

    Args:
        posterior: with leading axes (...).
        phi: (..., d).
        reward, weight: (...,); a weight of 0 changes nothing.
    """
    pull = weight / posterior.noise
    direction = np.matmul(posterior.covariance, phi[..., None])[..., 0]
    gain = pull / (1.0 + pull * (phi * direction).sum(axis=-1))
    covariance = posterior.covariance - gain[..., None, None] * (direction[..., :, None] * direction[..., None, :])
    gram = posterior.gram + pull[..., None, None] * (phi[..., :, None] * phi[..., None, :])
    moment = posterior.moment + (pull * reward)[..., None] * phi
    return _with(posterior, gram, moment, covariance)


def correct(posterior: Posterior, phi: FloatArray, reward: FloatArray, weight: FloatArray) -> Posterior:
    """Add a reward to an outcome that was counted before (a click that came late): exact, only the moment moves.

    Args:
        posterior: with leading axes (...).
        phi: (..., d), as counted.
        reward: (...,) what comes on top of the reward counted.
        weight: (...,) weight as counted, faded to the present.
    """
    moment = posterior.moment + (weight * reward / posterior.noise)[..., None] * phi
    return _with(posterior, posterior.gram, moment, posterior.covariance)


def fade(posterior: Posterior, kept: FloatArray) -> Posterior:
    """Forget a part of what was learned; the prior does not fade, so uncertainty stays bounded. O(d^3).

    Rebuilding the inverse also removes the rounding that rank-one updates gather.

    Args:
        posterior: with leading axes (...).
        kept: (...,) factor on both sums, above 0 to 1.
    """
    gram = posterior.gram * kept[..., None, None]
    d = gram.shape[-1]
    covariance = np.asarray(np.linalg.inv(gram + posterior.prior_precision[..., None, None] * np.eye(d)), np.float64)
    even = 0.5 * (covariance + np.swapaxes(covariance, -1, -2))
    return _with(posterior, gram, posterior.moment * kept[..., None], even)


def _with(posterior: Posterior, gram: FloatArray, moment: FloatArray, covariance: FloatArray) -> Posterior:
    mean = np.matmul(covariance, moment[..., None])[..., 0]
    return Posterior(posterior.prior_precision, posterior.noise, gram, moment, covariance, mean)
