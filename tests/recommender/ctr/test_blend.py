"""Two models that err apart are better together, and one that says nothing gets no weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.baselines import predict
from recommender.ctr.blend import fit_blend
from recommender.examples import HEADS
from recommender.item_table import FloatArray, IntArray
from recommender.metrics import auc, log_losses
from tests.recommender.ctr.small import small_examples

EXAMPLES = small_examples(1_200).as_of(np.inf)


@dataclass(frozen=True, slots=True)
class _Told:
    """A model with given log-odds of all heads, (n,)."""

    logits: FloatArray

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        return np.repeat(1 / (1 + np.exp(-self.logits))[:, None], len(HEADS), axis=1)


def _knowing(skill: float, seed: int) -> _Told:
    noise = np.random.default_rng(seed).normal(0, 1, len(EXAMPLES.labels))
    return _Told(-1.5 + skill * EXAMPLES.labels[:, 0] + noise)


def test_two_noisy_models_are_better_together() -> None:
    first, second = _knowing(1.0, 1), _knowing(1.0, 2)
    both = fit_blend((first, second), EXAMPLES)
    labels = EXAMPLES.labels[:, 0]
    alone = [predict(model, EXAMPLES)[:, 0] for model in (first, second)]
    together = predict(both, EXAMPLES)[:, 0]
    assert auc(labels, together) > max(auc(labels, p) for p in alone) + 0.02
    assert log_losses(labels, together).mean() < min(log_losses(labels, p).mean() for p in alone)
    assert both.weights[0, 1] == pytest.approx(both.weights[0, 2], abs=0.1)


def test_noise_gets_next_to_no_weight_and_with_much_evenness_half() -> None:
    models = (_knowing(2.0, 1), _knowing(0.0, 2))
    assert abs(fit_blend(models, EXAMPLES).weights[0, 2]) < 0.1
    assert fit_blend(models, EXAMPLES, evenness=1e9).weights[0, 1:] == pytest.approx([0.5, 0.5], abs=1e-3)
